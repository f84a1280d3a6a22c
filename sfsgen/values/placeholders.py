"""What stands in braces in the environment and commands of containers, filled in for the pods.

All pods have one template. What is the same for all of them is written out; what each has of its
own, Kubernetes fills in: the pod's name, and from 1.28 on the label that holds its ordinal.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes import versions
from sfsgen.kubernetes.names import Pattern, pattern, server_id
from sfsgen.plain_text import brief, quoted
from sfsgen.values.model import Fields, StatefulSet
from sfsgen.values.tree import Values

BRACE = "{brace}"
"""How a brace is written that is the program's own."""
_END = "{endbrace}"
_BRACES = f"a brace is {BRACE}, and one that closes is {_END}"
# In `${...}`, `{{...}}`, `%{...}`, `#{...}`, `\{...` and `$(...)` others fill in.
_OPENS = r"(?<![{$%#\\])(?<!\$\()\{"
_WORDS = (
    "ordinal|pod|host|service|namespace|name|replicas|peers|brace|endbrace"
    "|port(?::[0-9-]*[a-z][a-z0-9-]*)?"
)
# What begins as a placeholder, and is none: to print it as it stands would hide a slip.
_SLIP = r"(?:peers|port):|(?:pod|host|service):[0-9a-z{]"
_PLACEHOLDER = re.compile(
    rf"{_OPENS}(?:({_WORDS})\}}|peers:((?>[^{{}}]*+\{{[^{{}}]*\}})++[^{{}}]*+)\}}|({_SLIP}))"
)
_BEGINNING = re.compile(rf"{_OPENS}(?=(?:{_WORDS})\}}|{_SLIP})")
_ID = "\1"  # stands for the id in a Pattern's text: no text of a user's that is printed holds it
_SEPARATED = re.compile(r"(.*)([^\w{}])\.\.\.", re.DOTALL)
_LONGEST = 131_071  # bytes: Linux starts no program with a longer argument or variable
_MOST_FILLED = 1_000_000  # characters: a cluster stores no object of 1.5 MiB

_POD = "metadata.name"
_ORDINAL = f"metadata.labels['{versions.POD_INDEX}']"
_ADDED = {_POD: "POD_NAME", _ORDINAL: "POD_ORDINAL"}
_FIELDS = {"pod": _POD, "host": _POD, "ordinal": _ORDINAL}
"""The fields of its pod by which Kubernetes fills in what each pod has of its own."""
_RECIPE = (
    "take it from the pod's name in a shell: env POD: {pod}, and ${POD##*-} in the script of "
    "sh -c; or give --kube-version 1.28 or later"
)


class _NotFilledError(ValueError):
    """What is wrong with a placeholder, and how to mend it."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


class _Meanings(NamedTuple):
    """What the placeholders stand for in one set."""

    alike: Mapping[str, str]
    """By placeholder, what is the same for all pods."""
    peer: Mapping[str, Pattern]
    """What each of the pods has of its own, in a list of all of them."""
    ordinals: range
    domain: str
    """What stands behind a pod's name in DNS, "" where no Service gives it one."""


def words(text: str) -> list[str]:
    """Return the placeholders of a text that are filled in, without what is said of each."""
    found = (each for each in _PLACEHOLDER.finditer(text) if not each[3])
    return [f"{{{each[1] or 'peers'}}}" for each in found]


def literal(container: Any) -> Any:
    """Return a container whose braces are all the program's own, as it is said in values."""
    if not isinstance(container, Mapping):
        return container
    said = dict(container)
    if isinstance(said.get("env"), list):
        said["env"] = [_literal_entry(each) for each in said["env"]]
    for key in ("command", "args"):
        if isinstance(said.get(key), list):
            said[key] = [_literal_text(each) for each in said[key]]
    return said


def _literal_entry(entry: Any) -> Any:
    if isinstance(entry, Mapping) and "value" in entry:
        return {**entry, "value": _literal_text(entry["value"])}
    return entry


def _literal_text(text: Any) -> Any:
    return _BEGINNING.sub(BRACE, text) if isinstance(text, str) else text


def filled(values: Values, stateful_set: StatefulSet) -> StatefulSet:
    """Return a set with the placeholders of its containers filled in, noting faults."""
    filling = _Filling(values, _meanings(stateful_set))
    main = stateful_set.container
    env_at = [at for path in (("env",), ("container", "env")) for at, _ in values.entries(*path)]
    made = filling.container({"env": main.env, **main.fields}, ("container",), env_at)
    env = tuple(made.pop("env"))
    pod = stateful_set.pod
    sidecars = filling.containers(pod.sidecars, values.nested(("pod", "containers")))
    fields = dict(pod.fields)
    if first := fields.get("initContainers"):
        at = values.nested(("pod", "initContainers"))
        fields["initContainers"] = filling.containers(first, at)
    return stateful_set._replace(
        container=main._replace(env=env, fields=made),
        pod=pod._replace(sidecars=tuple(sidecars), fields=fields),
    )


def _meanings(stateful_set: StatefulSet) -> _Meanings:
    name, namespace = stateful_set.name, stateful_set.namespace
    service = stateful_set.service_name
    ports = stateful_set.container.ports
    alike = same_for_all(name, namespace, service, stateful_set.replicas, ports)
    domain = f".{service}.{namespace}.svc" if service else ""
    return _Meanings(alike, own_of_each(name, domain), stateful_set.ordinals, domain)


def same_for_all(
    name: str, namespace: str, service: str, replicas: int, ports: Sequence[Fields]
) -> dict[str, str]:
    """Return what placeholders stand for that is the same for all pods of a set."""
    alike = {"namespace": namespace, "name": name, "replicas": replicas}
    alike |= {"brace": "{", "endbrace": "}"}
    if service:
        alike["service"] = service
    if ports:
        alike["port"] = ports[0]["containerPort"]
    alike |= {f"port:{each['name']}": each["containerPort"] for each in ports if "name" in each}
    return {key: str(each) for key, each in alike.items()}


def own_of_each(name: str, domain: str) -> dict[str, Pattern]:
    """Return what each pod of a set has of its own, the domain of their hosts being "" or known."""
    of_hosts = {"host": Pattern((f"{name}-", domain))} if domain else {}
    return {"pod": Pattern((f"{name}-", "")), **of_hosts}


def separated(text: str) -> tuple[str, str]:
    """Return the pattern of each peer, and what stands between two: what precedes `...`, or `,`."""
    found = _SEPARATED.fullmatch(text)
    return (found[1], found[2]) if found else (text, ",")


class _Filling:
    """Fills in the containers of one set."""

    def __init__(self, values: Values, meanings: _Meanings) -> None:
        self._values = values
        self._meanings = meanings
        self._left = _MOST_FILLED

    def containers(self, given: Iterable[Fields], at: Path) -> list[Fields]:
        """Return containers beside the main one, filled in."""
        paths = [path for path, _ in self._values.entries(*at)]
        return [
            self.container(each, path, [at for at, _ in self._values.entries(*path, "env")])
            for each, path in zip(filter(None, given), paths, strict=False)
        ]

    def container(self, given: Fields, at: Path, env_at: Sequence[Path]) -> dict[str, Any]:
        """Return a container, filled in: its variables first, of which its commands tell."""
        known = _Environment(given.get("env") or ())
        env = [
            self._entry(each, (*path, "value"), known)
            for each, path in zip(known.given, env_at, strict=False)
        ]
        made = dict(given)
        for key in ("command", "args"):
            if key in given:
                entries = self._values.entries(*at, key)
                made[key] = [self._text(text, path, known) for path, text in entries]
        if known.added:
            env = [*known.added, *(each for each in env if each not in known.added)]
            self._check(env, env_at)
        return {**made, "env": env} if env else made

    def _check(self, env: Sequence[Fields], env_at: Sequence[Path]) -> None:
        """Note where a variable that sfsgen adds is another one of the user's as well."""
        names = [each["name"] for each in env]
        for path in env_at:
            name = self._values.get(*path, "name")
            if name in _ADDED.values() and names.count(name) > 1:
                what = f"by {name} sfsgen fills in what each pod has of its own"
                self._values.fault((*path, "name"), what, "give yours another name")

    def _entry(self, entry: Fields, at: Path, known: "_Environment") -> Fields:
        text = entry.get("value") or ""
        match = _PLACEHOLDER.fullmatch(text) if "{" in text else None
        if match and match[1] in ("pod", "ordinal") and self._has(match[1]):
            entry = {"name": entry["name"], "valueFrom": _from_field(_FIELDS[match[1]])}
        elif "{" in text:
            entry = {**entry, "value": self._text(text, at, known)}
        known.passed(entry)
        return entry

    def _text(self, text: str, at: Path, known: "_Environment") -> str:
        def fill(match: re.Match[str]) -> str:
            word, each = match[1], match[2]
            if match[3]:
                raise _slip(match)
            if word in _FIELDS:
                return self._own(word, known)
            made = _peers(self._meanings, each) if each or word == "peers" else self._alike(word)
            self._left -= len(made)
            if self._left < 0:
                what = f"all that is filled in makes more than {_MOST_FILLED} characters"
                raise _NotFilledError(what, "write {service}: DNS knows the pods by it")
            return made

        try:
            return _PLACEHOLDER.sub(fill, text) if "{" in text else text
        except _NotFilledError as error:
            self._values.fault(at, str(error), error.fix)
            return text

    def _alike(self, word: str) -> str:
        if word in self._meanings.alike:
            return self._meanings.alike[word]
        if word == "service":
            raise _no_service(f"{{{word}}}")
        there = [f"{{{each}}}" for each in self._meanings.alike if each.startswith("port:")]
        what = f"there is no port for {{{word}}}; there are {' '.join(there) or 'none'}"
        raise _NotFilledError(what, f"add it to ports; a brace of the program's own is {BRACE}")

    def _own(self, word: str, known: "_Environment") -> str:
        domain = self._meanings.domain if word == "host" else ""
        if word == "host" and not domain:
            raise _no_service("{host}")
        if not self._has(word):
            label = versions.POD_INDEX_LABEL
            what = f"for {{ordinal}} here, {label.what}, Kubernetes 1.{label.since} or later is "
            raise _NotFilledError(f"{what}needed; the target is {self._values.target}", _RECIPE)
        return f"$({known.named(_FIELDS[word])}){domain}"

    def _has(self, word: str) -> bool:
        """Return whether all minors know what a placeholder is filled in by."""
        return word != "ordinal" or self._values.target.has(versions.POD_INDEX_LABEL)


def _peers(meanings: _Meanings, each: str | None) -> str:
    """Return the list of all pods, each as a pattern says, with the separator at its end."""
    text, separator = separated(each or "{host}")
    if not meanings.domain and "{host}" in text:
        raise _no_service("{host}" if each else "{peers}")
    try:
        peer = pattern(text, {**meanings.alike, **meanings.peer, "id": _ID})
    except ValueError as error:
        what = f"in {brief(quoted(text))}: {error}"
        raise _NotFilledError(what, f"write one of them; {_BRACES}") from error
    least = sum(map(len, peer.pieces)) + len(separator)
    if len(meanings.ordinals) * max(1, least) > _LONGEST:
        what = f"the list of {len(meanings.ordinals)} pods is longer than the {_LONGEST} bytes "
        raise _NotFilledError(
            f"{what}that a program can be given", "write {service}: DNS knows the pods by it"
        )
    start = meanings.ordinals.start
    return separator.join(
        peer.at(each).replace(_ID, str(server_id(each, start))) for each in meanings.ordinals
    )


def _slip(match: re.Match[str]) -> _NotFilledError:
    """Return why what begins as a placeholder is none, and what may have been meant."""
    word, _, rest = match.string[match.start() + 1 :].partition(":")
    inside, end, _ = rest.partition("}")
    shown = brief(quoted(f"{{{word}:{inside}{end}"))
    own = f"a program's own brace is {BRACE}"
    if word == "port":
        what = f"{shown} names no port: a port's name has a letter"
        return _NotFilledError(what, f"write {{port}}, {{port:NAME}} or the number; {own}")
    if word != "peers":
        what = f"{shown} is no placeholder: {{{word}}} has nothing behind a colon"
        after = brief(f"{inside}{end}" if "{" in inside else inside)
        return _NotFilledError(what, f"write {{{word}}}:{after}; {own}")
    if end and "{" not in inside:
        what = f"{shown} is the same for all pods: there is no placeholder in it"
        return _NotFilledError(what, f"write {{peers}}, or {{peers:{{pod}}}}; {own}")
    what = f"{shown} cannot be read: it is not closed, or braces in it are no placeholders"
    return _NotFilledError(what, f"write it as {{peers:{{pod}}}}; in it {_BRACES}")


def _no_service(placeholder: str) -> _NotFilledError:
    what = f"{placeholder} needs a governing Service, and serviceName is empty"
    return _NotFilledError(what, "give serviceName: pods have DNS names by it")


class _Environment:
    """The environment of one container, and by which variables it knows its pod."""

    def __init__(self, given: Iterable[Fields]) -> None:
        self.given = [*filter(None, given)]
        self.added: list[Fields] = []
        self._known: dict[str, str] = {}

    def passed(self, entry: Fields) -> None:
        """Note a variable that those behind it can name."""
        self._known = {path: name for path, name in self._known.items() if name != entry["name"]}
        field = (entry.get("valueFrom") or {}).get("fieldRef") or {}
        if field.get("fieldPath") in _ADDED:
            self._known.setdefault(field["fieldPath"], entry["name"])

    def named(self, path: str) -> str:
        """Return the variable that holds a field of the pod, one more where there is none."""
        if path not in self._known:
            self.added.append({"name": _ADDED[path], "valueFrom": _from_field(path)})
            self._known[path] = _ADDED[path]
        return self._known[path]


def _from_field(path: str) -> Fields:
    return {"fieldRef": {"fieldPath": path}}
