"""Rules about names: the claims that a set looks for, and names that two objects want."""

from collections.abc import Iterator
from itertools import chain, combinations

from sfsgen.documents.paths import Path
from sfsgen.findings.finding import Finding, error, note
from sfsgen.findings.scene import Scene, Seats
from sfsgen.kubernetes.limits import service_name_fault, set_name_fault
from sfsgen.kubernetes.manifests import Manifest
from sfsgen.kubernetes.names import closest_label, subdomain_fault

_NAME: Path = ("metadata", "name")


def name(scene: Scene) -> Iterator[Finding]:
    """A claim bears the name that its set looks for, letter by letter.

    kustomize's namePrefix and nameSuffix, or a rename, change both so that they part (measured).
    Source: pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaimName.
    """
    for renamed in scene.renamed:
        claim = scene.existing.claims[renamed.namespace, renamed.claim]
        stateful_set = renamed.stateful_set
        what = f'the claim "{renamed.claim}" is not looked for: the set {stateful_set.name} looks '
        what += f'for "{renamed.wanted}"'
        if stateful_set.namespace != renamed.namespace:
            what += f" in the namespace {stateful_set.namespace}, and it is in {renamed.namespace}"
        fix = f'name it "{renamed.wanted}", also in the claimRef of its volume'
        if claim.manifest.is_stored:
            fix = f'give the set its old name back, or create a claim "{renamed.wanted}" with '
            fix += f"volumeName {claim.volume_name or 'of its volume'}, reserved for it"
        path = _NAME
        if renamed.claim == renamed.wanted:
            path = ("metadata", "namespace")
            fix = f"write `namespace: {stateful_set.namespace}`, also in the claimRef of its volume"
        yield error(claim.manifest, path, what, fix, stateful_set.manifest)


def claim_name(scene: Scene) -> Iterator[Finding]:
    """No two sets look for one claim, as b with a template a-x, and x-b with a, do for a-x-b-0.

    Source: pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaimName.
    """
    by_head: dict[tuple[str, str], list[Seats]] = {}
    for seats in scene.seats:
        head = seats.claim_name.pieces[0]
        by_head.setdefault((seats.stateful_set.namespace, head), []).append(seats)
    for (_, head), wanting in by_head.items():
        for one, other in combinations(wanting, 2):
            mine, theirs = one.stateful_set, other.stateful_set
            first = max(mine.ordinals.start, theirs.ordinals.start)
            if first < min(mine.ordinals.stop, theirs.ordinals.stop):
                what = f"the sets {mine.name} and {theirs.name} look for one claim, {head}{first}"
                fix = "rename a set or a claim template, and the claims and volumes with it"
                path = (*other.template.path, *_NAME)
                yield error(theirs.manifest, path, what, fix, mine.manifest)


def volume_name(scene: Scene) -> Iterator[Finding]:
    """No two volumes bear one name: they belong to no namespace.

    Source: pkg/apis/core/types.go, PersistentVolume is not namespaced.
    """
    for first, second in scene.existing.duplicates:
        if _is_another_volume(first, second):
            claims = [_claim(each) for each in (first, second)]
            what = f"two volumes are named {second.name}, one for {claims[0]} and one for "
            what += claims[1]
            fix = "put the namespace into the name, also in the claim's volumeName: sfsgen render "
            fix += "--volume-name 'pv-{namespace}-{name}-{ordinal}'"
            named = _named_by_claim(scene, second)
            if named not in scene.existing.volumes:
                fix = f'name it "{named}", as its claim does'
            elif claims[0].split("/")[0] == claims[1].split("/")[0]:
                fix = "give each its own name, also in the volumeName of its claim"
            yield error(second, _NAME, what, fix, first)


def duplicate(scene: Scene) -> Iterator[Finding]:
    """An object stands in the input once; `kubectl create` refuses a second one.

    Source: apiserver/pkg/registry/generic/registry/store.go, Create.
    """
    for first, second in scene.existing.duplicates:
        if not _is_another_volume(first, second):
            place = first.place(_NAME)
            kind = "an equal" if first.value == second.value else "a different"
            what = f"{kind} {second.kind} {second.name} stands in {place.file}, line {place.line}; "
            what += "only that one is looked at"
            # What is wanted may be read beside what there is.
            tell = error if first.is_stored == second.is_stored else note
            yield tell(second, _NAME, what, "keep one of them", first)


def invalid_name(scene: Scene) -> Iterator[Finding]:
    """A name is one that the API server takes, and that pods can be given.

    A set's is no longer than 52 characters from 1.7 on: a pod's label holds it and a hash.
    Source: apimachinery/pkg/util/validation, apimachinery/pkg/api/validation.
    """
    found = scene.existing
    for stateful_set in found.stateful_sets:
        last = max(stateful_set.ordinals.stop - 1, 0)
        fault, longest = set_name_fault(stateful_set.name, last, scene.target)
        yield from _if_faulty(stateful_set.manifest, fault, longest)
    for service in found.services.values():
        yield from _if_faulty(service.manifest, service_name_fault(service.name, scene.target))
    for manifest in chain(
        (each.manifest for each in found.claims.values()),
        (each.manifest for each in found.volumes.values()),
    ):
        if fault := subdomain_fault(manifest.name):
            yield from _if_faulty(manifest, fault)


def _if_faulty(manifest: Manifest, fault: str, longest: int = 63) -> Iterator[Finding]:
    if manifest.name and fault:
        what = f'the name "{manifest.name}" of a {manifest.kind} {fault}'
        near = closest_label(manifest.name, longest)
        fix = f'write "{near}"' if near != manifest.name else "give it another name"
        yield error(manifest, _NAME, what, f"{fix}, here and wherever it is named")


def _named_by_claim(scene: Scene, volume: Manifest) -> str:
    """Return the volume that the claim names for which a volume is reserved, or its own name."""
    namespace, _, its_name = _claim(volume).partition("/")
    claim = scene.existing.claims.get((namespace, its_name))
    return claim.volume_name if claim and claim.volume_name else volume.name


def _is_another_volume(first: Manifest, second: Manifest) -> bool:
    claims = _claim(first), _claim(second)
    return first.kind == "PersistentVolume" and "" not in claims and claims[0] != claims[1]


def _claim(volume: Manifest) -> str:
    """Return the claim that a volume is reserved for, or ""."""
    given = volume.value["spec"].get("claimRef") or {}
    namespace, its_name = given.get("namespace"), given.get("name")
    return f"{namespace}/{its_name}" if namespace and its_name else ""
