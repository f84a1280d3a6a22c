"""Whose directories `prepare` makes: what a set says of its users and groups, and what wins."""

from typing import Any

import pytest

from sfsgen.preparing.owners import Owner, writers
from tests.program import sfsgen
from tests.test_prepare import prepared, values
from tests.test_prepare_arguments import work

pytestmark = pytest.mark.without_libraries


def pod(*containers: dict[str, Any] | None, init: dict[str, Any] | None = None, **own: Any) -> Any:
    """Return a pod's spec, with a container for each security context, and its own context."""
    first = [_container(init)] if init else []
    made = [*map(_container, containers)]
    return {"securityContext": own, "containers": made, "initContainers": first}


def _container(context: dict[str, Any] | None) -> dict[str, Any]:
    mounts = [{"name": "data", "mountPath": "/d"}]
    return {"image": "db", "volumeMounts": mounts, "securityContext": context}


NOBODY: dict[str, Any] = {}
U1, U2 = {"runAsUser": 1}, {"runAsUser": 2}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (pod(None), ("", "", "")),
        (pod(None, runAsUser=5), ("5", "", "0750")),
        (pod(None, runAsUser=0), ("0", "", "0750")),
        (pod(None, runAsUser=5, runAsGroup=6), ("5", "6", "0750")),
        (pod(None, runAsUser=5, runAsGroup=6, fsGroup=7), ("5", "7", "2770")),
        (pod(None, fsGroup=7), ("", "7", "2770")),
        (pod(None, runAsUser=5, supplementalGroups=[8]), ("5", "8", "2770")),
        (pod(None, runAsUser=5, supplementalGroups=[8, 9]), ("5", "", "0750")),
        (pod(U1, runAsUser=5), ("1", "", "0750")),
        (pod({"runAsUser": None}, runAsUser=5), ("5", "", "0750")),
        (pod(U1, U1), ("1", "", "0750")),
        (pod(U1, U2, runAsGroup=3), ("1", "3", "2770")),
        (pod(U1, init={"runAsUser": 0}), ("1", "", "0750")),
        (pod({"runAsUser": True}), ("", "", "")),
        ({"containers": "none"}, ("", "", "")),
        ({}, ("", "", "")),
    ],
)
def test_the_owner_is_what_the_pods_write_as(spec: Any, expected: tuple[str, ...]) -> None:
    found = writers(spec, "data")
    assert found.owner(Owner()) == expected
    assert not found.disagreement


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Owner(), ("5", "6", "0750")),
        (Owner("9"), ("9", "6", "0750")),
        (Owner("", "9"), ("5", "9", "2770")),
        (Owner("", "", "0700"), ("5", "6", "0700")),
        (Owner("a", "b", "0700"), ("a", "b", "0700")),
    ],
)
def test_what_is_asked_for_wins(asked: Owner, expected: tuple[str, ...]) -> None:
    assert writers(pod(None, runAsUser=5, runAsGroup=6), "data").owner(asked) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (pod(U1, U2), "1 and 2"),
        (pod(U1, None), "1 and whom its image says"),
        (pod(U1, U2, fsGroup=3), ""),
        (pod(U1, {**U2, "runAsGroup": 2}), "1 and 2"),
    ],
)
def test_containers_without_a_group_in_common_are_told(spec: Any, expected: str) -> None:
    assert writers(spec, "data").disagreement == expected


def test_only_the_containers_that_write_count() -> None:
    spec = pod(U1, U2)
    spec["containers"][0]["volumeMounts"][0]["readOnly"] = True
    assert writers(spec, "data").users == ("2",)
    spec["containers"][0]["volumeMounts"] = [{"name": "other", "mountPath": "/"}]
    assert writers(spec, "data").users == ("2",)


SIDECAR = {"name": "s", "image": "s:1", "volumeMounts": [{"name": "data", "mountPath": "/s"}]}


def test_values_and_their_manifests_say_the_same_owner() -> None:
    context = {"runAsUser": 5, "fsGroup": 6}
    text = values("/exports/{ordinal}", pod={"securityContext": context, "containers": [SIDECAR]})
    expected = ["exported /exports /exports", "directory 0 5 6 2770", "directory 1 5 6 2770"]
    assert work(prepared("-f -", text)) == expected
    assert work(prepared("-f -", sfsgen("render -f -", text).out)) == expected


def test_several_users_are_an_error_until_an_owner_or_a_group_is_given() -> None:
    sidecar = {**SIDECAR, "securityContext": U2}
    text = values(
        "/exports/{ordinal}", container={"securityContext": U1}, pod={"containers": [sidecar]}
    )
    result = sfsgen("prepare -f -", text)
    assert (result.status, result.out) == (2, "")
    assert "containers write into claim template data of default/db as 1 and 2\n" in result.err
    assert "directory 0 7 '' 0750" in work(prepared("-f - --owner 7", text))
    assert "directory 0 1 7 2770" in work(prepared("-f - --group 7", text))


@pytest.mark.parametrize(("image", "is_told"), [("postgres:18", True), ("nginx:1", False)])
@pytest.mark.parametrize("more", ["", "--job"])
def test_the_image_of_options_is_the_sets(image: str, is_told: bool, more: str) -> None:
    described = f"web -r 1 --nfs-server n --storage 1Gi --image {image}"
    result = sfsgen(f"prepare {described} {more}")
    assert result.status == 0
    assert ("nothing says as which user" in result.err) == is_told


def test_manifests_say_the_image_themselves() -> None:
    manifests = sfsgen("render web -r 1 --nfs-server n --storage 1Gi").out
    result = sfsgen("prepare -f - --image a", manifests)
    assert (result.status, result.out) == (2, "")
    assert "--image: error: manifests say that themselves" in result.err


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        ({}, True),
        ({"image": "nginx:1"}, False),
        ({"nfs": {"server": "n", "path": "/e", "readOnly": True}}, False),
        ({"pod": {"securityContext": {"runAsUser": 0}}}, False),
        ({"pod": {"securityContext": {"fsGroup": 1}}}, False),
    ],
)
def test_it_is_warned_of_where_nothing_says_who_writes(more: dict[str, Any], is_told: bool) -> None:
    text = values("/exports/{ordinal}", **more)
    result = sfsgen("prepare -f -", text)
    assert result.status == 0
    assert (
        "--owner: warning: nothing says as which user the pods of db write" in result.err
    ) == is_told
    assert sfsgen("prepare -f - --strict", text).status == (2 if is_told else 0)
    assert not sfsgen("prepare -f - --owner 1", text).err
