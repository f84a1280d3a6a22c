"""What an input holds beside manifests: recognised by what it is, with what makes objects of it."""
# A Path would drop the "./" that was typed.
# ruff: noqa: PTH118, PTH119, PTH120

import os.path
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sfsgen.documents.document import Document
from sfsgen.documents.files import KUSTOMIZATIONS, SETTINGS, STDIN, decoded
from sfsgen.kubernetes.kubectl import Access, quoted
from sfsgen.kubernetes.manifests import Found, Stray, documents, is_template
from sfsgen.kubernetes.readable import PLACEHOLDER, filled_in_first
from sfsgen.problems import InputError, Place, Problem

_OF_CHART = ("charts", "ci", "crds", "templates")  # folders in it
_CHART_FILE = re.compile(r"Chart\.(?:yaml|lock)|requirements\.(?:yaml|lock)|values\b.*")
_IN_BRACES = re.compile(r"(?<=: )\{[A-Za-z_]\w*\}")  # to YAML a mapping, with a key and no value
# Within a line, as whoever looks on from each of many blank lines reads all that follow.
_SAYS_TYPE = re.compile(r"^[^\w\n]*(?:apiVersion|kind)[^\w\n]*:", re.MULTILINE)
_IS_TEMPLATE = re.compile(r"^[^\w\n]*kind[^\w\n]*:\s*\W?Template\b", re.MULTILINE)
_ARCHIVE = b"\x1f\x8b"
# What a kustomization lists of files that are no resources, and by which key each names its file.
_LISTED = (
    *("patches", "patchesJson6902", "patchesStrategicMerge", "replacements", "configurations"),
    *("transformers", "generators", "validators", "crds", "openapi", "helmCharts"),
    *("helmChartInflationGenerator", "configMapGenerator", "secretGenerator"),
)
_NAMING = ("path", "valuesFile", "values", "additionalValuesFiles", "files", "envs", "env")
_PARTS = ("resources", "bases", "components")


class Surroundings:
    """The charts and kustomizations among files, and which files are theirs."""

    def __init__(self, contents: Mapping[str, bytes], access: Access) -> None:
        self._again = access.again
        self._named = {STDIN if each == "-" else each for each in access.filenames}
        folders = [os.path.split(each) for each in contents]
        self._charts = _outermost({folder for folder, name in folders if name == "Chart.yaml"})
        self._told = {each: os.path.join(each, "Chart.yaml") for each in self._charts}
        self._notes: list[Problem] = []
        self._listed: set[str] = set()
        self._kustomizations: dict[str, str] = {}
        self._parts: set[str] = set()
        self.labels: dict[str, str] = {}
        """The labels that kustomizations give to pods, and to selectors."""
        for file, (folder, name) in zip(contents, folders, strict=True):
            if name in KUSTOMIZATIONS and not self._is_of_chart(file):
                self._read_kustomization(file, folder, contents[file])

    def takes(self, file: str) -> bool:
        """Return whether a file is a part of a chart, or of a kustomization but no resource."""
        if not (self._charts or self._kustomizations):
            return False
        path = os.path.normpath(file)
        return (
            self._is_of_chart(file)
            or file in self._kustomizations
            or (bool(self._listed) and any(each in self._listed for each in _above(path)))
        )

    @property
    def notes(self) -> Iterator[Problem]:
        """What there is to know of each, once."""
        for folder, file in self._told.items():
            what = "it is a part of a chart, and its templates are not looked at"
            if os.path.basename(file) == "Chart.yaml":
                what = "this is a chart, and its templates are not looked at"
            yield self._note(Place(file, 1, 1), what, quoted(["helm", "template", folder or "."]))
        for file, folder in self._kustomizations.items():
            if os.path.normpath(folder or ".") not in self._parts:
                what = "this is a kustomization, and what it changes is not looked at"
                command = quoted(["kubectl", "kustomize", folder or "."])
                yield self._note(Place(file, 1, 1), what, command)
        yield from self._notes

    def sifted(self, found: Found, file: str, data: bytes) -> Found:
        """Return what a file holds, without what is recognised: that is noted."""
        if not (found.problems or found.strays):
            return found
        if os.path.basename(file) == SETTINGS:
            what = "it holds the settings of sfsgen check, and is passed over"
            fix = "leave it where it is: check finds it, or takes it by --config"
            self._notes.append(Problem(f"{file}:1:1", what, fix, "note"))
            return Found([], [], [])
        if found.problems and self._is_recognised(found, file, data):
            return Found([], [], [])
        is_apart = not found.manifests
        left = [each for each in found.strays if not self._is_known(each, file, is_apart)]
        is_others = not (found.manifests or found.problems or file in self._named)
        if left and is_others:
            place = Place(file, *left[0].document.locate((), False))
            self._notes.append(_of_others(place))
        told = [] if is_others else left[: None if found.manifests else 1]
        problems = [*found.problems, *(each.problem for each in told)]
        return found._replace(problems=problems, strays=[])

    def _is_recognised(self, found: Found, file: str, data: bytes) -> bool:
        """Return whether a file with faults is one that other programs read; note it then."""
        place = Place(file, 1, 1)
        if data.startswith(_ARCHIVE):
            command = quoted(["helm", "template", file])
            self._notes.append(self._note(place, "it is an archive, not a manifest", command))
            return True
        try:
            text = decoded(data, file)
        except InputError:
            return False
        notes = self._rendered(found, file, text)
        if notes is not None:
            self._notes += notes
            return True
        if _SAYS_TYPE.search(text) or found.manifests or file in self._named:
            return False
        self._notes.append(_of_others(place))
        return True

    def _rendered(self, found: Found, file: str, text: str) -> Sequence[Problem] | None:
        """Return what there is to know of a file that is to be rendered, or filled in, first."""
        from sfsgen.kubernetes.foreign import is_rendered

        lines = text.splitlines()
        at = [each.place.line for each in found.problems if each.place]
        near = dict.fromkeys(each for number in at for each in (number - 2, number - 1))
        odd = [lines[each] for each in near if 0 <= each < len(lines)]
        place = Place(file, min(at, default=1), 1)
        if _IS_TEMPLATE.search(text) and any(map(PLACEHOLDER.search, odd)):
            return [self._of_openshift(place)]
        if is_rendered(text, odd):
            return self._of_template(place)
        gaps = (PLACEHOLDER.search(line) or _IN_BRACES.search(line) for line in odd)
        if unfilled := next(filter(None, gaps), None):
            what, fix = filled_in_first(unfilled[0], file, self._again)
            return [Problem(":".join(map(str, place)), what, fix, "note")]
        return None

    def _of_template(self, place: Place) -> Sequence[Problem]:
        from sfsgen.kubernetes.foreign import chart_around

        if folder := chart_around(place.file):
            self._told.setdefault(folder, place.file)
            return ()
        what = "it is a template ({{ }}), and is to be rendered first"
        return [self._note(place, what, "helm template CHART")]

    def _is_known(self, stray: Stray, file: str, is_apart: bool) -> bool:
        """Return whether a document is one that makes objects of others; note it then.

        Beside objects of the same file it may be one of them, of which something is forgotten.
        """
        place = Place(file, *stray.document.locate(stray.inside, False))
        if is_template(stray.value):
            self._notes.append(self._of_openshift(place))
        elif _is_values_file(stray.value):
            what = "it is a values file of sfsgen, which makes objects of it"
            render = quoted(["sfsgen", "render", "-f", _typed(file)])
            self._notes.append(self._note(place, what, render))
        elif _are_chart_values(stray.value, file, is_apart):
            self._of_chart_values(place)
        else:
            return False
        return True

    def _of_chart_values(self, place: Place) -> None:
        from sfsgen.kubernetes.foreign import chart_around

        chart = chart_around(place.file)
        if chart and os.path.normpath(place.file) == os.path.normpath(f"{chart}/values.yaml"):
            self._told.setdefault(chart, place.file)  # a chart has these without being given them
            return
        command = quoted(["helm", "template", chart or "CHART", "-f", _typed(place.file)])
        self._notes.append(self._note(place, "it holds the values of a chart", command))

    def _of_openshift(self, place: Place) -> Problem:
        what = "it is a Template of OpenShift, which makes objects of it"
        process = quoted(["oc", "process", "-f", _typed(place.file), "--local"])
        return self._note(place, what, process)

    def _note(self, place: Place, what: str, command: str) -> Problem:
        return Problem(":".join(map(str, place)), what, f"`{command} | {self._again}`", "note")

    def _is_of_chart(self, file: str) -> bool:
        for chart in self._charts:
            inside = file[len(chart) :].lstrip("/") if chart else file
            if file.startswith(f"{chart}/") or not chart:
                first, *more = inside.split("/")
                if first in _OF_CHART if more else _CHART_FILE.fullmatch(first):
                    return True
        return False

    def _read_kustomization(self, file: str, folder: str, data: bytes) -> None:
        from sfsgen.kubernetes.foreign import is_of_kustomize

        value = _first(file, data)
        if not is_of_kustomize(value):
            return
        if value.get("kind") != "Component":
            self._kustomizations[file] = folder
        else:
            self._listed.add(os.path.normpath(file))
        self.labels |= dict(_given_labels(value))
        for keys, paths in ((_LISTED, self._listed), (_PARTS, self._parts)):
            for each in _paths([value.get(key) for key in keys]):
                paths.add(os.path.normpath(os.path.join(folder, each)))


def _given_labels(kustomization: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the labels that a kustomization gives to selectors as well."""
    several = kustomization.get("labels")
    entries = [each for each in several or () if isinstance(several, list)]
    both = [each for each in entries if isinstance(each, dict) and each.get("includeSelectors")]
    for each in (kustomization.get("commonLabels"), *(entry.get("pairs") for entry in both)):
        pairs = each.items() if isinstance(each, dict) else ()
        yield from ((key, text) for key, text in pairs if isinstance(text, str))


def _first(file: str, data: bytes) -> Mapping[str, Any]:
    """Return the first document of a file, or nothing where it is no mapping."""
    try:
        found = next(documents(decoded(data, file), file), None)
    except InputError:
        return {}
    return found.value if isinstance(found, Document) and isinstance(found.value, dict) else {}


def _paths(value: Any) -> Iterator[str]:
    """Yield the files that a list of a kustomization names, in one of its many ways."""
    if isinstance(value, str) and "\n" not in value:
        yield value.rpartition("=")[2]
    elif isinstance(value, list):
        for each in value:
            yield from _paths(each)
    elif isinstance(value, dict):
        for key in _NAMING:
            yield from _paths(value.get(key))


def _is_values_file(value: Any) -> bool:
    """Return whether a document is what `sfsgen render` makes a set of."""
    from sfsgen.kubernetes.foreign import is_own

    if not isinstance(value, dict) or not (is_own(value) or "nfs" in value):
        return False
    from sfsgen.values.vocabulary import words

    return set(value) <= words()


def _are_chart_values(value: Any, file: str, is_apart: bool) -> bool:
    """Return whether a document is the values of a chart, by its file's name or by its words."""
    if not isinstance(value, dict) or os.path.basename(file).startswith("values"):
        return isinstance(value, dict)
    from sfsgen.kubernetes.foreign import Kind, of_value

    return is_apart and of_value(value, "", file) is Kind.CHART_VALUES


def _of_others(place: Place) -> Problem:
    what = "it is no Kubernetes object, and is passed over"
    fix = "leave it where another program reads it; else give it apiVersion, kind and metadata"
    return Problem(":".join(map(str, place)), what, fix, "note")


def _typed(file: str) -> str:
    return "-" if file == STDIN else file


def _above(path: str) -> Iterator[str]:
    """Yield a path and the folders that it lies in."""
    yield path
    while (above := os.path.dirname(path)) not in ("", path):
        path = above
        yield path


def _outermost(folders: Iterable[str]) -> Sequence[str]:
    found: list[str] = []
    for each in sorted(folders, key=len):
        if not any(not outer or each.startswith(f"{outer}/") for outer in found):
            found.append(each)
    return found
