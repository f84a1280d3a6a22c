"""Sets whose volumes a provisioner made, or a hand: what `adopt` begins with.

found = provisioned_set(seed)         # any shape, any provisioner, any of its settings
found.cluster, found.command          # a Cluster, and how it is adopted
found.wrong()                         # sentences: what is not as it should be
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

from tests import provisioners
from tests.cluster import Cluster
from tests.faults import NAME, OTHER, SPACE, Shape, add_rivals, any_shape, origin
from tests.kinds import CLAIM, NAMESPACE, STATEFUL_SET, VOLUME, Object, place_of, storage_class

_HAND = "a hand"
MAKERS = (*provisioners.SOURCES, _HAND)


class Found(NamedTuple):
    """A set that is to be adopted."""

    cluster: Cluster
    shape: Shape
    maker: str
    command: tuple[str, ...]
    before: dict[tuple[str, str], tuple[str, str]]
    """The place of each claim, as it was."""
    replicas: int

    def wrong(self) -> Iterator[str]:
        """Yield what is not as it should be."""
        cluster = self.cluster
        if not cluster.ready(SPACE, NAME):
            yield f"the pods of {NAME} do not all run"
        homes = cluster.homes()
        for key, place in self.before.items():
            if homes.get(key) != place:
                yield f"{key} was on {place}, and is on {homes.get(key)}"
            marks = cluster.nfs.directories.get(place, set())
            if origin(key[1]) not in marks:
                yield f"{place} holds {sorted(marks)}"
        yield from cluster.harms
        yield from (f"lost: {each}" for each in cluster.nfs.lost)

    def not_ours(self) -> Iterator[str]:
        """Yield what is not as `render` would have it."""
        for claim in self.cluster.of_kind(CLAIM, SPACE):
            volume = self.cluster.objects[VOLUME, "", claim["spec"]["volumeName"]]
            name = volume["metadata"]["name"]
            if provisioners.PROVISIONED_BY in volume["metadata"].get("annotations", {}):
                yield f"{name} is a provisioner's"
            if volume["spec"]["persistentVolumeReclaimPolicy"] != "Retain":
                yield f"{name} is not kept"
            if claim["spec"].get("storageClassName"):
                yield f"{claim['metadata']['name']} has a class"
            if self.maker != _HAND and not name.startswith("pv-"):
                yield f"{name} is a name that nobody gave"
        sets = self.cluster.of_kind(STATEFUL_SET, SPACE)
        for template in sets[0]["spec"]["volumeClaimTemplates"]:
            if template["spec"].get("storageClassName") != "":
                yield f"the claim template {template['metadata']['name']} has a class"
        bound = {each["spec"].get("volumeName") for each in self.cluster.of_kind(CLAIM)}
        for volume in self.cluster.of_kind(VOLUME):
            if volume["metadata"]["name"] not in bound:
                yield f"{volume['metadata']['name']} is left over"


def stateful_set(shape: Shape, class_: str | None) -> Object:
    """Return a set as its owner writes it, who leaves volumes to others."""
    names = ["data", "log"][: shape.templates]
    mounts = [{"name": each, "mountPath": f"/{each}"} for each in names]
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    if class_ is not None:
        spec["storageClassName"] = class_
    container = {"name": NAME, "image": "web", "volumeMounts": mounts}
    return {
        "apiVersion": "apps/v1",
        "kind": STATEFUL_SET,
        "metadata": {"name": NAME, "namespace": SPACE},
        "spec": {
            "replicas": shape.replicas,
            "serviceName": NAME,
            "podManagementPolicy": "Parallel" if shape.parallel else "OrderedReady",
            **({"ordinals": {"start": shape.start}} if shape.start else {}),
            "selector": {"matchLabels": {"app": NAME}},
            "template": {
                "metadata": {"labels": {"app": NAME}},
                "spec": {"containers": [container]},
            },
            "volumeClaimTemplates": [
                {"metadata": {"name": each}, "spec": dict(spec)} for each in names
            ],
        },
    }


def provisioned_set(seed: int, maker: str = "", shape: Shape | None = None) -> Found:
    """Return any set whose volumes somebody else made."""
    chance = random.Random(seed)  # noqa: S311
    shape, maker = shape or any_shape(chance), maker or chance.choice(MAKERS)
    is_named = chance.random() < 0.5
    spaces = [{"kind": NAMESPACE, "metadata": {"name": each}} for each in (SPACE, OTHER)]
    objects: list[Object] = [{"apiVersion": "v1", **each} for each in spaces]
    if maker != _HAND:
        objects.append(_class(chance, maker, is_default=not is_named))
    cluster = Cluster(objects, chance if chance.random() < 0.5 else None)
    if maker == _HAND:
        _by_hand(cluster, shape, chance)
    cluster.create(stateful_set(shape, "theirs" if is_named and maker != _HAND else None))
    cluster.settle()
    replicas = _scaled_down(cluster, shape, chance)
    _mark(cluster)
    # Whose attacher runs no more holds its volumes back for ever.
    if maker not in (_HAND, provisioners.DEMOCRATIC) and chance.random() < 0.3:
        cluster.dead_provisioners.add(maker)
    add_rivals(cluster, chance.randrange(3), "ReadWriteOnce")
    cluster.settle()
    cluster.excuse()
    before = {key: each for key, each in cluster.homes().items() if key[0] == SPACE}
    return Found(cluster, shape, maker, tuple(_options(chance, maker)), before, replicas)


def _class(chance: random.Random, maker: str, *, is_default: bool) -> Object:
    onto = [{}, {"archiveOnDelete": "false"}, {"onDelete": "delete"}, {"onDelete": "retain"}]
    if maker == provisioners.SUBDIR and chance.random() < 0.4:
        onto.append({"pathPattern": "${.PVC.namespace}/${.PVC.name}"})
    policy, waits = chance.choice(["Delete", "Delete", "Retain"]), chance.random() < 0.3
    made = storage_class(
        "theirs",
        maker,
        default=is_default,
        policy=policy,
        waits=waits,
        parameters=chance.choice(onto),
    )
    return {**made, "mountOptions": ["nfsvers=4.1"]} if chance.random() < 0.5 else made


def _by_hand(cluster: Cluster, shape: Shape, chance: random.Random) -> None:
    """Make volumes as people do: other names, other policies, unreserved or on one side."""
    policy = chance.choice(["Retain", "Delete", "Recycle"])
    is_csi = policy != "Recycle" and chance.random() < 0.5
    is_marked, is_reserved = is_csi and chance.random() < 0.7, chance.random() < 0.5
    for template in ["data", "log"][: shape.templates]:
        for number in range(shape.start, shape.start + shape.replicas):
            path = f"/hand/{template}/{number}"
            source: Object = {"nfs": {"server": "nas", "path": path}}
            if is_csi:
                attributes = {"server": "nas", "share": path}
                handle = f"nas{path}##"
                source = {"csi": {"driver": provisioners.CSI, "volumeHandle": handle}}
                source["csi"]["volumeAttributes"] = attributes
            reference = {"namespace": SPACE, "name": f"{template}-{NAME}-{number}"}
            marks = {provisioners.PROVISIONED_BY: provisioners.CSI} if is_marked else {}
            cluster.create(
                {
                    "apiVersion": "v1",
                    "kind": VOLUME,
                    "metadata": {"name": f"hand-{template}-{number}", "annotations": marks},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        "capacity": {"storage": "1Gi"},
                        "persistentVolumeReclaimPolicy": policy,
                        **({"claimRef": reference} if is_reserved else {}),
                        **source,
                    },
                }
            )
            cluster.nfs.make(("nas", path))


def _scaled_down(cluster: Cluster, shape: Shape, chance: random.Random) -> int:
    """Scale a set down, sometimes, so that claims are left that no pod uses."""
    if shape.replicas > 1 and chance.random() < 0.3:
        replicas = chance.randrange(shape.replicas)
        cluster.scale(SPACE, NAME, replicas)
        cluster.settle()
        return replicas
    return shape.replicas


def _mark(cluster: Cluster) -> None:
    for claim in cluster.of_kind(CLAIM, SPACE):
        volume = cluster.objects[VOLUME, "", claim["spec"]["volumeName"]]
        cluster.nfs.make(place_of(volume), origin(claim["metadata"]["name"]))


def _options(chance: random.Random, maker: str) -> Iterator[str]:
    if chance.random() < 0.3:
        yield "--all-at-once"
    if maker not in (provisioners.LOCAL_PATH, _HAND) and chance.random() < 0.2:
        yield from ("--driver", "csi")
    if maker == _HAND and chance.random() < 0.4:
        yield "--rename"
