"""What mends objects: a kubectl command where a server holds them, else what to write.

No command takes a volume from a claim that is there, and each hits its object whatever the shell's
own context and namespace are.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.changes.cure import WHICH_VOLUME, Cure, carried_out_by
from sfsgen.changes.edits import Edit, words
from sfsgen.changes.steps import Step, commands, made_again
from sfsgen.documents.document import GONE, Path
from sfsgen.documents.yaml_writer import flow
from sfsgen.kubernetes.kubectl import Access, quoted
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.sets.found import FoundSet
from sfsgen.sets.inventory import Inventory
from sfsgen.values.pairs import Claim, Key, Volume

_UID = "/spec/claimRef/uid"
_REMOVE_UID = {"op": "remove", "path": _UID}
BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
"""The annotation of a claim that was bound once: it is Lost where its volume does not hold it."""
_RETAIN = {"persistentVolumeReclaimPolicy": "Retain"}
_ALL_UIDS = "uids: {.items[*].metadata.uid}"  # a line even where there are none
NAMED_BY_NAMESPACE = ("--volume-name", "pv-{namespace}-{name}-{ordinal}")
"""The option by which volumes get names that no other namespace's set has."""
RESYNC = "15 seconds"
"""After so long the binder has looked at everything again (7 to 17 s, measured)."""


class Cures(NamedTuple):
    """What mends the objects that were read, for the cluster that they were read from."""

    inventory: Inventory
    access: Access

    def read_all(self, namespace: str) -> str:
        """Return the command that prints everything that `check` looks at."""
        return self._command("get", "sts,svc,pvc,pv", "-o", "yaml", namespace=namespace)

    def create(self) -> str:
        """Return the command that creates what is piped into it."""
        return self._command("create", "-f", "-")

    def look_at(self, volume: str) -> str:
        """Return the command that shows a volume."""
        return self._command("get", *_object("pv", volume))

    def volumes(self, stateful_set: FoundSet, *options: str) -> str:
        """Return the command that prints what a set lacks, for the same input."""
        name, access = stateful_set.name, self.access
        is_clear = access.filenames and self.inventory.set_names[name] == 1 and not access.namespace
        namespace = None if is_clear else stateful_set.namespace
        given = [*access._replace(namespace=namespace).options, *options]
        if name.startswith("-"):  # it is no option
            return quoted(["sfsgen", "volumes", *given, "--", name])
        return quoted(["sfsgen", "volumes", name, *given])

    def create_missing(self, stateful_set: FoundSet, *options: str) -> Cure:
        """Return how what a set lacks is made in its cluster."""
        command = f"{self.volumes(stateful_set, *options)} | {self.create()}"
        kind = stateful_set.manifest.kind
        return carried_out_by(Step("create", kind, *stateful_set.key, None, command))

    def volumes_elsewhere(self, stateful_set: FoundSet) -> str:
        """Return the same, for volumes of names that no other namespace's set has."""
        # What was changed in the cluster a dump does not show.
        live = self._replace(access=self.access._replace(filenames=()))
        return live.volumes(stateful_set, *NAMED_BY_NAMESPACE)

    def describe(self, manifest: Manifest) -> str:
        """Return the command that says why an object is as it is."""
        kind = "pvc" if manifest.kind == "PersistentVolumeClaim" else "pv"
        words = ["describe", *_object(kind, manifest.name)]
        return self._command(*words, namespace=manifest.namespace or None)

    def reserve(self, volume: Volume, key: Key) -> Cure:
        """Return how to reserve a volume for a claim, and for no earlier one of its name."""
        if not volume.manifest.is_stored:
            written = f"write `{claim_ref_of(key)}` into the spec of {volume.name}"
            edits = tuple(_reserving(volume, key))
            cure = Cure(written, edits, left="" if edits else WHICH_VOLUME)
            return self._unless_guessed(cure, key)
        if self.inventory.is_anothers(volume, key):
            return Cure(self.leave(volume))
        if volume.claim_uid and not self.inventory.holder(volume):
            return self._guarded(volume, _replace_reference(key))
        return carried_out_by(self._patch(volume.name, {"claimRef": reference_of(key)}))

    def redirect(self, volume: Volume, key: Key) -> Cure:
        """Return how to reserve a volume for another claim than it says, if that is not there."""
        if volume.manifest.is_stored:
            return self.reserve(volume, key)
        given = volume.manifest.at("spec", "claimRef")
        edits = tuple(
            Edit(volume.manifest, ("spec", "claimRef", field), each)
            for field, each in zip(("namespace", "name"), key, strict=True)
            if given.get(field) != each
        )
        cure = Cure(words(edits), edits)
        return self._unless_guessed(cure, key)

    def _unless_guessed(self, cure: Cure, key: Key) -> Cure:
        """Return a cure that writes a claim's namespace, without edits where that is a guess.

        Where it is written nowhere, kubectl may be given another one.
        """
        claim = self.inventory.claims.get(key)
        sides = [claim.manifest] if claim else []
        sides += [each.stateful_set.manifest for each in self.inventory.wanting(key)]
        bare = [each.name for each in sides if not each.namespace]
        if self.access.namespace is not None or not bare or not cure.edits:
            return cure
        return cure.by_hand(f"the namespace of {bare[-1]} is written nowhere; give -n")

    def free(self, volume: Volume) -> Cure:
        """Return how a volume lets an earlier claim go, and stays reserved for its name (measured).

        Without the whole claimRef it would be open to every claim in the cluster.
        """
        if not volume.manifest.is_stored:
            edits = tuple(
                Edit(volume.manifest, ("spec", "claimRef", field), GONE)
                for field in ("uid", "resourceVersion")
            )
            given = volume.manifest.at("spec", "claimRef")
            return Cure(words(edits), tuple(each for each in edits if each.path[-1] in given))
        return self._guarded(volume, _REMOVE_UID)

    def hand_over(self, volume: Volume, key: Key) -> Sequence[Step]:
        """Return how a volume is reserved for another claim, once its own is gone."""
        if not volume.claim_uid:
            return [self._patch(volume.name, {"claimRef": reference_of(key)})]
        replace = _replace_reference(key)
        if holder := self.inventory.holder(volume):
            namespace, name = holder
            wait = self._wait_for("PersistentVolumeClaim", name, namespace)
            return [wait, self._json_patch(volume, replace)]
        return self._guarded(volume, replace).steps

    def doubt(self, volume: Volume) -> str:
        """Return what cannot be known of the uid that a volume holds, or ""."""
        is_known = self.inventory.elsewhere.is_complete or self.inventory.holder(volume)
        if is_known or not (volume.claim_uid and volume.manifest.is_stored):
            return ""
        return "; whether a claim of another namespace has its uid, what was read does not show"

    def remove_after(
        self, pod: str, namespace: str, objects: Sequence[str], volume: Volume | None
    ) -> str:
        """Return the command that removes claims and volumes once their pod is gone.

        The files stay: the reclaim policy of the claim's volume is Retain before that.
        """
        delete = self._command("delete", *objects, namespace=namespace)
        keep = self.keep(volume) if volume else []
        return " && ".join([*map(str, keep), str(self._wait_for("Pod", pod, namespace)), delete])

    def free_after(self, claim: Claim, volume: Volume) -> Cure:
        """Return how a claim's volume is freed for the next one, once the claim is gone."""
        return carried_out_by(*self.keep(volume), *self._freeing(claim, volume))

    def mend_failed(self, volume: Volume) -> Cure:
        """Return how a Failed volume comes back, without being deleted (measured)."""
        if not volume.claim_uid:
            return self.retain(volume)
        policy = "/spec/persistentVolumeReclaimPolicy"
        retain = {"op": "replace", "path": policy, "value": "Retain"}
        return self._guarded(volume, retain, _REMOVE_UID)

    def bind_again(self, claim: Claim) -> Step:
        """Return how a Lost claim binds again to the volume that is reserved for its name.

        Neither the claim nor its pod is deleted (0.2 s, measured).
        """
        words = ["annotate", *_object("pvc", claim.name), f"{BIND_COMPLETED}-"]
        return Step(
            "annotate",
            claim.manifest.kind,
            *claim.key,
            {BIND_COMPLETED: None},
            self._command(*words, namespace=claim.namespace),
        )

    def give_back(self, volume: Volume, claim: Claim) -> Cure:
        """Return how a Lost claim gets back the volume that is reserved for its name (measured)."""
        if self.inventory.holder(volume):
            return Cure(self.leave(volume))
        if not volume.claim_uid:
            return carried_out_by(self.bind_again(claim))
        if not claim.uid:
            return Cure(f"read the claim with its uid: {self.read_all(claim.namespace)}")
        return self._guarded(volume, {"op": "replace", "path": _UID, "value": claim.uid})

    def leave(self, volume: Volume) -> str:
        """Return that a volume stays with its owner (`Inventory.owner`).

        Where its claimRef was changed away from the claim whose uid it holds, the controller writes
        it back, as long as nobody removes the uid; who does takes the directory from a claim that
        is in use (measured).
        """
        owner = self.inventory.owner(volume) or volume.claim or ("", "")
        text = f"leave {volume.name} to the claim {'/'.join(owner)}"
        if self.inventory.is_taken_over(volume):
            text += (
                f", whose uid it holds: within {RESYNC} the controller writes it back into the "
                "claimRef"
            )
        return text

    def delete(self, claim: Claim) -> Step:
        """Return how a claim is deleted."""
        command = self._command("delete", *_object("pvc", claim.name), namespace=claim.namespace)
        return Step("delete", claim.manifest.kind, *claim.key, None, command)

    def set_fields(self, volume: Volume, fields: Mapping[str, Any]) -> Cure:
        """Return how to change fields of a volume's spec that may be changed."""
        if volume.manifest.is_stored:
            return carried_out_by(self._patch(volume.name, fields))
        edits = tuple(
            Edit(volume.manifest, ("spec", field), value) for field, value in fields.items()
        )
        # Of what is on no server the size may be true.
        return Cure(words(edits), tuple(_inner(edits)) if volume.is_remote or volume.is_nfs else ())

    def label(self, volume: Volume, labels: Mapping[str, str]) -> Cure:
        """Return how to give a volume labels."""
        if volume.manifest.is_stored:
            pairs = [f"{key}={value}" for key, value in labels.items()]
            if any(volume.labels.get(key, value) != value for key, value in labels.items()):
                pairs.append("--overwrite")
            command = self._command("label", *_object("pv", volume.name), *pairs)
            kind = volume.manifest.kind
            return carried_out_by(Step("label", kind, "", volume.name, dict(labels), command))
        edits = (
            Edit(volume.manifest, ("metadata", "labels", key), value)
            for key, value in labels.items()
        )
        written = f"write `labels: {flow(labels)}` into the metadata of {volume.name}"
        return Cure(written, tuple(edits))

    def annotate(self, volume: Volume, annotations: Mapping[str, str]) -> Step:
        """Return how a volume gets annotations."""
        pairs = [f"{key}={value}" for key, value in annotations.items()]
        command = self._command("annotate", *_object("pv", volume.name), *pairs, "--overwrite")
        kind = volume.manifest.kind
        return Step("annotate", kind, "", volume.name, dict(annotations), command)

    def name_volume(self, claim: Claim, volume: str) -> Cure:
        """Return how a claim that is not made yet names a volume."""
        edit = Edit(claim.manifest, ("spec", "volumeName"), volume)
        return Cure(words((edit,)), (edit,))

    def retain(self, volume: Volume) -> Cure:
        """Return how to keep the data of a volume whose claim is deleted."""
        return self.set_fields(volume, _RETAIN)

    def rename_volume(self, claim: Claim, volume: str) -> Cure:
        """Return how a claim names another volume."""
        edits = self.name_volume(claim, volume).edits
        return self.of_immutable(claim.manifest, Cure(f"write `volumeName: {volume}`", edits))

    def set_class(self, manifest: Manifest, storage_class: str, of: Path = ()) -> Cure:
        """Return how a claim, or the claim template at a path of a set, gets a class."""
        edit = Edit(manifest, (*of, "spec", "storageClassName"), storage_class)
        return self.of_immutable(
            manifest, Cure(f'write storageClassName: "{storage_class}"', (edit,))
        )

    def of_immutable(self, manifest: Manifest, fix: str | Cure) -> Cure:
        """Return a fix of a field that is immutable once a server holds the object."""
        cure = fix if isinstance(fix, Cure) else Cure(fix)
        if not manifest.is_stored:
            return cure
        claim = self.inventory.claims.get((manifest.namespace, manifest.name))
        if manifest.kind in STATEFUL_SET_KINDS:
            orphan = self.orphan(manifest)
            words = f"`{orphan}`, {cure}, and create it again: it is immutable"
            return Cure(words, steps=self._replacing(manifest, cure, orphan))
        if manifest.kind == "PersistentVolume":
            return Cure(
                f"{cure}: it is immutable, so see that no pod uses it and that its policy is "
                "Retain, delete the claim and the volume, and create both again"
            )
        if manifest.kind == "PersistentVolumeClaim" and claim:
            made = self._make_again(claim, cure)
            return made.said(f"{cure}: it is immutable, so {made}")
        words = f"{cure}: it is immutable, so delete the {manifest.kind}, and create it again"
        return Cure(words)

    def _make_again(self, claim: Claim, cure: Cure) -> Cure:
        """Return how a claim is deleted and made again, its volume and the data kept."""
        if claim.phase == "Pending":
            delete = self.delete(claim)
            steps = self._replacing(claim.manifest, cure, delete)
            return Cure(f"`{delete}`, and create it again", steps=steps)
        volume = self.inventory.volumes.get(claim.volume_name)
        if volume is None:
            look = self.read_all(claim.namespace)
            return Cure(f"read its volume too (`{look}`), and look again")
        if self.inventory.is_anothers(volume, claim.key):
            return Cure(f"{self.leave(volume)}, and let {claim.name} name another")
        gone = [*self.keep(volume), self.delete(claim)]
        if claim.uid and volume.claim_uid == claim.uid:
            gone += self._freeing(claim, volume)
        words = f"once no pod uses it, `{commands(gone)}`, and create it again"
        rows = self.inventory.wanting(claim.key)
        pods = [each.pod_name for each in rows]
        waits = [self._wait_for("Pod", each, claim.namespace) for each in pods]
        # Whose pods use it is known of a set's claim.
        steps = self._replacing(claim.manifest, cure, *waits, *gone) if waits else ()
        return Cure(words, steps=steps)

    def orphan(self, manifest: Manifest) -> Step:
        """Return how a set is deleted, its pods and claims kept."""
        words = ["delete", *_object("sts", manifest.name), "--cascade=orphan"]
        command = self._command(*words, namespace=manifest.namespace or None)
        how = {"propagationPolicy": "Orphan"}
        return Step("delete", manifest.kind, manifest.namespace, manifest.name, how, command)

    def _replacing(self, manifest: Manifest, cure: Cure, *steps: Step) -> tuple[Step, ...]:
        """Return steps that delete an object, and one that makes it again with a cure's edits."""
        if not cure.edits:
            return ()
        made = made_again(manifest, cure.edits)
        about = manifest.kind, manifest.namespace, manifest.name
        return (*steps, Step("create", *about, made, self.create()))

    def keep_of(self, claim: Claim) -> list[Step]:
        """Return the same for the volume that a claim names, whether it was read or not."""
        volume = self.inventory.volumes.get(claim.volume_name)
        if volume or not claim.volume_name:
            return self.keep(volume) if volume else []
        return [self._patch(claim.volume_name, _RETAIN)]

    def keep(self, volume: Volume) -> list[Step]:
        """Return the step by which the files stay when a claim goes, where one is needed."""
        return [] if volume.reclaim_policy == "Retain" else [self._patch(volume.name, _RETAIN)]

    def _freeing(self, claim: Claim, volume: Volume) -> list[Step]:
        """Return the steps that wait until a claim is gone, and free its volume."""
        wait = self._wait_for(claim.manifest.kind, claim.name, claim.namespace)
        return [wait, self._json_patch(volume, _REMOVE_UID)]

    def _wait_for(self, kind: str, name: str, namespace: str) -> Step:
        """Return the step that waits until an object is gone, and fails where it stays."""
        gone = f"{'pod' if kind == 'Pod' else 'pvc'}/{name}"
        words = ["wait", "--for=delete", gone, "--timeout=10m"]
        return Step("wait", kind, namespace, name, None, self._command(*words, namespace=namespace))

    def _guarded(self, volume: Volume, *operations: Mapping[str, Any]) -> Cure:
        """Return a patch that takes a uid away, or that the volume is left to who has the uid.

        Where the claims of all namespaces were not read, the command looks for itself: a claimRef
        that was changed by mistake may hold the uid of a claim of any namespace (measured).
        """
        if self.inventory.holder(volume):
            return Cure(self.leave(volume))
        patch = self._json_patch(volume, *operations)
        if not self.inventory.elsewhere.is_complete:
            look = self._command("get", "pvc", "-A", "-o", f"jsonpath={_ALL_UIDS}")
            is_free = quoted(["grep", "-qvF", "--", volume.claim_uid])
            about = "PersistentVolumeClaim", "", "", volume.claim_uid
            return carried_out_by(Step("look", *about, f"{look} | {is_free}"), patch)
        return carried_out_by(patch)

    def _json_patch(self, volume: Volume, *operations: Mapping[str, Any]) -> Step:
        """Return a patch that the server refuses where the uid is another one by now (measured)."""
        test = {"op": "test", "path": _UID, "value": volume.claim_uid}
        patch = [test, *operations]
        words = ["patch", *_object("pv", volume.name), "--type=json", "-p", _compact(patch)]
        kind = volume.manifest.kind
        return Step("json-patch", kind, "", volume.name, patch, self._command(*words))

    def _patch(self, volume: str, spec: Mapping[str, Any]) -> Step:
        """Return the step that changes fields of a volume's spec."""
        patch = {"spec": spec}
        command = self._command("patch", *_object("pv", volume), "-p", _compact(patch))
        return Step("patch", "PersistentVolume", "", volume, patch, command)

    def _command(self, *words: str, namespace: str | None = None) -> str:
        return self.access.kubectl.command(*words, namespace=namespace)


def _object(kind: str, name: str) -> list[str]:
    """Return how kubectl is told of an object; a name is never taken for an option."""
    return [f"{kind}/{name}"] if name.startswith("-") else [kind, name]


def claim_ref_of(key: Key) -> str:
    """Return the claimRef that reserves a volume for a claim, as it can be pasted into YAML."""
    return f"claimRef: {flow(reference_of(key))}"


def _inner(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield edits of mappings as those of the values in them: what stands beside these stays."""
    for edit in edits:
        inner = edit.value.items() if isinstance(edit.value, dict) else ()
        yield from (Edit(edit.manifest, (*edit.path, key), each) for key, each in inner)
        if not inner:
            yield edit


def _reserving(volume: Volume, key: Key) -> Iterator[Edit]:
    """Yield the edits by which the claimRef of a volume is that of a claim."""
    given, wanted = volume.manifest.at("spec", "claimRef"), reference_of(key)
    if not given:
        yield Edit(volume.manifest, ("spec", "claimRef"), wanted)
        return
    if any(given.get(field) not in (None, "", value) for field, value in wanted.items()):
        return  # it is meant for another one
    for field, value in wanted.items():
        if given.get(field) != value:
            yield Edit(volume.manifest, ("spec", "claimRef", field), value)


def _replace_reference(key: Key) -> dict[str, Any]:
    return {"op": "replace", "path": "/spec/claimRef", "value": reference_of(key)}


def reference_of(key: Key) -> dict[str, str]:
    """Return the claimRef that reserves a volume for a claim."""
    namespace, name = key
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": namespace,
        "name": name,
    }


def _compact(patch: Any) -> str:
    return json.dumps(patch, separators=(",", ":"))
