"""What a live cluster holds, read with kubectl: it knows contexts, plugins and logins."""

import contextlib
import os
import re
import selectors
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from sfsgen import signals
from sfsgen.console import note
from sfsgen.documents.files import LARGEST, too_large
from sfsgen.kubernetes.kubectl import Kubectl
from sfsgen.kubernetes.words import CLUSTER, DEFAULT_NAMESPACE
from sfsgen.problems import InputError, Problem

NAME = CLUSTER
"""How messages name what was read from a cluster."""
PAIRED = ("statefulsets", "persistentvolumeclaims", "persistentvolumes")
ALL = (*PAIRED, "services")
_PATIENCE = 60  # seconds, for kubectl as a whole
_CONFIG_PATIENCE = 5  # seconds, for what kubectl reads of files
_REQUEST_PATIENCE = 30  # seconds, for one request
_PIECE = 2**16  # bytes, as much as a pipe holds


def objects(
    resources: Sequence[str], namespace: str | None, kubectl: Kubectl, *, everywhere: bool = False
) -> bytes:
    """Return the objects of some resources, of a namespace or all, as kubectl prints them (JSON).

    Nothing is ever written to the cluster. Raises InputError, with kubectl's own words, where
    kubectl is missing, refused, too slow or endless.
    """
    of_all = ["--all-namespaces"] if everywhere else []
    return _get([",".join(resources), *of_all], namespace, kubectl)


def all_claims(kubectl: Kubectl) -> bytes:
    """Return the claims of all namespaces. Raises InputError as `objects` does."""
    return _get(["persistentvolumeclaims", "--all-namespaces"], None, kubectl)


def whereabouts(kubectl: Kubectl, namespace: str | None) -> tuple[str, str]:
    """Return the context and the namespace that kubectl looks at, "" where it does not say.

    It does not where there is no context, as in a pod.
    """
    if kubectl.context is not None and namespace is not None:
        return kubectl.context, namespace
    import json

    context, its_namespace = kubectl.context or "", ""
    command = kubectl.words("config", "view", "--minify", "-o", "json")
    with contextlib.suppress(OSError, TimeoutError, InputError, ValueError, LookupError, TypeError):
        status, out, _ = _run(command, "kubectl config", _CONFIG_PATIENCE)
        if not status:
            config = json.loads(out)
            context = str(config["current-context"])
            its_namespace = str(
                config["contexts"][0]["context"].get("namespace") or DEFAULT_NAMESPACE
            )
    return context, its_namespace if namespace is None else namespace


def lines(command: Sequence[str], patience: float) -> list[str]:
    """Return the lines that a command of kubectl prints in time; none where it fails.

    It has no terminal: a login that would ask there would wait for an answer while somebody types.
    """
    with contextlib.suppress(OSError, ValueError, TimeoutError, InputError):
        status, out, _ = _run(command, command[0], patience, has_terminal=False)
        return [] if status else out.decode(errors="replace").splitlines()
    return []


def kustomized(folder: str) -> bytes:
    """Return what kubectl's kustomize makes of a folder or an address, and tell its warnings.

    Raises InputError, with its own words, where it makes nothing, or not all.
    """
    shown = shlex.join(["kubectl", "kustomize", folder])
    # What begins like an option is a folder nevertheless.
    given = f"./{folder}" if folder.startswith("-") else folder
    out, words = _answer(
        ["kubectl", "kustomize", given],
        shown,
        dump=shown,
        slow=f"see what it waits for, or read what `{shown}` printed with -f",
        wrong="mend what kustomize says; what it makes by other options is read with -f -",
    )
    if words:
        note(f"{shown}: {words}")
    return out


def _not_run(error: OSError, otherwise: str) -> Problem:
    """Return why kubectl could not be run, and what to do instead."""
    if isinstance(error, FileNotFoundError):
        return Problem("kubectl", "it is not on the PATH", f"install kubectl, or {otherwise}")
    what = "it may not be run" if isinstance(error, PermissionError) else str(error.strerror)
    return Problem("kubectl", what, "see that it is a program: ls -l $(which kubectl)")


def garbled(kubectl: Kubectl) -> InputError:
    """Return the error for what kubectl printed and no API server would send."""
    command = kubectl.command("get", "sts", "-o", "json")
    fix = f"see what `{command}` prints, or read a dump with -f"
    return InputError(Problem("kubectl get", "what it printed is no list of objects", fix))


def _get(what: Sequence[str], namespace: str | None, kubectl: Kubectl) -> bytes:
    shown = f"kubectl get {what[0]}"
    patience = f"--request-timeout={_REQUEST_PATIENCE}s"
    out, _ = _answer(
        kubectl.words("get", *what, "-o", "json", patience, namespace=namespace),
        shown,
        dump=kubectl.command("get", "sts,svc,pvc,pv", "-o", "yaml", namespace=namespace),
        slow="see whether the cluster answers, or read a dump with -f",
        wrong="see what kubectl says, or read a dump with -f",
    )
    return out


def _answer(
    command: Sequence[str], shown: str, *, dump: str, slow: str, wrong: str
) -> tuple[bytes, str]:
    """Return what a command prints on stdout, and what it says on stderr.

    Raises InputError where it is not there, too slow or fails: with what mends that, such as what
    the command `dump` prints elsewhere.
    """
    try:
        status, out, err = _run(command, shown)
    except TimeoutError as error:
        what = f"it did not answer within {_PATIENCE} seconds"
        raise InputError(Problem(shown, what, slow)) from error
    except OSError as error:
        otherwise = f"read what `{dump}` printed elsewhere with -f"
        raise InputError(_not_run(error, otherwise)) from error
    words = _without_log(err.decode(errors="replace")).removeprefix("error: ")
    if status:
        raise InputError(Problem(shown, words or f"exit status {status}", wrong))
    return out, words


def _run(
    command: Sequence[str], shown: str, patience: float | None = None, *, has_terminal: bool = True
) -> tuple[int, bytes, bytes]:
    """Run a command and return its exit status and what it printed on stdout and stderr.

    Raises TimeoutError where it takes too long, InputError where it prints without end. Whatever
    happens, nothing that it started goes on: signals are held while it starts and ends.
    """
    with signals.held() as before:
        process = _started(command, before, has_terminal=has_terminal)
        front = _in_foreground(process.pid) if has_terminal else contextlib.nullcontext()
        with process, _ended(process), signals.let_through(before), front:
            deadline = time.monotonic() + (_PATIENCE if patience is None else patience)
            out, err = _printed(process, shown, deadline)
            status = _status(process, deadline)
    if status == -signal.SIGINT:  # Ctrl-C reaches only what is in the foreground
        raise KeyboardInterrupt
    return status, out, err


def _started(
    command: Sequence[str], mask: Iterable[int], *, has_terminal: bool
) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own, with only these signals held from it."""
    return subprocess.Popen(  # noqa: S603  # a list of arguments, through no shell
        command,
        stdin=None if has_terminal else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0 if has_terminal else None,
        start_new_session=not has_terminal,  # which is a group, too
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, mask),  # noqa: PLW1509  # there is one thread
    )


def _status(process: subprocess.Popen[bytes], deadline: float) -> int:
    """Return how a program ended that has closed its streams."""
    try:
        return process.wait(max(0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error


def _printed(process: subprocess.Popen[bytes], shown: str, deadline: float) -> tuple[bytes, bytes]:
    """Return what a program prints on stdout and stderr until it has closed both."""
    out, err = bytearray(), bytearray()
    with selectors.DefaultSelector() as streams:
        for stream, text in ((process.stdout, out), (process.stderr, err)):
            if stream:
                streams.register(stream, selectors.EVENT_READ, text)
        while streams.get_map():
            ready = streams.select(deadline - time.monotonic())
            if not ready or time.monotonic() > deadline:
                raise TimeoutError
            for key, _ in ready:
                piece = os.read(key.fd, _PIECE)
                key.data.extend(piece)
                if len(key.data) > LARGEST:
                    raise too_large(shown)
                if not piece:
                    streams.unregister(key.fileobj)
    return bytes(out), bytes(err)


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a program and all that it started, such as a plugin for the login, in any case."""
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def _in_foreground(group: int) -> Iterator[None]:
    """Lend the terminal, where there is one, to a process group: a login may ask there."""
    terminal = _terminal()
    if terminal is None:
        yield
        return
    # Who is not in the foreground is stopped by this signal when taking the terminal back.
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        with contextlib.suppress(OSError):
            os.tcsetpgrp(terminal, group)
            os.killpg(group, signal.SIGCONT)  # it may have asked already
        yield
    finally:
        with contextlib.suppress(OSError):
            os.tcsetpgrp(terminal, os.getpgrp())
        signal.signal(signal.SIGTTOU, before)


def _terminal() -> int | None:
    """Return the terminal that we have in the foreground, if there is one."""
    stdin: IO[str] | None = sys.stdin  # None where it is closed
    try:
        terminal = stdin.fileno() if stdin and stdin.isatty() else None
        # It may be the terminal of others, which is not ours to lend.
        is_ours = terminal is not None and os.tcgetpgrp(terminal) == os.getpgrp()
    except (OSError, ValueError):
        return None
    return terminal if is_ours else None


def _without_log(text: str) -> str:
    """Return kubectl's message, on one line, without the log lines of its libraries before it."""
    lines = text.strip().splitlines()
    message = [line for line in lines if not re.match(r"[IWEF][0-9]{4} ", line)]
    logged = [each for line in lines if (each := _logged(line))]  # where all is a line of a log
    return "; ".join(filter(None, map(str.strip, message or logged or lines)))


def _logged(line: str) -> str:
    """Return the error that a line of a log tells of, without quotes; "" where it has none."""
    import json

    found = re.search(r' err=("(?:[^"\\]|\\.)*")$', line)
    with contextlib.suppress(ValueError):
        return "; ".join(json.loads(found[1]).split("\n")) if found else ""
    return ""
