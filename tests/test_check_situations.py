"""What `check` says of sets as they are found: healthy ones of all kinds, and odd ones."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import findings, sfsgen

pytestmark = pytest.mark.without_libraries

Object = dict[str, Any]


def _set(
    name: str = "db", replicas: int = 2, storage_class: str | None = "", **more: Any
) -> Object:
    made = _claim("data", storage_class=storage_class)
    mounts = [{"name": "data", "mountPath": "/data"}]
    pod = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "c", "volumeMounts": mounts}]},
    }
    spec = {
        "serviceName": name,
        "replicas": replicas,
        "selector": {"matchLabels": {"app": name}},
        "template": pod,
        "volumeClaimTemplates": [{"metadata": made["metadata"], "spec": made["spec"]}],
    }
    kind = {"apiVersion": "apps/v1", "kind": "StatefulSet"}
    return {**kind, "metadata": {"name": name, **more}, "spec": spec}


def _service(name: str = "db") -> Object:
    spec = {"clusterIP": "None", "selector": {"app": name}}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def _claim(name: str, storage_class: str | None = "", phase: str = "", **spec: Any) -> Object:
    claim: Object = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            **spec,
        },
    }
    if storage_class is not None:
        claim["spec"]["storageClassName"] = storage_class
    if phase:
        claim["metadata"]["uid"] = f"uid of {name}"
        claim["status"] = {"phase": phase}
    return claim


def _volume(  # noqa: PLR0913  # as many as a test may want to say
    name: str,
    claim: str = "",
    *,
    provisioner: str = "",
    phase: str = "",
    uid: str = "",
    size: str = "1Gi",
    **spec: Any,
) -> Object:
    volume: Object = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": size},
            "accessModes": ["ReadWriteOnce"],
            "nfs": {"server": "nfs.example.com", "path": f"/exports/{name}"},
            **spec,
        },
    }
    if provisioner:
        volume["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": provisioner}
    if claim:
        volume["spec"]["claimRef"] = {"namespace": "default", "name": claim}
    if uid:
        volume["spec"]["claimRef"]["uid"] = uid
    if phase:
        volume["metadata"]["uid"] = f"uid of {name}"
        volume["status"] = {"phase": phase}
    return volume


def _sized(size: str) -> Object:
    return {"requests": {"storage": size}}


def _findings(*objects: Object) -> list[Object]:
    given = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    return findings("-f", "-", stdin=given)


def _said(found: list[Object]) -> str:
    return "\n".join(each["what"] for each in found)


def _rules(*objects: Object) -> list[str]:
    return sorted({each["rule"] for each in _findings(*objects)})


def _provisioned(number: int) -> list[Object]:
    claim, volume = f"data-db-{number}", f"pvc-{number}"
    bound = _claim(claim, "fast", "Bound", volumeName=volume)
    spec = {"storageClassName": "fast", "persistentVolumeReclaimPolicy": "Delete"}
    made = _volume(
        volume, claim, provisioner="csi.example.com", phase="Bound", uid=f"uid of {claim}", **spec
    )
    return [bound, made]


HEALTHY: dict[str, list[Object]] = {
    "provisioned": [
        _set(storage_class="fast", uid="a"),
        _service(),
        *_provisioned(0),
        *_provisioned(1),
    ],
    "provisioned, and the pods not yet there": [_set(storage_class="fast", uid="a"), _service()],
    "provisioned by a default class": [
        _set(storage_class=None, uid="a"),
        _service(),
        *_provisioned(0),
    ],
    "provisioned, waiting for a pod, beside a static volume of others": [
        _set(storage_class="fast", uid="a"),
        _service(),
        _claim("data-db-0", "fast", "Pending"),
        _volume("pv-mongodb-0", phase="Available"),
    ],
    "reserved by claimRef, and the claims made by the controller": [
        _set(uid="a"),
        _service(),
        *(_claim(f"data-db-{n}", "", "Pending") for n in range(2)),
        *(_volume(f"disk-{n}", f"data-db-{n}") for n in range(2)),
    ],
    "of no class, and nothing else is there": [_set(storage_class=None, replicas=3), _service()],
    "of no class, and the volumes are those of others": [
        _set(storage_class=None),
        _service(),
        _claim("other", volumeName="pv-other"),
        _volume("pv-other", "other"),
        # This one is for a claim that no set looks for.
        _claim("files", None),
        _volume("disk"),
    ],
    "bound, and the volumes were not read": [
        _set(storage_class=None, uid="a"),
        _service(),
        *(_claim(f"data-db-{n}", "standard", "Bound", volumeName=f"pvc-{n}") for n in range(2)),
    ],
    "with a selector, and the volumes were not read": [
        _set(storage_class="fast"),
        _service(),
        *(_claim(f"data-db-{n}", "fast", selector={"matchLabels": {"a": "b"}}) for n in range(2)),
    ],
    "reserved by claimRef, and the claims not yet made": [
        _set(storage_class="fast"),
        _service(),
        *(_volume(f"disk-{n}", f"data-db-{n}", size="2Gi") for n in range(2)),
    ],
    "on disks of nodes, each of which is as good as the other": [
        _set(storage_class="local"),
        _service(),
        *(_volume(n, size="9Gi", storageClassName="local", nfs=None, local={}) for n in "abc"),
    ],
    "another project's kinds": [
        {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": {"name": "hello"},
            "spec": {"template": {}},
        },
        {
            "apiVersion": "apps.kruise.io/v1beta1",
            "kind": "StatefulSet",
            "metadata": {"name": "db"},
            "spec": {"scaleStrategy": {}},
        },
    ],
    "an object that the server names": [
        {**_claim("x"), "metadata": {"generateName": "x-"}} for _ in range(2)
    ],
    "volumes that count from 1": [
        _set(),
        _service(),
        *(_claim(f"data-db-{n}", volumeName=f"disk-{n + 1}") for n in range(2)),
        *(_volume(f"disk-{n + 1}", f"data-db-{n}") for n in range(2)),
    ],
    "an expanded claim": [
        _set(replicas=1, uid="a"),
        _service(),
        _claim(
            "data-db-0",
            phase="Bound",
            volumeName="pv-db-0",
            resources={"requests": {"storage": "9Gi"}},
        ),
        _volume("pv-db-0", "data-db-0", phase="Bound", uid="uid of data-db-0", size="9Gi"),
    ],
}


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_wrong_with(name: str) -> None:
    told = [each for each in _findings(*HEALTHY[name]) if each["severity"] != "note"]
    assert [each for each in told if each["rule"] != "class"] == []


_ONE_FINDING: dict[str, tuple[list[Object], str, str]] = {
    "of no class, beside static volumes": (
        [_set(storage_class=None), _service(), _volume("pv-other", "other")],
        "provisioned",
        "note",
    ),
    "of the class of no class, and nothing else is there": (
        [_set(replicas=3), _service()],
        "missing-volume",
        "warning",
    ),
    "of the class of no class, beside a volume of others": (
        [_set(replicas=3), _service(), _volume("pv-other", "other")],
        "missing-volume",
        "error",
    ),
    "of a class that a volume by hand has": (
        [_set(storage_class="nfs"), _service(), _volume("x", "other", storageClassName="nfs")],
        "missing-volume",
        "warning",
    ),
    "some reserved, others missing": (
        [_set(replicas=4), _service(), _volume("a", "data-db-1")],
        "missing-volume",
        "error",
    ),
    "claims that wait, and others that are not yet made": (
        [_set(replicas=4), _service(), *(_claim(f"data-db-{n}", "", "Pending") for n in range(2))],
        "missing-volume",
        "error",
    ),
    "claims that wait for no class, so that there is no default one": (
        [
            _set(storage_class=None, uid="a"),
            _service(),
            *(_claim(f"data-db-{n}", None, "Pending") for n in range(2)),
        ],
        "missing-volume",
        "error",
    ),
    "claims that name volumes which are elsewhere": (
        [_set(), _service(), *(_claim(f"data-db-{n}", volumeName=f"v{n}") for n in range(2))],
        "missing-volume",
        "warning",
    ),
    "claims that name volumes which are missing": (
        [
            _set(),
            _service(),
            *(_claim(f"data-db-{n}", volumeName=f"v{n}") for n in range(2)),
            _volume("pv-other", "other"),
        ],
        "missing-volume",
        "error",
    ),
    "free volumes": (
        [_set(), _service(), *(_volume(f"disk-{each}") for each in "ab")],
        "unreserved",
        "error",
    ),
    "free volumes that are larger": (
        [_set(), _service(), *(_volume(f"disk-{each}", size="9Gi") for each in "abc")],
        "unreserved",
        "error",
    ),
    "claims that ask for less than their template, as their volumes": (
        [
            _set(replicas=3),
            _service(),
            *(
                _claim(f"data-db-{n}", volumeName=f"v{n}", resources=_sized(size))
                for n, size in enumerate(("1Mi", "1Mi", "1Gi"))
            ),
            *(
                _volume(f"v{n}", f"data-db-{n}", size=size)
                for n, size in enumerate(("1Mi", "1Mi", "1Gi"))
            ),
        ],
        "claim-template",
        "warning",
    ),
    "fewer disks of nodes than pods": (
        [
            _set(replicas=3, storage_class="local"),
            _service(),
            _volume("disk", storageClassName="local", nfs=None, local={"path": "/d"}),
        ],
        "missing-volume",
        "warning",
    ),
    "reserved, and too small": (
        [_set(), _service(), *(_volume(f"v{n}", f"data-db-{n}", size="1Mi") for n in range(2))],
        "missing-claim",
        "error",
    ),
    "only sets": ([_set(uid="a"), {**_service()}], "missing-volume", "note"),
}


@pytest.mark.parametrize("name", _ONE_FINDING)
def test_a_cause_is_told_once(name: str) -> None:
    objects, rule, severity = _ONE_FINDING[name]
    told = [each for each in _findings(*objects) if each["rule"] != "class"]
    assert [(each["rule"], each["severity"]) for each in told] == [(rule, severity)]


def test_a_template_without_class_goes_by_the_others_of_its_set() -> None:
    stateful_set = _set(storage_class=None)
    data = stateful_set["spec"]["volumeClaimTemplates"]
    log = {**data[0], "metadata": {"name": "log"}}
    stateful_set["spec"]["volumeClaimTemplates"] = [*data, log]
    volumes = [_volume(f"v{n}", f"data-db-{n}") for n in range(2)]
    found = _findings(stateful_set, _service(), *volumes)
    (missing,) = [each for each in found if each["rule"] == "missing-volume"]
    assert "the 2 claims log-db-0 to log-db-1" in missing["what"]


def test_free_volumes_are_given_to_one_claim_each() -> None:
    claims = [_claim(f"data-db-{n}") for n in range(3)]
    volumes = [_volume(name) for name in ("pv001", "pv002")]
    found = _findings(_set(replicas=3), _service(), *claims, *volumes)
    (fix,) = [each["fix"] for each in found if each["rule"] == "unreserved"]
    assert re.findall("volumeName: (.*?)`", fix) == ["pv001", "pv002"]
    (left,) = [each for each in found if each["rule"] == "missing-volume"]
    assert left["object"]["name"] == "data-db-2"


def test_free_volumes_are_told_of_where_no_claim_is_there_either() -> None:
    found = _findings(_set(), _service(), *(_volume(f"pv00{n}") for n in (1, 2)))
    assert [each["rule"] for each in found].count("unreserved") == 1
    assert "missing-volume" not in [each["rule"] for each in found]


def test_a_volume_with_the_claim_template_in_its_name_is_meant() -> None:
    claims = [_claim(f"data-db-{n}") for n in range(2)]
    volumes = [_volume(f"{each}-vol-{n}") for each in ("a", "data", "log") for n in range(2)]
    (found,) = _findings(_set(), _service(), *claims, *volumes)
    assert re.findall("volumeName: (.*?)`", found["fix"]) == ["data-vol-0", "data-vol-1"]


def test_the_smallest_volume_that_fits_is_meant() -> None:
    found = _findings(
        _set(replicas=1), _service(), _claim("data-db-0"), _volume("x", size="9Gi"), _volume("y")
    )
    assert "volume such as y" in found[0]["what"]


@pytest.mark.parametrize(
    "meant",
    [
        {"pv-9": "1Gi", "pv-10": "1Gi"},  # the smaller number
        {"z": "1Gi", "a-1": "1Gi"},  # or none
        {"data-vol-0": "1Gi", "other": "9Gi"},  # what is taken is taken
    ],
)
def test_equal_volumes_are_meant_in_order(meant: dict[str, str]) -> None:
    claims = [_claim(f"data-db-{n}") for n in range(2)]
    volumes = [_volume(name, size=size) for name, size in reversed(meant.items())]
    found = _findings(_set(), _service(), *claims, *volumes)
    (fix,) = [each["fix"] for each in found if each["rule"] == "unreserved"]
    assert re.findall("volumeName: (.*?)`", fix) == list(meant)


def test_volumes_that_count_from_1_go_on_so() -> None:
    claims = [_claim(f"data-db-{n}", volumeName=f"db-{n + 1}") for n in range(2)]
    volumes = [_volume(f"db-{n + 1}", f"data-db-{n}") for n in range(2)]
    found = _findings(_set(replicas=4), _service(), *claims, *volumes, _volume("db-3"))
    assert "the volume db-3 is not reserved for data-db-2" in _said(found)


def test_a_volume_that_is_named_after_one_ordinal_is_not_free_for_another() -> None:
    said = _said(_findings(_set(), _service(), _volume("pv-db-0", size="1Mi")))
    assert "the volume pv-db-0 is not reserved for data-db-0" in said
    assert "there is no volume for the claim data-db-1" in said
    assert "is free" not in said


def test_a_volume_that_is_reserved_for_a_claim_is_meant_for_no_other() -> None:
    said = _said(
        _findings(_set(), _service(), _claim("data-db-0"), _volume("pv-db-1", "data-db-0"))
    )
    assert "data-db-0 does not name pv-db-1, which is reserved for it" in said
    assert "there is no volume for the claim data-db-1" in said


def test_a_volume_that_does_not_fit_is_named_with_the_reason() -> None:
    found = _findings(_set(replicas=1), _service(), _claim("data-db-0"), _volume("x", size="1Mi"))
    assert "x is free, but the claim asks for 1Gi, and x has 1Mi" in found[0]["what"]


def test_a_selector_leads_to_its_volume() -> None:
    claim = _claim("data-db-0", selector={"matchLabels": {"disk": "a"}})
    other = _volume("x")
    labelled = _volume("y")
    labelled["metadata"]["labels"] = {"disk": "a"}
    (found,) = _findings(_set(replicas=1), _service(), claim, other, labelled)
    assert (found["rule"], found["severity"]) == ("unreserved", "warning")
    assert _rules(_set(replicas=1), _service(), claim, other) == ["claim-selector"]


def test_what_one_claim_selects_says_nothing_of_the_next_one() -> None:
    claim = _claim("data-db-0", selector={"matchExpressions": [{"key": "a", "operator": "Exists"}]})
    labelled = _volume("y")
    labelled["metadata"]["labels"] = {"a": "b"}
    said = _said(_findings(_set(), _service(), claim, labelled, _volume("x")))
    assert "only its selector leads the claim data-db-0 to y" in said
    assert "the volume x is not reserved for data-db-1" in said


def test_a_claim_named_after_set_and_claim_template_the_wrong_way_round_is_told() -> None:
    volume = _volume("x", "db-data-0")
    claim = _claim("db-data-0", volumeName="x")
    (found,) = _findings(_set(replicas=1), _service(), claim, volume)
    assert found["rule"] == "name"
    assert found["fix"].endswith('"data-db-0", and write `name: data-db-0` into the claimRef of x')
    volume["spec"]["claimRef"]["name"] = "data-db-0"
    (found,) = _findings(_set(replicas=1), _service(), claim, volume)
    assert found["fix"] == 'name db-data-0 "data-db-0"'
    claim["metadata"]["name"] = "data-db-0"
    assert not _findings(_set(replicas=1), _service(), claim, volume)


def test_a_volume_of_another_namespaces_claim_is_left_alone() -> None:
    theirs = _volume("pv-db-0", phase="Bound", claim="data-db-0", uid="theirs")
    theirs["spec"]["claimRef"]["namespace"] = "prod"
    waiting = _claim("data-db-0", phase="Pending", volumeName="pv-db-0")
    (found,) = _findings(_set(replicas=1), _service(), waiting, theirs)
    assert found["rule"] == "claim-ref"
    assert "kubectl patch" not in found["fix"]
    assert "leave pv-db-0 to prod/data-db-0" in found["fix"]


def test_a_bound_claim_is_never_to_be_deleted_for_a_size() -> None:
    grown = _claim("data-db-0", phase="Bound", volumeName="pv-db-0")
    grown["spec"]["resources"] = {"requests": {"storage": "5Gi"}}
    volume = _volume("pv-db-0", "data-db-0", phase="Bound", uid="uid of data-db-0")
    (found,) = _findings(_set(replicas=1, uid="a"), _service(), grown, volume)
    assert found["rule"] == "unequal-pair"
    assert found["fix"].startswith("kubectl patch pv pv-db-0 ")


def test_a_released_volume_is_to_be_freed_before_a_scale_up() -> None:
    released = _volume("pv-db-1", "data-db-1", phase="Released", uid="gone")
    bound = _claim("data-db-0", phase="Bound", volumeName="pv-db-0")
    volume = _volume("pv-db-0", "data-db-0", phase="Bound", uid="uid of data-db-0")
    (found,) = _findings(_set(replicas=1, uid="a"), _service(), bound, volume, released)
    assert (found["rule"], found["severity"]) == ("released", "warning")


def test_what_is_to_be_pasted_is_quoted() -> None:
    claim = {**_claim("data-db-0"), "metadata": {"name": "data-db-0", "namespace": "123"}}
    stateful_set = _set(replicas=1, namespace="123")
    service = {**_service(), "metadata": {"name": "db", "namespace": "123"}}
    (found,) = _findings(stateful_set, service, claim, _volume("pv-db-0"))
    pasted = found["fix"].split("`")[1]
    assert yaml.safe_load(pasted)["claimRef"]["namespace"] == "123"


def test_the_command_for_what_is_missing_names_the_namespace_of_one_of_two_sets() -> None:
    sets = [_set(replicas=1, namespace=each) for each in ("a", "b")]
    fixes = {each["fix"] for each in _findings(*sets) if each["rule"] == "missing-volume"}
    assert {"sfsgen volumes db -n a" in fix for fix in fixes} == {True, False}


def test_an_empty_file_among_others_is_no_finding(tmp_path: Any) -> None:
    (tmp_path / "a.yaml").write_text("")
    (tmp_path / "b.yaml").write_text(sfsgen("render web -r 1 --nfs-server n --storage 1Gi").out)
    assert sfsgen(["check", "-f", str(tmp_path)]).status == 0


def test_a_name_that_is_a_file_is_answered_with_the_option() -> None:
    assert "fix: sfsgen check -f web.yaml" in sfsgen("check web.yaml").err


def test_a_claim_that_a_pod_template_names_is_no_renamed_one() -> None:
    stateful_set, claim = _set("prod-db", 1), _claim("prod-data-db-0")
    pod = stateful_set["spec"]["template"]["spec"]
    of_names = ["check", "-f", "-", "--rule", "name", "-o", "json"]
    found = sfsgen(of_names, yaml.safe_dump_all([stateful_set, claim])).out
    assert [each["rule"] for each in json.loads(found)["findings"]] == ["name"]
    used = {"claimName": claim["metadata"]["name"]}
    pod["volumes"] = [{"name": "old", "persistentVolumeClaim": used}]
    found = sfsgen(of_names, yaml.safe_dump_all([stateful_set, claim])).out
    assert json.loads(found)["findings"] == []


# What was kept for another name, and what a provisioner was quicker with.


@pytest.mark.parametrize(
    ("kept_for", "word"),
    [
        ({"namespace": "old", "name": "data-db-{}"}, "`namespace: default`"),
        ({"namespace": "default", "name": "data-bd-{}"}, "`name: data-db-0`"),
        ({"namespace": "default", "name": "data-before-{}"}, "`name: data-db-0`"),
    ],
)
def test_volumes_that_are_kept_for_another_name_are_redirected(
    kept_for: dict[str, str], word: str
) -> None:
    volumes = [_volume(f"disk-{n}") for n in "ab"]
    for number, each in enumerate(volumes):
        each["spec"]["claimRef"] = {key: text.format(number) for key, text in kept_for.items()}
    found = _findings(_set(), _service(), *volumes)
    (missing,) = [each for each in found if each["rule"] == "missing-volume"]
    assert missing["severity"] == "error"
    assert word in missing["fix"]
    assert "sfsgen volumes db" in missing["fix"]


def test_volumes_of_another_set_are_not_redirected() -> None:
    volumes = [_volume(f"disk-{n}", f"logs-other-{n}") for n in range(2)]
    found = _findings(_set(), _service(), *volumes)
    assert "of no set here" not in _said(found)


@pytest.mark.parametrize(("of_set", "of_volumes"), [("nfs", None), ("nfs", "nsf"), ("nfs", "")])
def test_free_volumes_that_fit_but_for_their_class_are_told_of(
    of_set: str, of_volumes: str | None
) -> None:
    volumes = [_volume(f"disk-{n}", storageClassName=of_volumes) for n in "ab"]
    (told,) = _findings(_set(storage_class=of_set), _service(), *volumes)
    assert (told["rule"], told["severity"]) == ("class", "warning")
    waiting = [_claim(f"data-db-{n}", of_set, "Pending") for n in range(2)]
    for each in waiting:
        each["metadata"]["uid"] = f"uid of {each['metadata']['name']}"
    found = _findings(_set(storage_class=of_set), _service(), *waiting, *volumes)
    assert ("class", "error") in [(each["rule"], each["severity"]) for each in found]


def test_a_claim_of_an_uninstalled_release_is_left_alone() -> None:
    """The set has its own claims: nothing shows that it bore another name before."""
    own = [_claim(f"data-db-{n}", volumeName=f"v{n}", phase="Bound") for n in range(2)]
    left = [_claim(f"data-gone-{n}", volumeName=f"g{n}", phase="Bound") for n in range(2)]
    for each in (*own, *left):
        each["metadata"]["uid"] = f"uid of {each['metadata']['name']}"
    found = _findings(_set(), _service(), *own, *left)
    told = [each for each in found if each["rule"] == "stranded"]
    assert [each["severity"] for each in told] == ["note"]
    assert "kubectl" not in told[0]["fix"]


def test_labels_of_a_kustomization_are_counted_and_hide_nothing_else(tmp_path: Path) -> None:
    stateful_set, service = _set(replicas=2), _service()
    del stateful_set["spec"]["template"]["metadata"]["labels"]
    del stateful_set["spec"]["selector"]
    service["spec"]["selector"] = {"app": "db"}
    (tmp_path / "set.yaml").write_text(yaml.safe_dump_all([stateful_set, service]))
    kustomization = tmp_path / "kustomization.yaml"
    for text, told in (
        ("commonLabels: {app: db}", set()),
        ("labels: [{pairs: {app: db}, includeSelectors: true}]", set()),
        ("labels: [{pairs: {app: db}}]", {"service"}),
        ("commonLabels: {team: x}", {"service"}),
    ):
        kustomization.write_text(f"resources: [set.yaml]\n{text}\n")
        found = findings("-f", str(tmp_path))
        assert {each["rule"] for each in found} & {"selector", "service"} == told, text
