"""What is so of each ordinal is told once: one finding for each set, cause and severity."""
# ruff: noqa: E501  # a case a line

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.program import findings, sfsgen

pytestmark = pytest.mark.without_libraries

COUNT = 3
RENDERED = list(
    yaml.safe_load_all(
        sfsgen(f"render web -r {COUNT} -n default --nfs-server nfs --nfs-path /e --storage 1Gi").out
    )
)
Object = dict[str, Any]
Change = Callable[[Object], object]


def _found(change: dict[str, Change], *, is_stored: bool = False) -> list[Any]:
    objects = copy.deepcopy(RENDERED)
    for number, each in enumerate(objects):
        if is_stored:
            each["metadata"] |= {"uid": f"uid-{number}"}
        for kind, changed in change.items():
            if each["kind"] == kind:
                changed(each)
    text = yaml.safe_dump_all(objects)
    return [each for each in findings("-f", "-", stdin=text) if each["rule"] != "dump"]


def _in_spec(**values: Any) -> Change:
    return lambda each: each["spec"].update(values)


def _without(*path: str) -> Change:
    def change(each: Object) -> None:
        for part in path[:-1]:
            each = each[part]
        each.pop(path[-1], None)

    return change


def _in_nfs(**values: Any) -> Change:
    return lambda each: each["spec"]["nfs"].update(values)


def _with_uid(each: Object) -> None:
    each["spec"]["claimRef"] |= {"uid": f"old-{each['metadata']['name']}"}


def _released(each: Object) -> None:
    _with_uid(each)
    each["status"] = {"phase": "Released"}


def _all(*changes: Change) -> Change:
    return lambda each: [one(each) for one in changes]


def _named(each: Object) -> None:
    each["metadata"]["name"] = f"old-{each['metadata']['name']}"


def _sized(each: Object) -> None:
    each["spec"]["resources"]["requests"]["storage"] = "2Gi"


VOLUME, CLAIM = "PersistentVolume", "PersistentVolumeClaim"
UNNAMED = {CLAIM: _without("spec", "volumeName")}
LOST = {CLAIM: lambda each: each.update(status={"phase": "Lost"})}
PENDING = {CLAIM: lambda each: each.update(status={"phase": "Pending"})}


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("incomplete-claim-ref", {VOLUME: _without("spec", "claimRef", "namespace")}),
        ("unequal-pair", {VOLUME: _in_spec(capacity={"storage": "500Mi"})}),
        ("claim-ref", {VOLUME: lambda each: each["spec"]["claimRef"].update(namespace="old")}),
        ("nfs-path", {VOLUME: lambda each: each["spec"]["nfs"].update(path=each["spec"]["nfs"]["path"][1:])}),
        ("nfs-path", {VOLUME: _in_nfs(path="/e/../f")}),
        ("nfs-server", {VOLUME: _in_nfs(server="nfs server")}),
        ("soft-mount", {VOLUME: _in_spec(mountOptions=["soft"])}),
        ("stale-uid", {VOLUME: _with_uid}),
        ("read-write-once-pod", {VOLUME: _in_spec(accessModes=["ReadWriteMany", "ReadWriteOncePod"])}),
        ("volume-mode", {VOLUME: _in_spec(volumeMode="Block")}),
        ("size", UNNAMED | {VOLUME: _in_spec(capacity={"storage": "500Mi"})}),
        ("access-modes", UNNAMED | {VOLUME: _in_spec(accessModes=["ReadOnlyMany"])}),
        ("name", {CLAIM: _named}),
        ("half-reserved", {VOLUME: _without("spec", "claimRef")}),
    ],
)  # fmt: skip
def test_what_is_so_of_each_ordinal_is_told_once(rule: str, change: dict[str, Change]) -> None:
    told = [each for each in _found(change) if each["rule"] == rule]
    assert len(told) == 1
    assert "; so it is with " in told[0]["what"]


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("lost", LOST),
        ("lost", LOST | {VOLUME: _without("spec", "claimRef")}),
        ("lost", LOST | {VOLUME: _with_uid}),
        ("released", PENDING | {VOLUME: _released}),
        ("reclaim-policy", {VOLUME: _in_spec(persistentVolumeReclaimPolicy="Delete")}),
    ],
)
def test_of_a_cluster_too_by_the_steps_of_all(rule: str, change: dict[str, Change]) -> None:
    (told,) = _found(change, is_stored=True)
    assert told["rule"] == rule
    assert "; so it is with " in told["what"]
    assert len(told["steps"]) >= COUNT
    assert told["fix"] == " && ".join(each["command"] for each in told["steps"])


def test_lost_claims_whose_volumes_are_missing_are_mended_by_one_command() -> None:
    objects = copy.deepcopy(RENDERED)
    for number, each in enumerate(objects):
        each["metadata"] |= {"uid": f"uid-{number}"}
        if each["kind"] == CLAIM:
            each["status"] = {"phase": "Lost" if number % 2 or number else "Bound"}
    gone = [
        each
        for each in objects
        if each["kind"] != VOLUME or each["metadata"]["name"].endswith("-0")
    ]
    for each in gone:
        if each["kind"] == CLAIM and each["metadata"]["name"].endswith("-0"):
            each["status"] = {"phase": "Bound"}
    told = [
        each
        for each in findings("-f", "-", stdin=yaml.safe_dump_all(gone))
        if each["rule"] == "lost"
    ]
    assert len(told) == 1
    verbs = [each["verb"] for each in told[0]["steps"]]
    assert verbs == ["create", "annotate", "annotate"]


def test_a_volume_that_failed_is_told_to_be_kept_once() -> None:
    def failed(each: Object) -> None:
        _released(each)
        each["spec"]["persistentVolumeReclaimPolicy"] = "Delete"
        each["status"]["phase"] = "Failed"

    (told,) = _found(PENDING | {VOLUME: failed}, is_stored=True)
    assert told["rule"] == "released"


def _moved(*path: str) -> Change:
    """Return how a field is moved one level up."""

    def change(each: Object) -> None:
        outer, at = each, each
        for part in path[:-1]:
            outer, at = at, at[part]
        outer[path[-1]] = at.pop(path[-1])

    return change


def _misspelt(*path: str) -> Change:
    def change(each: Object) -> None:
        for part in path[:-1]:
            each = each[part]
        each[path[-1][:-2] + path[-1][-1]] = each.pop(path[-1])

    return change


@pytest.mark.parametrize("how", [_moved, _misspelt])
@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (VOLUME, ("spec", "claimRef")),
        (VOLUME, ("spec", "claimRef", "namespace")),
        (VOLUME, ("spec", "capacity")),
        (VOLUME, ("spec", "nfs", "server")),
        (VOLUME, ("spec", "nfs")),
        (CLAIM, ("spec", "volumeName")),
        (CLAIM, ("spec", "accessModes")),
        ("Service", ("spec", "clusterIP")),
        ("Service", ("spec", "selector")),
        ("StatefulSet", ("spec", "serviceName")),
        ("StatefulSet", ("spec", "volumeClaimTemplates")),
        ("StatefulSet", ("spec", "replicas")),
    ],
)  # fmt: skip
def test_a_field_that_is_misspelt_or_elsewhere_is_not_missing_too(
    how: Callable[..., Change], kind: str, path: tuple[str, ...]
) -> None:
    (told,) = _found({kind: how(*path)})
    assert told["rule"] == "field"


def test_without_the_rule_field_it_is_missing() -> None:
    objects = copy.deepcopy(RENDERED)
    for each in objects:
        if each["kind"] == VOLUME:
            _moved("spec", "claimRef")(each)
    (told,) = findings("-f", "-", "--ignore", "field", stdin=yaml.safe_dump_all(objects))
    assert told["rule"] == "half-reserved"


@pytest.mark.parametrize("source", ["local", "hostPath"])
@pytest.mark.parametrize("name", ["pv-web-{}", "disk-{}"])
def test_of_a_pool_of_nodes_disks_nothing_is_told(source: str, name: str) -> None:
    objects = [each for each in copy.deepcopy(RENDERED) if each["kind"] != CLAIM]
    for number, each in enumerate(each for each in objects if each["kind"] == VOLUME):
        del each["spec"]["nfs"], each["spec"]["claimRef"]
        each["metadata"]["name"] = name.format(number)
        each["spec"] |= {source: {"path": "/mnt/web"}, "storageClassName": "disks"}
        terms = [
            {
                "matchExpressions": [
                    {"key": "kubernetes.io/hostname", "operator": "In", "values": [f"n{number}"]}
                ]
            }
        ]
        each["spec"]["nodeAffinity"] = {"required": {"nodeSelectorTerms": terms}}
    for each in objects:
        if each["kind"] == "StatefulSet":
            each["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "disks"
    assert findings("-f", "-", stdin=yaml.safe_dump_all(objects)) == []


def test_a_class_that_keeps_a_set_from_its_volumes_is_told_once() -> None:
    objects = [each for each in copy.deepcopy(RENDERED) if each["kind"] != CLAIM]
    for number, each in enumerate(each for each in objects if each["kind"] == VOLUME):
        del each["spec"]["claimRef"]
        each["metadata"]["name"] = f"pv{number}"
        each["spec"]["storageClassName"] = "nfs"
    for each in objects:
        if each["kind"] == "StatefulSet":
            del each["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"]
    (told,) = findings("-f", "-", stdin=yaml.safe_dump_all(objects))
    assert told["rule"] == "class"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("check --all-namespace", "write --all-namespaces"),
        ("volumes web --replicas=2.5", "give it as --replicas 3"),
    ],
)
def test_what_is_meant_is_told(command: str, told: str) -> None:
    assert f"fix: {told}\n" in sfsgen(command).err
