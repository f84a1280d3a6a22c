"""Ordinals that lack a claim or a volume: which they are, and how that is told."""

from collections.abc import Iterator

from sfsgen.changes.cure import Cure
from sfsgen.changes.cures import NAMED_BY_NAMESPACE
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.places import REPLICAS
from sfsgen.findings.scene import Scene
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.sets.runs import gaps


def vacant_ordinals(
    scene: Scene, *, without_volume: bool
) -> Iterator[tuple[TemplateOrdinals, range]]:
    """Yield the ordinals that have no claim, or, if asked for, neither claim nor volume.

    Not those whose claim bears another name: the rule `name` tells of these.
    """
    for rows in scene.pairing.ordinals:
        if scene.pairing.is_provisioned(rows):
            continue
        stateful_set = rows.stateful_set
        head = stateful_set.namespace, rows.template.claim_name.pieces[0]
        there = rows.by_number.keys() if without_volume else rows.claims.keys()
        known = there | scene.accounted.get(head, set())
        for ordinals in gaps(stateful_set.ordinals, known):
            yield rows, ordinals


def _is_open(rows: TemplateOrdinals) -> bool:
    """Return whether a default StorageClass may make all that a template's claims lack."""
    return not rows.by_number and rows.template.storage.storage_class is None


def unless_provisioned(rows: TemplateOrdinals) -> str:
    """Return the end of a sentence about what a default StorageClass may make."""
    return ", unless a default StorageClass makes it" if _is_open(rows) else ""


def told_of_set(rows: TemplateOrdinals, what: str, fix: Cure) -> Finding:
    """Return a finding at a set's replicas, milder where a default StorageClass may help."""
    tell = warning if _is_open(rows) else error
    return tell(rows.stateful_set.manifest, REPLICAS, what, fix)


def claims_of(rows: TemplateOrdinals, ordinals: range, *, verb: bool = True) -> str:
    """Return the claims of some ordinals, as the subject of a sentence."""
    name_of = rows.template.claim_name
    if len(ordinals) == 1:
        return f"the claim {name_of.at(ordinals[0])}" + " is" * verb
    names = f"{name_of.at(ordinals[0])} to {name_of.at(ordinals[-1])}"
    return f"the {len(ordinals)} claims {names}" + " are" * verb


def pods_of(rows: TemplateOrdinals, ordinals: range) -> str:
    """Return that the pods of some ordinals need what is missing."""
    name = rows.stateful_set.name
    if len(ordinals) == 1:
        return f"the pod {name}-{ordinals[0]} needs"
    return f"the pods {name}-{ordinals[0]} to {name}-{ordinals[-1]} need"


def to_print_missing(scene: Scene, rows: TemplateOrdinals) -> Cure:
    """Return how what a set lacks is printed, and put to use."""
    stateful_set = rows.stateful_set
    has_nfs = stateful_set.key in scene.on_nfs
    where = [] if has_nfs else ["--nfs-server", "HOST", "--nfs-path", "PATH"]
    if stateful_set.key in scene.without_free_names:
        where += NAMED_BY_NAMESPACE
    command = scene.cures.volumes(stateful_set, *where)
    if "-" in scene.look.access.filenames:
        words = f"pipe the same input into `{command}`: it prints what is missing, to be added to "
        return Cure(f"{words}it")
    words = f"`{command}` prints what is missing, to be added, or for {scene.cures.create()}"
    if not (has_nfs and stateful_set.manifest.is_stored):
        return Cure(words)
    made = scene.cures.create_missing(stateful_set, *where)
    return made if scene.look.access.is_live else made.said(words)
