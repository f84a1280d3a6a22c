"""Volumes that a set gets over directories that are there: named and made as `render` does it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.versions import Target
from sfsgen.problems import Problem
from sfsgen.sets.found import FoundSet, FoundTemplate, Ordinal, TemplateKey
from sfsgen.sets.origins import Origin
from sfsgen.sets.patterns import as_values
from sfsgen.storage_drivers import LOCAL, Source, driver_of
from sfsgen.values.claim_templates import Owner, claim_templates
from sfsgen.values.metadata import in_order
from sfsgen.values.model import ClaimTemplate, Metadata, Series
from sfsgen.values.options import overlay
from sfsgen.values.tree import Values

_ANYWHERE = {"server": "nfs.example.com", "path": "/"}  # each volume says its own


class Styles(NamedTuple):
    """How the volumes of a set's claim templates are made; with problems, not to be used."""

    by_template: Mapping[TemplateKey, ClaimTemplate]
    problems: tuple[Problem, ...]

    def name(self, row: Ordinal) -> str:
        """Return what the volume of an ordinal is called."""
        return self.by_template[row.template.key].volume_name.at(row.number)

    def series(self, row: Ordinal, origin: Origin) -> Series:
        """Return the pair of one ordinal, whose volume lies where its present one does."""
        style, place = self.by_template[row.template.key], origin.place
        storage = origin.volume.storage._replace(storage_class="")
        is_local = place.driver == LOCAL
        wanted = style.volume._replace(
            storage=storage,
            labels=in_order(origin.labels),
            reclaim_policy="Retain",
            mount_options=origin.mount_options,
            driver=LOCAL if is_local else style.volume.driver,
            read_only=place.read_only,
            realm=place.realm,
        )
        made = style._replace(
            volume=wanted,
            claim=style.claim._replace(storage=storage),
            server=Pattern((place.server,)),
            directory=Pattern((place.path,)),
            source=Source(driver_of(LOCAL), "", {}, {}) if is_local else style.source,
        )
        return Series(made, range(row.number, row.number + 1))


def styles(
    stateful_set: FoundSet, ordinals: range, options: Mapping[str, Any], target: Target
) -> Styles:
    """Return how volumes of ordinals are made; `options` are --volume-name and --driver."""
    values = Values(target)
    values.tree = {"claimTemplates": [_tree(each) for each in stateful_set.templates]}
    overlay(values, options)
    nothing = Metadata({}, {}, {})
    owner = Owner(stateful_set.name, stateful_set.namespace, ordinals, nothing)
    made = claim_templates(values, owner)
    pairs = zip(stateful_set.templates, made, strict=True)
    return Styles({each.key: style for each, style in pairs}, tuple(values.problems))


def _tree(template: FoundTemplate) -> dict[str, Any]:
    """Return a claim template as a values file has it, but for what each volume has of its own."""
    return {
        "name": template.name,
        "mountPath": f"/{template.name}",  # the pods' own, which pairs do not depend on
        "storage": template.storage.storage or "1Gi",
        "volumeName": as_values(template.volume_name),
        "persistentVolumeReclaimPolicy": "Retain",
        "nfs": _ANYWHERE,
    }
