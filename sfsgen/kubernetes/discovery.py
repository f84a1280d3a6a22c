"""Which of its own pods a set's containers name, to find them in DNS before they are ready."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

# Names of variables and options that tell a program where the others are.
_SEEKS = re.compile("seed|peer|join|discover|gossip|bootstrap|quorum|member", re.IGNORECASE)
_PROBES = ("readinessProbe", "startupProbe")
FIX = "publishNotReadyAddresses: true"
_SHOWN = 3  # pods
_BEFORE, _BEHIND = r"(?<![\w.-])", r"(?![\w-])"  # a name begins, and a part of it ends
_NUMBERS = r"\d{1,10}|\{\d{1,10}\.\.\.?\d{1,10}\}"  # an ordinal, or {0...3} for several


class Sought(NamedTuple):
    """What the containers of a set look for in DNS."""

    pods: tuple[str, ...]
    """Those of its own pods that are named, where the first one is not the only one."""
    service: str
    """The governing Service, where it is to say who the others are; else ""."""

    def told(self, service: str, policy: str) -> str:
        """Return what is wrong where DNS knows ready pods only, or ""."""
        if not (self.pods or self.service):
            return ""
        named = ", ".join(self.pods[:_SHOWN]) or f"all pods of {self.service}"
        named += " ..." * (len(self.pods) > _SHOWN)
        what = f"its pods look for {named} in DNS before they are ready, and {service} publishes "
        what += "only those that are"
        if policy == "OrderedReady" and self.pods:
            what += f": a deadlock where {self.pods[0]} gets ready only with the others"
        return what


def sought(
    containers: Iterable[Mapping[str, Any]], stateful_set: str, service: str, ordinals: range
) -> Sought:
    """Return which own pods, or which Service, containers name that have a readiness probe.

    Nothing where no container has one, or one pod is all there is. The lowest ordinal alone says
    nothing either: it gets ready by itself, before the others start.
    """
    given = list(containers)
    is_probed = any(isinstance(each.get(probe), dict) for each in given for probe in _PROBES)
    if not (is_probed and service and len(ordinals) > 1):
        return Sought((), "")
    texts = [pair for each in given for pair in _texts(each)]
    found = _named((text for _, text in texts), stateful_set, service)
    numbers = [each for each in found if not each.isdecimal() or int(each) in ordinals]
    if any(each != str(ordinals.start) for each in numbers):
        return Sought(tuple(f"{stateful_set}-{each}" for each in numbers), "")
    whole = re.compile(f"{_BEFORE}{re.escape(service)}{_BEHIND}")
    is_sought = any(_SEEKS.search(name) and whole.search(text) for name, text in texts)
    return Sought((), service if is_sought else "")


def lists_all(
    containers: Iterable[Mapping[str, Any]], stateful_set: str, service: str, ordinals: range
) -> bool:
    """Return whether containers name every pod of several, so that new ones are to be added."""
    if not (service and len(ordinals) > 1):
        return False
    texts = [text for each in containers for _, text in _texts(each)]
    found = _named(texts, stateful_set, service)
    return len(found) >= len(ordinals) and found.keys() >= {*map(str, ordinals)}


def _named(texts: Iterable[str], stateful_set: str, service: str) -> dict[str, None]:
    """Return the ordinals of the pods that texts name in DNS, and {0...3} for several."""
    name, its_service = re.escape(stateful_set), re.escape(service)
    pod = re.compile(rf"{_BEFORE}{name}-({_NUMBERS})\.{its_service}{_BEHIND}")
    return dict.fromkeys(match[1] for text in texts for match in pod.finditer(text))


def _texts(container: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the texts that a container gets, each with the variable or option that it is of."""
    env = container.get("env")
    for each in env if isinstance(env, list) else ():
        if isinstance(each, dict) and isinstance(each.get("value"), str):
            yield str(each.get("name")), each["value"]
    for field in ("command", "args"):
        given = container.get(field)
        before = ""
        for each in given if isinstance(given, list) else ():
            if isinstance(each, str):
                name, equals, _ = each.partition("=")
                is_option = each.startswith("-") and (equals or " " not in each)
                yield (name if is_option else before), each
                before = each if each.startswith("-") and not equals else ""
