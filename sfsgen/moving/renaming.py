"""A set under another name or in another namespace: what changes in its objects, and what stays."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import Pattern, claim_name, label_fault, subdomain_fault
from sfsgen.plans.making import as_asked, reserved
from sfsgen.plans.outcomes import Object
from sfsgen.recovering.rebuilding import written
from sfsgen.sets.found import FoundService, FoundSet, FoundTemplate
from sfsgen.values.pairs import Key, Volume

# Under which the volumes of a set are known: what stands before the ordinal (sets/volume_names).
_FORMS = (
    "pv-{name}-",
    "pv-{template}-{name}-",
    "{template}-{name}-",
    "{name}-",
    "{name}-pv-",
    "nfs-{name}-",
    "pv-{namespace}-{name}-",
    "pv-{namespace}-{template}-{name}-",
    "{namespace}-{name}-",
    "{namespace}-{template}-{name}-",
)
_OF_RENDER = ("app.kubernetes.io/name", "app.kubernetes.io/instance")
# An old Service has them until it is deleted, and a second one with them is refused.
_ADDRESSES = ("clusterIPs", "healthCheckNodePort", "loadBalancerIP")


class Names(NamedTuple):
    """What a set is called, what it shall be called, and which labels bear its name."""

    old: Key
    new: Key
    labelled: frozenset[str] = frozenset()

    def text(self, text: str) -> str:
        """Return a text in which the set's name, or its namespace, stands once, with the new one.

        Where one of them stands twice, nobody can say which is meant.
        """
        (old_space, old_name), (new_space, new_name) = self.old, self.new
        words = {old_space: new_space, old_name: new_name}
        either = "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
        found = re.findall(_word(either), text)
        once = {each for each in words if found.count(each) == 1}
        return re.sub(_word(either), lambda at: words[at[0]] if at[0] in once else at[0], text)

    def called(self, text: str) -> str:
        """Return the same of a name; as it is where that is no name, or would not lead back."""
        made = self.text(text)
        back = Names(self.new, self.old).text(made)
        return text if subdomain_fault(made) or back != text else made

    def volume(self, name: str, template: str) -> str:
        """Return the name of a volume of a claim template.

        One that says nothing of the set stays as it is.
        """
        head = name.rstrip("0123456789")
        digits = name[len(head) :]
        for form in _FORMS if digits else ():
            if head == _filled(form, self.old, template):
                made = _filled(form, self.new, template) + digits
                return name if subdomain_fault(made) else made
        return self.called(name)

    def service(self, name: str) -> str:
        """Return the name of a Service."""
        made = self.new[1] if name == self.old[1] else self.called(name)
        return name if label_fault(made, first_a_letter=True) else made

    def claims(self, template: FoundTemplate) -> Pattern:
        """Return the names of a template's claims."""
        return claim_name(template.name, self.new[1])

    def labels(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return labels, with the new name where one that bears the set's name has it."""
        old, new = self.old[1], self.new[1]
        return {
            key: new if value == old and key in self.labelled else value
            for key, value in given.items()
        }

    def relabelled(self, value: Any) -> Any:
        """Return a value with the labels and the selectors in it changed alike."""
        if isinstance(value, list):
            return [self.relabelled(each) for each in value]
        if not isinstance(value, dict):
            return value
        made = {key: self.relabelled(each) for key, each in value.items()}
        for key in ("labels", "matchLabels"):
            if isinstance(made.get(key), dict):
                made[key] = self.labels(made[key])
        if isinstance(made.get("matchExpressions"), list):
            made["matchExpressions"] = [self._expression(each) for each in made["matchExpressions"]]
        return made

    def _expression(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if given.get("key") not in self.labelled or not given.get("values"):
            return dict(given)
        values = [self.new[1] if each == self.old[1] else each for each in given["values"]]
        return {**given, "values": values}


def names_of(stateful_set: FoundSet, new: Key) -> Names:
    """Return the names of a set, and which of its labels bear it: ours, and those it selects by."""
    return Names(stateful_set.key, new, frozenset((*_OF_RENDER, *stateful_set.selector)))


def _word(pattern: str) -> str:
    return rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])"


def mentions(text: str, word: str) -> bool:
    """Return whether a text has a word in it, on its own or with hyphens and dots around it."""
    return re.search(_word(re.escape(word)), text) is not None


def _filled(form: str, key: Key, template: str) -> str:
    return form.format(namespace=key[0], name=key[1], template=template)


def _named(value: Object, names: Names, name: str) -> Object:
    metadata = {**value["metadata"], "name": name}
    if "namespace" in metadata:
        metadata["namespace"] = names.new[0]
    if metadata.get("labels"):
        metadata["labels"] = names.labels(metadata["labels"])
    return {**value, "metadata": metadata}


def volume_of(names: Names, volume: Volume, name: str, key: Key) -> Object:
    """Return a volume as it is made under a name, on the same files, reserved for a claim."""
    return reserved(_named(written(volume.manifest), names, name), key)


def claim_of(names: Names, manifest: Manifest, key: Key, volume: Object) -> Object:
    """Return a claim as it is made for a volume."""
    value = _named(written(manifest, names.new[0]), names, key[1])
    return as_asked(value, key, volume)


def claim_from(names: Names, stateful_set: FoundSet, template: FoundTemplate, key: Key) -> Object:
    """Return a claim as the controller would make it: what was left of the earlier one is gone."""
    spec = stateful_set.manifest.at(*template.path, "spec") or {}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": key[1],
            "namespace": key[0],
            "labels": names.labels({**template.labels, **stateful_set.selector}),
        },
        "spec": spec,
    }


def service_of(names: Names, service: FoundService) -> Object:
    """Return a Service as it is made where the set goes, without what it alone can have."""
    value = _named(written(service.manifest, names.new[0]), names, names.service(service.name))
    spec = {key: each for key, each in value["spec"].items() if key not in _ADDRESSES}
    if spec.get("clusterIP") != "None":
        spec.pop("clusterIP", None)
    if ports := spec.get("ports"):
        spec["ports"] = [{key: port[key] for key in port if key != "nodePort"} for port in ports]
    if spec.get("selector"):
        spec["selector"] = names.labels(spec["selector"])
    return {**value, "spec": spec}


def set_of(names: Names, stateful_set: FoundSet, service: str, replicas: int) -> Object:
    """Return a set as it is made where it goes: changed in what is its own, or is known."""
    value = _named(written(stateful_set.manifest, names.new[0]), names, names.new[1])
    spec = {**names.relabelled(value["spec"]), "replicas": replicas}
    if stateful_set.service_name:
        spec["serviceName"] = service
    return {**value, "spec": spec}


# What names an object that stays as it is called, and what says nothing of who a pod is.
_PASSED_OVER = frozenset(
    {
        *("image", "name", "labels", "matchLabels", "matchExpressions", "serviceName"),
        *("claimName", "secretName", "mountPath", "subPath", "serviceAccountName", "status"),
    }
)


def mentioned(value: Any, words: Sequence[str], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield where an object still says an old name: in commands, variables, annotations."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key not in _PASSED_OVER:
                yield from mentioned(each, words, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from mentioned(each, words, f"{path}[{index}]")
    elif isinstance(value, str) and any(mentions(value, word) for word in words):
        yield path, value
