"""What a live cluster holds, read with kubectl: it knows contexts, plugins and logins."""

import re
import subprocess
from collections.abc import Sequence

from sfsgen.errors import InputError, Problem

NAME = "cluster"
"""How messages name what was read from a cluster."""
PAIRED = ("statefulsets", "persistentvolumeclaims", "persistentvolumes")
ALL = (*PAIRED, "services")
_PATIENCE = 60  # seconds, for kubectl as a whole
_REQUEST_PATIENCE = 30  # seconds, for one request


def objects(
    resources: Sequence[str], namespace: str | None, context: str | None, kubeconfig: str | None
) -> bytes:
    """Return the objects of some resources, of a namespace, as kubectl prints them (JSON).

    Nothing is ever written to the cluster. Raises InputError, with kubectl's own words, where
    kubectl is missing, refused or too slow.
    """
    command = ["kubectl", "get", ",".join(resources), "-o", "json"]
    command += [f"--request-timeout={_REQUEST_PATIENCE}s"]
    for option, value in (
        ("--namespace", namespace),
        ("--context", context),
        ("--kubeconfig", kubeconfig),
    ):
        if value is not None:
            command.append(f"{option}={value}")
    return _run(command)


def _run(command: Sequence[str]) -> bytes:
    shown = " ".join(command[:3])
    try:
        done = subprocess.run(  # noqa: S603  # a list of arguments, through no shell
            command, capture_output=True, check=False, timeout=_PATIENCE
        )
    except FileNotFoundError as error:
        fix = "install kubectl, or read what `kubectl get sts,pvc,pv -o yaml` printed with -f"
        raise InputError(Problem("kubectl", "it is not on the PATH", fix)) from error
    except subprocess.TimeoutExpired as error:
        fix = "see whether the cluster answers, or read a dump with -f"
        what = f"it did not answer within {_PATIENCE} seconds"
        raise InputError(Problem(shown, what, fix)) from error
    if done.returncode:
        words = _without_log(done.stderr.decode(errors="replace"))
        words = words.removeprefix("error: ") or f"exit status {done.returncode}"
        fix = "see what kubectl says, or read a dump with -f"
        raise InputError(Problem(shown, words, fix))
    return done.stdout


def _without_log(text: str) -> str:
    """Return kubectl's message without the log lines of its libraries before it."""
    lines = text.strip().splitlines()
    message = [line for line in lines if not re.match(r"[IWEF][0-9]{4} ", line)]
    return "\n".join(message or lines)
