"""Ordinals that lack a claim or a volume: which they are, and how that is told."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.changes.cure import Cure
from sfsgen.changes.cures import NAMED_BY_NAMESPACE
from sfsgen.findings.scene import Scene
from sfsgen.findings.spare import head, vacant
from sfsgen.kubernetes.binder import Storage
from sfsgen.plain_text import joined
from sfsgen.sets.found import FoundSet
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.values.pairs import Claim, Key

_SHOWN = 3  # series of names, of a claim template
_PLACEHOLDERS: Mapping[str, Sequence[str]] = {
    "--nfs-server": ("--nfs-server", "HOST"),
    "--nfs-path": ("--nfs-path", "/PATH"),
    "--volume-name": ("--volume-name", "pv-{name}-{ordinal}"),
    "--reclaim-policy": ("--reclaim-policy", "Retain"),
}
"""What the owner is to fill in, each so that the command works as it stands."""
_TRIED = 1000  # ordinals: a set of more is not tried out


class Vacancy(NamedTuple):
    """The ordinals of one claim template that lack a volume."""

    rows: TemplateOrdinals
    ordinals: Sequence[range]
    """Those without a claim as well, in order."""
    claims: Sequence[Claim]
    """The claims that are there."""

    @property
    def numbers(self) -> Sequence[range]:
        """All of them, those that follow one another together."""
        own = (self.rows.template.claim_name.ordinal_of(each.name) or 0 for each in self.claims)
        return _together([*self.ordinals, *(range(each, each + 1) for each in own)])

    def wanted(self, number: int) -> tuple[Key, Storage]:
        """Return the claim of an ordinal, as it is or as the controller makes it."""
        row = self.rows.row(number)
        return row.claim_key, row.claim.storage if row.claim else self.rows.template.storage


def without_volume(scene: Scene, templates: Iterable[TemplateOrdinals]) -> Iterator[Vacancy]:
    """Yield what the templates of a set lack, of those whose volumes are made by hand.

    Not those ordinals whose claim bears another name: the rule `name` tells of these; nor those
    whose claims get a volume that is spare.
    """
    for rows in templates:
        if scene.pairing.is_provisioned(rows):
            continue
        told = scene.accounted.get(head(rows), set())
        claims = [
            claim
            for ordinal, claim in rows.claims.items()
            # Of those that name one the rule itself tells, of a selector the rule claim-selector.
            if not (ordinal in rows.volumes or claim.volume_name or claim.selector)
            and ordinal in rows.stateful_set.ordinals
            and ordinal not in told
        ]
        served = scene.spare.get(rows.template.key, {})
        found = Vacancy(rows, list(vacant(rows, scene.accounted, served)), claims)
        if found.ordinals or found.claims:
            yield found


def is_expected(scene: Scene, stateful_set: FoundSet, lacking: Iterable[Vacancy]) -> bool:
    """Return whether the input shows that the volumes that a set lacks ought to be in it.

    Else they may be elsewhere: in another file, say.
    """
    if scene.look.access.is_live or any(
        claim.phase == "Pending" for each in lacking for claim in each.claims
    ):
        return True
    if not scene.inventory.volumes:
        return False
    return any(map(_says_so, map(scene.pairing.of, stateful_set.templates)))


def _says_so(rows: TemplateOrdinals) -> bool:
    """Return whether the volumes of a template are made by hand for sure.

    Where it names no class, and those that are there are not reserved, a default StorageClass may
    help.
    """
    classes = {each.storage.storage_class for each in rows.claims.values()}
    classes.add(rows.template.storage.storage_class)
    volumes = [each for each in rows.by_number.values() if each.volume]
    is_named = bool(volumes) and None not in classes
    return "" in classes or is_named or not all(each.is_guessed for each in volumes)


_Lacking = Sequence[tuple[TemplateOrdinals, Sequence[range]]]


def claims_of(lacking: _Lacking) -> str:
    """Return the claims of some ordinals of a set's claim templates."""
    count = sum(len(each) for _, ordinals in lacking for each in ordinals)
    names = [
        name
        for rows, ordinals in lacking
        for name in _listed(rows.template.claim_name.at, _together(ordinals))
    ]
    return f"the claim {names[0]}" if count == 1 else f"the {count} claims {joined(names)}"


def needed(lacking: _Lacking) -> str:
    """Return the claims of some ordinals of a set, and which pods need them."""
    every = _together(each for _, ordinals in lacking for each in ordinals)
    stateful_set = lacking[0][0].stateful_set
    pods = joined(_listed(stateful_set.pod_name, every))
    is_one = len(every) == 1 and len(every[0]) == 1
    which = f"which the pod{'' if is_one else 's'} {pods} need{'s' if is_one else ''}"
    return f"{claims_of(lacking)}, {which}"


def _listed(name_of: Callable[[int], str], ordinals: Sequence[range]) -> list[str]:
    names = [
        name_of(each[0]) if len(each) == 1 else f"{name_of(each[0])} to {name_of(each[-1])}"
        for each in ordinals[:_SHOWN]
    ]
    left = sum(map(len, ordinals[_SHOWN:]))
    return [*names, *([f"{left} more"] if left else [])]


def _together(runs: Iterable[range]) -> list[range]:
    """Return ordinals in order, those that follow one another as one range."""
    made: list[range] = []
    for each in sorted(runs, key=lambda each: each.start):
        if made and each.start <= made[-1].stop:
            made[-1] = range(made[-1].start, max(each.stop, made[-1].stop))
        else:
            made.append(each)
    return made


def to_print_missing(scene: Scene, stateful_set: FoundSet) -> Cure:
    """Return how what a set lacks is printed, and put to use."""
    where = _options(scene, stateful_set)
    command = scene.cures.volumes(stateful_set, *where)
    if "-" in scene.look.access.filenames:
        words = f"pipe the same input into `{command}`: it prints what is missing, to be added to "
        return Cure(f"{words}it")
    words = f"`{command}` prints what is missing, to be added, or for {scene.cures.create()}"
    has_nfs = stateful_set.key in scene.on_nfs
    if not (has_nfs and stateful_set.manifest.is_stored):
        return Cure(words)
    made = scene.cures.create_missing(stateful_set, *where)
    return made if scene.look.access.is_live else made.said(words)


def printing_command(scene: Scene, stateful_set: FoundSet, replicas: int = 0) -> str:
    """Return the command that prints what a set lacks, for so many replicas if it has less."""
    more = ["-r", str(replicas)] if replicas > stateful_set.replicas else []
    return scene.cures.volumes(stateful_set, *_options(scene, stateful_set), *more)


def _options(scene: Scene, stateful_set: FoundSet) -> list[str]:
    """Return the options that the command for what a set lacks needs, so that it works."""
    where: list[str] = []
    if stateful_set.key not in scene.on_nfs:
        where += [*_PLACEHOLDERS["--nfs-server"], *_PLACEHOLDERS["--nfs-path"]]
    if stateful_set.key in scene.without_free_names:
        where += NAMED_BY_NAMESPACE
    # What one of them leaves open another one may ask for.
    for _ in _PLACEHOLDERS if stateful_set.replicas <= _TRIED else ():
        asked = list(_asked_for(scene, stateful_set, where))
        if not asked:
            break
        where += asked
    return where


def _asked_for(scene: Scene, stateful_set: FoundSet, given: Sequence[str]) -> Iterator[str]:
    """Yield the options that the volumes which are there do not answer."""
    from sfsgen.changes.missing import plan_for

    options = dict(zip(given[::2], given[1::2], strict=True))
    replicas = stateful_set.replicas
    plan = plan_for(scene.pairing, stateful_set, replicas, options, scene.target)
    for option in dict.fromkeys(each.where for each in plan.problems):
        if option not in options:
            yield from _PLACEHOLDERS.get(option, ())
