"""Data that is copied, or moved, to another place: what people run, and how they see that it is."""

import posixpath
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sfsgen.changes.conditions import Condition
from sfsgen.changes.plan import Action
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.nfs import location
from sfsgen.values.pairs import Volume

MOUNTED_BELOW = "/mnt"
"""Where the exports of servers are mounted, each below a directory of its server's name."""
# -H, -A, -X: hard links, ACLs and attributes, as far as the servers have them; ids as numbers, for
# the names of another machine are not those of the pods (rsync(1)).
_RSYNC = ("rsync", "-aHAX", "--numeric-ids", "--delete")
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


def needed(copies: Sequence[Copy]) -> list[Copy]:
    """Return the copies that lead to another place, each once."""
    by_place = {(each.source.place, each.target.place): each for each in copies if each.is_needed}
    return list(by_place.values())


def copied_roughly(copies: Sequence[Copy], done: Sequence[Condition]) -> Action:
    """Return how people copy while pods still write, so that the last copy is a short one."""
    lines = [_WHERE, *map(_copy, copies)]
    reason = "copy the data a first time, while the pods run: that makes the last copy short"
    return Action(reason, done=tuple(done), confirm="\n".join(lines))


def copied(
    copies: Sequence[Copy],
    *,
    must: Sequence[Condition],
    done: Sequence[Condition],
    moved: bool = False,
) -> Action:
    """Return how people copy data, and see that both sides agree, once nobody writes any more.

    `must` are the pods that are gone. `done` is what holds once the copy has been used: then it is
    never asked for again. Where `moved` is said, what stays on its server is moved there.
    """
    within = [each for each in copies if moved and each.is_on_one_server]
    across = [each for each in copies if each not in within]
    lines: list[str] = []
    if across:
        lines += [_WHERE, *map(_copy, across), "and see that each of these prints nothing:"]
        lines += map(_comparison, across)
    for server in dict.fromkeys(each.source.server for each in within):
        lines.append(f"on {server}, by the paths that it has there:")
        lines += (_move(each) for each in within if each.source.server == server)
    verb = "copy" if across else "move"
    reason = f"{verb} the data: nothing of the cluster does that"
    return Action(
        reason,
        None,
        tuple(must),
        tuple(done),
        (),
        "; ".join(_risks(across, within)),
        "\n".join(lines),
    )


_WHERE = (
    f"on a host that has the exports of both servers mounted, each below {MOUNTED_BELOW}/SERVER, "
    "as root:"
)


def _risks(across: Sequence[Copy], within: Sequence[Copy]) -> Iterator[str]:
    if across:
        yield (
            "what lies in a new directory, and not in the old one, rsync --delete removes: see "
            "that the new directories are nobody's"
        )
    if within:
        yield "the data is moved, and no second one is left in the old directories"


def _mounted(volume: Volume) -> str:
    """Return where a volume's directory is found on a host that has its export mounted."""
    return f"{MOUNTED_BELOW}/{volume.server}{volume.path.rstrip('/')}/"


def _copy(copy: Copy) -> str:
    source, target = map(_mounted, copy)
    made = quoted(["mkdir", "-p", "--", target])
    return f"{made} && {quoted([*_RSYNC, '--', source, target])}"


def _comparison(copy: Copy) -> str:
    return quoted([*_COMPARED, "--", *map(_mounted, copy)])


def _move(copy: Copy) -> str:
    """Return how a directory is moved; mv refuses where the new one is there and holds anything."""
    source, target = copy.source.path.rstrip("/"), copy.target.path.rstrip("/")
    made = quoted(["mkdir", "-p", "--", posixpath.dirname(target) or "/"])
    return f"{made} && {quoted(['mv', '-T', '--', source, target])}"
