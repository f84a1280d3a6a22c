"""`sfsgen show` tells the state of pods and of their nodes, whatever shape they were read in."""

import json
from typing import Any

import pytest
import yaml

from tests.program import sfsgen
from tests.test_show import EXAMPLES, shown

pytestmark = pytest.mark.without_libraries

NODE_DOWN = EXAMPLES / "show-node-down/dump.yaml"


def test_a_pod_that_is_terminating_on_a_node_that_is_not_ready_is_marked() -> None:
    (one,) = shown(f"-f {NODE_DOWN}")
    assert [each["rules"] for each in one["pods"]] == [[], ["node-down"], []]
    assert one["pods"][1]["state"] == "Terminating on node-2, which is not Ready"
    result = sfsgen(f"show -f {NODE_DOWN}")
    assert result.status == 0
    assert "kubectl taint node node-2 node.kubernetes.io/out-of-service" in result.out
    assert result.out.count("it still writes") == 1
    assert result.err == ""


_NAMED = {"metadata": {"name": "web-1", "namespace": "shop"}}
_CHANGES: list[tuple[str, dict[str, Any], str]] = [
    (
        "web-1",
        {"metadata": {"name": "web-1", "namespace": "shop"}},
        "on node-2, which is not Ready",
    ),
    ("node-2", {"status": None}, "Terminating on node-2, which is not Ready"),
    ("node-2", {"metadata": {"name": "other"}}, "Terminating"),
    ("web-1", {"spec": None, "status": []}, "Terminating"),
    ("web-1", {"status": {"conditions": [None, 3]}}, "Terminating on node-2, which is not Ready"),
]


@pytest.mark.parametrize(("name", "change", "state"), _CHANGES)
def test_pods_and_nodes_of_any_shape_are_read(
    name: str, change: dict[str, Any], state: str
) -> None:
    dump = yaml.safe_load(NODE_DOWN.read_text())
    (one,) = [each for each in dump["items"] if each["metadata"]["name"] == name]
    one.update(change)
    (found,) = shown("-f -", json.dumps(dump))
    assert found["pods"][1]["state"].endswith(state)


_BACK_OFF = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}}
_PULL = {"state": {"waiting": {"reason": "ImagePullBackOff"}}}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"phase": "Running", "containerStatuses": [{}, _BACK_OFF]}, "Running, CrashLoopBackOff"),
        ({"phase": "Running"}, "Running, not ready"),
        ({"phase": "Pending", "containerStatuses": [_PULL]}, "Pending, ImagePullBackOff"),
        ({"phase": "Pending", "containerStatuses": [None, {"state": {"waiting": 3}}]}, "Pending"),
        (
            {
                "phase": "Pending",
                "initContainerStatuses": [_PULL],
                "containerStatuses": [{"state": {"waiting": {"reason": "PodInitializing"}}}],
            },
            "Pending, ImagePullBackOff",
        ),
        ({"phase": "Failed"}, "Failed"),
    ],
)
def test_a_pod_says_why_it_is_not_ready(status: dict[str, Any], state: str) -> None:
    dump = yaml.safe_load(NODE_DOWN.read_text())
    for each in dump["items"]:
        if each["kind"] == "Pod" and each["metadata"]["name"] in ("web-0", "web-1"):
            each["status"] = status
            each["metadata"].pop("deletionTimestamp", None)
    (one,) = shown("-f -", json.dumps(dump))
    where = " on node-2, which is not Ready"
    behind = f",{where}" if "," in state else where
    assert [each["state"] for each in one["pods"]][:2] == [state, state + behind]


_ODD: list[Any] = [None, 0, 1.5, True, "x", [], {}, [None], [{}], {"name": []}, [{"name": 3}]]


@pytest.mark.parametrize("odd", _ODD, ids=repr)
def test_what_no_schema_has_looked_at_is_passed_over(odd: Any) -> None:
    """The ports of Services and containers, and the status of sets, pods and nodes."""
    paths = [
        ("Service", ("spec", "ports")),
        ("Service", ("spec", "ports", 0, "name")),
        ("Service", ("spec", "ports", 0, "targetPort")),
        ("StatefulSet", ("spec", "template", "spec", "containers", 0, "ports")),
        ("StatefulSet", ("spec", "template", "spec", "containers", 0, "ports", 0, "name")),
        ("StatefulSet", ("status",)),
        ("Pod", ("spec",)),
        ("Pod", ("spec", "nodeName")),
        ("Pod", ("status", "phase")),
        ("Node", ("status",)),
        ("Node", ("status", "conditions")),
    ]
    for kind, path in paths:
        dump = yaml.safe_load(NODE_DOWN.read_text())
        value = next(each for each in dump["items"] if each["kind"] == kind)
        for part in path[:-1]:
            value = value[part]
        value[path[-1]] = odd
        (one,) = shown("-f -", json.dumps(dump))
        assert len(one["pods"]) == 3


def test_a_pod_that_is_not_there_is_told_where_pods_were_read() -> None:
    dump = yaml.safe_load(NODE_DOWN.read_text())
    dump["items"] = [each for each in dump["items"] if each["metadata"]["name"] != "web-0"]
    (one,) = shown("-f -", json.dumps(dump))
    assert one["pods"][0]["state"] == "no pod"
    dump["items"] = [each for each in dump["items"] if each["kind"] != "Pod"]
    (one,) = shown("-f -", json.dumps(dump))
    assert [each["state"] for each in one["pods"]] == ["", "", ""]
