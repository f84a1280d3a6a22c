"""What is shown of a set: a row an ordinal, as values that every output prints alike."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sfsgen.findings.finding import Severity
from sfsgen.nfs import mounted
from sfsgen.problems import Place

WORST_FIRST: tuple[Severity, ...] = ("error", "warning", "note")
NOT_A_REPLICA = "not a replica"
"""The state of a pod whose claims are kept from before."""


class Fault(NamedTuple):
    """What is wrong, or worth knowing: a finding of a rule, with its cure in words."""

    rule: str
    severity: Severity
    about: str
    """The object to mend, as `kubectl get -o name` calls it."""
    what: str
    cure: str
    place: Place | None = None
    """Where it stands; None for what no rule of `check` tells."""

    @property
    def is_of_volume(self) -> bool:
        """Whether a volume is what is wrong, or that there is none."""
        return self.about.startswith("persistentvolume/") or self.rule == "missing-volume"


class PodSeen(NamedTuple):
    """A pod that was seen in a cluster or in a dump."""

    phase: str
    is_ready: bool
    is_terminating: bool
    node: str
    is_node_ready: bool | None
    """None where nobody knows it."""
    waiting: str = ""
    """Why a container of it does not run, such as CrashLoopBackOff."""

    @property
    def is_on_lost_node(self) -> bool:
        """Whether it is being deleted where no kubelet can say that it has ended."""
        return self.is_terminating and self.is_node_ready is False

    @property
    def state(self) -> str:
        """Its state in words."""
        parts = ["Terminating" if self.is_terminating else self.phase]
        if not (self.is_terminating or self.is_ready):
            parts += [self.waiting] if self.waiting else ["not ready"] * (self.phase == "Running")
        if self.is_node_ready is False:
            is_alone = len(parts) == 1
            where = f"on {self.node}, which is not Ready"
            return f"{parts[0]} {where}" if is_alone else ", ".join([*parts, where])
        return ", ".join(parts)


class ClaimRow(NamedTuple):
    """What an ordinal has for one of the claim templates of its set."""

    template: str
    claim: str
    """The name of its claim, whether that is there or not."""
    has_claim: bool
    volume: str
    """"" where there is none."""
    size: str
    access_modes: tuple[str, ...]
    storage_class: str | None
    reclaim_policy: str
    mount_options: tuple[str, ...]
    driver: str
    server: str
    path: str
    tie: str
    state: str
    faults: tuple[Fault, ...]

    @property
    def directory(self) -> str:
        """Where its data lies."""
        return mounted(self.server, self.path)

    @property
    def of_volume(self) -> tuple[Fault, ...]:
        """The faults of its volume."""
        return tuple(each for each in self.faults if each.is_of_volume)

    @property
    def of_claim(self) -> tuple[Fault, ...]:
        """Its other faults."""
        return tuple(each for each in self.faults if not each.is_of_volume)


class PodRow(NamedTuple):
    """One ordinal of a set: its pod's names, and its claims."""

    ordinal: int
    pod: str
    dns: str
    is_wanted: bool
    """Whether the set has a pod of this number: claims of former ones are kept."""
    state: str
    """Of the pod, where pods were seen."""
    node: str
    claims: tuple[ClaimRow, ...]
    own_faults: tuple[Fault, ...]
    """Those of the pod."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those of the pod and of its claims, each once."""
        every = (*self.own_faults, *(fault for each in self.claims for fault in each.faults))
        return gravest_first(every)


class SrvRecord(NamedTuple):
    """An SRV record, which names a port of every pod."""

    name: str
    port: int | None


class ServiceView(NamedTuple):
    """The governing Service of a set."""

    name: str
    dns: str
    is_there: bool
    is_headless: bool
    srv: tuple[SrvRecord, ...]


class PortSeen(NamedTuple):
    """A port of the pods of a set, which may have no name."""

    name: str
    number: int


class SetView(NamedTuple):
    """A set with all that is shown of it."""

    kind: str
    namespace: str
    name: str
    folder: str
    """Which of several variants it is of, "" where there is one."""
    replicas: int
    start_ordinal: int
    service: ServiceView | None
    ports: tuple[PortSeen, ...]
    """Of the containers of its pods."""
    pods: tuple[PodRow, ...]
    faults: tuple[Fault, ...]
    """Those of the set and of all its ordinals, each once, the gravest first."""

    @property
    def title(self) -> str:
        """What it is called."""
        return f"{self.namespace}/{self.name}"

    @property
    def extent(self) -> str:
        """How many pods it has, in words."""
        said = f"{self.replicas:,} replica{'s' * (self.replicas != 1)}"
        return f"{said} from ordinal {self.start_ordinal}" if self.start_ordinal else said


def worst(faults: Iterable[Fault]) -> Severity | None:
    """Return the severity of the gravest fault."""
    found = {each.severity for each in faults}
    return next((each for each in WORST_FIRST if each in found), None)


def gravest_first(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return faults, each once, in the order of their severities."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda each: WORST_FIRST.index(each.severity)))


def rules(faults: Iterable[Fault]) -> str:
    """Return the rules that tell of faults, the gravest first."""
    return ", ".join(dict.fromkeys(each.rule for each in gravest_first(faults)))


def lines(view: SetView) -> Iterator[tuple[PodRow, ClaimRow | None]]:
    """Yield an ordinal with each of its claims; with None where its set has no claim template."""
    for pod in view.pods:
        for claim in pod.claims or (None,):
            yield pod, claim
