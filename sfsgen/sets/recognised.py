"""What an input holds beside manifests: recognised by what it is, with what makes objects of it."""
# A Path would drop the "./" that was typed.
# ruff: noqa: PTH113, PTH118, PTH119, PTH120

import os.path
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sfsgen.documents.document import Document
from sfsgen.documents.files import KUSTOMIZATIONS, STDIN, decoded
from sfsgen.kubernetes.kubectl import Access, quoted
from sfsgen.kubernetes.manifests import Found, Stray, documents, is_template
from sfsgen.kubernetes.readable import PLACEHOLDER, filled_in_first
from sfsgen.problems import InputError, Place, Problem

_OF_CHART = ("charts", "ci", "crds", "templates")  # folders in it
_CHART_FILE = re.compile(r"Chart\.(?:yaml|lock)|requirements\.(?:yaml|lock)|values\b.*")
_HIGHEST = 4  # folders above a template, of which one may be its chart's
# What a line of a template says to the program that renders it.
_IS_RENDERED = re.compile(r"\{\{|\{%|<%")
_ONLY_RENDERED = re.compile(
    r"^[ \t]*(?:\{\{-? *(?:if|else|end|with|range|include|template|define|tpl|toYaml)\b|\{%|<%)",
    re.MULTILINE,
)
_IN_BRACES = re.compile(r"(?<=: )\{[A-Za-z_]\w*\}")  # to YAML a mapping, with a key and no value
_SAYS_TYPE = re.compile(r"^\W*(?:apiVersion|kind)\W*:", re.MULTILINE)
_IS_TEMPLATE = re.compile(r"^\W*kind\W*:\s*\W?Template\b", re.MULTILINE)
_ARCHIVE = b"\x1f\x8b"
# What a kustomization lists of files that are no resources, and by which key each names its file.
_LISTED = (
    *("patches", "patchesJson6902", "patchesStrategicMerge", "replacements", "configurations"),
    *("transformers", "generators", "validators", "crds", "openapi", "helmCharts"),
    *("helmChartInflationGenerator", "configMapGenerator", "secretGenerator"),
)
_NAMING = ("path", "valuesFile", "values", "additionalValuesFiles", "files", "envs", "env")
_KUSTOMIZE = "kustomize.config.k8s.io"
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
        self.add_labels = False
        """Whether a kustomization gives labels and selectors to what it lists."""
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
        if found.problems and self._is_recognised(found, file, data):
            return Found([], [], [])
        left = [each for each in found.strays if not self._is_known(each, file)]
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
        lines = text.splitlines()
        at = [each.place.line for each in found.problems if each.place]
        odd = [line for number in at for line in lines[max(0, number - 2) : number]]
        place = Place(file, min(at, default=1), 1)
        if _IS_TEMPLATE.search(text) and any(map(PLACEHOLDER.search, odd)):
            return [self._of_openshift(place)]
        if any(map(_IS_RENDERED.search, odd)) or _ONLY_RENDERED.search(text):
            return self._of_template(place)
        gaps = (PLACEHOLDER.search(line) or _IN_BRACES.search(line) for line in odd)
        if unfilled := next(filter(None, gaps), None):
            what, fix = filled_in_first(unfilled[0], file, self._again)
            return [Problem(":".join(map(str, place)), what, fix, "note")]
        return None

    def _of_template(self, place: Place) -> Sequence[Problem]:
        folders = list(_above(os.path.dirname(place.file) or "."))[:_HIGHEST]
        if not place.file.startswith(("/", "..")):
            folders += [".", ".."]
        for folder in folders:
            if os.path.isfile(os.path.join(folder, "Chart.yaml")):
                self._told.setdefault(folder, place.file)
                return ()
        what = "it is a template ({{ }}), and is to be rendered first"
        return [self._note(place, what, "helm template CHART")]

    def _is_known(self, stray: Stray, file: str) -> bool:
        """Return whether a document is one that makes objects of others; note it then."""
        place = Place(file, *stray.document.locate(stray.inside, False))
        if is_template(stray.value):
            self._notes.append(self._of_openshift(place))
        elif _is_values_file(stray.value):
            what = "it is a values file of sfsgen, which makes objects of it"
            render = quoted(["sfsgen", "render", "-f", _typed(file)])
            self._notes.append(self._note(place, what, render))
        elif os.path.basename(file).startswith("values") and isinstance(stray.value, dict):
            chart = os.path.dirname(file) or "."
            if os.path.isfile(os.path.join(chart, "Chart.yaml")):
                self._told.setdefault(chart, file)
            else:
                command = quoted(["helm", "template", "CHART", "-f", file])
                self._notes.append(self._note(place, "it holds the values of a chart", command))
        else:
            return False
        return True

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
        value = _first(file, data)
        if not str(value.get("apiVersion", _KUSTOMIZE)).startswith(_KUSTOMIZE):
            return  # another program's, such as Flux
        if value.get("kind") != "Component":
            self._kustomizations[file] = folder
        else:
            self._listed.add(os.path.normpath(file))
        of_labels = value.get("labels")
        self.add_labels |= bool(value.get("commonLabels")) or any(
            isinstance(each, dict) and each.get("includeSelectors")
            for each in (of_labels if isinstance(of_labels, list) else ())
        )
        for keys, paths in ((_LISTED, self._listed), (_PARTS, self._parts)):
            for each in _paths([value.get(key) for key in keys]):
                paths.add(os.path.normpath(os.path.join(folder, each)))


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
    if not isinstance(value, dict) or not {"claimTemplates", "nfs"} & set(value):
        return False
    from sfsgen.values.vocabulary import words

    return set(value) <= words()


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
