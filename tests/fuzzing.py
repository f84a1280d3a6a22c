"""One run of the program on an invented input: how it is written down, run and judged."""

import contextlib
import io
import json
import os
import re
import resource
import shlex
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import Any, NamedTuple

import yaml

from sfsgen.__main__ import run
from sfsgen.problems import EXIT_STATUS

MOST_SECONDS = 2.0
MOST_KILOBYTES = 200 * 1024
SEEDS = Path(__file__).parent / "fuzz"
_ALARM = 5.0  # of the processor's time; what takes longer is stopped
_STDIN = "stdin"
_BUG = "this is a bug"
_HEADER = re.compile(rb"^-- (.+) --\n", re.MULTILINE)
# What a terminal obeys in place of showing it: C0 but for the line's end, DEL, C1.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_COMMAND_OF_GITHUB = re.compile(r"^::", re.MULTILINE)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_LISTED = re.compile(r"[a-z]+(\.[a-z0-9.]+)?/[-a-z0-9.]+")
# Options whose value is a path: what is invented stays in its folder.
_PATHS = ("-f", "--filename", "--output-dir", "--template-dir", "--kubeconfig")


class Case(NamedTuple):
    """A command line, without its first word, and the files that lie about when it runs."""

    words: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...] = ()
    """By name; that of the name `stdin` comes from there."""

    @property
    def command(self) -> str:
        """The first word."""
        return self.words[0] if self.words else ""


class Outcome(NamedTuple):
    """How a run ended."""

    status: int | None
    """None where it did not return."""
    out: bytes
    err: str
    trace: str
    """Where an exception came from, whether it got out or was told as a bug."""
    seconds: float
    kilobytes: int
    """By how much the process has grown beyond what it ever was."""


class Fault(NamedTuple):
    """What is wrong with a run."""

    kind: str
    """The same for all runs with the same fault."""
    what: str


class TooLongError(BaseException):
    """It takes too long; no Exception, which the program would tell as its own."""


def parsed(text: bytes) -> Case:
    """Return a case from its file: the command line, then each file below `-- NAME --`."""
    head, *rest = _HEADER.split(text)
    words = shlex.split(head.decode(errors="surrogateescape"))
    names, contents = rest[::2], rest[1::2]
    files = tuple(
        (name.decode(), content.removesuffix(b"\n"))
        for name, content in zip(names, contents, strict=True)
    )
    return Case(tuple(words[1:]), files)


def written(case: Case) -> bytes:
    """Return the file of a case; the line's end after each content is not the content's."""
    parts = [shlex.join(["sfsgen", *case.words]).encode(errors="surrogateescape"), b"\n"]
    for name, content in case.files:
        parts += [b"-- ", name.encode(), b" --\n", content, b"\n"]
    return b"".join(parts)


def is_harmless(case: Case) -> bool:
    """Return whether a run stays in its folder, and reads no cluster."""
    previous = ""
    for word in case.words:
        option, is_one, value = word.partition("=")
        named = value if is_one and option in _PATHS else word if previous in _PATHS else ""
        if word.startswith("-f"):
            named = word[2:]
        if ".." in PurePosixPath(named).parts or named.startswith("/"):
            return False
        previous = word
    return not any("\0" in word for word in case.words)


def execute(case: Case) -> Outcome:
    """Run a case in this process, in a folder of its own."""
    shelf = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108  # no disk
    before, folder = os.getcwd(), tempfile.mkdtemp(prefix="fuzz-", dir=shelf)  # noqa: PTH109
    os.chdir(folder)
    try:
        for name, content in case.files:
            if name != _STDIN:
                Path(name).parent.mkdir(parents=True, exist_ok=True)
                Path(name).write_bytes(content)
        return _run(case.words, dict(case.files).get(_STDIN, b""))
    finally:
        os.chdir(before)
        shutil.rmtree(folder)


def _run(words: tuple[str, ...], stdin: bytes) -> Outcome:
    data = io.BytesIO()
    out, err = io.TextIOWrapper(data, encoding="utf-8", newline=""), _Talk()
    status = None
    size, start = _peak(), time.process_time()
    with _alone(stdin), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            with _alarm():
                status = run(words)
        except BaseException:  # noqa: BLE001  # whatever it is, it is told
            err.trace = traceback.format_exc()
    seconds = time.process_time() - start
    out.flush()
    grown = _peak() - size
    return Outcome(status, data.getvalue(), err.getvalue(), err.trace, seconds, grown)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class _Talk(io.StringIO):
    """What is said on stderr, and where an exception came from that is told there as a bug."""

    trace = ""

    def write(self, text: str) -> int:
        if text.startswith(f"sfsgen: {_BUG}"):
            self.trace = traceback.format_exc()
        return super().write(text)


@contextlib.contextmanager
def _alone(stdin: bytes) -> Iterator[None]:
    """Give the program its stdin, and no kubectl."""
    old_stdin, old_path = sys.stdin, os.environ.get("PATH", "")
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    os.environ["PATH"] = ""
    try:
        yield
    finally:
        sys.stdin, os.environ["PATH"] = old_stdin, old_path


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise TooLongError

    old = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _ALARM)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, old)


def faults(case: Case, outcome: Outcome) -> Iterator[Fault]:
    """Yield what is wrong with a run, whatever its input."""
    if outcome.status is None or _BUG in outcome.err:
        yield Fault(f"bug: {_signature(outcome.trace)}", outcome.trace or outcome.err)
        return
    possible = (0, 1, EXIT_STATUS) if case.command == "check" else (0, EXIT_STATUS)
    if outcome.status not in possible:
        yield Fault(f"status {outcome.status}", outcome.err)
    if outcome.status == EXIT_STATUS and outcome.out:
        yield Fault("stdout beside status 2", repr(outcome.out[:200]))
    if outcome.status == EXIT_STATUS and not outcome.err:
        yield Fault("status 2 without a word", "")
    if found := _CONTROL.search(outcome.err) or _COMMAND_OF_GITHUB.search(outcome.err):
        line = outcome.err[: found.end()].rpartition("\n")[2]
        said = re.split(r"(?:error|warning|fix|sfsgen): ", line, maxsplit=1)[-1]
        yield Fault(f"control on stderr: {_words(said)}", repr(outcome.err[: found.end() + 40]))
    if outcome.seconds > MOST_SECONDS:
        yield Fault("time", f"{outcome.seconds:.1f} s")
    if outcome.kilobytes > MOST_KILOBYTES:
        yield Fault("memory", f"{outcome.kilobytes // 1024} MB")
    if outcome.status != EXIT_STATUS:
        yield from _faults_of_output(case, outcome.out)


def _faults_of_output(case: Case, out: bytes) -> Iterator[Fault]:
    """Yield what is wrong with what was printed: others must be able to read it."""
    try:
        text = out.decode()
    except UnicodeDecodeError as error:
        yield Fault("stdout is not UTF-8", str(error))
        return
    is_help = any(word in ("-h", "--help", "--version") for word in case.words)
    if is_help or case.command not in ("render", "scale", "volumes", "check"):
        return
    form = _form(case)
    if "--diff" in case.words:  # it ends its lines as the file does
        text = text.replace("\r\n", "\n")
    if found := _CONTROL.search(text.replace("\t", "") if form == "yaml" else text):
        line = text[: found.end()].rpartition("\n")[2]
        if "--template-dir" not in case.words:  # its text is the user's
            yield Fault(f"control on stdout: {_words(line)}", repr(text[: found.end() + 40][-200:]))
    elif form == "name":
        odd = [line for line in text.splitlines() if not _LISTED.fullmatch(line)]
        if odd:
            yield Fault("-o name prints what is no name", repr(odd[:3]))
    elif form in ("json", "sarif", "yaml"):
        yield from _faults_of_documents(case, form, text)


def _form(case: Case) -> str:
    form = "text" if case.command == "check" else "yaml"
    for before, word in zip(("", *case.words), case.words, strict=False):
        if before in ("-o", "--output"):
            form = word
        elif word.startswith("--output="):
            form = word.partition("=")[2]
        elif word.startswith("-o") and word != "-o":
            form = word[2:]
    return form


def _faults_of_documents(case: Case, form: str, text: str) -> Iterator[Fault]:
    try:
        if form == "yaml":
            documents = list(yaml.load_all(text, yaml.CSafeLoader))
        else:
            documents = [json.loads(text)] if text else []
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        yield Fault(f"no {form}", f"{error}\n{text[:500]}")
        return
    if case.command == "check" or "--template-dir" in case.words:
        return
    for document in documents:
        for each in _items(document):
            metadata = each.get("metadata") or {}
            for field in ("name", "namespace"):
                name = metadata.get(field, "x")
                if not (isinstance(name, str) and _NAME.fullmatch(name)):
                    yield Fault(f"an object with an impossible {field}", repr(name)[:200])


def _items(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, dict):
        return []
    items = document.get("items")
    return items if isinstance(items, list) else [document]


def _signature(trace: str) -> str:
    """Return which exception came from where."""
    places = re.findall(r'File ".*?/(sfsgen/[^"]+)", line \d+, in (\S+)', trace)
    last = trace.strip().rpartition("\n")[2]
    return f"{_words(last)} in {' '.join(places[-1]) if places else '?'}"


def _words(text: str) -> str:
    """Return a message without what comes from the input."""
    return re.sub(r"[^A-Za-z:]+", " ", re.sub(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\d+", "", text))[:60]
