"""The model as YAML documents, through the templates.

A set's volumes differ in nothing but the ordinal, so each template is rendered once with the
ordinal left open, and the ordinals are filled in. A template that does more with the ordinal than
print it is rendered ordinal by ordinal.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from sfsgen.kubernetes import versions
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.resources import ORDER, PAIRED, SERVICE, VOLUME
from sfsgen.kubernetes.versions import Target
from sfsgen.printing.expressions import NotLinearError, Open
from sfsgen.printing.templates import Templates
from sfsgen.problems import InputError, Problem
from sfsgen.values.model import ClaimTemplate, Metadata, Series, StatefulSet

# Numbers to render the open ordinal as. No end of one is a beginning of it, so digits that stand
# before or after it in a name cannot be taken for a part of it.
_OPEN_ORDINALS = range(1_000_000, 10_000_000, 1_000_000)

_WORTH_IT = 3  # ordinals: up to two, rendering each is as quick
_MOST_KEPT = 64_000_000  # characters of objects that a user's template makes one by one

Variables = dict[str, Any]


class Documents(NamedTuple):
    """One resource's documents, one for each ordinal; `fill` is a text for all."""

    resource: str
    namespace: str
    name: Pattern
    ordinals: range
    render: Callable[[int], str]
    fill: Pattern | None = None

    def text(self, ordinal: int) -> str:
        """Return the document of one ordinal."""
        return self.fill.at(ordinal) if self.fill else self.render(ordinal)


class Kept(NamedTuple):
    """The texts of successive ordinals; those that differ in the ordinal only are one pattern."""

    patterns: list[Pattern]
    ordinals: range

    def at(self, ordinal: int) -> str:
        """Return the text of one ordinal."""
        return self.patterns[self.ordinals.index(ordinal)].at(ordinal)

    def by_pattern(self) -> Mapping[Pattern, Sequence[int]]:
        """Return the ordinals of each pattern."""
        found: dict[Pattern, list[int]] = defaultdict(list)
        for pattern, ordinal in zip(self.patterns, self.ordinals, strict=True):
            found[pattern].append(ordinal)
        return found


def keep(render: Callable[[int], str], ordinals: range, template: str) -> Kept:
    """Render each ordinal, for good. Raises InputError where that is too much to remember."""
    patterns: dict[Pattern, Pattern] = {}
    kept, size = Kept([], ordinals), 0
    for ordinal in ordinals:
        pattern = Pattern(tuple(render(ordinal).split(str(ordinal))))
        if pattern not in patterns:
            patterns[pattern] = pattern
            size += sum(map(len, pattern.pieces))
        kept.patterns.append(patterns[pattern])
        size += 8  # bytes, for one more in the list
        if size > _MOST_KEPT:
            what = f"its objects differ, and have more than {_MOST_KEPT:,} characters together"
            fix = "let it print the ordinal and do no more with it, or render fewer at a time"
            raise InputError(Problem(template, what, fix))
    return kept


def fill_in(
    render: Callable[[int], str], render_open: Callable[[int], str], ordinals: range
) -> Pattern | None:
    """Return the text that `render` gives, with the ordinal open, or None where there is none.

    It is compared with real ordinals: a text whose shape depends on the ordinal is not filled in.
    """
    if len(ordinals) < _WORTH_IT:
        return None
    first = render(ordinals[0])
    open_ordinal = next((each for each in _OPEN_ORDINALS if str(each) not in first), None)
    if open_ordinal is None:
        return None
    try:
        fill = Pattern(tuple(render_open(open_ordinal).split(str(open_ordinal))))
    except (NotLinearError, InputError):
        return None  # what is wrong with the template, real ordinals will tell
    last = ordinals[-1]
    return fill if fill.at(ordinals[0]) == first and fill.at(last) == render(last) else None


class Renderer:
    """Renders sets for the minors that must accept them."""

    def __init__(self, target: Target, templates: Templates) -> None:
        self.target = target
        self.templates = templates

    def documents(
        self, stateful_set: StatefulSet, resources: Iterable[str], ordinals: range
    ) -> Iterator[Documents]:
        """Yield a set's documents of the wanted resources, in the order a cluster should get them.

        `ordinals` are those whose volumes and claims are wanted. Raises InputError for a user's
        template that fails.
        """
        for resource in filter(set(resources).__contains__, ORDER):
            if resource in PAIRED:
                for template in stateful_set.claim_templates:
                    for series in template.series(ordinals):
                        yield self.pairs(resource, series)
            else:
                yield self._single(resource, stateful_set)

    def pairs(self, resource: str, series: Series) -> Documents:
        """Return the volumes or the claims of a series. Raises InputError as `documents` does."""
        render_template, template = self.templates.renderer(resource), series.template

        def render(ordinal: int) -> str:
            return render_template(**self.pair_variables(template, ordinal))

        def render_open(ordinal: int) -> str:
            variables = self.pair_variables(template, ordinal)
            return render_template(**_opened(variables, str(ordinal)))

        is_volume = resource == VOLUME
        documents = Documents(
            resource,
            "" if is_volume else template.claim.namespace,
            template.volume_name if is_volume else template.claim_name,
            series.ordinals,
            render,
            fill_in(render, render_open, series.ordinals),
        )
        return self._settled(documents, series) if self.templates.own else documents

    def _single(self, resource: str, stateful_set: StatefulSet) -> Documents:
        variables = self.set_variables(stateful_set)
        text = self.templates.renderer(resource)(**variables)
        self._check(resource, text, variables)
        name = stateful_set.service.name if resource == SERVICE else stateful_set.name
        once = Pattern((text,))
        return Documents(
            resource, stateful_set.namespace, Pattern((name,)), range(1), once.at, once
        )

    def _settled(self, documents: Documents, series: Series) -> Documents:
        """Return documents that need no template any more: what was checked is what is printed."""
        resource, fill = documents.resource, documents.fill
        if fill:
            if self.templates.is_overridden(resource):
                self._check_pairs(resource, series, {fill: series.ordinals})
            return documents._replace(render=fill.at)
        kept = keep(documents.render, series.ordinals, str(self.templates.path(resource)))
        if self.templates.is_overridden(resource):
            self._check_pairs(resource, series, kept.by_pattern())
        return documents._replace(render=kept.at)

    def _check_pairs(
        self, resource: str, series: Series, patterns: Mapping[Pattern, Sequence[int]]
    ) -> None:
        """Check what a user's template prints, of each pattern as many ordinals as may differ."""
        from sfsgen.printing import fidelity

        def check(pattern: Pattern, ordinal: int) -> None:
            self._check(
                resource, pattern.at(ordinal), self.pair_variables(series.template, ordinal)
            )

        for pattern, ordinals in patterns.items():
            if len(ordinals) > _WORTH_IT and fidelity.is_alike(pattern, partial(check, pattern)):
                ordinals = (ordinals[0], ordinals[-1])  # noqa: PLW2901
            for ordinal in ordinals:
                check(pattern, ordinal)

    def _check(self, resource: str, text: str, variables: Variables) -> None:
        """Raise InputError where a user's template changes what pairing depends on."""
        if self.templates.is_overridden(resource):
            from sfsgen.printing import fidelity

            built_in = self.templates.renderer(resource, built_in=True)(**variables)
            fidelity.check(resource, str(self.templates.path(resource)), text, built_in)

    def set_variables(self, stateful_set: StatefulSet) -> Variables:
        """Return what the templates of a set and its Service can print (docs/templates.md)."""
        api_version, kind = self.target.stateful_set_api
        service, pod, container = stateful_set.service, stateful_set.pod, stateful_set.container
        not_ready = service.publish_not_ready_addresses
        not_ready_annotation = not_ready and self.target.has(versions.NOT_READY_BY_ANNOTATION)
        is_pet_set = kind == "PetSet"
        return {
            "statefulset": {
                "api_version": api_version,
                "kind": kind,
                "name": stateful_set.name,
                "namespace": stateful_set.namespace,
                "replicas": stateful_set.replicas,
                "start_ordinal": stateful_set.start_ordinal,
                "selector": stateful_set.selector,
                **stateful_set.as_said,
                "update_strategy": stateful_set.update_strategy,
                "fields": stateful_set.fields,
                **_metadata(stateful_set.metadata),
            },
            "service": {
                "name": service.name,
                "namespace": stateful_set.namespace,
                "selector": stateful_set.selector,
                "ports": service.ports,
                "publish_not_ready_addresses": (
                    not_ready and self.target.has(versions.NOT_READY_FIELD)
                ),
                "fields": service.fields,
                **_metadata(
                    service.metadata, versions.NOT_READY_ANNOTATION if not_ready_annotation else ""
                ),
            },
            "pod": {
                "sidecars": pod.sidecars,
                "fields": pod.fields,
                **_metadata(pod.metadata, versions.PET_SET_ANNOTATION if is_pet_set else ""),
            },
            "container": {
                "name": stateful_set.name,
                "image": container.image,
                "ports": container.ports,
                "env": container.env,
                "volume_mounts": container.volume_mounts,
                "fields": container.fields,
            },
            "claim_templates": [
                {
                    "name": template.name,
                    "access_modes": template.storage.access_modes,
                    "storage": template.storage.storage,
                    **self._storage_class("", {}),
                }
                for template in stateful_set.claim_templates
            ],
        }

    def pair_variables(self, template: ClaimTemplate, ordinal: int) -> Variables:
        """Return what the templates of a volume and a claim can print (docs/templates.md)."""
        claim, volume, _ = template.pair(ordinal)
        options_field = self.target.has(versions.MOUNT_OPTIONS_FIELD)
        annotations = dict(volume.annotations)
        if volume.mount_options and not options_field:
            annotations[versions.MOUNT_OPTIONS_ANNOTATION] = ",".join(volume.mount_options)
        size, access_modes, storage_class, _ = claim.storage
        shared = {"storage": size, "access_modes": access_modes}
        return {
            "ordinal": ordinal,
            "volume": {
                "name": volume.name,
                "labels": volume.labels,
                **template.as_said,
                "mount_options": volume.mount_options if options_field else (),
                "driver": volume.driver,
                "server": volume.server,
                "path": volume.path,
                "read_only": volume.read_only,
                "csi_volume_handle": volume.csi_volume_handle,
                "csi_share": volume.csi_share,
                "csi_sub_dir": volume.csi_sub_dir,
                **shared,
                **self._storage_class(storage_class, annotations),
            },
            "claim": {
                "name": claim.name,
                "namespace": claim.namespace,
                "labels": claim.labels,
                **shared,
                **self._storage_class(storage_class, claim.annotations),
            },
        }

    def _storage_class(self, name: str | None, annotations: Mapping[str, str]) -> Variables:
        """Return the class as a field, or as an annotation where the minors know no field."""
        if self.target.has(versions.CLASS_FIELD):
            return {"storage_class": name, "annotations": annotations}
        return {
            "storage_class": None,
            "annotations": {**annotations, versions.CLASS_ANNOTATION: name},
        }


def _metadata(metadata: Metadata, set_annotation: str = "") -> Variables:
    annotations = dict(metadata.annotations)
    if set_annotation:
        annotations[set_annotation] = "true"
    return {"labels": metadata.labels, "annotations": annotations, "metadata": metadata.fields}


def _opened(value: Any, ordinal: str) -> Any:
    """Return variables in which all that depends on the ordinal is open, and the rest the same."""
    if isinstance(value, dict):
        opened = {key: _opened(each, ordinal) for key, each in value.items()}
        return opened if any(opened[key] is not each for key, each in value.items()) else value
    return Open(value) if isinstance(value, str | int) and ordinal in str(value) else value
