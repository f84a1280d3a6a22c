"""Carries out plans in a living cluster, as their scripts would."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sfsgen.plans.conditions import Condition
from tests.cluster import Cluster
from tests.kinds import Key
from tests.program import Result, sfsgen

Data = Mapping[str, Any]
_Clusters = tuple[Cluster, Cluster | None]


class Surprise(Exception):  # noqa: N818
    """Something did not hold that had to, or was waited for in vain."""


class Killed(Exception):  # noqa: N818
    """The script was killed."""


def plans(result: Result) -> list[dict[str, Any]]:
    """Return the plans of a run with -o json; where nothing is to be done, none."""
    found: list[dict[str, Any]] = json.loads(result.out)["plans"] if result.out else []
    return found


def dump(cluster: Cluster) -> str:
    """Return what a cluster holds, of what sfsgen looks at."""
    return cluster.dump("StatefulSet", "PersistentVolumeClaim", "PersistentVolume", "Service")


def recover(cluster: Cluster, *options: str) -> Result:
    """Run `recover -o json` on what a cluster holds."""
    return sfsgen(["recover", "-o", "json", "-f", "-", *options], dump(cluster))


def condition(given: Data) -> Condition:
    """Return a condition of the data of a plan."""
    fields = {key: given[key] for key in Condition._fields}
    return Condition(**{**fields, "path": tuple(fields["path"])})


def carry_out(
    cluster: Cluster,
    plan: Data,
    confirmed: Callable[[Data], object] = lambda _: None,
    kill_after: int | None = None,
    other: Cluster | None = None,
) -> int:
    """Carry out a plan; return how many actions were taken.

    `other` is the other cluster that a plan may be about.

    Raises Surprise where the script would stop, and Killed after so many actions.
    """
    clusters, taken = (cluster, other), 0
    for phase in plan["phases"]:
        if _all_hold(clusters, phase["goal"]):
            continue
        for action in phase["actions"]:
            if _is_done(clusters, action):
                continue
            _take(clusters, action, confirmed)
            taken += 1
            if taken == kill_after:
                raise Killed
            _wait(clusters, action["wait"])
        _wait(clusters, phase["goal"])
    return taken


def _all_hold(clusters: _Clusters, conditions: Iterable[Data]) -> bool:
    return all(condition(each).holds(_of(clusters, each).objects) for each in conditions)


def _wait(clusters: _Clusters, conditions: Iterable[Data]) -> None:
    for each in conditions:
        until, cluster = condition(each), _of(clusters, each)
        if not _comes(cluster, until):
            raise Surprise(f"waited in vain until {until}")


def _comes(cluster: Cluster, until: Condition) -> bool:
    return cluster.wait(lambda: until.holds(cluster.objects))


def _of(clusters: _Clusters, each: Data) -> Cluster:
    """Return the cluster that a condition or a step is about."""
    here, there = clusters
    found = there if each["cluster"] else here
    assert found
    return found


def _key(step: Data) -> Key:
    return step["kind"], step["namespace"], step["name"]


def _is_done(clusters: _Clusters, action: Data) -> bool:
    step = action["step"]
    is_deletion = step and step["verb"] == "delete"
    is_gone = is_deletion and _key(step) not in _of(clusters, step).objects
    either = (action["done"], action["unless"])
    return is_gone or any(each and _all_hold(clusters, each) for each in either)


def _take(clusters: _Clusters, action: Data, confirmed: Callable[[Data], object]) -> None:
    for each in action["must"]:
        so, cluster = condition(each), _of(clusters, each)
        if not (so.holds(cluster.objects) or (so.lags and _comes(cluster, so))):
            raise Surprise(f"{action['reason']}: it is not so that {each['words']}")
    if action["confirm"]:
        confirmed(action)
    step = action["step"]
    if step and not _of(clusters, step).carry_out(step):
        is_there = _key(step) in _of(clusters, step).objects
        if {"create": True, "delete": False}.get(step["verb"]) is not is_there:
            raise Surprise(f"{action['reason']}: {step['command']}")
