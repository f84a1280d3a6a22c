"""What a values file does not say of a set: each field that comes out otherwise."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.describing.acceptance import Refusal
from sfsgen.describing.belongings import Belongings
from sfsgen.describing.comparison import Difference, differences
from sfsgen.documents.document import GONE, Path, spelled
from sfsgen.documents.yaml_writer import flow
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.server_filled import own
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.plain_text import brief
from sfsgen.problems import Problem
from sfsgen.values.tree import without_empty

SET = "StatefulSet"
"""By what a set is found among what is rendered, also a PetSet."""
Objects = Mapping[tuple[str, str, str], Any]
"""What is rendered, by kind, namespace and name."""
_KEEP = "add it to what render prints, with a patch or a template of your own"
_BESIDE = "keep it in a file of its own beside what render prints"
_TAKE_OUT = "see whether it does harm; a patch of what render prints takes it out"
_NAME = "\0"  # stands for the object's name, in which what is told of several differs
_SOURCES = ("nfs", "csi", "local")
# What is printed though it was not there, and changes nothing of what was.
_HARMLESS: Mapping[str, Sequence[Path]] = {
    "StatefulSet": (("metadata", "namespace"), ("spec", "replicas"), ("spec", "selector")),
    "Service": (("metadata",),),
    "PersistentVolumeClaim": (
        ("metadata",),
        ("spec", "volumeName"),
        ("spec", "storageClassName"),
        ("spec", "volumeMode"),
    ),
    "PersistentVolume": (
        ("metadata",),
        ("spec", "claimRef"),
        ("spec", "storageClassName"),
        ("spec", "volumeMode"),
        *(("spec", each) for each in _SOURCES),  # of another one in its place it is told
    ),
}
_TEMPLATES: Path = ("spec", "volumeClaimTemplates")
_HARMLESS_IN_TEMPLATES = (("apiVersion",), ("kind",), ("spec", "volumeMode"))
# What a server lets change of a set's spec (ValidateStatefulSetUpdate).
_CHANGEABLE = frozenset(
    (
        "minReadySeconds",
        "ordinals",
        "persistentVolumeClaimRetentionPolicy",
        "replicas",
        "revisionHistoryLimit",
        "template",
        "updateStrategy",
    )
)


class _Loss(NamedTuple):
    """Something that is not said, and where it stands."""

    manifest: Manifest
    path: Path
    what: str
    fix: str


def losses(there: Belongings, rendered: Objects, refusals: Iterable[Refusal]) -> Iterator[Problem]:
    """Yield what comes out otherwise than it is there: what is alike in several objects, once."""
    alike: dict[tuple[str, Path, str], list[_Loss]] = {}
    for each in _losses(there, rendered, list(refusals)):
        alike.setdefault((each.manifest.kind, each.path, each.what), []).append(each)
    for found in alike.values():
        first, more = found[0], len(found) - 1
        what = first.what.replace(_NAME, first.manifest.called)
        what += f"; so it is in {more} more" if more else ""
        yield Problem(first.manifest.where(first.path), what, first.fix, "warning")


def _losses(there: Belongings, rendered: Objects, refusals: Sequence[Refusal]) -> Iterator[_Loss]:
    namespace = there.stateful_set.namespace
    rows = [row for rows in there.rows for row in rows if not row.is_wanted]
    beyond = {id(each.manifest) for row in rows for each in (row.claim, row.volume) if each}
    for manifest in there.manifests:
        is_volume = manifest.kind == "PersistentVolume"
        kind = SET if manifest.kind in STATEFUL_SET_KINDS else manifest.kind
        found = rendered.get((kind, "" if is_volume else namespace, manifest.name))
        if found is None:
            why = _refusal(manifest, (), refusals) or _why(manifest, beyond)
            yield _Loss(manifest, (), f"{_NAME} is not printed{why}", _BESIDE)
            continue
        pair = (without_empty(own(each, is_dump=True)) for each in (manifest.value, found))
        for each in differences(*pair):
            if not (each.is_more and _is_harmless(kind, each.path)):
                what = _told(each) + _lasting(kind, each.path)
                reason = _refusal(manifest, each.path, refusals)
                yield _Loss(manifest, each.path, what + reason, _fix(each))


def _fix(each: Difference) -> str:
    if each.path == ("apiVersion",):
        return "give --kube-version of a minor that has it to init and to render, if it is to stay"
    return _TAKE_OUT if each.is_more else _KEEP


def _why(manifest: Manifest, beyond: Collection[int]) -> str:
    if manifest.kind == "Service":
        return ": a values file holds two Services of a set"
    is_beyond = id(manifest) in beyond
    return ": it is of an ordinal that the replicas do not reach" if is_beyond else ""


def _is_harmless(kind: str, path: Path) -> bool:
    if path[:2] == _TEMPLATES and path[3:] in _HARMLESS_IN_TEMPLATES:
        return True
    return any(path[: len(each)] == each for each in _HARMLESS[kind])


def _told(each: Difference) -> str:
    name = spelled(each.path)
    if each.found is GONE:
        return f"{name} of {_NAME} is not said"
    if each.is_more:
        return f"{name} is not in {_NAME}, and comes out as {_shown(each.found)}"
    if isinstance(each.wanted, dict | list):
        return f"{name} of {_NAME} comes out otherwise"
    return f"{name} of {_NAME} is {_shown(each.wanted)}, and comes out as {_shown(each.found)}"


def _shown(value: Any) -> str:
    return brief(flow(value))


def _lasting(kind: str, path: Path) -> str:
    """Return what to add where a server would refuse the change."""
    field = str(path[1]) if path[:1] == ("spec",) and path[1:] else ""
    is_fixed = field and {
        SET: field not in _CHANGEABLE,
        "PersistentVolumeClaim": field != "resources",
        "PersistentVolume": field in _SOURCES,
    }.get(kind, False)
    return ", which a server refuses to change" if is_fixed else ""


def _refusal(manifest: Manifest, path: Path, refusals: Sequence[Refusal]) -> str:
    """Return why a field is not said, where `render` refuses it."""
    for each in refusals:
        at = each.origin.path
        is_same = at[: len(path)] == path or path[: len(at)] == at
        if each.origin.manifest is manifest and is_same and (at or not path):
            return f": {each.what}"
    return ""
