"""Twice as many objects take twice the work, whatever they lack: counted in calls."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from sfsgen.checking.inspection import scene
from sfsgen.checking.ruleset import Rule, all_rules, findings
from sfsgen.kubernetes.kubectl import Access, Kubectl
from sfsgen.rules.missing_volume import missing_volume
from sfsgen.rules.service import service
from sfsgen.sets.reading import objects

pytestmark = pytest.mark.without_libraries

Object = dict[str, Any]
FEW = 150
MOST = 2.7  # times the work for twice the objects; four times as much where each looks at each


def _storage(size: int, storage_class: str | None) -> Object:
    named = {} if storage_class is None else {"storageClassName": storage_class}
    return {"accessModes": ["ReadWriteOnce"], "size": f"{size}Mi", **named}


def _claim_spec(size: int = 1, storage_class: str | None = "", **more: Any) -> Object:
    storage = _storage(size, storage_class)
    return {"resources": {"requests": {"storage": storage.pop("size")}}, **storage, **more}


def _object(kind: str, name: str, spec: Object) -> Object:
    api_version = "apps/v1" if kind == "StatefulSet" else "v1"
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _set(name: str, size: int = 1, storage_class: str | None = "", replicas: int = 1) -> Object:
    labels = {"app": name}
    pod = {"containers": [{"name": "a", "image": "x"}]}
    template = {"metadata": {"name": "data"}, "spec": _claim_spec(size, storage_class)}
    spec = {
        "serviceName": name,
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
        "volumeClaimTemplates": [template],
    }
    return _object("StatefulSet", name, spec)


def _volume(
    name: str, size: int = 1, storage_class: str | None = None, *, is_nfs: bool = True
) -> Object:
    storage = _storage(size, storage_class)
    source = {"nfs": {"server": "nfs", "path": f"/{name}"}} if is_nfs else {"hostPath": {}}
    spec = {"capacity": {"storage": storage.pop("size")}, **storage, **source}
    return _object("PersistentVolume", name, spec)


def _claim(name: str, volume: str) -> Object:
    return _object("PersistentVolumeClaim", name, _claim_spec(volumeName=volume))


def _service(name: str) -> Object:
    return _object("Service", name, {"clusterIP": "None", "selector": {"app": name}})


MANY: dict[str, Callable[[int], Iterable[Object]]] = {
    "sets and volumes of all sizes, none of which fits": lambda n: [
        *(_set(f"s{i}", i + 1, None) for i in range(n)),
        *(_volume(f"v-{i}a", 5000 + i) for i in range(n)),
    ],
    "sets and volumes of all sizes": lambda n: [
        *(_set(f"s{i}", i + 1) for i in range(n)),
        *(_volume(f"v-{i}a", i + 1) for i in range(n)),
    ],
    "sets and volumes of all sizes on nodes": lambda n: [
        *(_set(f"s{i}", i + 1) for i in range(n)),
        *(_volume(f"v-{i}a", 5000 + i, is_nfs=False) for i in range(n)),
    ],
    "sets and volumes of all classes": lambda n: [
        *(_set(f"s{i}", storage_class="nfs") for i in range(n)),
        *(_volume(f"v-{i}a", 2, f"slow{i}") for i in range(n)),
    ],
    "sets of one class and volumes of all": lambda n: [
        *(_set(f"s{i}") for i in range(n)),
        *(_volume(f"v-{i}a", 1, f"slow{i}") for i in range(n)),
    ],
    "claims of volumes that were renamed": lambda n: [
        _set("web", replicas=n),
        *(_claim(f"data-web-{i}", f"pv-web-{i}") for i in range(n)),
        *(_volume(f"old-pv-web-{i}-new") for i in range(n)),
    ],
    "sets beside volumes that do not fit": lambda n: [
        *(_set(f"s{i}", 3) for i in range(n)),
        *(_volume(f"v-{i}a", storage_class="slow") for i in range(n)),
    ],
    "sets and Services of other names": lambda n: [
        *(_set(f"s{i}", replicas=2) for i in range(n)),
        *(_service(f"p-s{i}-x") for i in range(n)),
    ],
}


# What the others call would hide it.
ALONE: dict[str, Rule] = {
    "claims of volumes that were renamed": missing_volume,
    "sets and Services of other names": service,
}


@pytest.mark.parametrize("name", MANY)
def test_it_grows_as_its_input(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Up to this many are compared with one another, and of more none.
    monkeypatch.setattr("sfsgen.rules.class_._MOST_COMPARED", 0)
    rules = [ALONE[name]] if name in ALONE else all_rules()
    few, many = (_calls(rules, MANY[name](number), tmp_path) for number in (FEW, 2 * FEW))
    assert many <= MOST * few


def _calls(rules: Sequence[Rule], items: Iterable[Object], folder: Path) -> int:
    """Return how many functions are called where rules look at objects."""
    (folder / "all.json").write_text(
        json.dumps({"kind": "List", "apiVersion": "v1", "items": [*items]})
    )
    access = Access((str(folder / "all.json"),), None, Kubectl(None, None), "")
    read = objects(access)
    count = 0

    def seen(_: FrameType, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        for _ in findings(scene(read, "default", None, access), rules):
            pass
    finally:
        sys.setprofile(before)
    return count
