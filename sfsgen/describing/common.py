"""What objects have in common: labels and annotations that are said once for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.kubernetes.words import RECOMMENDED_LABELS

_NAME, _INSTANCE, _MANAGED_BY = RECOMMENDED_LABELS
_OURS = "sfsgen"

Texts = Mapping[str, str]


class Common(NamedTuple):
    """What all objects of a set bear, as the values say it."""

    selector: Mapping[str, Any]
    """An own one; empty where it is the one that sfsgen chooses."""
    labels: Texts
    annotations: Texts
    borne: Texts
    """The labels that each object bears of itself."""
    matched: Texts
    """Those that pods, volumes and claims bear beside."""

    @property
    def on_pods(self) -> Texts:
        """The labels that pods, volumes and claims bear of themselves."""
        return {**self.matched, **self.borne}


def common(name: str, selector: Mapping[str, Any], metadata: Sequence[Mapping[str, Any]]) -> Common:
    """Return what the objects of a set have in common, by their metadata."""
    labels = agreed(each.get("labels") or {} for each in metadata)
    annotations = agreed(each.get("annotations") or {} for each in metadata)
    matched = selector.get("matchLabels") or {}
    ours = {_NAME: name, _INSTANCE: name, _MANAGED_BY: _OURS}
    is_ours = (
        selector.keys() == {"matchLabels"}
        and matched.keys() == {_NAME, _INSTANCE}
        and matched.items() <= labels.items()
        and _MANAGED_BY in labels
    )
    if not is_ours:
        return Common(selector, labels, annotations, labels, matched)
    said = {key: value for key, value in labels.items() if ours.get(key) != value}
    return Common({}, said, annotations, labels, {})


def agreed(maps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what mappings agree on, in the order of the first."""
    first, *others = maps
    return {
        key: value
        for key, value in first.items()
        if all(key in each and each[key] == value for each in others)
    }
