"""Annotations by which Argo CD, Flux and Helm neither prune, delete nor unbind an object."""

from collections.abc import Iterator, Mapping

# Source of what Argo CD takes, joined by commas: argo-cd/docs/user-guide/sync-options.md.
_OF_ARGO = "argocd.argoproj.io/sync-options"
KEEPING: Mapping[str, Mapping[str, str]] = {
    "argocd": {_OF_ARGO: "Prune=false,Delete=false"},
    "flux": {
        "kustomize.toolkit.fluxcd.io/prune": "Disabled",
        # Applied again, a volume would lose the uid of its claim on 1.22 to 1.24 (flux2#2827).
        "kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent",
    },
    "helm": {"helm.sh/resource-policy": "keep"},
}
"""By tool, in the order in which they are named."""
# What keeps an object just as well, where its owner says it.
_ALSO = {
    "kustomize.toolkit.fluxcd.io/ssa": ("merge", "ignore"),
    _OF_ARGO: ("prune=confirm", "delete=confirm"),
}


def kept(tool: str, annotations: Mapping[str, str]) -> Mapping[str, str]:
    """Return annotations with those by which a tool leaves an object alone, if it is known.

    What the owner says stays, where it keeps the object too: of Argo CD's list, each option.
    """
    if tool not in KEEPING:
        return annotations
    made = dict(annotations)
    for key, value in KEEPING[tool].items():
        own = _options(annotations.get(key, ""))
        said = {_name(key, each) for each in own if each.lower() in _ALSO.get(key, ())}
        ours = [each for each in _options(value) if _name(key, each) not in said]
        others = [each for each in own if _is_free(key, each, value) or _name(key, each) in said]
        made[key] = ",".join([*ours, *(each for each in others if each not in ours)])
    return dict(sorted(made.items()))


def against(tool: str, annotations: Mapping[str, str]) -> Iterator[str]:
    """Yield what annotations say that makes a tool do what it is to leave, as `KEY: VALUE`."""
    for key, value in KEEPING.get(tool, {}).items():
        keeps = (*map(str.lower, _options(value)), *_ALSO.get(key, ()))
        for each in _options(annotations.get(key, "")):
            if not _is_free(key, each, value) and each.lower() not in keeps:
                yield f"{key}: {each}"


def _options(value: str) -> list[str]:
    return [each.strip() for each in value.split(",") if each.strip()]


def _name(key: str, option: str) -> str:
    """Return what an option is about: in Argo CD's list its name, else the annotation itself."""
    return option.partition("=")[0].lower() if key == _OF_ARGO else key


def _is_free(key: str, option: str, ours: str) -> bool:
    """Return whether an option is about something else than ours."""
    return _name(key, option) not in [_name(key, each) for each in _options(ours)]
