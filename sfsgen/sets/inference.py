"""Claim templates for new ordinals, inferred from the pairs that exist and from the set itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes.gitops import kept
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.quantities import nano_units
from sfsgen.kubernetes.resources import CLAIM, VOLUME
from sfsgen.kubernetes.versions import Target
from sfsgen.problems import Problem
from sfsgen.sets.found import FoundSet, FoundTemplate
from sfsgen.sets.further_fields import of_claims, of_volumes
from sfsgen.sets.ordinals import Pairing, TemplateOrdinals
from sfsgen.sets.patterns import as_values, patterns, renumbered
from sfsgen.sets.sources import shown_source
from sfsgen.storage_drivers import NFS, driver_of
from sfsgen.values.claim_templates import Owner, claim_templates
from sfsgen.values.hazards import of_storage
from sfsgen.values.metadata import in_order
from sfsgen.values.model import ClaimTemplate, Metadata
from sfsgen.values.options import is_given, overlay
from sfsgen.values.pairs import Claim, Volume
from sfsgen.values.settings import OPTIONS
from sfsgen.values.tree import Values

_OF_HANDLES = ("--nfs-server", "--nfs-path", "--volume-name")
"""The options that say what handles are customarily made of."""
_MOST_SHOWN = 3  # values of which one is to be given


class _Pairs(NamedTuple):
    """The pairs of one claim template that show how new ones are made, by ordinal."""

    stateful_set: FoundSet
    template: FoundTemplate
    volumes: Mapping[int, Volume]
    claims: Mapping[int, Claim]


Lost = Mapping[str, Sequence[Problem]]
"""What new volumes and claims lack of those that exist, by resource: warnings."""


class Inferred(NamedTuple):
    """The claim templates of a set; with problems, they are not to be rendered."""

    templates: tuple[ClaimTemplate, ...]
    problems: tuple[Problem, ...]
    lost: tuple[Lost, ...] = ()
    """Of each template."""


def infer(
    pairing: Pairing,
    stateful_set: FoundSet,
    ordinals: range,
    options: Mapping[str, Any],
    target: Target,
) -> Inferred:
    """Return the claim templates by which new pairs are made; `options` override what is inferred.

    What cannot be inferred is a problem that names the option to give.
    """
    if not stateful_set.templates:
        return Inferred((), ())
    given = {option for option, value in options.items() if is_given(value)}
    values = Values(target)
    found = [_pairs(pairing.of(each), ordinals) for each in stateful_set.templates]
    values.tree = {"claimTemplates": [_Style(values, pairs, given).tree() for pairs in found]}
    for path, place in _said_by_templates(stateful_set):
        values.say(path, place)
    overlay(values, options)
    nothing = Metadata({}, {}, {})
    owner = Owner(stateful_set.name, stateful_set.namespace, ordinals, nothing)
    templates = claim_templates(values, owner)
    tool = str(values.get("gitops") or "")
    completed = [
        _completed(made, pairs, tool) for made, pairs in zip(templates, found, strict=True)
    ]
    # What is as it was needs no warning; what an option brings does.
    cautions = [each for each in of_storage(values, templates, ordinals) if each.where in given]
    where = f"StatefulSet {stateful_set.namespace}/{stateful_set.name}"
    found_wrong = (*values.problems, *cautions)
    problems = [each._replace(what=f"{where}: {each.what}") for each in found_wrong]
    return Inferred(
        tuple(made for made, _ in completed), tuple(problems), tuple(lost for _, lost in completed)
    )


def _completed(made: ClaimTemplate, pairs: _Pairs, tool: str) -> tuple[ClaimTemplate, Lost]:
    """Return a claim template with all that the pairs that exist agree on, and what is lost.

    A tool is to leave the new ones alone, whatever those say that exist.
    """
    of_set = pairs.stateful_set, pairs.template
    claims = of_claims(*of_set, pairs.claims)
    volumes = of_volumes(*of_set, pairs.volumes, made.volume.driver)
    storage = made.storage._replace(
        storage_class=_storage_class(pairs), volume_mode=pairs.template.storage.volume_mode
    )
    labels, annotations = _metadata(pairs, pairs.claims or pairs.volumes)
    annotations = kept(tool, annotations)
    claim = made.claim._replace(storage=storage, labels=labels, annotations=annotations)
    labels, annotations = _metadata(pairs, pairs.volumes or pairs.claims)
    labels = in_order({**labels, **claims.selected})
    annotations = kept(tool, annotations)
    volume = made.volume._replace(storage=storage, labels=labels, annotations=annotations)
    completed = made._replace(
        claim=claim,
        volume=volume,
        own_claim=claims.extras,
        own_volume=volumes.extras,
        limits=claims.limits,
    )
    return completed, {CLAIM: claims.lost, VOLUME: volumes.lost}


def _said_by_templates(stateful_set: FoundSet) -> Iterator[tuple[Path, str]]:
    """Yield where a set says what not every driver takes, for those who are to mend it there."""
    for index, template in enumerate(stateful_set.templates):
        if "ReadWriteOncePod" in template.storage.access_modes:
            field = (*template.path, "spec", "accessModes")
            yield ("claimTemplates", index, "accessModes"), stateful_set.manifest.where(field)


def _pairs(found: TemplateOrdinals, ordinals: range) -> _Pairs:
    """Return the volumes and claims that show how new ones are made, by ordinal.

    Where nothing is reserved or bound, the volumes that are there for the set show it.
    """
    own = found.stateful_set.ordinals
    looked_at = range(min(own.start, ordinals.start), max(own.stop, ordinals.stop))
    every = [found.row(number) for number in sorted(found.by_number)]
    rows = [each for each in every if each.number in looked_at]
    if not any(each.volume for each in rows):  # a set that was scaled down has them beyond
        rows = every
    firm = {each.number: each.volume for each in rows if each.volume and not each.is_guessed}
    # A claim that took a volume of another kind says nothing of the next one.
    volumes = {number: each for number, each in firm.items() if each.server} or firm
    if not volumes:
        volumes = {
            each.number: each.volume
            for each in rows
            if each.volume and each.volume.claim is None and each.number in own
        }
    claims = {
        each.number: each.claim
        for each in rows
        # Not one that the controller made.
        if each.claim and (each.claim.volume_name or each.number in firm)
    }
    return _Pairs(found.stateful_set, found.template, volumes, claims)


def _storage_class(pairs: _Pairs) -> str:
    """Return the class of new pairs; "" is no class, written out, which keeps a default one out."""
    if (said := pairs.template.storage.storage_class) is not None:
        return said
    classes = {
        (pairs.volumes[ordinal].storage.storage_class, claim.storage.storage_class)
        for ordinal, claim in pairs.claims.items()
        if ordinal in pairs.volumes
    }
    of_volume, of_claim = next(iter(classes), ("", ""))
    return of_volume or "" if len(classes) == 1 and of_volume == of_claim else ""


def _metadata(
    pairs: _Pairs, shown: Mapping[int, Volume] | Mapping[int, Claim]
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the labels and annotations on which those agree that show how new ones are made.

    Where there are none, those that the StatefulSet controller would give a claim.
    """
    if not shown:
        labels = {**pairs.template.labels, **pairs.stateful_set.selector}
        return in_order(labels), in_order(pairs.template.annotations)
    labels = _agreed([_lasting_labels(pairs.stateful_set, *each) for each in shown.items()])
    return in_order(labels), in_order(_agreed([each.annotations for each in shown.values()]))


def _lasting_labels(stateful_set: FoundSet, ordinal: int, found: Volume | Claim) -> dict[str, str]:
    """Return labels without those that name one ordinal, which the next must not have."""
    own = (found.name, f"{stateful_set.name}-{ordinal}")
    return {key: value for key, value in found.labels.items() if value not in own}


def _agreed(maps: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {
        key: value for key, value in maps[0].items() if all(each.get(key) == value for each in maps)
    }


class _Style(NamedTuple):
    """What the pairs of one claim template agree on, in the words of a values file."""

    values: Values
    pairs: _Pairs
    given: set[str]

    def tree(self) -> dict[str, Any]:
        """Return the claim template, noting as problems what does not agree."""
        name, own = self.pairs.template.name, self.pairs.template.storage
        claims = [claim.storage for claim in self.pairs.claims.values()]
        # The claims may have been expanded since the set was made: its template cannot be changed.
        storage = {nano_units(each.storage): each.storage for each in claims if each.storage}
        tree: dict[str, Any] = {
            "name": name,
            "mountPath": f"/{name}",  # the pods' own, which pairs do not depend on
            "storage": next(iter(storage.values())) if len(storage) == 1 else own.storage or None,
            "accessModes": list(own.access_modes) or None,
            "nfs": {},
        }
        if self.pairs.volumes:
            self._add_volumes(tree)
        elif "--nfs-path" not in self.given:
            self._ask("--nfs-path", "no volume is there to show where directories lie", "/exports")
        tree["nfs"] = {key: value for key, value in tree["nfs"].items() if value is not None}
        return {key: value for key, value in tree.items() if value is not None}

    def _add_volumes(self, tree: dict[str, Any]) -> None:
        volumes = self.pairs.volumes
        tree["persistentVolumeReclaimPolicy"] = self._same(
            "--reclaim-policy", "reclaim policy", lambda each: each.reclaim_policy
        )
        tree["driver"] = self._same("--driver", "driver", lambda each: each.driver) or None
        options = self._same("--mount-option", "mount options", lambda each: each.mount_options)
        tree["mountOptions"] = list(options or ()) or None
        nfs = tree["nfs"]
        nfs["readOnly"] = self._same("--read-only", "read-only", lambda each: each.read_only)
        named = {ordinal: each.name for ordinal, each in volumes.items()}
        if not patterns(named):
            # Bound by chance, crosswise: the volumes are taken by their own numbers.
            own = renumbered(named.values(), named)
            by_name = {each.name: each for each in volumes.values()}
            volumes = {number: by_name[name] for number, name in own.items()} or volumes
            named = own or named
        name = self._pattern("--volume-name", "names", named)
        tree["volumeName"] = as_values(name) if name else None
        self._add_source(tree, volumes)
        nfs["server"] = self._server(volumes)
        is_placed = not volumes or any(each.server for each in volumes.values())
        is_strange = tree["driver"] and not driver_of(tree["driver"]).is_known
        if "--nfs-path" in self.given or (is_strange and not is_placed):
            return
        if stranger := next((each for each in volumes.values() if not each.path), None):
            is_nfs = stranger.is_nfs or not stranger.driver
            what = "is no NFS volume" if is_nfs else "does not say where its data lies"
            self._ask("--nfs-path", f"the volume {stranger.name} {what}", "/exports")
            return
        paths = {ordinal: each.path for ordinal, each in volumes.items()}
        path = self._pattern("--nfs-path", "directories", paths, name)
        nfs["path"] = self._for_new_names(as_values(path), named) if path else None
        nfs["sharedDirectory"] = True if path and not path.is_open else None

    def _for_new_names(self, path: str, named: Mapping[int, str]) -> str:
        """Return where volumes lie; without their names, where these are to be other ones."""
        if "--volume-name" in self.given:
            for each in patterns(named, self._intact):
                path = path.removesuffix(f"/{as_values(each)}") or "/"
        return path

    def _add_source(self, tree: dict[str, Any], volumes: Mapping[int, Volume]) -> None:
        """Add what CSI volumes of one driver have beside where they lie."""
        driver = driver_of(tree["driver"] or NFS)
        if "--driver" in self.given or not driver.csi:
            return
        is_elsewhere = not self.given.isdisjoint(_OF_HANDLES)
        shown = shown_source(volumes, self._intact, is_elsewhere=is_elsewhere)
        tree["csi"] = shown.words or None
        if shown.faults:
            those = f"the volumes of {driver.csi}"
            if len(volumes) == 1:
                (only,) = volumes.values()
                those = f"the only volume of {driver.csi}, {only.name},"
            what = f"{those} {' and '.join(shown.faults)}"
            fix = (
                "print the new volumes by `sfsgen render -f FILE --from-ordinal N --only pv,pvc`, "
                "where csi says it for all or, in claimTemplates[].volumes[], for one ordinal"
            )
            self.values.drop(("csi",), Problem("--driver", what, fix))

    def _server(self, volumes: Mapping[int, Volume]) -> str | None:
        """Return the server that all volumes have in common, or the pattern of each one's own."""
        servers = {ordinal: each.server for ordinal, each in volumes.items()}
        if len(set(servers.values())) > 1 and "--nfs-server" not in self.given:
            found = patterns(servers, self._intact)
            if len(found) == 1:
                return as_values(found[0])
        called = driver_of(next(iter(volumes.values())).driver or NFS).server
        called = called.removeprefix("NFS ")
        placeholder = "NODE" if called == "node" else "HOST" if "server" in called else "ID"
        new = f"--nfs-server {placeholder}, with the {called} of the new volume for {placeholder}"
        if len(set(servers.values())) == len(servers):
            new += ", for one new ordinal at a time, as each has its own"
        return self._same("--nfs-server", called, lambda each: each.server, new) or None

    def _same(
        self, option: str, what: str, value_of: Callable[[Volume], Any], new: str = ""
    ) -> Any:
        """Return what all volumes have in common, or None with a problem.

        `new` says how a value is given that none of them has.
        """
        values = {each.name: value_of(each) for each in self.pairs.volumes.values()}
        distinct = dict.fromkeys(values.values())
        if len(distinct) == 1:
            return next(iter(distinct))
        if option not in self.given:
            shown = " and ".join(
                f"{value!r} ({next(name for name in values if values[name] == value)})"
                for value in list(distinct)[:2]
            )
            self._ask(option, f"the volumes differ in their {what}: {shown}", *distinct, new=new)
        return None

    def _pattern(
        self, option: str, what: str, texts: Mapping[int, str], end: Pattern | None = None
    ) -> Pattern | None:
        """Return the pattern that texts follow, or None with a problem."""
        if option in self.given:
            return None
        found = patterns(texts, self._intact)
        if end:
            # The usual layout is a directory named after the volume.
            usual = [each for each in found if as_values(each).endswith(f"/{as_values(end)}")]
            found = usual or found
        if len(found) == 1:
            return found[0]
        shown = ", ".join(list(texts.values())[:3])
        if found:
            several = [as_values(each) for each in found[:3]]
            what = f"the volumes' {what} ({shown}) follow {' and '.join(several)}"
            self._ask(option, what, *several)
        else:
            self._ask(option, f"the volumes' {what} ({shown}) follow no pattern")
        return None

    @property
    def _intact(self) -> tuple[str, str]:
        """What may hold numbers that are no ordinals: the names of the set and its namespace."""
        return self.pairs.stateful_set.name, self.pairs.stateful_set.namespace

    def _ask(self, option: str, what: str, *values: Any, new: str = "") -> None:
        """Note that an option is needed, and which values it may well have."""
        (path,) = (path for path, each in OPTIONS.items() if each == option)
        given = [_as_given(option, each) for each in values if each not in ("", ())]
        fix = f"give {'; or '.join(filter(None, (new, ' or '.join(given[:_MOST_SHOWN]))))}"
        if not given:
            fix = f"give {option} PATTERN, with a pattern that holds {{ordinal}} for PATTERN"
        self.values.drop(path, Problem(option, what, fix))


def _as_given(option: str, value: Any) -> str:
    """Return an option as it says a value, to be pasted."""
    if isinstance(value, bool):
        return option if value else f"--no-{option.removeprefix('--')}"
    values = value if isinstance(value, list | tuple) else [value]
    return quoted([word for each in values for word in (option, str(each))])
