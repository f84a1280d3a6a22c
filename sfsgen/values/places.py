"""Where volumes lie: servers and directories, by pattern or for a single ordinal."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes import names
from sfsgen.kubernetes.names import Pattern
from sfsgen.nfs import host, normalised, path_fault
from sfsgen.plain_text import brief, quoted, ranges
from sfsgen.storage_drivers import DRIVERS, MOUNTED_AS_NFS, NFS, Driver, server_fault
from sfsgen.values.model import split
from sfsgen.values.settings import setting_at
from sfsgen.values.tree import Values

_NO_SERVER = Pattern(("",))


class Placeholders(NamedTuple):
    """What the placeholders of a claim template stand for, and the ordinals to fill in."""

    meanings: Mapping[str, str | Pattern]
    ordinals: range
    driver: Driver = DRIVERS[NFS]
    """Whose servers and directories are meant."""

    @property
    def tried(self) -> set[int]:
        """The ordinals whose texts show what may be wrong with any."""
        return {self.ordinals.start, *self.ordinals[-1:]}

    def of_volume(self, name: Pattern) -> "Placeholders":
        """Return the same with the names of the volumes."""
        return self._replace(meanings={**self.meanings, "volume": name})

    def of(self, ordinal: int) -> "Placeholders":
        """Return the same for one ordinal."""
        return self._replace(ordinals=range(ordinal, ordinal + 1))


def pattern(values: Values, path: Path, text: str, known: Placeholders) -> Pattern | None:
    """Return the pattern that a text is, None with a fault where it is none."""
    try:
        return names.pattern(text, known.meanings)
    except ValueError as error:
        fix = "write { and } around a placeholder only"
        values.fault(path, f"{quoted(text)}: {error}", fix)
        return None


def server_at(values: Values, path: Path, known: Placeholders) -> Pattern:
    """Return the servers that a text describes, "" where there is none or it is wrong."""
    text = values.get(*path)
    if text is None or values.is_reported(*path):
        return _NO_SERVER
    is_pattern = "{" in text or "}" in text
    server = pattern(values, path, text, known) if is_pattern else Pattern((text,))
    if server is None:
        return _NO_SERVER
    if is_pattern and (values.is_reported("name") or values.is_reported("namespace")):
        return server
    for each in map(server.at, sorted(known.tried)):
        fault, fix = server_fault(known.driver, each)
        if fault and is_pattern:
            driver = known.driver
            called = "server" if driver.name in MOUNTED_AS_NFS else driver.server
            what = f"{quoted(text)} gives the {called} {quoted(each)}, which {fault}"
            values.fault(path, what, f"write it as {driver.pattern}")
        elif fault:
            values.check(path, text, fault, fix)
        if fault:
            return _NO_SERVER
    return server


def check_servers(
    values: Values,
    template: Path,
    known: Placeholders,
    server: Pattern,
    of_ordinals: Mapping[int, str | None],
) -> None:
    """Note where no server is said, or none that is meant for some ordinals.

    `of_ordinals` are those of single ordinals, None where a volume needs none.
    """
    path, place = values.inherited(template, "nfs", "server"), (*template, "volumes")
    own = {ordinal: each for ordinal, each in of_ordinals.items() if each}
    ordinals, driver = known.ordinals, known.driver
    if not own:
        values.needed(path, f"the {driver.server}", driver.example)
    if not own or values.is_reported(*path) or values.is_reported(*place):
        return
    apart = [ordinal for ordinal, each in of_ordinals.items() if each != ""]
    lacking = [run for run in split(ordinals, apart) if run.start not in apart]
    is_said = values.get(*path) is not None
    if not lacking or (is_said and not _is_one_of_theirs(server, own, lacking, ordinals)):
        return
    what, fix = _lack_of_servers(lacking, server.at("") if is_said else "", driver)
    values.fault(place, what, fix, key=True)


def _lack_of_servers(lacking: Sequence[range], of_all: str, driver: Driver) -> tuple[str, str]:
    """Return what is wrong with ordinals for which no server is meant, and how to mend it."""
    what, fix = lack("server", lacking, f"nfs: {{server: {driver.example}}}")
    if of_all:
        its = "their" if sum(map(len, lacking)) > 1 else "its"
        what += f" of {its} own, unlike all before, and would lie on {brief(of_all)}"
    return what, fix


def lack(what: str, lacking: Sequence[range], example: str) -> tuple[str, str]:
    """Return what is wrong with ordinals that lack something, and the entries to add."""
    if sum(map(len, lacking)) > 1:
        subject, entries = f"ordinals {ranges(lacking)} have", "an entry for each"
    else:
        subject, entries = f"ordinal {ranges(lacking)} has", "an entry"
    return f"{subject} no {what}", f"add {entries}: {{ordinal: {lacking[0].start}, {example}}}"


def _is_one_of_theirs(
    server: Pattern, own: Mapping[int, str], lacking: Sequence[range], ordinals: range
) -> bool:
    """Return whether ordinals up to one have servers of their own, of which one is that of all.

    Then it is no server for all others: so sets are that have a server for each replica.
    """
    if len(lacking) > 1 or lacking[0].stop != ordinals.stop:
        return False
    servers = {host(own[each]) for each in range(ordinals.start, lacking[0].start) if each in own}
    return len(servers) > 1 and not server.is_open and host(server.at("")) in servers


def directory_at(values: Values, template: Path, known: Placeholders) -> Pattern:
    """Return the directories of the ordinals that have none of their own."""
    shared = values.inherited(template, "nfs", "sharedDirectory")
    path, text, below = directory_of_all(values, template)
    directory = _directories(values, path, text, below, known)
    if values.get(*shared) and directory.is_open and not values.is_reported(*path):
        what = "one directory for all ordinals, and a path with the ordinal, exclude each other"
        values.fault(shared, what, "leave out {ordinal}, {volume} and {claim}, or this")
    return directory


def directory_of_all(values: Values, template: Path) -> tuple[Path, str, str]:
    """Return where the directories are said, the text that says them, and what comes below."""
    path = values.inherited(template, "nfs", "path")
    shared = values.inherited(template, "nfs", "sharedDirectory")
    text = values.text(path)
    is_pattern = "{" in text or "}" in text or bool(values.get(*shared))
    return path, text, "" if is_pattern else "/{volume}"


def own_directory(
    values: Values,
    path: Path,
    of_all: tuple[Path, str, str],
    known: Placeholders,
    name: str,
) -> str:
    """Return the directory of one ordinal's volume, "" where it lies as all others do."""
    where, text, below = of_all
    own = values.get(*path)
    if own is not None:
        where, text, below = path, own, ""
    elif not (name and "{volume}" in text + below):
        return ""
    return _directories(values, where, text, below, known).at(known.ordinals.start)


def _directories(values: Values, path: Path, text: str, below: str, known: Placeholders) -> Pattern:
    """Return the directories below what a text describes, the default ones where it is wrong."""
    fix = "write it as /exports or /srv/{namespace}/{name}/{ordinal}"
    if not values.is_reported(*path):
        if fault := path_fault(text):
            values.fault(path, fault, fix)
        made = pattern(values, path, normalised(text + below), known)
        faults = [path_fault(made.at(ordinal)) for ordinal in known.tried] if made else []
        if made and not fault and any(faults):
            values.fault(path, f"filled in, {max(faults)}", fix)
        elif made and not fault:
            return made
    return names.pattern(f"{setting_at(('nfs', 'path')).default}/{{volume}}", known.meanings)
