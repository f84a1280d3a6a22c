"""A server that gets again what is left of what it holds fills in the same."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sfsgen.kubernetes.server_filled import own
from tests.api_server import ApiServer
from tests.defaulting import Json, stored

pytestmark = pytest.mark.without_libraries

DUMP = Path(__file__).parents[1] / "examples/check-healthy/dump.yaml"


def _object(kind: str, spec: Json) -> Json:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "a"}, "spec": spec}


def _some(required: Json, **optional: Any) -> st.SearchStrategy[Json]:
    """Return objects with fields that are there, and others that may be."""
    return st.fixed_dictionaries(
        {
            key: each if isinstance(each, st.SearchStrategy) else st.just(each)
            for key, each in required.items()
        },
        optional={key: _one_of(each) for key, each in optional.items()},
    )


def _one_of(choice: Any) -> st.SearchStrategy[Any]:
    return choice if isinstance(choice, st.SearchStrategy) else st.sampled_from(choice)


HOOK = st.one_of(
    st.fixed_dictionaries(
        {"httpGet": _some({"port": 1}, path=["/", "/a"], scheme=["HTTP", "HTTPS"])}
    ),
    st.just({"exec": {"command": ["a"]}}),
)
ACTION = HOOK | st.fixed_dictionaries({"grpc": _some({"port": 1}, service=["", "a"])})
PROBE = st.tuples(
    ACTION,
    _some(
        {},
        timeoutSeconds=[1, 2],
        periodSeconds=[10, 5],
        successThreshold=[1, 2],
        failureThreshold=[3, 4],
    ),
).map(lambda both: both[0] | both[1])
CONTAINER = _some(
    {"name": "a", "image": st.sampled_from(["a", "a:latest", "b:5000/a", "a:1", "a@sha256:0"])},
    imagePullPolicy=["Always", "IfNotPresent", "Never"],
    terminationMessagePath=["/dev/termination-log", "/a"],
    terminationMessagePolicy=["File", "FallbackToLogsOnError"],
    resources=[{}, {"limits": {"cpu": "1"}}],
    ports=st.lists(_some({"containerPort": 1}, protocol=["TCP", "UDP"]), min_size=1),
    livenessProbe=PROBE,
    startupProbe=PROBE,
    lifecycle=st.fixed_dictionaries({"preStop": HOOK}),
    env=st.just([{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]),
)
MODE = _some({}, defaultMode=[420, 256])
VOLUME: st.SearchStrategy[Json] = st.one_of(
    st.fixed_dictionaries({"secret": MODE}),
    st.fixed_dictionaries({"projected": MODE}),
    st.fixed_dictionaries({"hostPath": _some({"path": "/a"}, type=["", "Directory"])}),
    st.fixed_dictionaries({"rbd": _some({"image": "a"}, pool=["rbd", "b"], user=["admin", "c"])}),
    st.just({"emptyDir": {}}),
)
CLAIM_SPEC = _some({"accessModes": ["ReadWriteMany"]}, volumeMode=["Filesystem", "Block"])
SET = _some(
    {
        "template": st.fixed_dictionaries(
            {
                "spec": _some(
                    {"containers": st.lists(CONTAINER, min_size=1, max_size=2)},
                    initContainers=st.lists(CONTAINER, max_size=1),
                    volumes=st.lists(VOLUME, max_size=2),
                    dnsPolicy=["ClusterFirst", "Default"],
                    restartPolicy=["Always"],
                    securityContext=[{}, {"fsGroup": 1}],
                    serviceAccountName=["a"],
                    terminationGracePeriodSeconds=[30, 0],
                    schedulerName=["default-scheduler", "b"],
                )
            }
        )
    },
    podManagementPolicy=["OrderedReady", "Parallel"],
    revisionHistoryLimit=[10, 0],
    updateStrategy=st.one_of(
        st.sampled_from([{"type": "OnDelete"}, {"type": "RollingUpdate"}]),
        _some(
            {"type": "RollingUpdate"},
            # An empty mapping is nobody's word: it is left as it was written.
            rollingUpdate=_some({"partition": st.sampled_from([0, 1])}, maxUnavailable=[1, 2]),
        ),
    ),
    persistentVolumeClaimRetentionPolicy=_some(
        {}, whenScaled=["Retain", "Delete"], whenDeleted=["Retain"]
    ),
    volumeClaimTemplates=st.lists(st.fixed_dictionaries({"spec": CLAIM_SPEC}), max_size=2),
)
PORTS = st.lists(
    _some({"port": 1}, targetPort=[1, 2, "a"], protocol=["TCP", "UDP"]),
    max_size=2,
)
INSIDE = _some(
    {},
    type=["ClusterIP", "ExternalName"],
    clusterIP=["None"],
    sessionAffinity=["None", "ClientIP"],
    ipFamilyPolicy=["SingleStack", "PreferDualStack"],
    ports=PORTS,
    # One of type ExternalName has no address, and the API refuses a policy for it.
).filter(lambda each: not (each.get("type") == "ExternalName" and "ipFamilyPolicy" in each))
OUTSIDE = _some(
    {"type": st.sampled_from(["NodePort", "LoadBalancer"])},
    externalTrafficPolicy=["Cluster", "Local"],
    internalTrafficPolicy=["Cluster", "Local"],
    ports=PORTS,
)
SERVICE = INSIDE | OUTSIDE
PV_SOURCE = st.one_of(
    st.fixed_dictionaries({"hostPath": _some({"path": "/a"}, type=["", "Directory"])}),
    st.fixed_dictionaries({"iscsi": _some({"iqn": "a"}, iscsiInterface=["default", "b"])}),
    st.fixed_dictionaries({"azureDisk": _some({"diskName": "a"}, kind=["Shared", "Managed"])}),
    st.just({"nfs": {"server": "a", "path": "/a"}}),
)
VOLUME_SPEC = st.tuples(
    PV_SOURCE,
    _some({}, persistentVolumeReclaimPolicy=["Retain", "Delete"], volumeMode=["Filesystem"]),
).map(lambda both: both[0] | both[1])
OBJECTS = st.one_of(
    st.builds(_object, st.just("StatefulSet"), SET),
    st.builds(_object, st.just("Service"), SERVICE),
    st.builds(_object, st.just("PersistentVolume"), VOLUME_SPEC),
    st.builds(_object, st.just("PersistentVolumeClaim"), CLAIM_SPEC),
)


@given(OBJECTS)
def test_a_server_fills_in_again_what_was_left_out(written: Json) -> None:
    held = stored(written)
    left = own(held)
    assert stored(left) == held
    assert own(left) == left == own(stored(left))
    # Nothing is left that was not written.
    assert left == own(written, is_dump=True)


def test_what_a_server_was_sent_comes_back() -> None:
    sent = [own(each) for each in yaml.safe_load(DUMP.read_text())["items"]]
    with ApiServer() as server:
        for each in sent:
            done = server.kubectl("create", "-f", "-", input=json.dumps(each))
            assert not done.returncode, done.stderr
        kinds = ("statefulsets", "services", "persistentvolumes", "persistentvolumeclaims")
        found = [own(each) for kind in kinds for each in server.objects(kind)]
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, sent))
