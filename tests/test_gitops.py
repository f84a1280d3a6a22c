"""GitOps tools leave volumes and claims alone, and see in sync what a server has made of a set."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sfsgen.kubernetes.gitops import KEEPING, against, kept
from tests.defaulting import stored
from tests.program import rendered, sfsgen

pytestmark = pytest.mark.without_libraries

PLAIN = "web -r 2 --nfs-server nfs.example.com --storage 1Gi"
SYNC = "argocd.argoproj.io/sync-options"
PRUNE, SSA = (f"kustomize.toolkit.fluxcd.io/{each}" for each in ("prune", "ssa"))
POLICY = "helm.sh/resource-policy"
OF_TOOLS = {
    "argocd": {SYNC: "Prune=false,Delete=false"},
    "flux": {PRUNE: "Disabled", SSA: "IfNotPresent"},
    "helm": {POLICY: "keep"},
}
PAIRED = ("PersistentVolume", "PersistentVolumeClaim")


def _annotations(value: Any) -> Iterator[Any]:
    """Yield all annotations within an object."""
    if isinstance(value, dict):
        yield from (value[key] for key in value if key == "annotations")
        for each in value.values():
            yield from _annotations(each)
    elif isinstance(value, list):
        for each in value:
            yield from _annotations(each)


# Where they stand


@pytest.mark.parametrize("tool", OF_TOOLS)
def test_volumes_and_claims_are_kept_and_nothing_else_is_annotated(tool: str) -> None:
    objects = rendered(f"{PLAIN} --volume log=1Gi:/log --gitops {tool}")
    assert len(objects) == 10
    for each in objects:
        wanted = [OF_TOOLS[tool]] if each["kind"] in PAIRED else []
        assert list(_annotations(each)) == wanted


def test_without_it_nothing_is_annotated() -> None:
    assert not [each for one in rendered(PLAIN) for each in _annotations(one)]


FILE = """
name: web
replicas: 1
gitops: argocd
nfs: {server: nfs.example.com}
claimTemplates:
- {name: data, storage: 1Gi, mountPath: /data, metadata: {annotations: {example.com/a: b}}}
- {name: cache, storage: 1Gi, mountPath: /cache, gitops: flux}
"""


def test_a_values_file_says_it_for_all_or_for_one_claim_template(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(FILE)
    found = rendered(f"-f {tmp_path}/web.yaml")
    by_name = {each["metadata"]["name"]: each["metadata"].get("annotations") for each in found}
    assert by_name == {
        "web": None,
        "pv-web-0": OF_TOOLS["argocd"],
        "data-web-0": {**OF_TOOLS["argocd"], "example.com/a": "b"},
        "pv-cache-web-0": OF_TOOLS["flux"],
        "cache-web-0": OF_TOOLS["flux"],
    }
    (template, _) = found[-1]["spec"]["volumeClaimTemplates"]
    assert template["metadata"]["annotations"] == {"example.com/a": "b"}


def test_an_option_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(FILE)
    result = sfsgen(f"render -f {tmp_path}/web.yaml --gitops helm --only pv,pvc")
    kinds = [each["metadata"]["annotations"][POLICY] for each in yaml.safe_load_all(result.out)]
    assert kinds == ["keep"] * 4
    assert "--gitops: warning: it overrides what the file says" in result.err


@pytest.mark.parametrize("tool", OF_TOOLS)
@pytest.mark.parametrize("command", ["scale web -r 3", "volumes -r 3"])
def test_new_pairs_are_kept_too(tool: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(sfsgen(f"render {PLAIN}").out)
    result = sfsgen(f"{command} -f {tmp_path}/web.yaml --gitops {tool}")
    made = list(yaml.safe_load_all(result.out))
    assert [each["metadata"]["annotations"] for each in made] == [OF_TOOLS[tool]] * 2


@pytest.mark.parametrize("tool", OF_TOOLS)
def test_new_pairs_are_kept_as_those_that_exist(tool: str, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(sfsgen(f"render {PLAIN} --gitops {tool}").out)
    result = sfsgen(f"scale web -r 3 -f {tmp_path}/web.yaml")
    made = list(yaml.safe_load_all(result.out))
    assert [each["metadata"]["annotations"] for each in made] == [OF_TOOLS[tool]] * 2


def test_what_flux_is_to_leave_alone_is_not_warned_of() -> None:
    options = f"render {PLAIN} --kube-version 1.24"
    assert "claims of running pods go Lost" in sfsgen(options).err
    assert "claims of running pods go Lost" not in sfsgen(f"{options} --gitops flux").err


# Beside annotations of the owner's

# The tool, what the owner says, what comes out.
MERGED = [
    ("argocd", SYNC, "", "Prune=false,Delete=false"),
    ("argocd", SYNC, "Prune=false", "Prune=false,Delete=false"),
    ("argocd", SYNC, " delete=FALSE , Prune=false", "Prune=false,Delete=false"),
    ("argocd", SYNC, "ServerSideApply=true", "Prune=false,Delete=false,ServerSideApply=true"),
    ("argocd", SYNC, "Prune=confirm", "Delete=false,Prune=confirm"),
    ("argocd", SYNC, "Delete=confirm,Prune=confirm", "Delete=confirm,Prune=confirm"),
    ("flux", SSA, "Merge", "Merge"),
    ("flux", SSA, "ignore", "ignore"),
    ("flux", SSA, "IfNotPresent", "IfNotPresent"),
    ("flux", PRUNE, "disabled", "Disabled"),
    ("helm", POLICY, "keep", "keep"),
]


@pytest.mark.parametrize(("tool", "key", "own", "made"), MERGED)
def test_what_keeps_an_object_as_well_stays(tool: str, key: str, own: str, made: str) -> None:
    annotations = {key: own, "example.com/z": "a"}
    assert kept(tool, annotations) == {**KEEPING[tool], **annotations, key: made}
    assert kept(tool, kept(tool, annotations)) == kept(tool, annotations)
    assert not list(against(tool, annotations))
    assert not list(against(tool, kept(tool, annotations)))


AGAINST = [
    ("argocd", SYNC, "Prune=true"),
    ("argocd", SYNC, "ServerSideApply=true,delete=TRUE"),
    ("flux", SSA, "Override"),
    ("flux", PRUNE, "enabled"),
    ("helm", POLICY, "delete"),
]


@pytest.mark.parametrize(("tool", "key", "own"), AGAINST)
@pytest.mark.parametrize("word", ["persistentVolume", "persistentVolumeClaim"])
def test_who_says_the_opposite_is_asked(
    tool: str, key: str, own: str, word: str, tmp_path: Path
) -> None:
    said = {"annotations": {key: own}}
    values = {"gitops": tool, word: {"metadata": said}, **yaml.safe_load(FILE)} | {"gitops": tool}
    values["claimTemplates"] = values["claimTemplates"][:1]
    (tmp_path / "web.yaml").write_text(yaml.safe_dump(values))
    result = sfsgen(f"render -f {tmp_path}/web.yaml")
    assert (result.status, result.out) == (2, "")
    assert f"{key}: {own.rpartition(',')[2]} says the opposite of gitops: {tool}\n" in result.err
    assert list(against(tool, {key: own}))
    assert not list(against(tool, kept(tool, {key: own})))


# In sync

MINORS = range(31, 38)
SETS = [
    PLAIN,
    f"{PLAIN} --gitops argocd --annotation a=b --label c=d --env A=b --port web=1 --port 2",
    f"{PLAIN} --driver csi --mount-option nfsvers=4.1 --read-only --gitops flux",
    f"{PLAIN} --volume log=2Gi:/log --access-mode RWO --start-ordinal 3 --gitops helm",
    f"{PLAIN} --pod-management-policy Parallel --update-strategy RollingUpdate --partition 1",
    f"{PLAIN} --update-strategy OnDelete --publish-not-ready-addresses --reclaim-policy Delete",
]
# Lists that are compared entry by entry; every other one is a single value to server-side apply and
# to the patches of Argo CD (x-kubernetes-list-type, patchStrategy in the API's source).
KEYED = ("containers", "env", "ports", "volumeMounts")
# What a server writes into a claim template, and Argo CD and Flux take for nothing.
NOTHING = {("status",), ("metadata", "creationTimestamp")}


def _added(printed: Any, held: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield what a tool would see a server hold otherwise than it was printed."""
    if isinstance(printed, dict) and isinstance(held, dict):
        for key in printed:
            yield from _added(printed[key], held.get(key), (*path, key))
    elif isinstance(printed, list) and isinstance(held, list) and path[-1] in KEYED:
        assert len(printed) == len(held)
        for each, their in zip(printed, held, strict=True):
            yield from _added(each, their, (*path, "[]"))
    elif printed != _without_nothing(held):
        yield path


def _without_nothing(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kept_of = [dict(each) if isinstance(each, dict) else each for each in value]
    for each in kept_of:
        for *around, last in NOTHING if isinstance(each, dict) else ():
            for part in around:
                each[part] = dict(each.get(part) or {})
            (each[around[0]] if around else each).pop(last, None)
    return kept_of


@pytest.mark.parametrize("minor", MINORS)
@pytest.mark.parametrize("options", SETS)
def test_what_is_printed_is_what_a_server_stores(options: str, minor: int) -> None:
    for each in rendered(f"{options} --kube-version 1.{minor}"):
        assert not list(_added(each, stored(each))), each["kind"]


@pytest.mark.parametrize("left_out", ["apiVersion", "kind", "volumeMode"])
def test_a_claim_template_that_lacks_what_the_server_adds_would_be_seen(left_out: str) -> None:
    made = rendered(PLAIN)[-1]
    (template,) = made["spec"]["volumeClaimTemplates"]
    (template["spec"] if left_out == "volumeMode" else template).pop(left_out)
    assert list(_added(made, stored(made))) == [("spec", "volumeClaimTemplates")]


def test_the_default_target_prints_what_each_of_these_minors_takes() -> None:
    texts = {sfsgen(f"render {PLAIN} --kube-version 1.{each}").out for each in MINORS}
    assert texts == {sfsgen(f"render {PLAIN}").out}
