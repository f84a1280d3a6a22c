"""What claim templates leave to their set is said once where they agree, else with each."""

import re
from collections.abc import Sequence
from typing import Any

from sfsgen.describing.belongings import Belongings
from sfsgen.describing.claim_templates import (
    CLASS,
    Template,
    class_of,
    say_templates,
    templates_of,
)
from sfsgen.describing.common import Common
from sfsgen.describing.layouts import usual
from sfsgen.describing.sheet import Sheet
from sfsgen.describing.sources import BY_SERVER, HANDLE, sources
from sfsgen.describing.volumes import (
    PATH,
    SERVER,
    Words,
    most,
    names_of,
    of_volumes,
    own_of_pairs,
    places,
)
from sfsgen.documents.document import Path
from sfsgen.kubernetes.versions import Target
from sfsgen.sets.found import FoundTemplate
from sfsgen.sets.patterns import as_values
from sfsgen.storage_drivers import LOCAL, MOUNTED_AS_NFS, NFS
from sfsgen.values.settings import setting_at

_EXAMPLE = "nfs.example.com"
# What volumes show, and those to come may have as well.
_OF_ANY: tuple[Path, ...] = (
    SERVER,
    ("nfs", "readOnly"),
    ("persistentVolumeReclaimPolicy",),
    ("mountOptions",),
    ("driver",),
)
_DRIVER: Path = ("driver",)


def say_storage(sheet: Sheet, there: Belongings, shared: Common, target: Target) -> None:
    """Say all about claim templates, volumes and claims that is not of single ordinals."""
    templates = templates_of(there)
    sheet.put(("claimTemplates",), [{} for _ in templates])
    say_templates(sheet, there, templates, target)
    words = [_words(there, each, shared, target) for each in templates]
    for template, each in zip(templates, words, strict=True):
        if each.get(HANDLE) == BY_SERVER:
            _say_handles(sheet, template, each, there.stateful_set.ordinals)
    without = [
        each for each, template in zip(words, templates, strict=True) if not template.volumes
    ]
    _add_common(without, [each for each in words if SERVER in each])
    if any(SERVER not in each and ("nodes",) not in each and HANDLE not in each for each in words):
        sheet.put(SERVER, _EXAMPLE)
    for path in (("volumeName",), PATH):
        _write_alike(words, path, [each.found for each in templates])
    for path in dict.fromkeys(path for each in words for path in each):
        _say_shared(sheet, path, words)


def _say_handles(sheet: Sheet, template: Template, words: Words, ordinals: range) -> None:
    """Say the handles that follow no pattern: each is the server of its ordinal."""
    handles = {
        number: str(each.manifest.at("spec", "csi", "volumeHandle"))
        for number, each in template.volumes.items()
    }
    if [*handles] != [*ordinals]:
        words[SERVER] = "{claim}"
    path = ("claimTemplates", template.number, "volumes")
    entries = [{"ordinal": number, "nfs": {"server": each}} for number, each in handles.items()]
    sheet.put(path, entries)


def _write_alike(words: Sequence[Words], path: Path, templates: Sequence[FoundTemplate]) -> None:
    """Write patterns that differ in the names of claims or claim templates as one, if they are."""
    if len(words) == 1 or not all(path in each for each in words):
        return
    for placeholder in ("{claim}", "{template}"):
        written = []
        for each, template in zip(words, templates, strict=True):
            name = as_values(template.claim_name) if placeholder == "{claim}" else template.name
            # As a whole word: "data" is no part of "metadata".
            whole = rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])"
            written.append(re.sub(whole, placeholder, each[path]))
        if len({*written}) == 1 and placeholder in written[0]:
            for each in words:
                each[path] = written[0]
            return


def _add_common(without: Sequence[Words], shown: Sequence[Words]) -> None:
    """Give the claim templates without volumes what those of others have in common, if on NFS."""
    if not shown or any(each.get(_DRIVER, NFS) not in MOUNTED_AS_NFS for each in shown):
        return
    common = {path: shown[0][path] for path in _OF_ANY if path in shown[0]}
    for each in without:
        for path, value in common.items():
            if all(path in one and one[path] == value for one in shown):
                each.setdefault(path, value)
        each.setdefault(SERVER, most(one[SERVER] for one in shown))


def _say_shared(sheet: Sheet, path: Path, words: Sequence[Words]) -> None:
    """Say a word for all claim templates where they agree, else for each that has it."""
    given = [each[path] for each in words if path in each]
    if len(given) == len(words) and all(each == given[0] for each in given):
        sheet.put(path, given[0])
        return
    for number, each in enumerate(words):
        if path in each:
            sheet.put(("claimTemplates", number, *path), each[path])


def _words(there: Belongings, template: Template, shared: Common, target: Target) -> Words:
    """Return what a claim template may leave to its set, without what is so by default."""
    found, volumes = template.found, template.volumes
    said: Words = {("accessModes",): list(found.storage.access_modes)}
    said |= class_of(template, target)
    if volumes:
        said |= of_volumes(template)
        said |= sources(template, there.stateful_set.ordinals)
    elif found.storage.volume_mode == "Block":
        said |= {_DRIVER: LOCAL, SERVER: "node-{ordinal}"}  # of the table, it alone has disks
    elif "ReadWriteOncePod" in found.storage.access_modes:
        said["driver",] = "csi"  # in-tree NFS does not enforce it
    names = names_of(template)
    name = usual(names, [found.volume_name], there.stateful_set.name) or found.volume_name
    if name != found.volume_name:
        said["volumeName",] = as_values(name)
    elif not names and there.inventory.set_names[there.stateful_set.name] > 1:
        # Volumes belong to no namespace.
        own = "{name}-{ordinal}" if found.is_first else "{claim}"
        said["volumeName",] = f"pv-{{namespace}}-{own}"
    if volumes:
        said |= {**places(there, template, name), **said}
        if ("nodes",) in said:
            said.pop(SERVER, None)
    said |= own_of_pairs(there, template, shared)
    return {
        path: value
        for path, value in said.items()
        if path == CLASS or value not in (None, [], {}, False, *_default(path))
    }


def _default(path: Path) -> Sequence[Any]:
    """Return what needs not be said at a path; what `render` tells as a guess is said."""
    setting = setting_at(path)
    if setting.guess_in or not setting.default:
        return ()
    return ([setting.default],) if setting.kind == "array" else (setting.default,)
