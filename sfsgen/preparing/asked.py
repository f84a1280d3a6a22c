"""What is asked of directories by options, and what cannot be done of it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sfsgen.nfs import host, normalised, path_fault
from sfsgen.plain_text import brief, listed, quoted
from sfsgen.preparing.directories import Bounds, Directory
from sfsgen.preparing.owners import Owner
from sfsgen.problems import Problem

# Domains have names as DOMAIN\user, user@REALM and DOMAIN\domain users.
_NAME = r"[A-Za-z_](?:[A-Za-z0-9_.@+\\ -]{0,254}[A-Za-z0-9_.+$-])?"
_LARGEST_ID = 2**32 - 2
_UNFINISHED = ("0100", "2100")  # as the script marks what is not finished
_COUNTED = r"[A-Za-z0-9._/@+=,-]*"  # what xfs_quota can be told of


def bounds(given: Mapping[str, Any], problems: list[Problem]) -> Bounds:
    """Return what options ask of all directories, noting what is wrong with them."""
    user = _who("--owner", given["owner"], problems)
    group = _who("--group", given["group"], problems)
    owner = Owner(user, group, _mode(given["mode"], problems))
    within = _path("--within", given["within"], problems)
    root = _path("--root", given["root"], problems)
    return Bounds(owner, within, root, bool(root or given["job"]))


def _who(option: str, text: str | None, problems: list[Problem]) -> str:
    """Return whom an option names: a number, or a name that the server knows."""
    if text is None:
        return ""
    word, number = option[2:], text.isascii() and text.isdecimal()
    if number and int(text[:20]) <= _LARGEST_ID:
        return str(int(text))
    if not number and re.fullmatch(_NAME, text):
        return text
    user, colon, group = text.partition(":")
    fix = f"write it as {option} 999"
    if option == "--owner" and colon and user and group:
        fix = f"write --owner {brief(user)} --group {brief(group)}"
    problems.append(Problem(option, f"{quoted(text)} is no {word}'s number or name", fix))
    return ""


def _mode(text: str | None, problems: list[Problem]) -> str:
    if text is None:
        return ""
    mode = text.zfill(4)
    what = ""
    if not re.fullmatch("[0-7]{1,4}", text) or mode in _UNFINISHED:
        what = f"{quoted(text)} is no mode of a directory in octal digits"
    elif mode[1:3] == "00":
        what = f"{quoted(text)} lets neither owner nor group into a directory"
    if what:
        problems.append(Problem("--mode", what, "write it as 0750, or 2770 for a group"))
    return "" if what else mode


def _path(option: str, text: str | None, problems: list[Problem]) -> str:
    if text is None:
        return ""
    fault = path_fault(text)
    if ".." in text.split("/"):
        fault = f'{quoted(text)} holds ".."'  # what it leads out of is no export
    if fault:
        as_what = "/srv/nfs4" if option == "--root" else "/exports"
        problems.append(Problem(option, fault, f"write it as {as_what}"))
        return ""
    return normalised(text)


def excluded(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield which options exclude each other, and what is no image."""
    image = given["job_image"]
    if image is not None and not given["job"]:
        yield Problem("--job-image", "no Job is printed", "give --job, too, or leave it out")
    if image is not None and not (image.isprintable() and re.fullmatch(r"\S+", image)):
        yield Problem("--job-image", f"{quoted(image)} is not an image", "write it as busybox:1.37")
    for option, parameter in (("--exports", "exports"), ("--quota", "quota"), ("--root", "root")):
        if given["job"] and given[parameter]:
            what = "a Job gets to what is exported only, and this is done on the server"
            yield Problem(option, what, "leave out either this or --job")


def on_one_server(
    made: Sequence[Directory], server: str | None, problems: list[Problem]
) -> list[Directory]:
    """Return the directories on the server that is meant, noting where it is not said which."""
    servers = list(dict.fromkeys(each.server for each in made))
    if server is None and len(servers) > 1:
        what = f"the directories lie on {len(servers)} servers: {listed(servers)}"
        problems.append(Problem("--for", what, f"give --for {servers[0]}, and so on for each"))
    elif server is not None and host(server) not in servers:
        what = f"{quoted(server)} has none of the directories"
        fix = f"there are: {listed(servers)}" if servers else "leave it out"
        problems.append(Problem("--for", what, fix))
    return [each for each in made if server is None or each.server == host(server)]


def faults_of_owners(
    made: Iterable[Directory], asked: Owner, *, is_given: bool
) -> Iterator[Problem]:
    """Yield where it is not known whose directories are to be."""
    for laid in {id(each.laid): each.laid for each in made}.values():
        by = laid.writers
        if by.disagreement and not (asked.user or asked.group):
            what = f"containers write into {laid.name} as {by.disagreement}"
            fix = "give --owner, or a --group in which all of them are"
            yield Problem("--owner", what, fix)
        elif by.is_unknown and not (asked.user or asked.group) and not _are_only_read(laid.on_nfs):
            what = (
                f"nothing says as which user the pods of {laid.set_name} write: the directories "
                "are made as root's, with mode 0755"
            )
            fix = "give --owner with the user of the image, or say runAsUser"
            yield Problem("--owner", what, fix, "warning")
    if is_given and not all(any(each.owner) for each in made):
        what = "nothing says which owner, group or mode directories are to get"
        yield Problem("--chown", what, "give --owner, --group or --mode")


def _are_only_read(volumes: Iterable[Any]) -> bool:
    return all(each.is_only_read for each in volumes)


def unlimited(made: Iterable[Directory]) -> Iterator[Problem]:
    """Yield which directories cannot be held to a size."""
    for each in made:
        if not re.fullmatch(_COUNTED, each.path):
            what = f"xfs_quota cannot be told of {quoted(each.path)}"
            yield Problem("--quota", what, "leave it out, or name the directory otherwise")
        elif each.path == each.export:
            what = f"{each.path} is the export itself"
            yield Problem("--quota", what, "give --within with the directory in which it lies")
        elif not each.size:
            yield Problem("--quota", f"the size of {each.path} is not known", "leave it out")
