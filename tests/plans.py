"""Carries out plans in a living cluster, as their scripts would."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sfsgen.changes.conditions import Condition
from tests.cluster import Cluster
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


def recover(cluster: Cluster, *options: str) -> Result:
    """Run `recover -o json` on what a cluster holds."""
    dump = cluster.dump("StatefulSet", "PersistentVolumeClaim", "PersistentVolume", "Service")
    return sfsgen(["recover", "-o", "json", "-f", "-", *options], dump)


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

    def holds(given: Data) -> bool:
        return condition(given).holds(cluster.objects)

    def wait(given: Data) -> None:
        if not cluster.wait(lambda: holds(given)):
            raise Surprise(f"waited in vain until {given['words']}")

    for phase in plan["phases"]:
        if all(map(holds, phase["goal"])):
            continue
        for action in phase["actions"]:
            step = action["step"]
            key = step and (step["kind"], step["namespace"], step["name"])
            is_gone = step and step["verb"] == "delete" and key not in cluster.objects
            if is_gone or (action["done"] and all(map(holds, action["done"]))):
                continue
            for each in action["must"]:
                if not holds(each):
                    raise Surprise(f"{action['reason']}: it is not so that {each['words']}")
            if action["confirm"]:
                confirmed(action)
            if step and not cluster.carry_out(step):
                if not (step["verb"] == "create" and key in cluster.objects):
                    raise Surprise(f"{action['reason']}: {step['command']}")
            taken += 1
            if taken == kill_after:
                raise Killed
            for each in action["wait"]:
                wait(each)
        for each in phase["goal"]:
            wait(each)
    return taken
