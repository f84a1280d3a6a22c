"""Every rule that `sfsgen check` looks with, in a plain tuple, and what each is called."""

from collections.abc import Callable, Iterable, Iterator

from sfsgen.findings.finding import Finding
from sfsgen.findings.scene import Scene
from sfsgen.rules import api, live, names, nfs, presence, reservation, stateful_set, storage

Rule = Callable[[Scene], Iterator[Finding]]


def unreadable(scene: Scene) -> Iterator[Finding]:
    """Every document can be read, and every object that is looked at has the types of its kind.

    YAML is read as kubectl reads it; the rest of the input is checked all the same.
    Source: sigs.k8s.io/yaml, apimachinery/pkg/runtime/serializer/json.
    """
    for problem in scene.look.unreadable:
        yield Finding("error", problem.what, problem.fix, None, unread=problem.place)


RULES: tuple[Rule, ...] = (
    unreadable,
    api.api_version,
    api.field,
    api.annotation,
    api.required_field,
    names.invalid_name,
    names.duplicate,
    names.volume_name,
    names.claim_name,
    names.name,
    presence.missing_claim,
    presence.missing_volume,
    presence.extra_pair,
    storage.size,
    storage.access_modes,
    storage.class_,
    storage.volume_mode,
    storage.claim_selector,
    storage.claim_template,
    storage.unequal_pair,
    reservation.unreserved,
    reservation.half_reserved,
    reservation.incomplete_claim_ref,
    reservation.claim_ref,
    reservation.two_volumes,
    reservation.two_claims,
    reservation.stale_uid,
    reservation.crossed,
    nfs.shared_directory,
    nfs.nfs_path,
    nfs.nfs_server,
    nfs.reclaim_policy,
    nfs.read_write_once_pod,
    nfs.soft_mount,
    nfs.fs_group,
    nfs.volume_handle,
    stateful_set.service,
    stateful_set.selector,
    stateful_set.selector_value,
    stateful_set.mounts,
    stateful_set.retention_policy,
    live.released,
    live.lost,
    live.pending,
    live.terminating,
)


def rule_id(rule: Rule) -> str:
    """Return what a rule is called: its function's name, with hyphens."""
    return rule.__name__.strip("_").replace("_", "-")


def summary(rule: Rule) -> str:
    """Return what a rule demands, in a sentence."""
    return (rule.__doc__ or "").partition("\n")[0]


def findings(scene: Scene, rules: Iterable[Rule] = RULES) -> Iterator[Finding]:
    """Yield what rules find, each with the rule's id."""
    for rule in rules:
        for finding in rule(scene):
            yield finding._replace(rule=rule_id(rule))
