"""The Job that mounts exports and makes directories in them, where nobody gets to the server."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sfsgen.documents.yaml_writer import block
from sfsgen.kubernetes import versions
from sfsgen.kubernetes.versions import Target
from sfsgen.kubernetes.words import MANAGED_BY
from sfsgen.preparing.directories import Directory
from sfsgen.preparing.script import Task, script
from sfsgen.storage_drivers import CSI_NFS, DRIVERS

IMAGE = "busybox:1.37"
_LONGEST_NAME = 63  # of a Job: its pods bear it as a label
_LONGEST_SCRIPT = 131_071  # bytes: Linux starts no program with a longer argument
_HINT = "does the export let root of the nodes write (no_root_squash)?"


def jobs(
    directories: Sequence[Directory], task: Task, image: str, target: Target
) -> Iterator[dict[str, Any]]:
    """Yield the Jobs that make the directories of a namespace's sets: one where a script suffices.

    What Linux starts no program with is made by several.
    """
    made = _job(directories, task, image, target)
    if _length(made) <= _LONGEST_SCRIPT or len(directories) == 1:
        yield made
        return
    half = (len(directories) + 1) // 2
    for part in (directories[:half], directories[half:]):
        yield from jobs(part, task, image, target)


def _length(made: Mapping[str, Any]) -> int:
    return len(made["spec"]["template"]["spec"]["containers"][0]["command"][-1].encode())


def _job(
    directories: Sequence[Directory], task: Task, image: str, target: Target
) -> dict[str, Any]:
    """Return a Job that makes the directories of a namespace's sets.

    It is named by what it does: what is to be done again is the same Job.
    """
    pod = _pod(directories, task, image)
    spec: dict[str, Any] = {"template": {"metadata": {"labels": _LABELS}, "spec": pod}}
    if target.has(versions.BACKOFF_LIMIT):
        spec = {"backoffLimit": 0, **spec}  # what the first try says the others would say again
    laid = directories[0].laid
    name = _name(laid.set_name, spec)
    metadata = {"name": name, "namespace": laid.namespace, "labels": _LABELS}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def _pod(directories: Sequence[Directory], task: Task, image: str) -> dict[str, Any]:
    first = {(each.server, each.export): each for each in reversed(directories)}
    exports = list(dict.fromkeys((each.server, each.export) for each in directories))
    tops = [(*each, f"/exports/{index}") for index, each in enumerate(exports)]
    text = "".join(script(directories, task._replace(tops=tops, hint=_HINT)))
    names = [f"export-{index}" for index in range(len(exports))]
    mounts = [{"name": n, "mountPath": top} for n, (_, _, top) in zip(names, tops, strict=True)]
    container = {
        "name": "prepare",
        "image": image,
        "command": ["sh", "-c", _unexpanded(text)],
        "securityContext": {"runAsUser": 0},  # only root gives directories away
        "volumeMounts": mounts,
    }
    volumes = [{"name": n, **_source(first[each])} for n, each in zip(names, exports, strict=True)]
    return {"restartPolicy": "Never", "containers": [container], "volumes": volumes}


_LABELS = {MANAGED_BY: "sfsgen"}


def _name(set_name: str, spec: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(block(spec, 0).encode()).hexdigest()[:8]
    longest = _LONGEST_NAME - len(f"prepare--{digest}")
    return f"prepare-{set_name[:longest].rstrip('-.')}-{digest}"


def _source(directory: Directory) -> dict[str, Any]:
    """Return the volume of an export, mounted by what mounts the set's own."""
    server, export = directory.server, directory.export
    if directory.driver != CSI_NFS:
        return {"nfs": {"server": server, "path": export}}
    options = ",".join(directory.mount_options)
    attributes = {"server": server, "share": export}
    more = {"mountOptions": options} if options else {}
    return {
        "csi": {
            "driver": DRIVERS[CSI_NFS].csi,
            "volumeAttributes": {**attributes, **more},
        }
    }


def _unexpanded(text: str) -> str:
    """Return a text as it has to stand in a command, in which Kubernetes expands $(NAME) and $$."""
    return re.sub(r"\$(?=[$(])", "$$", text)
