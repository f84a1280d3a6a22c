"""`move --clone` carried out: the double has copies of its own, and the set is as it was."""

import random
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import Cluster
from tests.faults import NAME, OTHER, SPACE, Shape, any_shape, healthy_set, origin
from tests.kinds import CLAIM, VOLUME, Object, place_of
from tests.nfs_data import Place
from tests.plans import Killed, Surprise, carry_out, dump
from tests.program import findings, rendered
from tests.test_handing_over import elsewhere, move, new_key, pairs, planned, wrong

pytestmark = pytest.mark.without_libraries
_PATH = "/copies/{namespace}/{name}/{template}/{ordinal}"
_WAYS = (
    "--to-name api",
    f"--to-namespace {OTHER} --nfs-path {_PATH}",
    f"--to-name api --to-namespace {OTHER}",
    "--to-name api --nfs-server nas2.example.com",
)


class Owner:
    """Copies as a plan asks for it, and sees that nobody writes into a new directory."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.copies = 0

    def __call__(self, action: Mapping[str, Any]) -> None:
        self.copies += 1
        for line in action["confirm"].split("\n"):
            _, is_copy, command = line.partition(" && ")
            if not is_copy:
                continue
            *_, source, target = map(_place, shlex.split(command))
            assert not self.cluster.nfs.writers.get(target)
            self.cluster.nfs.copy(source, target)


def _place(word: str) -> Place:
    server, _, path = word.removeprefix("/mnt/").partition("/")
    return server, f"/{path.rstrip('/')}"


def identity(way: str) -> tuple[str, str]:
    """Return the namespace and name that options give."""
    words = way.split()
    options = dict(zip(words[::2], words[1::2], strict=True))
    return new_key(" ".join(f"{k} {v}" for k, v in options.items() if k.startswith("--to-")))


def both_run(cluster: Cluster, key: tuple[str, str], manifests: list[Object]) -> None:
    """Assert that the set is as it was, and the double has its data."""
    cluster.settle()
    assert list(wrong(cluster, (SPACE, NAME), manifests)) == []
    assert list(wrong(cluster, key, manifests)) == []
    places = [place_of(each) for each in cluster.of_kind(VOLUME)]
    assert len({*places}) == len(places)
    told = findings("-f", "-", stdin=dump(cluster))
    assert [(each["rule"], each["what"]) for each in told if each["rule"] != "dump"] == []


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("stop", ["", "--all-at-once"])
@pytest.mark.parametrize("seed", range(4))
def test_a_double_has_copies(seed: int, stop: str, way: str) -> None:
    chance = random.Random(seed)  # noqa: S311
    cluster, manifests = healthy_set(any_shape(chance), chance if seed % 2 else None)
    before, owner = pairs(cluster), Owner(cluster)
    plan = planned(cluster, NAME, SPACE, "--clone", *way.split(), *stop.split())
    actions = sum(len(phase["actions"]) for phase in plan["phases"])
    for _ in range(seed):
        try:
            carry_out(cluster, plan, owner, chance.randint(1, actions))
        except Killed:
            cluster.settle()
    carry_out(cluster, plan, owner)
    both_run(cluster, identity(way), manifests)
    assert {key: pairs(cluster)[key] for key in before} == before
    assert owner.copies >= 1 + bool(stop)
    assert carry_out(cluster, plan, owner) == 0


@pytest.mark.parametrize("stop", ["", "--all-at-once"])
def test_a_double_may_be_killed_after_each_action(stop: str) -> None:
    words = ["--clone", "--to-name", "api", *stop.split()]
    plan = planned(healthy_set(Shape(2, 2))[0], NAME, SPACE, *words)
    for number in range(1, sum(len(phase["actions"]) for phase in plan["phases"])):
        cluster, manifests = healthy_set(Shape(2, 2))
        owner = Owner(cluster)
        with pytest.raises(Killed):
            carry_out(cluster, plan, owner, number)
        cluster.settle()
        carry_out(cluster, plan, owner)
        both_run(cluster, (SPACE, "api"), manifests)


def test_a_double_in_another_cluster(tmp_path: Path) -> None:
    here, manifests = healthy_set(Shape(2, 2))
    there, owner = elsewhere(here), Owner(here)
    (tmp_path / "new.json").write_text(there.dump())
    words = ["--clone", "--to-context", "new", "--to-filename", str(tmp_path / "new.json")]
    plan = planned(here, NAME, SPACE, *words, "--nfs-path", "/copies")
    carry_out(here, plan, owner, other=there)
    there.settle()
    assert here.ready(SPACE, NAME)
    assert list(wrong(there, (SPACE, NAME), manifests)) == []


def test_what_a_double_has_written_is_not_copied_over() -> None:
    """A claim of the double is deleted, and the old script run again."""
    cluster, _ = healthy_set(Shape(2))
    plan = planned(cluster, NAME, SPACE, "--clone", "--to-name", "api")
    carry_out(cluster, plan, Owner(cluster))
    cluster.settle()
    cluster.delete(CLAIM, SPACE, "pvc-api-1", wait=False)
    cluster.delete("Pod", SPACE, "api-1", wait=False)
    cluster.settle()
    with pytest.raises(Surprise):
        carry_out(cluster, plan, Owner(cluster))
    assert not cluster.nfs.lost


def test_each_double_has_its_own_mark() -> None:
    cluster, _ = healthy_set(Shape(1))
    carry_out(cluster, planned(cluster, NAME, SPACE, "--clone", "--to-name", "api"), Owner(cluster))
    cluster.settle()
    marks = cluster.nfs.directories["nfs", "/e/pv-api-0"]
    assert {origin("pvc-web-0"), f"{SPACE}/pvc-api-0"} <= marks


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (f"--to-namespace {OTHER}", "nothing says where the copy of nfs:/e/pv-web-0 lies"),
        ("--to-name api --nfs-path /e/pv-web-0/{ordinal}", "is that of pv-web-0, or in it"),
        ("--to-name api --nfs-path /e", "the volume pv-api-0 is there already"),
    ],
)
def test_a_double_that_has_no_place_is_refused(words: str, why: str) -> None:
    cluster, _ = healthy_set(Shape(2))
    if words.rsplit(maxsplit=1)[-1] == "/e":
        carry_out(
            cluster, planned(cluster, NAME, SPACE, "--clone", "--to-name", "api"), Owner(cluster)
        )
        words = words.replace("/e", "/f")
    result = move(cluster, NAME, SPACE, "--clone", *words.split())
    assert (result.status, result.out) == (1, "")
    assert why in result.err


def test_a_set_that_would_lose_its_claims_is_not_stopped_for_a_copy() -> None:
    cluster, _ = healthy_set(Shape(2))
    policy = {"whenScaled": "Delete", "whenDeleted": "Retain"}
    spec = {"spec": {"persistentVolumeClaimRetentionPolicy": policy}}
    cluster.patch("StatefulSet", SPACE, NAME, spec)
    cluster.settle()
    result = move(cluster, NAME, SPACE, "--clone", "--to-name", "api", "--all-at-once")
    assert (result.status, result.out) == (1, "")
    assert "whenScaled is Delete: web would lose its claims" in result.err


def test_two_volumes_have_no_handle_in_common() -> None:
    options = "--driver org.democratic-csi.node-manual --nfs-server nas --storage 1Gi"
    spaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}]
    spaces += [{**spaces[0], "metadata": {"name": "blog"}}]
    path = "/exports/{namespace}/{ordinal}"
    made = rendered(f"{NAME} -r 2 -n shop {options} --nfs-path {path}")
    cluster = Cluster([*spaces, *made])
    cluster.directories(make=True)
    cluster.settle()
    words = ["--clone", "--to-namespace", "blog"]
    result = move(cluster, NAME, "shop", *words)
    assert (result.status, result.out) == (1, "")
    assert "the handle pv-web-0 would be that of pv-web-0, too: give --nfs-path" in result.err
    plan = planned(cluster, NAME, "shop", *words, "--nfs-path", path)
    handles = [
        each["spec"]["csi"]["volumeHandle"] for each in plan["objects"] if "csi" in each["spec"]
    ]
    assert handles == ["pv-blog-web-0", "pv-blog-web-1"]


def test_a_double_that_may_take_addresses_is_told() -> None:
    cluster, _ = healthy_set(Shape(1))
    hostname = {"external-dns.alpha.kubernetes.io/hostname": "web.example.com"}
    metadata = {"name": "front", "namespace": SPACE, "annotations": hostname}
    spec: Object = {"selector": {"app.kubernetes.io/name": NAME}, "ports": [{"port": 80}]}
    spec["externalIPs"] = ["192.0.2.1"]
    cluster.create({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    words = ["--clone", "--to-namespace", "q", "--nfs-path", "/z/{volume}"]
    (note,) = planned(cluster, NAME, SPACE, *words)["notes"]
    assert note.endswith(f"DNS names: externalIPs, {next(iter(hostname))}")
