"""What stands in the wrong place of a command line, and the command line that was meant."""

import os
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sfsgen.documents.files import MANIFESTS
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.kubernetes.names import label_fault
from sfsgen.plain_text import brief, some
from sfsgen.plain_text import quoted as word
from sfsgen.problems import Problem

# As kubectl takes a StatefulSet's kind: by its short, singular, plural and full names, in any case.
_SETS = r"(?:sts|statefulsets?)(?:\.v1)?(?:\.apps)?"
_OF_SET = re.compile(rf"{_SETS}/(?P<name>[^/]+)", re.IGNORECASE)
_SET = re.compile(_SETS, re.IGNORECASE)
_OTHERS = re.compile(
    r"(?:deploy(?:ment)?s?|ds|daemonsets?|rs|replicasets?|po|pods?|rc|replicationcontrollers?|jobs?"
    r"|cj|cronjobs?|svc|services?|pvc?|persistentvolume(?:claim)?s?|no|nodes?|ns|namespaces?"
    r"|cm|configmaps?|secrets?|sc|storageclass(?:es)?|all|petsets?)(?:\.[a-z0-9.]+)?",
    re.IGNORECASE,
)
_FILES = (*MANIFESTS, ".j2", ".tpl", ".tgz", ".tar.gz")
_FOLDERS = ("template_dir", "output_dir")
_END = "--"  # of the options
# What kubectl, Helm and others call it.
_COMMANDS = {
    "check": ("validate", "verify", "lint", "diagnose", "doctor"),
    "move": ("migrate", "rename", "resize", "mv"),
    "recover": ("repair", "restore", "heal"),
    "render": ("generate", "template", "new", "build"),
    "show": ("get", "describe", "list", "ls", "status"),
}
_CHANGING = ("apply", "create", "delete", "edit", "patch", "install", "uninstall", "upgrade")
_OPTIONS = {
    "--dry-run": "leave it out: sfsgen changes nothing in a cluster",
    "--name": "write the name alone, without --name",
    "--recursive": "leave it out: a folder is read with all that lies below it",
    "-R": "leave it out: a folder is read with all that lies below it",
    "--set": "give each value by its own option, as --replicas 5",
    "--size": "write --storage",
    "--values": "write --filename",
    "--yes": "leave it out: nothing is asked",
    "-V": "write --version",
    "-y": "leave it out: nothing is asked",
}
_MOST_LOOKED_INTO = 1000  # folders, for a first manifest


def unmeant(command: str, parameters: dict[str, Any], given: Sequence[str]) -> Iterator[Problem]:
    """Yield what stands in the wrong place among a command's parameters, of the words given.

    The names of sets lose their kind, which kubectl takes before them.
    """
    line = _Line(command, given)
    files = parameters.get("filename") or ()
    yield from _elsewhere(line, parameters, files)
    files = files or parameters.get("kustomize") or ()
    for option, name in (("--context", "kube_context"), ("--kubeconfig", "kubeconfig")):
        if files and parameters.get(name) is not None and not parameters.get("live"):
            by = "-f" if parameters.get("filename") else "-k"
            what = f"with {by} files are read, and no cluster is looked at"
            fix = f"leave out {option}, or {by} to look at the cluster"
            fix += "; --live compares files with it" if "live" in parameters else ""
            yield Problem(option, what, fix)
    names = parameters.get("name")
    if not names or parameters.get("changed"):
        return
    several = isinstance(names, list | tuple)
    names = list(names) if several else [names]
    if len(plain := [each for each in names if _is_plain_file(each)]) > 1:
        what = f"{some([word(each) for each in plain], 1)} are files, not names of sets"
        yield Problem("NAME", what, quoted(line.with_files(plain)))
        names = [each for each in names if each not in plain]
    if len(names) > 1 and _SET.fullmatch(names[0]):
        yield Problem("NAME", "a kind and a name stand in one word", f"write {names[0]}/{names[1]}")
        return
    for each in names:
        yield from _misnamed(line, each, is_live=several and not files)
    bare = [without_kind(each) for each in names]
    parameters["name"] = bare if several else "".join(bare)


class _Line:
    """A command line as it was typed."""

    def __init__(self, command: str, given: Sequence[str]) -> None:
        self.command, self.given = command, given
        self.option = "--from" if command == "init" else "-f"

    def with_file(self, name: str, filename: str) -> list[str]:
        """Return the same with a file by -f in the place of a name."""
        before, after = self._around(name)
        words = [*before, "NAME", *after] if self.command == "scale" else [*before, *after]
        return ["sfsgen", self.command, *_with_options(words, self.option, filename)]

    def with_files(self, names: Sequence[str]) -> list[str]:
        """Return the same with files by -f in the place of names."""
        left = [each for each in self.given if each not in names]
        files = (word for each in names for word in (self.option, each))
        return ["sfsgen", self.command, *_with_options(left, *files)]

    def renamed(self, name: str, *words: str) -> str:
        """Return the same with other words in the place of a name, to be pasted."""
        before, after = self._around(name)
        first, *options = words
        if _END in before:
            return quoted(
                ["sfsgen", self.command, *_with_options([*before, first, *after], *options)]
            )
        return quoted(["sfsgen", self.command, *before, *words, *after])

    def from_stdin(self, filename: str) -> list[str]:
        """Return the same with stdin in the place of a file."""
        left = list(self.given)
        for index, each in enumerate(self.given):
            if each.removeprefix("--filename=").removeprefix("-f").lstrip("=") == filename:
                left[index] = ""
                left[index - 1] = "" if each == filename else left[index - 1]
        return ["sfsgen", self.command, *filter(None, left), "-f", "-"]

    def _around(self, name: str) -> tuple[Sequence[str], Sequence[str]]:
        at = [index for index, each in enumerate(self.given) if each == name]
        # What follows an option belongs to it.
        free = [each for each in at if not (each and self.given[each - 1].startswith("-"))]
        index = (free or at or [len(self.given)])[0]
        return self.given[:index], self.given[index + 1 :]


def _with_options(words: Sequence[str], *options: str) -> list[str]:
    """Return words with options behind them, but before `--`, behind which none is one."""
    if _END not in words:
        return [*words, *options]
    at = words.index(_END)
    behind = words[at:] if words[at + 1 :] else []
    return [*words[:at], *options, *behind]


def _elsewhere(
    line: _Line, parameters: Mapping[str, Any], files: Sequence[str]
) -> Iterator[Problem]:
    """Yield which files and folders are no such thing, but addresses."""
    for each in files:
        from sfsgen.kubernetes.foreign import fetched, is_url

        if is_url(each):
            what = "it is the address of a file, which sfsgen does not fetch"
            yield Problem(each, what, fetched(each, line.from_stdin(each)))
    for name in (*_FOLDERS, "kubeconfig"):
        value = parameters.get(name) or ""
        if re.match(r"[a-z][a-z0-9+.-]*://", value, re.IGNORECASE):
            option = f"--{name.replace('_', '-')}"
            yield Problem(option, f"{word(value)} is an address", "name what lies on this machine")


def _misnamed(line: _Line, name: str, *, is_live: bool) -> Iterator[Problem]:
    """Yield why what stands in a name's place is no name of a set."""
    kind, slash, rest = name.partition("/")
    if not name:
        if line.command != "render":
            yield Problem("NAME", "it is empty", "name a set, or leave it out")
    elif name == "-":
        yield Problem("NAME", '"-" is stdin', _by_option(line, name, "-"))
    elif _is_file(name):
        yield _file(line, name)
    elif _OF_SET.fullmatch(name):
        return
    elif slash and rest and _OTHERS.fullmatch(kind):
        what = f"{word(name)} is no StatefulSet, and only its pods have a volume for each ordinal"
        fix = "name a StatefulSet, as sts/NAME or by NAME alone"
        yield Problem("NAME", what, line.renamed(name, rest) if line.command == "render" else fix)
    elif slash:
        yield from _with_slash(line, name, kind, rest)
    elif is_live and _holds_manifests(name):
        yield _ambiguous(line, name)


def _ambiguous(line: _Line, name: str) -> Problem:
    """Return that a name is that of a file here as well, and how each is looked at."""
    from sfsgen.kubernetes import foreign

    meant = f"`{quoted(line.with_file(name, name))}` looks at it"
    kind = foreign.of_path(name)
    if kind not in (foreign.Kind.MANIFEST, foreign.Kind.UNKNOWN):
        meant = foreign.commands(kind, name, line.command)
    what = f"{word(name)} is here as a {'folder' if os.path.isdir(name) else 'file'}"  # noqa: PTH112
    if kind is not foreign.Kind.UNKNOWN:
        what += f" with {kind.value}"
    in_cluster = line.renamed(name, f"sts/{name}")
    return Problem("NAME", what, f"{meant}; `{in_cluster}` looks at the set in a cluster")


def without_kind(name: str) -> str:
    """Return the name of a set that is named as kubectl takes it, sts/NAME, or by itself."""
    found = _OF_SET.fullmatch(name)
    return found["name"] if found else name


def _by_option(line: _Line, name: str, filename: str) -> str:
    meant = quoted(line.with_file(name, filename))
    return f"{meant}{', with the name of its set for NAME' if line.command == 'scale' else ''}"


def _file(line: _Line, name: str) -> Problem:
    from sfsgen.kubernetes import foreign

    what = f"{word(name)} is a file, not the name of a set"
    if foreign.is_url(name):
        command = line.with_file(name, "-")
        more = ", with the name of its set for NAME" if "NAME" in command else ""
        what = f"{word(name)} is an address, not the name of a set"
        return Problem("NAME", what, foreign.fetched(name, command) + more)
    if os.path.isdir(name):  # noqa: PTH112
        what = f"{word(name)} is a folder, not the name of a set"
    kind = foreign.of_path(name)
    is_for_them = kind in (foreign.Kind.MANIFEST, foreign.Kind.UNKNOWN)
    if (kind is foreign.Kind.UNKNOWN) or (is_for_them and line.command != "render"):
        return Problem("NAME", what, _by_option(line, name, name))
    meant = foreign.commands(kind, name, line.command)
    return Problem("NAME", f"{what}: it is {kind.value}", meant)


def _with_slash(line: _Line, name: str, namespace: str, rest: str) -> Iterator[Problem]:
    what = f"{word(name)} is no name of a set"
    if not (label_fault(namespace) or "/" in rest or label_fault(rest)):
        fix = f"{line.renamed(name, rest, '-n', namespace)}, if that is its namespace"
        yield Problem("NAME", what, fix)
    elif line.command != "render":
        yield Problem("NAME", what, f"a file is given so: {_by_option(line, name, name)}")
    else:
        yield Problem("NAME", what, line.renamed(name, rest.rpartition("/")[2] or "web"))


def _is_file(name: str) -> bool:
    """Return whether a name can only be that of a file, or of something elsewhere."""
    is_path = name.startswith((".", "/", "~")) or name.endswith(_FILES) or "://" in name
    if _OF_SET.fullmatch(name):
        return is_path
    # What can be the name of a set is one, whatever lies in the folder.
    return is_path or (bool(label_fault(name)) and os.path.exists(name))  # noqa: PTH110


def _is_plain_file(name: str) -> bool:
    """Return whether a name is that of a file by its end, and no address."""
    return name.endswith(MANIFESTS) and "://" not in name


def _holds_manifests(name: str) -> bool:
    """Return whether a name is that of a file, or of a folder with manifests in it."""
    if not os.path.isdir(name):  # noqa: PTH112
        return os.path.isfile(name)  # noqa: PTH113
    folders = islice(os.walk(name), _MOST_LOOKED_INTO)
    return any(each.endswith(MANIFESTS) for _, _, files in folders for each in files)


def without_command(given: Sequence[str]) -> str:
    """Return what to write where a file stands in the place of a command."""
    from sfsgen.kubernetes import foreign

    kind = foreign.of_path(given[0])
    if kind is not foreign.Kind.UNKNOWN:
        return foreign.commands(kind, given[0])
    return quoted(["sfsgen", "check", "-f", *given])


def of_another_program(typed: str) -> str:
    """Return what to do in place of another program's command, "" where it is none of these."""
    if typed == "version":
        return "write sfsgen --version"
    if typed in _CHANGING:
        return "give kubectl what sfsgen prints: sfsgen changes nothing in a cluster"
    meant = next((own for own, others in _COMMANDS.items() if typed in others), "")
    return f"that is sfsgen {meant}: see sfsgen help {meant}" if meant else ""


def another_option(option: str, known: Container[str], *, takes_name: bool) -> str:
    """Return what to do in place of another program's option, "" where it is none of these."""
    fix = _OPTIONS.get(option, "")
    own = fix.removeprefix("write ") if fix.startswith("write --") else ""
    if (own and own not in known) or (option == "--name" and not takes_name):
        return ""
    return fix


def surplus(command: str, left: Sequence[str], name: object, given: Sequence[str]) -> Problem:
    """Return what to say of arguments that a command has no place for, of all that were given."""
    first, words = left[0], quoted(left)
    what = f"`sfsgen {command}` has no place for {words}"
    if isinstance(name, str) and _SET.fullmatch(name):
        return Problem(words, "a kind and a name stand in one word", f"write sts/{first}")
    if command == "scale" and len(left) == 1 and first.isdecimal():
        return Problem(words, what, f"write --replicas {first}")
    if all(map(_is_file, left)):
        files = [str(name), *left] if isinstance(name, str) and _is_file(name) else left
        return Problem(words, what, quoted(_Line(command, given).with_files(files)))
    return Problem(words, what, f"leave it out; `sfsgen {command} --help` lists what there is")


def given_to_printer(command: str, given: Sequence[str]) -> Iterator[Problem]:
    """Yield what to say of files that are given to a command that reads none, and only prints."""
    words = [re.sub(r"^(-f|--filename)=?", "", each) for each in given]
    files = [each for each in words if each and not each.startswith("-")]
    if not files or any(each.startswith("-") and not re.match(r"-f|--fi", each) for each in given):
        return
    what, name = f"`sfsgen {command}` reads no file, and prints always the same", files[0]
    is_init = command == "init"
    if is_init:
        what = "without --from, `sfsgen init` reads no file, and prints always the same"
    if os.path.exists(name):  # noqa: PTH110
        from sfsgen.kubernetes import foreign

        kind = foreign.of_path(name)
        is_known = kind is not foreign.Kind.UNKNOWN
        what += f"; {brief(name)} is {kind.value}" if is_known else ""
        render = f"`{quoted(['sfsgen', 'render', '-f', name])}` reads a values file"
        fix = foreign.commands(kind, name) if is_known else render
        if is_init and kind is foreign.Kind.MANIFEST:
            fix = f"`{quoted(['sfsgen', 'init', '--from', name])}` prints its sets as values"
        yield Problem(name, what, fix)
    elif not (is_init and label_fault(name) == ""):  # which is the name of a set
        yield Problem(name, what, f"{quoted(['sfsgen', command])} > {quoted([name])}")
