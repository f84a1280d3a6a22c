"""Measures what the program promises about `check`: ratios, each side by side in one run.

    python benchmarks/checking.py

Checks 10,000 pairs of ten sets, as `kubectl get -o json` prints them and as manifests hold them,
against loading them with Python's json. Exits with 1 where more is needed than promised.
"""

import copy
import gc
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from reading import dump, json_load, milliseconds
from run import report

from sfsgen.inspection import inspect, scene
from sfsgen.manifests import read_manifests
from sfsgen.ruleset import RULES
from sfsgen.scene import Scene

PAIRS = 10_000


def whole_dump() -> dict[str, Any]:
    """Return a List of ten healthy sets with all their claims and volumes."""
    document = dump(2 * PAIRS)
    items = [each for each in document["items"] if each["kind"] != "Service"]
    replicas = len(items) // 20
    for each in items:
        if each["kind"] == "StatefulSet":
            name = each["metadata"]["name"]
            each["spec"] |= {"replicas": replicas, "ordinals": {"start": 1}, "serviceName": name}
    services = [each for each in document["items"] if each["kind"] == "Service"]
    return document | {"items": items + services}


def checked(path: Path) -> int:
    """Check a file as the program does, which does not look for garbage; return its objects."""
    gc.disable()
    try:
        looked_at = _scene(path)
        found = inspect(looked_at, RULES)
    finally:
        gc.enable()
    if found:
        sys.exit(f"{found[0].what}, and {len(found) - 1} more")
    return len(looked_at.look.manifests)


def only_read(path: Path) -> int:
    """Read a file as the program does, and return its objects."""
    gc.disable()
    try:
        return len(_scene(path).look.manifests)
    finally:
        gc.enable()


def _scene(path: Path) -> Scene:
    manifests, problems = read_manifests(path.read_bytes(), str(path))
    return scene(manifests, problems, "default", None, [])


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


def write(path: Path, document: dict[str, Any]) -> int:
    """Write a document as kubectl prints it, and return how many objects it holds."""
    path.write_text(json.dumps(document, indent=4), "utf-8")
    return len(document["items"])


def main() -> bool:
    """Print every ratio, and return whether all hold."""
    with tempfile.TemporaryDirectory() as folder:
        dumped, bare = Path(folder, "dump.json"), Path(folder, "manifests.json")
        # Nothing of them may stay in memory: json.load would look through it for garbage.
        count = write(dumped, whole_dump())
        write(bare, as_manifests(whole_dump()))
        one, other = milliseconds(dumped, count, checked, json_load)
        held = report("10,000 pairs of a cluster: check / json.load", one, other, 3, "ms")
        whole, read, loaded = milliseconds(bare, count, checked, only_read, json_load)
        held &= report("10,000 pairs in files: check / reading them", whole, read, 3, "ms")
        # Without a server that has taken their fields, these are looked at as well.
        return report("10,000 pairs in files: check / json.load", whole, loaded, 4.5, "ms") and held


if __name__ == "__main__":
    sys.exit(not main())
