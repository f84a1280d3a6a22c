"""A cluster that lives: objects, the controllers over them and data on NFS, as it was measured.

    cluster = Cluster(objects, chance=random.Random(1))  # chance: who acts next, and how often
    cluster.settle()                                     # until nothing changes any more
    cluster.patch(VOLUME, "", "pv-web-0", {"spec": ...}) # a verb of kubectl; Refused if refused
    cluster.carry_out(step)                              # a step of a plan or of a cure; bool
    cluster.wait(lambda: ...)                            # until something holds; bool
    cluster.harms, cluster.nfs.lost                      # what should never be, see below

Objects are plain mappings in `objects`, by key (kind, namespace, name), where the namespace is ""
for those that have none. Look at them as you like, change them by verbs only. Between two verbs
others act where there is chance, a few of them and in any order; without it they act at settle()
and wait() only.

- Verbs: create, patch, label, annotate, replace, delete, scale, get, of_kind, dump.
- Time: settle() all until nothing changes; at_once() the same without the binder's resync (what
  settles in less than a second); act() one actor once, by chance; resync() the binder looks at all.
- Controllers: tests/binder.py (binding, phases, recycling, protection, a provisioner) and
  tests/set_controller.py (pods and claims of sets, scheduler, kubelets, owners and dependents).
- Data: `nfs` (tests/nfs_data.py) has directories with marks. A pod runs once its claims are Bound
  and their directories exist, and writes the mark NAMESPACE/CLAIM. `directories(make=True)` makes
  those that volumes name. TwoWriters is raised at once where a directory has two; `nfs.lost` is
  what a provisioner or recycler has removed, or a copy overwritten.
- `harms`: sentences, of verbs only: an object was deleted that holds data while the policy is not
  Retain, or a volume with data is open to every claim. excuse() takes all as it is, after a fault.
- `homes()`: the place of each Bound claim, by (namespace, claim); `ready(namespace, set)`: whether
  exactly the pods that a set asks for are there, and run.
- tests/kinds.py: kinds, key_of, place_of, storage_class; tests/faults.py: broken sets;
  tests/living_server.py: an API server for the real kubectl, over such a cluster.
"""

import copy
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tests import binder, harms, provisioners, set_controller
from tests.kinds import (
    CLAIM,
    CLASS,
    NAMESPACE,
    POD,
    STATEFUL_SET,
    VOLUME,
    Key,
    Object,
    key_of,
    place_of,
    said,
)
from tests.nfs_data import NfsData, Place
from tests.patches import PatchRefused, patched
from tests.storing import Refused, as_created, as_updated

_MOST_ROUNDS = 60
_MOST_ACTS = 6  # of others, between two verbs
_MOST_BOUND = 2000  # claims and volumes, one after the other
_MOST_WAITED = 400  # acts of others
Event = tuple[int, str, Object]
__all__ = ["Cluster", "Refused"]


class Cluster:
    """Objects by kind, namespace and name, and those who act on them."""

    def __init__(
        self,
        objects: Iterable[Object] = (),
        chance: random.Random | None = None,
        nfs: NfsData | None = None,
    ) -> None:
        """Begin with objects, and with the data that is there."""
        self.objects: dict[Key, Object] = {}
        self.nfs = nfs or NfsData()
        self.chance = chance
        self.harms: list[str] = []
        self.dead_provisioners: set[str] = set()
        """Those that nobody runs any more."""
        self.version = 0
        self.down: set[str] = set()
        """Nodes that do not answer: their pods neither start nor end."""
        self.revisions: dict[str, Object] = {}
        """The pod templates that sets had, by the names of their revisions."""
        self.started: dict[str, Key] = {}
        """The pods that run on nodes, by uid: also those that were removed by force."""
        self.queue: list[Key] = []
        """What the binder was told of; all else it sees at its resync."""
        self.events: list[Event] | None = None
        """What has changed, for those who watch; nothing is noted where this is None."""
        for each in objects:
            self._store(as_created(each, self.nfs.uid(), self.default_class()))

    # What there is

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """Return a copy of an object, or None."""
        return copy.deepcopy(self.objects.get((kind, namespace, name)))

    def of_kind(self, kind: str, namespace: str | None = None) -> list[Object]:
        """Return the objects of a kind, in the order of their names; not to be changed."""
        found = sorted(
            key for key in self.objects if key[0] == kind and namespace in (None, key[1])
        )
        return [self.objects[key] for key in found]

    def dump(self, *kinds: str) -> str:
        """Return everything, or some kinds, as `kubectl get -o json` prints it."""
        items = [each for each in self.objects.values() if not kinds or each["kind"] in kinds]
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})

    def default_class(self) -> str:
        """Return the name of the class that claims get which name none, or ""."""
        mark = "storageclass.kubernetes.io/is-default-class"
        for each in self.of_kind(CLASS):
            if each["metadata"].get("annotations", {}).get(mark) == "true":
                return str(each["metadata"]["name"])
        return ""

    def homes(self) -> dict[tuple[str, str], Place]:
        """Return the place of each claim that is Bound, by namespace and name."""
        return {
            (each["metadata"]["namespace"], each["metadata"]["name"]): place_of(volume)
            for each in self.of_kind(CLAIM)
            if each["status"]["phase"] == "Bound" and (volume := binder.volume_of(self, each))
        }

    def directories(self, *, make: bool = False) -> set[Place]:
        """Return the places that volumes name, and make those that are not there."""
        found = {place_of(each) for each in self.of_kind(VOLUME)}
        for each in found if make else ():
            self.nfs.make(each)
        return found

    def ready(self, namespace: str, name: str) -> bool:
        """Return whether a set is there and all the pods that it asks for run."""
        found = self.objects.get((STATEFUL_SET, namespace, name))
        return found is not None and set_controller.is_ready(self, found)

    # The verbs of kubectl

    def create(self, given: Object) -> Object:
        """Create an object; AlreadyExists, or its namespace is not there: Refused."""
        self._others_act()
        key, spaces = key_of(given), self.of_kind(NAMESPACE)
        if key in self.objects:
            raise Refused(409, "AlreadyExists", f"{said(key)} already exists")
        if key[1] and spaces and (NAMESPACE, "", key[1]) not in self.objects:
            raise Refused(404, "NotFound", f'namespaces "{key[1]}" not found')
        made = self._store(as_created(given, self.nfs.uid(), self.default_class()))
        self.harms.extend(harms.of_writing(self, made))
        return made

    def patch(
        self, kind: str, namespace: str, name: str, patch: Any, how: str = "strategic"
    ) -> Object:
        """Patch an object; `how` is strategic, merge or json."""
        self._others_act()
        found = self._found((kind, namespace, name))
        try:
            made = patched(found, patch, how)
        except PatchRefused as refused:
            raise Refused(422, "Invalid", str(refused)) from None
        return self._update(found, made)

    def label(
        self, kind: str, namespace: str, name: str, given: Mapping[str, str | None]
    ) -> Object:
        """Set labels, and remove those that are None."""
        return self.patch(kind, namespace, name, {"metadata": {"labels": given}}, "merge")

    def annotate(
        self, kind: str, namespace: str, name: str, given: Mapping[str, str | None]
    ) -> Object:
        """Set annotations, and remove those that are None."""
        return self.patch(kind, namespace, name, {"metadata": {"annotations": given}}, "merge")

    def replace(self, given: Object) -> Object:
        """Write an object as a whole, as `kubectl replace` does."""
        self._others_act()
        return self._update(self._found(key_of(given)), copy.deepcopy(given))

    def scale(self, namespace: str, name: str, replicas: int) -> Object:
        """Set how many pods a set asks for."""
        return self.patch(STATEFUL_SET, namespace, name, {"spec": {"replicas": replicas}}, "merge")

    def delete(  # noqa: PLR0913 - as kubectl has it
        self,
        kind: str,
        namespace: str,
        name: str,
        propagation: str = "Background",
        *,
        wait: bool = True,
        force: bool = False,
    ) -> bool:
        """Delete an object; return whether it is gone, for which is waited unless told otherwise.

        `propagation` is Background, Foreground or Orphan; `force` is --force --grace-period=0.
        """
        self._others_act()
        key = kind, namespace, name
        found = self._found(key)
        uid: str = found["metadata"]["uid"]
        self.harms.extend(harms.of_deleting(self, found))
        marks = {"Orphan": "orphan", "Foreground": "foregroundDeletion"}
        self.mark_deleted(key, marks.get(propagation, "") if kind == STATEFUL_SET else "")
        if kind == POD and (force or "nodeName" not in found["spec"]):
            self.remove(key)
        if wait:
            self.wait(lambda: self.uid_of(key) != uid)
        return self.uid_of(key) != uid

    def carry_out(self, step: Any) -> bool:
        """Do what a step of a plan or cure says, as a mapping or as a Step; return whether it went.

        Verbs: those of changes/steps.py, and `scale` with the replicas as value.
        """
        step = step if isinstance(step, Mapping) else step._asdict()
        where, value = (step["kind"], step["namespace"], step["name"]), step["value"]
        try:
            match step["verb"]:
                case "create":
                    self.create(value)
                case "look":
                    return value not in [each["metadata"]["uid"] for each in self.of_kind(CLAIM)]
                case "wait":
                    return self.wait(lambda: where not in self.objects)
                case "delete":
                    given = value or {}
                    is_waiting = given.get("wait", True)
                    how = given.get("propagationPolicy", "Background")
                    return self.delete(*where, how, wait=is_waiting) or not is_waiting
                case "label":
                    self.label(*where, value)
                case "annotate":
                    self.annotate(*where, value)
                case "scale":
                    self.scale(where[1], where[2], value)
                case verb:
                    self.patch(*where, value, {"patch": "strategic", "json-patch": "json"}[verb])
        except Refused:
            return False
        return True

    # Time

    def settle(self) -> None:
        """Let all act until nothing changes."""
        list(self._rounds(self.resync))

    def at_once(self) -> None:
        """Let all act until nothing changes, and the binder see what it was told of only."""
        list(self._rounds(lambda: None))

    def turn(self, *, resync: bool = False) -> bool:
        """Let each of those who act look at everything once; return whether anything changed."""
        version = self.version
        next(self._rounds(self.resync if resync else lambda: None))
        return self.version != version

    def resync(self) -> None:
        """Let the binder look at everything again, as it does each 15 seconds."""
        keys = [key for key in self.objects if key[0] in (CLAIM, VOLUME)]
        self.queue.extend(self._shuffled(sorted(keys)))

    def act(self) -> None:
        """Let one of those who act look at one object."""
        assert self.chance
        if self.queue and self.chance.random() < 0.5:
            self._bind_next(self.chance.randrange(len(self.queue)))
            return
        keys = list(self.objects)
        if keys and self.chance.random() < 0.3:
            key = self.chance.choice(keys)
            self.queue.extend([key] if key[0] in (CLAIM, VOLUME) else [])
        actor = self.chance.choice(_ACTORS)
        of_kind = [key for key in keys if actor[0] in ("", key[0])] or [("", "", "")]
        actor[1](self, self.chance.choice(of_kind))
        self.nfs.check()

    def wait(self, holds: Callable[[], bool]) -> bool:
        """Let all act until something holds; return False where it never does."""
        for _ in range(_MOST_WAITED if self.chance else 0):
            if holds():
                return True
            self.act()
        if not holds():
            for _ in self._rounds(self.resync):
                if holds():
                    return True
        return holds()

    def excuse(self) -> None:
        """Take all as it is: what was lost, who writes where, and what was done wrong."""
        self.harms.clear()
        self.nfs.excuse()

    # For controllers: what they write is told to those who watch

    def change(self, key: Key, change: Callable[[Object], object]) -> None:
        """Change an object, if it is there."""
        if key in self.objects:
            made = copy.deepcopy(self.objects[key])
            change(made)
            self._store(made)

    def add(self, given: Object) -> bool:
        """Create an object as a controller does; return False where one has its name."""
        if key_of(given) in self.objects:
            return False
        self._store(as_created(given, self.nfs.uid(), self.default_class()))
        return True

    def mark_deleted(self, key: Key, finalizer: str = "") -> None:
        """Mark an object as to be deleted; it goes once nothing holds it."""

        def change(each: Object) -> None:
            metadata = each["metadata"]
            metadata.setdefault("deletionTimestamp", "2026-11-27T00:00:00Z")
            metadata.setdefault("deletionGracePeriodSeconds", 30 if key[0] == POD else 0)
            if finalizer:
                metadata["finalizers"] = [*metadata.get("finalizers", ()), finalizer]

        self.change(key, change)

    def remove(self, key: Key) -> None:
        """Let an object be gone."""
        gone = self.objects.pop(key, None)
        if gone is None:
            return
        self.version += 1
        gone = {**gone, "metadata": {**gone["metadata"], "resourceVersion": str(self.version)}}
        self._tell("DELETED", gone)
        self.queue.extend(binder.told_of_end(self, gone))

    def uid_of(self, key: Key) -> str | None:
        """Return the uid of an object, or None."""
        return self.objects[key]["metadata"]["uid"] if key in self.objects else None

    # How it is done

    def _found(self, key: Key) -> Object:
        if key not in self.objects:
            raise Refused(404, "NotFound", f"{said(key)} not found")
        return self.objects[key]

    def _update(self, before: Object, given: Object) -> Object:
        made = self._store(as_updated(before, given))
        self.harms.extend(harms.of_writing(self, made, before))
        return made

    def _store(self, made: Object) -> Object:
        key = key_of(made)
        before = self.objects.get(key)
        if before == made:
            return before
        self.version += 1
        made["metadata"]["resourceVersion"] = str(self.version)
        if before and key[0] == STATEFUL_SET and before["spec"] != made["spec"]:
            made["metadata"]["generation"] = before["metadata"].get("generation", 1) + 1
        self.objects[key] = made
        self._tell("MODIFIED" if before else "ADDED", made)
        if key[0] in (CLAIM, VOLUME):
            self.queue.append(key)
        metadata = made["metadata"]
        if "deletionTimestamp" in metadata and not metadata.get("finalizers") and key[0] != POD:
            self.remove(key)
        return made

    def _tell(self, what: str, each: Object) -> None:
        if self.events is not None:
            self.events.append((self.version, what, each))

    def _others_act(self) -> None:
        for _ in range(self.chance.randrange(_MOST_ACTS) if self.chance else 0):
            self.act()

    def _rounds(self, before: Callable[[], None]) -> Iterator[None]:
        """Let all act on everything, again and again until nothing changes."""
        for _ in range(_MOST_ROUNDS):
            version = self.version
            before()
            for _ in range(_MOST_BOUND):
                if self.queue:
                    self._bind_next(0)
            assert not self.queue, "the binder comes to no end"
            for kind, actor in self._shuffled(_ACTORS):
                for key in self._shuffled([key for key in self.objects if kind in ("", key[0])]):
                    actor(self, key)
            self.nfs.check()
            yield
            if self.version == version and not self.queue:
                return
        raise AssertionError("the controllers come to no end")

    def _bind_next(self, number: int) -> None:
        key = self.queue.pop(number)
        binder.sync(self, key)

    def _shuffled(self, found: Iterable[Any]) -> list[Any]:
        made = list(found)
        if self.chance:
            self.chance.shuffle(made)
        return made


_Actor = tuple[str, Callable[[Cluster, Key], None]]
_ACTORS: tuple[_Actor, ...] = (
    (CLAIM, binder.protect_claim),
    (CLAIM, binder.provision),
    (VOLUME, binder.protect_volume),
    (VOLUME, binder.reclaim),
    (VOLUME, provisioners.protect),
    (VOLUME, provisioners.attach),
    (STATEFUL_SET, set_controller.sync),
    (POD, set_controller.schedule),
    (POD, set_controller.run),
    ("", set_controller.collect),
    ("", set_controller.stop_orphaned_writers),
)
