"""What the user wants of one set: a tree of values, each with where it was said."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sfsgen.documents.document import Path, Paths, beginnings, spelled
from sfsgen.documents.files import STDIN
from sfsgen.kubernetes.versions import Feature, Target
from sfsgen.plain_text import quoted
from sfsgen.problems import Problem
from sfsgen.values.settings import OPTIONS, SETTINGS, setting_at

if TYPE_CHECKING:
    from sfsgen.documents.document import Document


_CLASS = "storageClassName"


class Values:
    """The values of one set, from a document of a values file and from options.

    Problems are noted here, so that all of them are told in one run. A value that cannot be used is
    dropped with its problem, and nothing is noted of it again, nor of what would stand below it.
    """

    def __init__(self, target: Target, document: "Document | None" = None) -> None:
        self.target = target
        self.document = document
        self.tree: dict[str, Any] = _with_null_classes(document.value) if document else {}
        self.problems: list[Problem] = []
        self.cautions: list[Problem] = []
        self._reported = Paths()
        self._dropped = Paths()
        self._said_by: dict[Path, str] = {}
        self._said_below: dict[Path, str] = {}

    def get(self, *path: str | int) -> Any:
        """Return the value at a path, or None."""
        return value_at(self.tree, path)

    def entries(self, *path: str | int) -> list[tuple[Path, Any]]:
        """Return what can be used of the list at a path, each with its path."""
        found = self.get(*path) if path else None
        if not isinstance(found, list | tuple):
            return []
        return [((*path, index), each) for index, each in enumerate(found) if each is not None]

    def whole_entries(self, *path: str | int) -> list[tuple[Path, Any]]:
        """Return the entries of a list of which nothing was dropped."""
        return [each for each in self.entries(*path) if not self._dropped.below(each[0])]

    def say(self, path: Path, where: str) -> None:
        """Note which option, or place in a manifest, says the value at a path."""
        self._said_by[path] = where
        for each in beginnings(path):
            self._said_below.setdefault(each, where)

    def text(self, path: Path, default: str = "") -> str:
        """Return the text at a path, else a default, which is the setting's where none is given.

        An empty text is a text, and not the default.
        """
        value = self.get(*path)
        return default or setting_at(path).default if value is None else str(value)

    def is_said(self, path: Path) -> bool:
        """Return whether an option says the value at a path."""
        return path in self._said_by

    def inherited(self, template: Path, *key: str) -> Path:
        """Return the path of a value that a claim template may leave to its set."""
        own = (*template, *key)
        is_own = self.get(*own) is not None or self.is_null(own) or self._is_dropped(own)
        return own if is_own else key

    def said_at(self, path: Path) -> Path:
        """Return where the value at a path stands, which a claim template may leave to its set."""
        is_of_template = path[0] == "claimTemplates"
        return self.inherited(path[:2], *map(str, path[2:])) if is_of_template else path

    def is_null(self, path: Path) -> bool:
        """Return whether null is said at a path, which leaves out what would have a default."""
        around = self.get(*path[:-1])
        return isinstance(around, dict) and around.get(path[-1], "") is None

    def nested(self, path: Path) -> Path:
        """Return the path of a field of the user's own, which may stand below `spec` or not."""
        key, *rest = path
        return path if self.get(*path) is not None else (key, "spec", *rest)

    def where(self, path: Path, *, key: bool = False) -> str:
        """Return the option or the place in the file that says the value at a path."""
        if option := self._option(path) or self._said_below.get(path):
            return option
        if self.document:
            return self.document.where(path, key=key)
        return option_for(path) or OPTIONS.get(path[:1]) or spelled(path)

    def fault(self, path: Path, what: str, fix: str = "", *, key: bool = False) -> None:
        """Note an error at a path."""
        if not self._is_dropped(path):
            self._reported.add(path)
            self.problems.append(Problem(self.where(path, key=key), what, fix))

    def caution(self, path: Path, what: str, fix: str) -> None:
        """Note a warning at a path."""
        if not self.is_reported(*path):
            self.cautions.append(Problem(self.where(path), what, fix, "warning"))

    def drop(self, path: Path, problem: Problem) -> None:
        """Note a problem of a value that cannot be used, and go on without the value.

        An entry of a list leaves a gap, so that the others keep their places.
        """
        self.problems.append(problem)
        self._reported.add(path)
        self._dropped.add(path)
        parent = self.get(*path[:-1])
        if not path:
            self.tree = {}
        elif isinstance(parent, dict):
            parent.pop(path[-1], None)
        elif isinstance(parent, list) and isinstance(path[-1], int) and path[-1] < len(parent):
            parent[path[-1]] = None

    def is_reported(self, *path: str | int) -> bool:
        """Return whether a problem was noted at a path, around it or below it."""
        return self._reported.around(path) or self._reported.below(path)

    def _is_dropped(self, path: Path) -> bool:
        return self._dropped.around(path) and not self._option(path)

    def _option(self, path: Path) -> str:
        """Return the option that says the value at a path, or one around it."""
        if not self._said_by:
            return ""
        return next(filter(None, map(self._said_by.get, beginnings(path))), "")

    def check(self, path: Path, text: str, fault: str, fix: str = "") -> None:
        """Note a fault of the text at a path, where there is one."""
        if fault:
            self.fault(path, f"{quoted(text)} {fault}", fix)

    def needed(self, path: Path, what: str, example: str) -> Any:
        """Return the value at a path, or None with a note that it is missing."""
        value = self.get(*path)
        if value is None and not self.is_reported(*path):
            option = option_for(path)
            by_option = "" if not option else f"give {option} {example}"
            if option == "NAME":
                by_option = f"name it: sfsgen render {example}{self._given}"
            in_file = self._line(path, example) if self.document else ""
            fix = " or ".join(filter(None, (in_file, by_option)))
            self.fault(path, f"{what} is missing", fix, key=True)
        return value

    @property
    def _given(self) -> str:
        """The option that gives the file, if there is one."""
        if not self.document:
            return ""
        file = "-" if self.document.file == STDIN else self.document.file
        return f" {shlex.join(['-f', file])}"

    def _line(self, path: Path, example: str) -> str:
        """Return how a value that is missing is written, as YAML, and below what that is there."""
        around = next(
            each for each in beginnings(path[:-1]) if not each or self.get(*each) is not None
        )
        text = example
        for part in reversed(path[len(around) + 1 :]):
            text = f"[{text}]" if isinstance(part, int) else f"{{{part}: {text}}}"
        below = f" in {spelled(around)}" if around else ""
        return f"write {path[len(around)]}: {text}{below}"

    def choice(self, path: Path, choices: Sequence[str] = ()) -> str:
        """Return the value at a path, which must be one of a few: by default, of its setting's."""
        value = self.get(*path)
        setting = setting_at(path)
        choices, default = choices or setting.schema["enum"], setting.default
        if value is None or value in choices:
            return value or default
        near = [each for each in choices if each.lower() == str(value).lower()]
        fix = f"write {near[0]}" if near else f"write one of {', '.join(choices)}"
        self.fault(path, f"{quoted(value)} is not possible", fix)
        return default

    def as_said(self, shown_by: str, template: Path = ()) -> dict[str, Any]:
        """Return what the templates show just as it was said, by the names of a variable's parts.

        That is `volume` for a claim template at a path, or else of the set.
        """
        found = {}
        for setting in SETTINGS:
            variable, _, name = setting.variable.partition(".")
            if variable == shown_by:
                path = setting.path
                if setting.is_inherited:
                    path = self.inherited(template, *map(str, path))
                if self.get(*path) is not None:
                    self.require(path)
                has_choices = "enum" in setting.schema
                found[name] = self.choice(path) if has_choices else self.get(*path)
        return found

    def require(self, path: Path, feature: Feature | None = None, what: str = "") -> None:
        """Note a fault where the target's minors lack what the value at a path asks for.

        Without a feature, that is what its setting needs, whatever the value is.
        """
        feature = feature or setting_at(path).feature
        if feature and not self.target.has(feature):
            what = f"for {what or feature.what} Kubernetes 1.{feature.since} or later is needed"
            fix = f"give --kube-version 1.{feature.since} or later, or leave it out"
            self.fault(path, f"{what}; the target is {self.target}", fix)


def value_at(value: Any, path: Sequence[str | int]) -> Any:
    """Return what mappings and lists hold at a path, or None."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def option_for(path: Path) -> str:
    """Return the option that says a value, of whichever claim template, or ""."""
    return setting_at(path).option


def _with_null_classes(value: Any) -> Any:
    """Return a copy without the keys that have no value, but for classes that are left out."""
    tree = without_empty(value)
    templates = value.get("claimTemplates") if isinstance(value, dict) else ()
    several = templates if isinstance(templates, list) else ()
    copies = [tree, *(tree["claimTemplates"] if several else ())]
    for given, copy in zip([value, *several], copies, strict=True):
        if isinstance(given, dict) and given.get(_CLASS, "") is None:
            copy[_CLASS] = None
    return tree


def without_empty(value: Any) -> Any:
    """Return a copy without the keys that have no value: to Kubernetes, null is absent."""
    if isinstance(value, dict):
        return {key: without_empty(each) for key, each in value.items() if each is not None}
    return [without_empty(each) for each in value] if isinstance(value, list) else value
