"""Measures what the program promises about `check`: ratios, each side by side in one run.

    python benchmarks/checking.py

Checks 10,000 pairs of ten sets, as `kubectl get -o json` prints them and as manifests hold them,
against loading them with Python's json; and broken sets of every kind, of which twice as many must
not take four times as long. Exits with 1 where more is needed than promised.
"""

import copy
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reading import dump, json_load, milliseconds
from run import report

from sfsgen.checking.inspection import inspect, scene
from sfsgen.checking.ruleset import all_rules
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.kubectl import Access
from sfsgen.kubernetes.manifests import read_manifests
from sfsgen.sets.reading import Read

PAIRS = 10_000
FEW = 2_000


def whole_dump() -> dict[str, Any]:
    """Return a List of ten healthy sets with all their claims and volumes."""
    document = dump(2 * PAIRS)
    items = [each for each in document["items"] if each["kind"] != "Service"]
    replicas = len(items) // 20
    for each in items:
        if each["kind"] == "StatefulSet":
            name = each["metadata"]["name"]
            each["spec"] |= {"replicas": replicas, "ordinals": {"start": 1}, "serviceName": name}
            pod = each["spec"]["template"].setdefault("spec", {})
            pod["securityContext"] = {"runAsUser": 1000}  # whose files these are is said
    services = [each for each in document["items"] if each["kind"] == "Service"]
    return document | {"items": items + services}


def checked(path: Path) -> int:
    """Check a file as the program does; return its objects."""
    looked_at = _scene(path)
    found = inspect(looked_at, all_rules())
    if found:
        sys.exit(f"{found[0].what}, and {len(found) - 1} more")
    return len(looked_at.look.manifests)


def only_read(path: Path) -> int:
    """Read a file as the program does, and return its objects."""
    return len(_scene(path).look.manifests)


def _scene(path: Path) -> Scene:
    manifests, problems = read_manifests(path.read_bytes(), str(path))
    return scene(Read(manifests, problems), "default", None, Access())


def as_manifests(document: dict[str, Any]) -> dict[str, Any]:
    """Return the objects without what a server adds."""
    items = copy.deepcopy(document["items"])
    for each in items:
        name, namespace = each["metadata"]["name"], each["metadata"].get("namespace")
        each["metadata"] = {"name": name, **({"namespace": namespace} if namespace else {})}
        each.pop("status", None)
        if each["kind"] == "PersistentVolume":
            each["spec"]["storageClassName"] = ""
            for field in ("uid", "resourceVersion"):
                del each["spec"]["claimRef"][field]
    return document | {"items": items}


def volume(name: str, claim: str = "", **metadata: Any) -> dict[str, Any]:
    """Return a volume, reserved for a claim if one is given."""
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteMany"],
        "nfs": {"server": "nfs.example.com", "path": f"/exports/{name}"},
    }
    if claim:
        spec["claimRef"] = {"namespace": "default", "name": claim}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, **metadata},
        "spec": spec,
    }


def claim(name: str, **spec: Any) -> dict[str, Any]:
    """Return a claim."""
    asked = {"requests": {"storage": "1Gi"}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "storageClassName": "",
            "resources": asked,
            **spec,
        },
    }


def stateful_set(name: str, replicas: int = 1, template: str = "pvc") -> dict[str, Any]:
    """Return a set with one claim template."""
    made = claim(template)
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name},
        "spec": {
            "serviceName": name,
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {}},
            "volumeClaimTemplates": [made],
        },
    }


def unreserved(count: int) -> list[dict[str, Any]]:
    """Return claims and volumes that nothing brings together."""
    pairs = [each for n in range(count) for each in (claim(f"pvc-web-{n}"), volume(f"disk{n}x"))]
    return [stateful_set("web", count), *pairs]


def selecting(count: int) -> list[dict[str, Any]]:
    """Return claims with one selector, and volumes with its labels."""
    labels = {"app": "web"}
    claims = [claim(f"pvc-web-{n}", selector={"matchLabels": labels}) for n in range(count)]
    return [
        stateful_set("web", count),
        *claims,
        *(volume(f"disk{n}x", labels=labels) for n in range(count)),
    ]


def renamed(count: int) -> list[dict[str, Any]]:
    """Return sets whose claims bear other names."""
    return [
        each
        for n in range(count)
        for each in (
            stateful_set(f"prod-web{n}", template=f"t{n}"),
            claim(f"prod-t{n}-web{n}-0", volumeName=f"pv-{n}"),
            volume(f"pv-{n}", f"t{n}-web{n}-0"),
        )
    ]


def contested(count: int) -> list[dict[str, Any]]:
    """Return claims that name one volume, and volumes that are reserved for one claim."""
    claims = [claim(f"pvc-web-{n}", volumeName="pv-web-0") for n in range(count)]
    return [*claims, *(volume(f"pv-web-{n}", "pvc-web-0") for n in range(count))]


def broken(count: int) -> list[dict[str, Any]]:
    """Return sets whose claims cannot be read."""
    return [
        each
        for n in range(count)
        for each in (stateful_set(f"web{n}"), claim(f"pvc-web{n}-0", storageClassName=1))
    ]


def growth(folder: str, of: Callable[[int], list[dict[str, Any]]]) -> tuple[float, float]:
    """Return how long it takes to check twice as many objects, and once as many."""
    times = []
    for number in (FEW, 2 * FEW):
        path = Path(folder, f"{number}.json")
        path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": of(number)}))
        start = time.perf_counter()
        inspect(_scene(path), all_rules())
        times.append(1000 * (time.perf_counter() - start))
    return times[1], times[0]


def write(path: Path, document: dict[str, Any]) -> int:
    """Write a document as kubectl prints it, and return how many objects it holds."""
    path.write_text(json.dumps(document, indent=4), "utf-8")
    return len(document["items"])


def main() -> bool:
    """Print every ratio, and return whether all hold."""
    with tempfile.TemporaryDirectory() as folder:
        dumped, bare = Path(folder, "dump.json"), Path(folder, "manifests.json")
        count = write(dumped, whole_dump())
        write(bare, as_manifests(whole_dump()))
        one, other = milliseconds(dumped, count, checked, json_load)
        held = report("10,000 pairs of a cluster: check / json.load", one, other, 7, "ms")
        whole, read, loaded = milliseconds(bare, count, checked, only_read, json_load)
        held &= report("10,000 pairs in files: check / reading them", whole, read, 3, "ms")
        # Without a server that has taken their fields, these are looked at as well.
        held &= report("10,000 pairs in files: check / json.load", whole, loaded, 8.5, "ms")
        for of in (unreserved, selecting, renamed, contested, broken):
            many, few = growth(folder, of)
            held &= report(f"{2 * FEW} {of.__name__} / {FEW}", many, few, 3, "ms")
        return held


if __name__ == "__main__":
    sys.exit(not main())
