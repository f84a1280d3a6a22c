"""Carries out plans in a living cluster, as their scripts would."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sfsgen.changes.conditions import Condition
from tests.cluster import Cluster
from tests.kinds import Key
from tests.program import Result, sfsgen

Data = Mapping[str, Any]


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
) -> int:
    """Carry out a plan; return how many actions were taken.

    Raises Surprise where the script would stop, and Killed after so many actions.
    """
    taken = 0
    for phase in plan["phases"]:
        if _all_hold(cluster, phase["goal"]):
            continue
        for action in phase["actions"]:
            if _is_done(cluster, action):
                continue
            _take(cluster, action, confirmed)
            taken += 1
            if taken == kill_after:
                raise Killed
            _wait(cluster, action["wait"])
        _wait(cluster, phase["goal"])
    return taken


def _all_hold(cluster: Cluster, conditions: Iterable[Data]) -> bool:
    return all(condition(each).holds(cluster.objects) for each in conditions)


def _wait(cluster: Cluster, conditions: Iterable[Data]) -> None:
    for each in conditions:
        until = condition(each)
        if not _comes(cluster, until):
            raise Surprise(f"waited in vain until {until}")


def _comes(cluster: Cluster, until: Condition) -> bool:
    return cluster.wait(lambda: until.holds(cluster.objects))


def _key(step: Data) -> Key:
    return step["kind"], step["namespace"], step["name"]


def _is_done(cluster: Cluster, action: Data) -> bool:
    step = action["step"]
    is_gone = step and step["verb"] == "delete" and _key(step) not in cluster.objects
    return is_gone or bool(action["done"] and _all_hold(cluster, action["done"]))


def _take(cluster: Cluster, action: Data, confirmed: Callable[[Data], object]) -> None:
    for each in action["must"]:
        so = condition(each)
        if not (so.holds(cluster.objects) or (so.lags and _comes(cluster, so))):
            raise Surprise(f"{action['reason']}: it is not so that {each['words']}")
    if action["confirm"]:
        confirmed(action)
    step = action["step"]
    if step and not cluster.carry_out(step):
        is_there = _key(step) in cluster.objects
        if {"create": True, "delete": False}.get(step["verb"]) is not is_there:
            raise Surprise(f"{action['reason']}: {step['command']}")
