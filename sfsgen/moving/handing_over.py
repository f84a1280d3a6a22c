"""The plan by which a set gets another name, namespace or cluster, its data handed over."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.changes.downtime import scaled
from sfsgen.changes.steps import Step
from sfsgen.kubernetes.kubectl import Kubectl
from sfsgen.moving.farewell import notes_of, notes_of_shared, refusals
from sfsgen.moving.going_over import (
    Making,
    claims_made,
    goal_of,
    look,
    making_of,
    reselected,
    reserved_for,
    set_made,
    stamped,
)
from sfsgen.moving.in_the_way import in_the_way
from sfsgen.moving.needs import shared_services
from sfsgen.moving.parts import Destination, Part, named_apart, parts_of
from sfsgen.moving.renaming import names_of, volume_of
from sfsgen.moving.whole import held_back, not_whole
from sfsgen.plans.actions import (
    VOLUME,
    actions,
    gone,
    is_another,
    is_kept,
    is_kept_for,
    is_this,
    without_waiting,
)
from sfsgen.plans.as_seen import has_not_grown, is_ready, were_all_ready
from sfsgen.plans.conditions import Condition
from sfsgen.plans.doing import is_new, place
from sfsgen.plans.finished import finished
from sfsgen.plans.outcomes import Object
from sfsgen.plans.plan import OF_PODS, Action, Phase, Plan, Wait
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.sets.ordinals import Pairing
from sfsgen.values.pairs import Key, Volume

_SECONDS = 4
"""For which pods stand still, beside their own stop and start (3.4 s measured for two pairs)."""


class Identity(NamedTuple):
    """What a set shall be called, and where it shall be; None is what it is."""

    name: str | None = None
    namespace: str | None = None
    context: str | None = None
    clone: bool = False
    kubeconfig: str | None = None

    @property
    def is_given(self) -> bool:
        """Whether anything of it is asked for."""
        return bool(self.clone) or self.is_another

    @property
    def is_another(self) -> bool:
        """Whether another set is meant by it."""
        return self.is_elsewhere or self.name is not None or self.namespace is not None

    @property
    def is_elsewhere(self) -> bool:
        """Whether another cluster is meant by it."""
        return self.context is not None or self.kubeconfig is not None

    @property
    def kubectl(self) -> Kubectl:
        """The kubectl of the other cluster."""
        return Kubectl(self.context, self.kubeconfig)

    def key(self, stateful_set: FoundSet) -> Key:
        """Return the namespace and name that a set gets."""
        return self.namespace or stateful_set.namespace, self.name or stateful_set.name


def handed_over(cures: Cures, pairing: Pairing, stateful_set: FoundSet, to: Destination) -> Plan:
    """Return the plan that gives a set another identity, its data handed over."""
    plan = Plan("move", stateful_set.key)
    if to.names.new == stateful_set.key and not to.cluster:
        return plan

    def make(row: Ordinal, volume: Volume, key: Key) -> Object | None:
        name = to.names.volume(volume.name, row.template.name)
        # The provisioner's own finalizer would hold an object of it back: it stays what it is.
        name = name if volume.is_static else volume.name
        if name == volume.name and not to.cluster:
            return None
        return volume_of(to.names, volume, name, key)

    making = making_of(cures, pairing, stateful_set, to, parts_of(pairing, stateful_set, to, make))
    if why_not := _why_not(making):
        return plan._replace(unknown=tuple(why_not))
    phases = (_over(making), *(() if to.cluster else (_farewell(making),)))
    objects, shared = making.objects, shared_services(cures.inventory, stateful_set)
    notes = (
        *notes_of(stateful_set, to, making.parts, objects, making.services),
        *notes_of_shared(stateful_set, to, objects, shared),
    )
    other = to.cures.access.kubectl if to.cluster else None
    plan = plan._replace(phases=phases, notes=notes, other=other)
    plan = finished(plan, cures, pairing, to.inventory if to.cluster else None)
    return known_again(plan, to, making.parts.found)


def known_again(plan: Plan, to: Destination, here: Sequence[Part]) -> Plan:
    """Return a plan that knows the other cluster again: by a volume that was there before."""
    made = {each["metadata"]["name"] for each in plan.created}
    there = to.inventory.volumes.values() if to.cluster and not plan.unknown else ()
    shown = [
        Condition(VOLUME, "", each.name, "is", ("metadata", "uid"), uid, to.cluster)
        for each in there
        if (uid := each.manifest.uid) and each.name not in made
    ]
    return plan._replace(where=(*plan.where, *_is_another(plan, to, here), *shown[:1]))


def _is_another(plan: Plan, to: Destination, here: Sequence[Part]) -> Iterator[Condition]:
    """Yield that the other cluster is not this one, which another context may lead to as well."""
    volume = next((each.volume for each in here if each.volume), None)
    if to.cluster and volume and not plan.unknown:
        uid = volume.manifest.uid
        yield Condition(VOLUME, "", volume.name, "is not", ("metadata", "uid"), uid, to.cluster)


def _why_not(making: Making) -> list[str]:
    parts = making.parts
    cures, pairing, stateful_set = making[:3]
    is_broken = list(not_whole(cures, pairing, stateful_set, takes_any=True))
    return [
        *refusals(making.stateful_set, making.to, parts.found),
        *(is_broken or parts.why_not),
        *named_apart(parts.found),
        *([] if making.to.cluster else _held_back(parts.found)),
        *in_the_way(making.to, parts.found, making.objects),
    ]


def _held_back(parts: Sequence[Part]) -> Iterator[str]:
    yield from held_back(each.claim for each in parts if each.claim)
    yield from held_back(each.volume for each in parts if each.volume and each.made)


def _over(making: Making) -> Phase:
    """Return the phase that stops the set, hands its data over, and starts the new one."""
    to, old = making.to, making.stateful_set
    over = f"{'/'.join(to.names.new)}{f' in {to.cluster}' if to.cluster else ''}"
    made = (
        look(making),
        *(action for each in making.parts.found for action in _kept(making, each)),
        *([_stopped(making)] if old.replicas else []),
        *([] if to.cluster else [making.here.deleted(each) for each in making.parts.claims]),
        *(action for each in making.parts.found for action in _volume(making, each)),
        *claims_made(making),
        *set_made(making, is_stopped(making)),
        *(action for each in reselected(making) for action in each),
    )
    goal = [*goal_of(making)]
    if to.cluster:
        goal.append(is_at_0(old))
    pods = tuple(old.pod_name(number) for number in old.ordinals)
    title = f"all ordinals: {'/'.join(old.key)} becomes {over}"
    return Phase(title, tuple(goal), made, pods, _SECONDS, OF_PODS)


def _kept(making: Making, part: Part) -> Iterator[Action]:
    volume = part.volume
    if volume is None:
        return
    reason = f"the files of {volume.name} stay, whatever becomes of its claim"
    # One that is made under another name may be gone when a script begins again.
    goes = part.made is not None and not making.to.cluster
    done = (is_new(volume),) if goes else ()
    yield from actions(making.cures.keep(volume), reason, must=(is_this(volume),), done=done)


def _stopped(making: Making) -> Action:
    """Return how all pods of a set stop; it stays until the end, and says what it was."""
    old, to = making.stateful_set, making.to
    about = old.about
    pods = tuple(gone("Pod", old.namespace, old.pod_name(n), OF_PODS) for n in old.ordinals)
    must = [Condition(*about, "is", ("metadata", "uid"), old.manifest.uid)]
    if revision := old.manifest.at("status", "updateRevision"):
        must.append(Condition(*about, "is", ("status", "updateRevision"), revision))
    must.append(has_not_grown(old))
    claims = making.parts.claims
    kind = making.made_set["kind"]
    # Whoever scales it up again meanwhile, as a GitOps tool does, starts it on empty claims.
    done: tuple[Condition, ...] = (*map(is_another, claims), is_at_0(old))
    if to.cluster:
        done = (is_at_0(old), *(each.until for each in pods))
    elif not claims:
        done = (Condition(kind, *to.names.new, "exists"),)
    reason = f"stop all pods of {old.name}"
    return Action(reason, scaled(making.cures, old, 0), tuple(must), done, pods)


def is_stopped(making: Making) -> list[Condition]:
    """Return that nothing of the old set runs: it writes no more."""
    old = making.stateful_set
    pods = (old.pod_name(number) for number in old.ordinals)
    return [is_at_0(old), *(Condition("Pod", old.namespace, each, "gone") for each in pods)]


def pods_ready(old: FoundSet) -> list[Condition]:
    """Return that the pods of a set are ready, where all of them were."""
    pods = map(old.pod_name, old.ordinals) if were_all_ready(old) else ()
    return [is_ready(old.namespace, each) for each in pods]


def is_at_0(old: FoundSet) -> Condition:
    """Return that a set asks for no pods, or is gone."""
    about = old.about
    return Condition(*about, "is if there", ("spec", "replicas"), "0")


def _volume(making: Making, part: Part) -> Iterator[Action]:
    """Yield how the volume of a part becomes that of the new set; its directory stays its own."""
    volume, to = part.volume, making.to
    if volume is None:
        return
    is_free = [is_another(part.claim)] if part.claim and not to.cluster else []
    if part.made is None:
        steps = [each for each in making.cures.hand_over(volume, part.key) if each.verb != "wait"]
        reason, done = f"reserve {volume.name} for {part.key[1]}", is_kept_for(volume, part.key)
        yield from actions(steps, reason, must=[is_this(volume), *is_free], done=done)
        return
    reason = f"make {part.name} on {place(part.made)}, reserved for {part.key[1]}"
    for each in making.there.made(part.made, reason):
        yield stamped(each, to.cluster)._replace(must=tuple(is_free))
    if not to.cluster:
        yield _volume_gone(making, part, volume)


def _volume_gone(making: Making, part: Part, volume: Volume) -> Action:
    """Return how a volume goes that was made again under another name: the object, not the files.

    Once its claim is gone it is Released, and nothing holds it back any more.
    """
    kubectl = making.cures.access.kubectl
    command = kubectl.command("delete", f"pv/{volume.name}")
    step = without_waiting(Step("delete", VOLUME, "", volume.name, None, command))
    must = (is_this(volume), is_kept(volume.name), *reserved_for(part))
    its_risk = "volumes get other names by being made anew: only with Retain do their files stay"
    if volume.manifest.at("spec", "csi"):
        # pkg.go.dev/github.com/piraeusdatastore/csi-reclaim-controller: deletes them even then.
        its_risk += f"; see that nothing like csi-reclaim-controller runs for {volume.driver}"
    wait = Wait(is_new(volume))
    reason = f"delete {volume.name}, whose files are those of {part.name} by now"
    return Action(reason, step, must, (is_new(volume),), (wait,), its_risk)


def _farewell(making: Making) -> Phase:
    """Return the phase that deletes what is left of the old name, once the new set runs."""
    old, kubectl = making.stateful_set, making.cures.access.kubectl
    made, goal = [], []
    value = making.made_set
    new = value["metadata"]["namespace"], value["metadata"]["name"]
    is_new_there = Condition(value["kind"], *new, "exists")
    manifests = [old.manifest, *(each.manifest for each in making.services)]
    for each in manifests:
        is_set = each is old.manifest
        uid = each.uid
        about = each.kind, old.namespace, each.name
        short = "sts" if is_set else "svc"
        command = kubectl.command("delete", f"{short}/{each.name}", namespace=old.namespace)
        step = without_waiting(Step("delete", *about, None, command))
        left = Condition(*about, "is not", ("metadata", "uid"), uid)
        must = [Condition(*about, "is", ("metadata", "uid"), uid)]
        must += [is_at_0(old)] * is_set
        must.append(is_new_there)
        called = f"the set {each.name}, which has no pods" if is_set else f"the Service {each.name}"
        made.append(Action(f"delete {called}", step, tuple(must), (left,), (Wait(left),)))
        goal.append(left)
    return Phase(f"nothing of {'/'.join(old.key)} is left", tuple(goal), tuple(made))


def destination(
    cures: Cures, stateful_set: FoundSet, identity: Identity, there: Cures | None
) -> Destination:
    """Return where a set goes; `there` is what was seen there, where that is not seen already."""
    names = names_of(stateful_set, identity.key(stateful_set))
    if not identity.is_elsewhere:
        return Destination(names, there or cures)
    called = f"context {identity.context}" if identity.context else "the other cluster"
    if there is None:
        from sfsgen.sets.inventory import Inventory

        access = cures.access._replace(filenames=(), kubectl=identity.kubectl)
        empty = Cures(Inventory([], names.new[0]), access)
        return Destination(names, empty, called, is_seen=False)
    return Destination(names, there, called)
