"""Data that is copied, or moved, to another place: what people run, and how they see that it is.

Nothing of a cluster copies data. Not every server has a shell, so the lines are for a host that has
mounted what the servers export, each below /mnt/SERVER, or for the node of a local volume. Across
servers it is rsync, twice: while the pods run, and again, a short one, once they are gone.
"""

import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sfsgen.kubernetes.kubectl import quoted
from sfsgen.nfs import location
from sfsgen.plain_text import joined
from sfsgen.plans.conditions import Condition
from sfsgen.plans.plan import Action
from sfsgen.storage_drivers import LOCAL
from sfsgen.values.pairs import Volume

# -H, -A, -X: hard links, ACLs and attributes, as far as both sides have them; ids as numbers, for
# the names of another machine are not those of the pods; --delete, for what the pods have deleted
# since the first copy must not come back (rsync(1)).
_FIRST = ("rsync", "-aHAX", "--numeric-ids")
_RSYNC = (*_FIRST, "--delete")
_COMPARED = (*_RSYNC, "--dry-run", "--checksum", "--itemize-changes")


class Copy(NamedTuple):
    """The data of one volume, and where it shall lie."""

    source: Volume
    target: Volume
    """As it will be; of it counts where its data lies."""

    @property
    def is_needed(self) -> bool:
        """Whether it is another place."""
        return self.source.place != self.target.place

    @property
    def is_on_one_server(self) -> bool:
        """Whether both places are of one server."""
        source, target = (location(each.directory).server for each in self)
        return source == target and self.source.realm == self.target.realm

    @property
    def host(self) -> str:
        """Where its lines are run."""
        if {each.driver for each in self} == {LOCAL}:
            by_ssh = "" if self.is_on_one_server else ", which reaches the other node by ssh"
            return f"on {self.target.server}, as root{by_ssh}:"
        servers = dict.fromkeys(each.server for each in self)
        mounted = joined([f"{each} mounted below /mnt/{each}" for each in servers])
        return f"on a host that has {mounted}, as root:"

    @property
    def directories(self) -> tuple[str, str]:
        """The two directories as they are called there."""
        source, target = (each.path.rstrip("/") for each in self)
        if {each.driver for each in self} == {LOCAL}:
            node = "" if self.is_on_one_server else f"{self.source.server}:"
            return f"{node}{source}", target
        return f"/mnt/{self.source.server}{source}", f"/mnt/{self.target.server}{target}"

    @property
    def fault(self) -> str:
        """Why no line is written for it, "" where one is."""
        if found := next(filter(None, map(_fault, self)), ""):
            return found
        if self.target.driver == LOCAL and location(self.target.directory).path == "/":
            return f"{self.target.name} would be all of {self.target.server}"
        is_around = location(self.source.directory).path == "/"
        if self.is_needed and self.is_on_one_server and is_around:
            return (
                f"{self.source.name} is all of {self.source.server}, and so its data cannot go "
                "below it: give --nfs-server"
            )
        return ""


def _fault(volume: Volume) -> str:
    """Return why no line says where the data of a volume lies, "" where one does."""
    name, server, path = volume.name, volume.server, volume.path
    if not f"{server}{path}".isprintable():
        return f"the path of {name} cannot be written down"
    if ".." in path.split("/"):
        return f'the path of {name} has a "..": it may lead out of what is mounted'
    if "/" in server or server in ("", ".", ".."):
        return f"the server of {name} is no name of a directory below /mnt"
    is_block = volume.storage.volume_mode == "Block"
    return f"{name} is a block device, which is copied otherwise: --same-data then" * is_block


def needed(copies: Sequence[Copy]) -> list[Copy]:
    """Return the copies that lead to another place, each once."""
    by_place = {(each.source.place, each.target.place): each for each in copies if each.is_needed}
    return list(by_place.values())


def is_moved(copy: Copy) -> bool:
    """Return whether the data of a set that stays itself is moved, and not copied."""
    return copy.is_needed and copy.is_on_one_server


def moved_of(copies: Sequence[Copy]) -> list[Copy]:
    """Return the copies that are moves: what several are to have can be moved to none of them.

    A directory that lies in another one comes first: else it would go with that.
    """
    sources = Counter(each.source.place for each in copies)
    found = [each for each in copies if is_moved(each) and sources[each.source.place] == 1]
    return sorted(found, key=lambda each: -each.source.place.path.count("/"))


def copied_roughly(copies: Sequence[Copy], done: Sequence[Condition]) -> Action:
    """Return how people copy while pods still write, so that the last copy is a short one."""
    reason = "copy the data a first time, while the pods run: that makes the last copy short"
    return Action(reason, done=tuple(done), confirm="\n".join(_first(copies)))


def copied_as_it_runs(
    copies: Sequence[Copy], *, must: Sequence[Condition], done: Sequence[Condition]
) -> Action:
    """Return how people copy data that pods go on writing: each file as it is just then."""
    reason = "copy the data, which the pods go on writing: nothing of the cluster does that"
    risk = (
        "a copy of what is being written is of no one moment, and a database may not start from "
        "it: --all-at-once stops the set for the copy"
    )
    confirm = "\n".join(_first(copies))
    return Action(reason, None, tuple(must), tuple(done), (), risk, confirm)


def copied(
    copies: Sequence[Copy],
    *,
    must: Sequence[Condition],
    done: Sequence[Condition],
    moved: bool = False,
) -> Action:
    """Return how people copy data, and see that both sides agree, once nobody writes any more.

    `must` are the pods that are gone. `done` is what holds once the copy has been used: then it is
    never asked for again. Where `moved` is said, what stays on its server is moved there, and not
    copied, unless others are to have it, too.
    """
    within = moved_of(copies) if moved else []
    across = [each for each in copies if each not in within]
    lines = [*_lines(across)]
    if across:
        lines += ["and see that nothing is printed by:", *map(_comparison, across)]
    lines += _lines(within, moved=True)
    if within:
        lines += ["and see that the data is listed by:", *map(_listed, within)]
    verb = "copy" if across else "move"
    reason = f"{verb} the data: nothing of the cluster does that"
    risk = "; ".join(_risks(across, within))
    return Action(reason, None, tuple(must), tuple(done), (), risk, "\n".join(lines))


def _risks(across: Sequence[Copy], within: Sequence[Copy]) -> Iterator[str]:
    if across:
        yield (
            "rsync --delete removes what lies in a new directory and not in the old one: see that "
            "the new directories are nobody's"
        )
    if within:
        yield "the data is moved: in the old directories none is left"


def _lines(copies: Sequence[Copy], *, moved: bool = False) -> Iterator[str]:
    for host in dict.fromkeys(each.host for each in copies):
        yield host
        yield from map(_move if moved else _copy, (each for each in copies if each.host == host))


def _first(copies: Sequence[Copy]) -> Iterator[str]:
    """Yield the lines of a first copy, which removes nothing; what is there is seen."""
    for host in dict.fromkeys(each.host for each in copies):
        here = [each for each in copies if each.host == host]
        yield host
        yield "see that these, where they are there, hold nothing but what an earlier copy left:"
        yield from map(_listed, here)
        yield "then:"
        yield from (_copy(each, _FIRST) for each in here)


def _copy(copy: Copy, rsync: Sequence[str] = _RSYNC) -> str:
    # With a stroke at the end it is what is in the directory, and the directory's own owner.
    source, target = (f"{each}/" for each in copy.directories)
    made = quoted(["mkdir", "-p", "--", target])
    return f"{made} && {quoted([*rsync, *_by_ssh(copy), '--', source, target])}"


def _comparison(copy: Copy) -> str:
    return quoted([*_COMPARED, *_by_ssh(copy), "--", *(f"{each}/" for each in copy.directories)])


def _by_ssh(copy: Copy) -> list[str]:
    """Return what keeps the shell of another node from reading a path (rsync before 3.2.4)."""
    return ["--protect-args"] if ":" in copy.directories[0].partition("/")[0] else []


def _listed(copy: Copy) -> str:
    return quoted(["ls", "-lA", "--", copy.directories[1]])


def _move(copy: Copy) -> str:
    """Return how a directory is moved; mv refuses where the new one is there and holds anything."""
    source, target = copy.directories
    made = quoted(["mkdir", "-p", "--", posixpath.dirname(target)])
    return f"{made} && {quoted(['mv', '-T', '--', source, target])}"
