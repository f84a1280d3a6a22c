"""Measures what the program promises about reading: ratios, each side by side in one run.

    python benchmarks/reading.py

Reads the objects of examples/scale-up, many times over, as `kubectl get -o json|yaml` prints them.
"""

import copy
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from run import report

from sfsgen.kubernetes.manifests import read_manifests

ROUNDS = 7
DUMP = Path(__file__).parents[1] / "examples" / "scale-up" / "dump.yaml"


def dump(count: int) -> dict[str, Any]:
    """Return a List of so many objects: ten sets with their claims and volumes."""
    by_kind = {each["kind"]: each for each in yaml.safe_load(DUMP.read_text())["items"]}
    items = []
    for number in range(count):
        set_name, ordinal = f"web{number % 10}", number // 20
        kind = "PersistentVolumeClaim" if number % 20 < 10 else "PersistentVolume"  # noqa: PLR2004
        if number < 20:  # noqa: PLR2004
            kind = "StatefulSet" if number < 10 else "Service"  # noqa: PLR2004
        item = copy.deepcopy(by_kind[kind])
        name = {"PersistentVolumeClaim": f"pvc-{set_name}-{ordinal}"}.get(kind, set_name)
        name = f"pv-{set_name}-{ordinal}" if kind == "PersistentVolume" else name
        item["metadata"] |= {"name": name, "resourceVersion": str(number), "uid": f"{number:036x}"}
        if kind == "PersistentVolumeClaim":
            item["spec"]["volumeName"] = f"pv-{set_name}-{ordinal}"
        elif kind == "PersistentVolume":
            item["spec"]["claimRef"] |= {
                "name": f"pvc-{set_name}-{ordinal}",
                "uid": f"{number - 10:036x}",
            }
            item["spec"]["nfs"]["path"] = f"/exports/{name}"
        items.append(item)
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}


def ours(path: Path) -> int:
    """Read a file as the program does."""
    manifests, problems = read_manifests(path.read_bytes(), str(path))
    if problems:
        sys.exit(str(problems[0]))
    return len(manifests)


def json_load(path: Path) -> int:
    """Read a file with Python's json."""
    with path.open(encoding="utf-8") as file:
        return len(json.load(file)["items"])


def yaml_load(path: Path) -> int:
    """Read a file with PyYAML's C loader."""
    return len(yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["items"])


def milliseconds(path: Path, count: int, *readers: Callable[[Path], int]) -> list[float]:
    """Return each reader's median time; they take turns, so that all meet the same machine.

    None of them looks for garbage, as the program does not (`sfsgen/__main__.py`).
    """
    times: list[list[float]] = [[] for _ in readers]
    for _ in range(ROUNDS):
        for reader, taken in zip(readers, times, strict=True):
            gc.collect()
            gc.disable()
            start = time.perf_counter()
            if reader(path) != count:
                sys.exit(f"{reader.__name__} does not read all {count} objects")
            taken.append(1000 * (time.perf_counter() - start))
            gc.enable()
    return [statistics.median(each) for each in times]


def main() -> None:
    """Print every ratio."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dump.json")
        path.write_text(json.dumps(dump(20_000), indent=4), "utf-8")
        one, other = milliseconds(path, 20_000, ours, json_load)
        report("JSON, 20,000 objects / json.load", one, other, 2, "ms")
        path = Path(folder, "dump.yaml")
        path.write_text(yaml.dump(dump(2_000), Dumper=yaml.CSafeDumper), "utf-8")
        one, other = milliseconds(path, 2_000, ours, yaml_load)
        report("YAML, 2,000 objects / PyYAML's CSafeLoader", one, other, 1, "ms")


if __name__ == "__main__":
    main()
