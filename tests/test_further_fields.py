"""New pairs have what all others agree on, and what they lack is told."""

import json
from typing import Any

import pytest
import yaml

from tests.program import Result, findings, sfsgen

Object = dict[str, Any]
ZONE = {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "z", "operator": "In"}]}]}}
SELECTOR = {"matchLabels": {"disk": "fast"}}
LIMITS = {"resources": {"limits": {"storage": "9Gi"}, "requests": {"storage": "1Gi"}}}


def merged(one: Any, other: Any) -> Any:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other
    return {**one, **{key: merged(one.get(key), each) for key, each in other.items()}}


def pairs(volume: Object, claim: Object, *, count: int = 2, options: str = "") -> list[Object]:
    """Return a set and its pairs, with further fields of the volumes and the claims."""
    made = sfsgen(f"render web -r {count} --nfs-server nas --storage 1Gi {options}")
    assert made.status == 0, made.err
    more = {"PersistentVolume": volume, "PersistentVolumeClaim": claim}
    return [merged(each, more.get(each["kind"], {})) for each in yaml.safe_load_all(made.out)]


def scale(found: list[Object], options: str = "", replicas: int = 3) -> Result:
    return sfsgen(f"scale web -r {replicas} -f - {options}", "\n".join(map(json.dumps, found)))


def made(result: Result) -> tuple[Object, Object]:
    assert result.status == 0, result.err
    volume, claim = yaml.safe_load_all(result.out)
    return volume, claim


AGREED: list[tuple[Object, Object]] = [
    ({"spec": {"nodeAffinity": ZONE}}, {}),
    ({"spec": {"volumeAttributesClassName": "gold"}}, {}),
    ({"metadata": {"finalizers": ["example.com/keep"]}}, {}),
    ({}, {"metadata": {"finalizers": ["example.com/keep"]}}),
    ({}, {"spec": {"selector": SELECTOR}}),
    ({}, {"spec": LIMITS}),
    ({}, {"spec": {"dataSource": {"kind": "PersistentVolumeClaim", "name": "gold"}}}),
    ({"spec": {"nodeAffinity": ZONE}}, {"metadata": {"finalizers": ["a/b"]}, "spec": LIMITS}),
]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(("volume", "claim"), AGREED)
def test_new_pairs_have_what_all_agree_on(volume: Object, claim: Object, count: int) -> None:
    result = scale(pairs(volume, claim, count=count), replicas=count + 1)
    new_volume, new_claim = made(result)
    assert merged(new_volume, volume) == new_volume
    assert merged(new_claim, claim) == new_claim
    assert "do not have" not in result.err


KUBERNETES = ["kubernetes.io/pv-protection", "external-attacher/ebs-csi-aws-com", "a/b"]


@pytest.mark.parametrize("uid", [{}, {"uid": "1"}])
def test_what_kubernetes_writes_is_not_handed_on(uid: Object) -> None:
    claim = {"metadata": {"finalizers": ["kubernetes.io/pvc-protection"], **uid}}
    found = pairs({"metadata": {"finalizers": KUBERNETES, **uid}}, claim)
    new_volume, new_claim = made(scale(found))
    assert new_volume["metadata"]["finalizers"] == ["a/b"]
    assert "finalizers" not in new_claim["metadata"]


def differing(volume: Object, claim: Object) -> list[Object]:
    """Return a set whose second pair alone has further fields."""
    plain, whole = pairs({}, {}), pairs(volume, claim)
    return [
        other if each["metadata"]["name"].endswith("web-1") else each
        for each, other in zip(plain, whole, strict=True)
    ]


DIFFERING: list[tuple[Object, Object, str]] = [
    ({"spec": {"nodeAffinity": ZONE}}, {}, "volumes of claim template pvc do not have spec.nodeA"),
    ({"metadata": {"finalizers": ["a/b"]}}, {}, "volumes of claim template pvc do not have meta"),
    ({}, {"spec": {"selector": SELECTOR}}, "claims of claim template pvc do not have spec.sel"),
    ({}, {"spec": LIMITS}, "claims of claim template pvc do not have spec.resources.limits"),
]


@pytest.mark.parametrize(("volume", "claim", "told"), DIFFERING)
def test_what_differs_is_told(volume: Object, claim: Object, told: str) -> None:
    found = differing(volume, claim)
    result = scale(found)
    new = made(result)
    assert f"StatefulSet default/web: new {told}" in result.err
    assert "in which those that exist differ" in result.err
    for field in ("finalizers", "nodeAffinity", "selector", "limits"):
        assert field not in json.dumps(new)
    assert scale(found, "--strict").status == 2


def test_what_names_one_ordinal_is_not_handed_on() -> None:
    selector = {"matchLabels": {"statefulset.kubernetes.io/pod-name": "web-0"}}
    result = scale(pairs({}, {"spec": {"selector": selector}}, count=1), replicas=2)
    assert "spec.selector, which names one ordinal" in result.err
    assert "selector" not in made(result)[1]["spec"]


def test_of_absent_claims_the_claim_template_says_it() -> None:
    limits = {"limits": {"storage": "9Gi"}}
    metadata = {"finalizers": ["a/b"]}
    template = {"storage": "1Gi", "selector": SELECTOR, "resources": limits, "metadata": metadata}
    values = {"name": "web", "replicas": 2, "nfs": {"server": "nas"}, "claimTemplates": [template]}
    rendered = list(yaml.safe_load_all(sfsgen("render -f -", json.dumps(values)).out))
    stateful_set = [each for each in rendered if each["kind"] == "StatefulSet"]
    others = [each for each in rendered if not each["kind"].startswith("PersistentVolume")]
    given = "--nfs-server nas --nfs-path /exports"
    whole = sfsgen(f"volumes -f - {given}", json.dumps(stateful_set[0]))
    assert whole.status == 0, whole.err
    new = list(yaml.safe_load_all(whole.out))
    by_name = {each["metadata"]["name"]: each for each in rendered}
    for each in new:
        assert each["spec"] == by_name[each["metadata"]["name"]]["spec"]
        is_claim = each["kind"] == "PersistentVolumeClaim"
        assert each["metadata"].get("finalizers") == (["a/b"] if is_claim else None)
        assert is_claim or each["metadata"]["labels"]["disk"] == "fast"
    # Claims that are there say what claims have: these have no selector any more.
    for each in rendered:
        if each["kind"] == "PersistentVolumeClaim":
            del each["spec"]["selector"]
    assert "selector" not in made(scale(rendered))[1]["spec"]
    assert findings("-f", "-", stdin="\n".join(map(json.dumps, [*others, *new]))) == []


def test_the_node_of_local_volumes_is_said_once() -> None:
    found = pairs({}, {}, options="--driver local")
    result = scale(found, "--nfs-server n3")
    volume, _ = made(result)
    assert result.out.count("nodeAffinity") == 1
    assert "n3" in json.dumps(volume["spec"]["nodeAffinity"])
    moved = scale(found, "--driver nfs --nfs-server nas --nfs-path /e")
    assert "nodeAffinity" not in made(moved)[0]["spec"]
    assert "do not have" not in result.err + moved.err
    placed = pairs({"spec": {"nodeAffinity": ZONE}}, {})
    moved = scale(placed, "--driver local --nfs-server n3 --nfs-path /e")
    assert moved.out.count("nodeAffinity") == 1


def test_what_no_word_says_of_local_volumes_is_told() -> None:
    found = pairs({"spec": {"local": {"fsType": "xfs"}}}, {}, options="--driver local")
    result = scale(found, "--nfs-server n3")
    assert "do not have spec.local.fsType: only a template of your own can say it" in result.err
    assert "fsType" not in result.out
    found = pairs({}, {}, options="--driver local")
    for each in found:
        if each["kind"] == "PersistentVolume":
            (term,) = each["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
            term["matchExpressions"].append({"key": "a", "operator": "Exists"})
    result = scale(found, "--nfs-server n3")
    assert "do not have spec.nodeAffinity as pv-web-0 has it" in result.err


def test_nothing_is_told_of_what_is_not_made() -> None:
    found = differing({"spec": {"nodeAffinity": ZONE}}, {})
    assert "do not have" not in scale(found, replicas=2).err
