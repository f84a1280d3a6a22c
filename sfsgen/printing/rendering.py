"""The model as YAML documents, through the templates.

A set's volumes differ in nothing but the ordinal, and the built-in templates only print it: each is
rendered once, with a number in its place, and the ordinals are filled in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sfsgen.kubernetes import versions
from sfsgen.kubernetes.binder import Storage
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.resources import ORDER, PAIRED, SERVICE, VOLUME
from sfsgen.kubernetes.versions import Target
from sfsgen.printing.templates import Templates
from sfsgen.storage_drivers import Place
from sfsgen.values.model import ClaimTemplate, Metadata, Pod, Series, Service, StatefulSet

# Numbers to render in the place of ordinals. No end of one is a beginning of it, so digits that
# stand before or after it in a name cannot be taken for a part of it. Of ones and zeros: what ends
# in them is a number to some reader of YAML where anything is, such as 0b1.
OPEN_ORDINALS = (1_000_000, 1_100_000, 1_110_000, 1_111_000, 1_111_100, 1_111_110)
_WORTH_IT = 3  # ordinals: up to two, rendering each is as quick

Variables = dict[str, Any]
_NO_SERVICE = Service("", Metadata({}, {}, {}), False, {}, (), False, {})


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


def fill_in(render: Callable[[int], str], ordinals: range) -> Pattern | None:
    """Return the text that `render` gives, with the ordinal open, or None where there is none.

    It is compared with real ordinals: a text that depends on them otherwise is not filled in.
    """
    if len(ordinals) < _WORTH_IT:
        return None
    first = render(ordinals[0])
    open_ordinal = next((each for each in OPEN_ORDINALS if str(each) not in first), None)
    if open_ordinal is None:
        return None
    fill = Pattern(tuple(render(open_ordinal).split(str(open_ordinal))))
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

        `ordinals` are those whose volumes and claims are wanted. A user's template is not rendered
        before somebody asks for its text.
        """
        for resource in filter(set(resources).__contains__, ORDER):
            if resource in PAIRED:
                for template in stateful_set.claim_templates:
                    for series in template.series(ordinals):
                        yield self.pairs(resource, series)
            elif resource == SERVICE:
                for service in stateful_set.services:
                    yield self._single(resource, stateful_set, service)
            else:
                yield self._single(resource, stateful_set, stateful_set.governing)

    def pairs(self, resource: str, series: Series) -> Documents:
        """Return the volumes or the claims of a series."""
        render_template, template = self.templates.renderer(resource), series.template

        def render(ordinal: int) -> str:
            return render_template(**self.pair_variables(template, ordinal))

        is_volume, is_own = resource == VOLUME, resource in self.templates.own
        return Documents(
            resource,
            "" if is_volume else template.claim.namespace,
            series.volume_name if is_volume else template.claim_name,
            series.ordinals,
            render,
            None if is_own else fill_in(render, series.ordinals),
        )

    def _single(
        self, resource: str, stateful_set: StatefulSet, service: Service | None
    ) -> Documents:
        render_template = self.templates.renderer(resource)
        variables = self.set_variables(stateful_set, service)
        name = service.name if service and resource == SERVICE else stateful_set.name
        return Documents(
            resource,
            stateful_set.namespace,
            Pattern((name,)),
            range(1),
            lambda _: render_template(**variables),
        )

    def set_variables(self, stateful_set: StatefulSet, service: Service | None) -> Variables:
        """Return what the templates of a set and of a Service can print (docs/templates.md)."""
        return {
            "statefulset": self._of_set(stateful_set),
            "service": self._of_service(stateful_set, service or _NO_SERVICE),
            "pod": self._of_pod(stateful_set.pod),
            "container": {
                "name": stateful_set.container.name,
                "image": stateful_set.container.image,
                "ports": stateful_set.container.ports,
                "env": stateful_set.container.env,
                "volume_mounts": stateful_set.container.volume_mounts,
                "fields": stateful_set.container.fields,
            },
            "claim_templates": [
                {
                    "name": template.name,
                    "labels": template.metadata.labels,
                    "metadata": template.metadata.fields,
                    "access_modes": template.storage.access_modes,
                    "storage": template.storage.storage,
                    "limits": template.limits,
                    "volume_mode": self._volume_mode(template.storage),
                    "fields": template.fields,
                    **self._storage_class(template.storage_class, template.metadata.annotations),
                }
                for template in stateful_set.claim_templates
            ],
        }

    def _of_set(self, stateful_set: StatefulSet) -> Variables:
        api_version, kind = self.target.stateful_set_api
        return {
            "api_version": api_version,
            "kind": kind,
            "name": stateful_set.name,
            "namespace": stateful_set.namespace,
            "replicas": stateful_set.replicas,
            "start_ordinal": stateful_set.start_ordinal,
            "selector": stateful_set.selector.get("matchLabels") or {},
            "match_expressions": stateful_set.selector.get("matchExpressions") or (),
            **stateful_set.as_said,
            "update_strategy": stateful_set.update_strategy,
            "fields": stateful_set.fields,
            **_metadata(stateful_set.metadata),
        }

    def _of_service(self, stateful_set: StatefulSet, service: Service) -> Variables:
        """Return what a Service's template prints; the oldest minors know an annotation only."""
        not_ready = service.publish_not_ready_addresses
        is_annotated = not_ready and self.target.has(versions.NOT_READY_BY_ANNOTATION)
        return {
            "name": service.name,
            "namespace": stateful_set.namespace,
            "is_headless": service.is_headless,
            "selector": service.selector,
            "ports": service.ports,
            "publish_not_ready_addresses": not_ready and self.target.has(versions.NOT_READY_FIELD),
            "fields": service.fields,
            **_metadata(service.metadata, versions.NOT_READY_ANNOTATION if is_annotated else ""),
        }

    def _of_pod(self, pod: Pod) -> Variables:
        is_pet = self.target.stateful_set_api[1] == "PetSet"
        return {
            "sidecars": pod.sidecars,
            "fields": pod.fields,
            **_metadata(pod.metadata, versions.PET_SET_ANNOTATION if is_pet else ""),
        }

    def pair_variables(self, template: ClaimTemplate, ordinal: int) -> Variables:
        """Return what the templates of a volume and a claim can print (docs/templates.md)."""
        claim, volume, _ = template.pair(ordinal)
        options_field = self.target.has(versions.MOUNT_OPTIONS_FIELD)
        annotations = dict(volume.annotations)
        if volume.mount_options and not options_field:
            annotations[versions.MOUNT_OPTIONS_ANNOTATION] = ",".join(volume.mount_options)
        size, access_modes, storage_class, _ = claim.storage
        place = Place(volume.driver, volume.server, volume.path, volume.read_only)
        source = template.source_of(ordinal)
        names_of = template.names_of(claim.name, volume.name)
        shared = {"storage": size, "access_modes": access_modes}
        return {
            "ordinal": ordinal,
            "volume": {
                "name": volume.name,
                "labels": volume.labels,
                **template.as_said,
                "mount_options": volume.mount_options if options_field else (),
                "metadata": template.own_volume.metadata,
                "fields": template.own_volume.fields,
                "volume_mode": _block_mode(claim.storage),
                "driver": volume.driver,
                "server": volume.server,
                "path": volume.path,
                "read_only": volume.read_only,
                "source": source.fields(place, names_of, ordinal),
                "csi_volume_handle": source.handle_at(place, names_of, ordinal),
                "csi_share": volume.csi_share,
                "csi_sub_dir": volume.csi_sub_dir,
                **shared,
                **self._storage_class(storage_class, annotations),
            },
            "claim": {
                "name": claim.name,
                "namespace": claim.namespace,
                "labels": claim.labels,
                "metadata": template.own_claim.metadata,
                "limits": template.limits,
                "fields": template.own_claim.fields,
                "volume_mode": _block_mode(claim.storage),
                **shared,
                **self._storage_class(storage_class, claim.annotations),
            },
        }

    def _volume_mode(self, storage: Storage) -> str:
        """Return the mode of a claim template, written out: Argo CD and Flux see it differ else."""
        return storage.volume_mode if self.target.has(versions.VOLUME_MODE) else ""

    def _storage_class(self, name: str | None, annotations: Mapping[str, str]) -> Variables:
        """Return the class as a field, or as an annotation where the minors know no field."""
        if self.target.has(versions.CLASS_FIELD):
            return {"storage_class": name, "annotations": annotations}
        if name is not None:
            own = annotations.get(versions.CLASS_ANNOTATION, name)
            annotations = {**annotations, versions.CLASS_ANNOTATION: own}
        return {"storage_class": None, "annotations": annotations}


def _block_mode(storage: Storage) -> str:
    """Return the mode of a volume or claim where it is not the usual one."""
    return "" if storage.volume_mode == "Filesystem" else storage.volume_mode


def _metadata(metadata: Metadata, set_annotation: str = "") -> Variables:
    annotations = dict(metadata.annotations)
    if set_annotation:
        annotations[set_annotation] = "true"
    return {"labels": metadata.labels, "annotations": annotations, "metadata": metadata.fields}
