"""Claims outlive a scale-down and the set: those that were made beforehand are deleted as well.

With `whenScaled: Delete`, scaling down deletes claims that were made beforehand as well, and their
volumes go Released; scaling back up leaves the new claims Pending and the set stuck. `whenDeleted:
Delete` does the same when the set is deleted (measured).

Fix: Write Retain, or leave the policy out: Retain is the default. It can be changed on a live set.
Volumes that are Released already are told by the rule [released](#released).

Source: pkg/controller/statefulset/stateful_set_utils.go, claimOwnerMatchesSetAndPod (measured).
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.scene import Scene
from sfsgen.values.hazards import RETENTION

_RETENTION = "persistentVolumeClaimRetentionPolicy"


def retention_policy(scene: Scene) -> Iterator[Finding]:
    for stateful_set, rows in scene.pairing.by_set:
        policy = stateful_set.manifest.at("spec", _RETENTION) or {}
        is_made_beforehand = any(
            not scene.pairing.is_provisioned(each)
            or any(volume.is_static for volume in each.volumes.values())
            for each in rows
        )
        for event in ("whenDeleted", "whenScaled") if is_made_beforehand else ():
            if policy.get(event) == "Delete":
                path = ("spec", _RETENTION, event)
                fix = f"write {event}: Retain"
                yield warning(stateful_set.manifest, path, f"{event}: {RETENTION}", fix)
