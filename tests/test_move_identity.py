"""What `move` refuses of another name, namespace or cluster, what it changes, and what it tells."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sfsgen.moving.renaming import Names
from tests.cluster import Cluster
from tests.faults import NAME, OTHER, SPACE, Shape, healthy_set
from tests.kinds import CLAIM, STATEFUL_SET, VOLUME, Object
from tests.plans import carry_out, dump, plans
from tests.program import rendered, sfsgen
from tests.test_handing_over import move, planned

pytestmark = pytest.mark.without_libraries

EXAMPLE = Path(__file__).parents[1] / "examples/recover-healthy/dump.yaml"
OF = Names(("shop", "web"), ("blog", "api"))


@pytest.mark.parametrize(
    ("name", "template", "expected"),
    [
        ("pv-web-0", "pvc", "pv-api-0"),
        ("pv-data-web-12", "data", "pv-data-api-12"),
        ("pvc-web-0", "pvc", "pvc-api-0"),
        ("web-0", "pvc", "api-0"),
        ("pv-shop-web-0", "pvc", "pv-blog-api-0"),
        ("shop-web-0", "pvc", "blog-api-0"),
        ("nfs-web-3", "pvc", "nfs-api-3"),
        ("nas1-web-vol-0", "pvc", "nas1-api-vol-0"),
        ("web-0-volume", "pvc", "api-0-volume"),
        ("shop-volume-0", "pvc", "blog-volume-0"),
        ("website-0", "pvc", "website-0"),  # it is another word
        ("web-web-0", "pvc", "web-web-0"),  # which of both is the set, nobody knows
        ("web-web-0", "web", "web-api-0"),  # but by the convention
        ("web-api-x-0", "pvc", "web-api-x-0"),  # it would not lead back
        ("pvc-4b1f0c2e-9d1a-4f0e-8d55-0c0f3a1f7a11", "pvc", ...),
        ("volume-7", "pvc", "volume-7"),
    ],
)
def test_names_of_volumes(name: str, template: str, expected: Any) -> None:
    wanted = name if expected is ... else expected
    assert OF.volume(name, template) == wanted
    assert Names(OF.new, OF.old).volume(wanted, template) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web", "api"),
        ("web-headless", "api-headless"),
        ("db", "db"),
        ("shop-web", "blog-api"),
        ("webs", "webs"),
    ],
)
def test_names_of_services(name: str, expected: str) -> None:
    assert OF.service(name) == expected


def test_a_set_of_a_common_name_keeps_its_paths() -> None:
    names = Names(("p", "e"), ("p", "f"))
    assert names.text("/e/e") == "/e/e"
    assert names.text("/exports/e-0") == "/exports/f-0"


def test_labels_bear_the_name_where_they_are_known() -> None:
    names = Names(("p", "web"), ("p", "api"), frozenset(("app", "app.kubernetes.io/instance")))
    given = {"app": "web", "tier": "web", "app.kubernetes.io/instance": "blue"}
    assert names.labels(given) == {**given, "app": "api"}
    affinity = {"labelSelector": {"matchExpressions": [{"key": "app", "values": ["web", "db"]}]}}
    changed = names.relabelled({"podAntiAffinity": [affinity]})
    (made,) = changed["podAntiAffinity"]
    assert made["labelSelector"]["matchExpressions"] == [{"key": "app", "values": ["api", "db"]}]


# What is refused


def _change(kind: str, name: str, change: Callable[[Object], object]) -> Callable[[Cluster], None]:
    def do(cluster: Cluster) -> None:
        namespace = "" if kind == VOLUME else SPACE
        cluster.change((kind, namespace, name), change)

    return do


def _claim_of_another(cluster: Cluster) -> None:
    spec = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    metadata = {"name": "pvc-api-1", "namespace": SPACE}
    cluster.create({"apiVersion": "v1", "kind": CLAIM, "metadata": metadata, "spec": spec})


def _volume_of_another(cluster: Cluster) -> None:
    made = cluster.get(VOLUME, "", "pv-web-0") or {}
    spec = {**made["spec"], "claimRef": {"namespace": "x", "name": "y"}}
    spec["nfs"] = {"server": "nfs", "path": "/others"}
    metadata = {"name": "pv-api-0"}
    cluster.create({"apiVersion": "v1", "kind": VOLUME, "metadata": metadata, "spec": spec})


def _set_of_another(cluster: Cluster) -> None:
    made = cluster.get(STATEFUL_SET, SPACE, NAME) or {}
    spec = {**made["spec"], "replicas": 0, "serviceName": "other"}
    metadata = {"name": "api", "namespace": SPACE}
    cluster.create(
        {"apiVersion": "apps/v1", "kind": STATEFUL_SET, "metadata": metadata, "spec": spec}
    )


def _service_of_another(cluster: Cluster) -> None:
    spec = {"selector": {"app": "api"}, "ports": [{"port": 1}]}
    metadata = {"name": "api", "namespace": SPACE}
    cluster.create({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})


_OWNER = {"apiVersion": "x/v1", "kind": "Db", "name": "db", "uid": "1", "controller": True}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_claim_of_another, "the claim p/pvc-api-1 is there already"),
        (_volume_of_another, "the volume pv-api-0 is there already"),
        (_set_of_another, "the StatefulSet p/api is there already"),
        (_service_of_another, "the Service p/api is there already"),
        (
            _change(
                STATEFUL_SET, NAME, lambda each: each["metadata"].update(ownerReferences=[_OWNER])
            ),
            "web is made by the Db db, which makes it again",
        ),
        (
            lambda cluster: cluster.delete(CLAIM, SPACE, "pvc-web-1", wait=False),
            "ordinal 1: pvc-web-1 is being deleted: `sfsgen recover web -n p -f -` comes first",
        ),
        (
            lambda cluster: cluster.delete(VOLUME, "", "pv-web-1", wait=False),
            "ordinal 1: pv-web-1 is being deleted, while pvc-web-1 is Bound: `sfsgen recover web",
        ),
        (
            _change(CLAIM, "pvc-web-0", lambda each: each["status"].update(phase="Lost")),
            "ordinal 0: the claimRef of pv-web-0 was changed: `sfsgen recover web -n p -f -` comes",
        ),
    ],
)
def test_what_is_in_the_way_is_told(change: Callable[[Cluster], None], why: str) -> None:
    cluster, _ = healthy_set(Shape(2))
    change(cluster)
    for form in ("words", "sh", "yaml", "json"):
        command = f"move {NAME} -n {SPACE} --to-name api -f - -o {form}"
        result = sfsgen(command, dump(cluster))
        assert (result.status, result.out) == (1, "")
        assert why in result.err


def test_what_appears_in_the_way_later_stops_it_before_anything_stops() -> None:
    cluster, _ = healthy_set(Shape(2))
    plan = planned(cluster, NAME, SPACE, "--to-name", "api")
    _claim_of_another(cluster)
    before = dump(cluster)
    with pytest.raises(Exception, match="it is not so that the claim pvc-api-1"):
        carry_out(cluster, plan)
    assert dump(cluster) == before


def test_a_local_disk_goes_to_no_other_cluster() -> None:
    cluster, _ = healthy_set(Shape(1))
    local = {"local": {"path": "/disk"}, "nfs": None}
    _change(VOLUME, "pv-web-0", lambda each: each["spec"].update(local))(cluster)
    result = move(cluster, NAME, SPACE, "--to-context", "new")
    assert (result.status, result.out) == (1, "")
    assert "pv-web-0 is on no server that another cluster reaches as well" in result.err


def test_another_context_of_the_same_cluster_is_noticed(tmp_path: Path) -> None:
    cluster, _ = healthy_set(Shape(1))
    (tmp_path / "same.json").write_text(dump(cluster))
    words = ["--to-context", "new", "--to-filename", str(tmp_path / "same.json")]
    result = move(cluster, NAME, SPACE, *words)
    assert (result.status, result.out) == (1, "")
    assert "context new is the cluster in which web is" in result.err


@pytest.mark.parametrize(
    ("words", "problems"),
    [
        ("--to-name Api", ['--to-name: error: "Api" may hold a-z']),
        (f"--to-name {'a' * 53}", ["pods come up for 52 at the most"]),
        ("--to-namespace a.b --to-context=", ["--to-namespace: error", "--to-context: error"]),
        ("--clone --nfs-server nas2", ["--clone: error: a clone has another name"]),
        ("--to-name api --nfs-server nas2", ["--nfs-server: error: another name, namespace or"]),
        ("--to-name api --claim-template pvc", ["--claim-template: error"]),
        ("--to-name api --to-filename x", ["--to-filename: error: no other cluster is meant"]),
        ("--to-name api --clone --nfs-path x", ["--nfs-path: error"]),
        ("--to-name api --clone --nfs-path /x/{name}", ["would lie in /x/api, where"]),
    ],
)
def test_options_that_make_no_sense_are_refused(words: str, problems: list[str]) -> None:
    result = sfsgen(f"move web -f {EXAMPLE} {words}")
    assert (result.status, result.out) == (2, "")
    for each in problems:
        assert each in result.err


def test_the_context_of_the_set_is_no_other_cluster() -> None:
    result = sfsgen("move web --context a --to-context a")
    assert (result.status, result.out) == (2, "")
    assert "--to-context: error: it is the cluster in which" in result.err


def test_a_set_that_is_called_so_needs_no_plan() -> None:
    result = sfsgen(f"move web -f {EXAMPLE} --to-name web --to-namespace default")
    assert (result.status, result.out) == (0, "")
    assert "nothing is to be done: default/web is so already" in result.err


# What is told


def _pod(**fields: Any) -> Callable[[Object], object]:
    def change(each: Object) -> None:
        each["spec"]["template"]["spec"].update(fields)

    return change


def _container(**fields: Any) -> Callable[[Object], object]:
    def change(each: Object) -> None:
        each["spec"]["template"]["spec"]["containers"][0].update(fields)

    return change


@pytest.mark.parametrize(
    ("change", "words", "note"),
    [
        (
            _container(env=[{"name": "PEERS", "value": "web-0.web,web-1.web"}]),
            "--to-name api",
            "web: StatefulSet spec.template.spec.containers[0].env[0].value: web-0.web,web-1.web",
        ),
        (
            _container(args=["--host=web.p.svc"]),
            f"--to-namespace {OTHER}",
            "though it says p: StatefulSet spec.template.spec.containers[0].args[0]",
        ),
        (
            lambda each: each["metadata"].update(annotations={"argocd.argoproj.io/instance": "x"}),
            "--to-name api",
            "Argo CD manages the set web",
        ),
        (
            lambda each: each["metadata"].update(annotations={"meta.helm.sh/release-name": "r"}),
            "--to-name api",
            "the release r of Helm has made web",
        ),
        (
            _pod(serviceAccountName="robot", imagePullSecrets=[{"name": "hub"}]),
            f"--to-namespace {OTHER}",
            "in q, and the script looks for it first: ServiceAccount robot and Secret hub",
        ),
    ],
)
def test_what_stays_to_be_done_is_told(
    change: Callable[[Object], object], words: str, note: str
) -> None:
    cluster, _ = healthy_set(Shape(1))
    cluster.change((STATEFUL_SET, SPACE, NAME), change)
    (plan,) = plans(move(cluster, NAME, SPACE, *words.split()))
    assert any(note in each for each in plan["notes"]), plan["notes"]


def test_what_pods_need_is_looked_for_before_anything_stops() -> None:
    cluster, _ = healthy_set(Shape(1))
    needs = _container(
        envFrom=[{"configMapRef": {"name": "conf"}}, {"secretRef": {"name": "s", "optional": True}}]
    )
    volumes = _pod(volumes=[{"name": "keys", "secret": {"secretName": "keys"}}])
    for each in (needs, volumes):
        cluster.change((STATEFUL_SET, SPACE, NAME), each)
    (plan,) = plans(move(cluster, NAME, SPACE, "--to-namespace", OTHER))
    must = [each["words"] for each in plan["phases"][0]["actions"][0]["must"]]
    assert must[:3] == [
        "the Namespace q is there",
        "the ConfigMap conf is there",
        "the Secret keys is there",
    ]
    before = dump(cluster)
    with pytest.raises(Exception, match="it is not so that the ConfigMap conf is there"):
        carry_out(cluster, plan)
    assert dump(cluster) == before


def test_a_service_that_stays_selects_the_new_pods() -> None:
    cluster, _ = healthy_set(Shape(1))
    selector = {"app.kubernetes.io/instance": NAME}
    metadata = {"name": "front", "namespace": SPACE}
    spec = {"selector": selector, "ports": [{"port": 80}]}
    cluster.create({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    carry_out(cluster, planned(cluster, NAME, SPACE, "--to-name", "api"))
    services = {each["metadata"]["name"]: each["spec"] for each in cluster.of_kind("Service")}
    assert set(services) == {"front", "api"}
    assert services["front"]["selector"] == {"app.kubernetes.io/instance": "api"}


def test_another_sets_service_stays() -> None:
    """What selects the pods of two sets goes with none of them."""
    cluster, _ = healthy_set(Shape(1))
    made = json.loads(json.dumps(cluster.get(STATEFUL_SET, SPACE, NAME)))
    made["metadata"] = {"name": "other", "namespace": SPACE}
    made["spec"]["template"]["metadata"]["labels"] = {"part": "shop"}
    made["spec"]["selector"] = {"matchLabels": {"part": "shop"}}
    made["spec"]["replicas"] = 0
    made["spec"]["serviceName"] = "shared"
    made.pop("status")
    cluster.create(made)
    label = lambda each: each["spec"]["template"]["metadata"]["labels"].update(part="shop")  # noqa: E731
    cluster.change((STATEFUL_SET, SPACE, NAME), label)
    metadata = {"name": "shared", "namespace": SPACE}
    spec = {"selector": {"part": "shop"}, "ports": [{"port": 80}]}
    cluster.create({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    carry_out(cluster, planned(cluster, NAME, SPACE, "--to-namespace", OTHER))
    names = {each["metadata"]["name"] for each in cluster.of_kind("Service", SPACE)}
    assert names == {"shared"}


@pytest.mark.parametrize("way", ["--to-name", "--to-namespace"])
@pytest.mark.parametrize("app", ["web", "shop"])
def test_it_is_told_which_service_loses_the_pods(way: str, app: str) -> None:
    """Two sets have the label app=web, and a Service selects it: the new pods have another one."""
    cluster, _ = healthy_set(Shape(1))
    cluster.change(
        (STATEFUL_SET, SPACE, NAME),
        lambda each: (
            each["spec"]["selector"]["matchLabels"].update(app=app),
            each["spec"]["template"]["metadata"]["labels"].update(app=app),
        ),
    )
    canary = json.loads(json.dumps(cluster.get(STATEFUL_SET, SPACE, NAME)))
    canary["metadata"] = {"name": "canary", "namespace": SPACE}
    labels = {"app": app, "track": "canary"}
    canary["spec"]["template"]["metadata"]["labels"] = labels
    canary["spec"] |= {"selector": {"matchLabels": labels}, "replicas": 0, "serviceName": "canary"}
    canary.pop("status")
    cluster.create(canary)
    metadata = {"name": "front", "namespace": SPACE}
    spec = {"selector": {"app": app}, "ports": [{"port": 80}]}
    cluster.create({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    plan = planned(cluster, NAME, SPACE, way, {"--to-name": "api", "--to-namespace": OTHER}[way])
    told = [each for each in plan["notes"] if each.startswith("the Service front is that of other")]
    assert bool(told) == (app == "web" or way == "--to-namespace")


def test_a_volume_of_a_csi_driver_that_is_made_anew_is_at_a_risk_of_its_own() -> None:
    made = rendered(f"{NAME} -r 1 -n {SPACE} --driver csi --nfs-server nfs --storage 1Gi")
    cluster = Cluster(made)
    cluster.settle()
    (plan,) = plans(move(cluster, NAME, SPACE, "--to-name", "api"))
    assert any("csi-reclaim-controller runs for csi" in each for each in plan["risks"])


@pytest.mark.parametrize("option", ["--to-kubeconfig", "--to-context"])
def test_an_empty_option_is_not_the_cluster_in_which_the_set_is(option: str) -> None:
    """As of a variable that is not set."""
    result = sfsgen(["move", "web", "-f", str(EXAMPLE), "--to-name", "api", option, ""])
    assert (result.status, result.out) == (2, "")
    assert f"{option}: error: it names no" in result.err
