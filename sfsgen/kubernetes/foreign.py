"""What people give where something else is meant, and the command that was meant by it."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from sfsgen.documents.files import KUSTOMIZATIONS, MANIFESTS
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.problems import InputError, Problem


class Kind(Enum):
    """What a document, a file or a folder is; what is meant is nothing that is known here."""

    MANIFEST = "a Kubernetes manifest"
    TEMPLATE = "a Helm template"
    CHART = "a Helm chart"
    CHART_VALUES = "the values of a Helm chart"
    KUSTOMIZATION = "a kustomization"
    OPENSHIFT = "a Template of OpenShift"
    UNKNOWN = ""


_HIGHEST = 6  # folders above a file, of which one may be its chart
_MOST_FILES = 50  # of a folder, to see what it is
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://.+|(git|s3|gs|oci|ssh):.+|(git)@[^:]+:.+")
_WITHOUT_SCHEME = re.compile(r"[a-z0-9.-]+\.(?:com|org|net|io|dev)/.+")
_ACTION = r"(?:if|else|end|range|with|define|include|template|block|toYaml|tpl)\b"
_TEMPLATE = re.compile(rf"\{{\{{-? *(?:/\*|\.|\$|{_ACTION})")
# What lines of templates say to the program that renders them, Helm or another one.
_RENDERED = re.compile(r"\{\{|\{%|<%")
_ONLY_RENDERED = re.compile(rf"^[ \t]*(?:\{{\{{-? *{_ACTION}|\{{%|<%)", re.MULTILINE)
_OF_CHARTS = re.compile(
    r"\{\{[^{}\n]*[.$](?:Values|Release|Chart|Capabilities|Files)\b|\{\{-? *include "
)
_IMAGE_WORDS = {"repository", "tag", "registry"}
_KUSTOMIZE = "kustomize.config.k8s.io"
_KUSTOMIZE_WORDS = {
    *("resources", "bases", "components", "patches", "patchesStrategicMerge", "patchesJson6902"),
    *("configMapGenerator", "secretGenerator", "images", "generators", "transformers", "crds"),
    *("helmCharts", "replacements"),
}
_CHART_WORDS = {
    *("replicaCount", "nameOverride", "fullnameOverride", "global", "persistence"),
    *("imagePullSecrets", "podSecurityContext", "serviceAccount", "podAnnotations", "autoscaling"),
}
_PROMETHEUS_WORDS = {"scrape_configs", "rule_files", "alerting", "route", "receivers"}


def is_url(text: str) -> bool:
    """Return whether a text is the address of something elsewhere, not a file's name."""
    is_address = bool(_URL.fullmatch(text) or _WITHOUT_SCHEME.fullmatch(text))
    return is_address and not os.path.lexists(text)


def fetched(url: str, command: Sequence[str]) -> str:
    """Return the command line that fetches what lies at a URL, for one that ends with `-f -`."""
    is_git, url = url.startswith("git::"), url.removeprefix("git::")
    if _WITHOUT_SCHEME.fullmatch(url):
        url = f"https://{url}"
    match = _URL.fullmatch(url)
    scheme = next(filter(None, match.groups())).lower() if match else ""
    if scheme == "oci" and "render" in command:  # it is a chart
        command = ["sfsgen", "check", "-f", "-"]
    into = f"| {quoted(command)}"
    if scheme in ("http", "https") and (url.endswith(".git") or is_git):
        scheme = "git"
    if scheme in ("http", "https", "ftp"):
        # The page that shows a file is no file.
        file = re.sub(r"/(-/)?blob/", lambda found: f"/{found[1] or ''}raw/", url, count=1)
        return f"{quoted(['curl', '-fsSL', file])} {into}"
    if scheme in ("s3", "gs", "oci"):
        program = {
            "s3": ["aws", "s3", "cp", url, "-"],
            "gs": ["gcloud", "storage", "cat", url],
            "oci": ["helm", "template", url],
        }[scheme]
        return f"{quoted(program)} {into}"
    if scheme == "file":
        return f"{quoted(['cat', re.sub(r'^file:(//)?', '', url)])} {into}"
    if scheme.startswith("git") or scheme == "ssh":
        return (
            f"{quoted(['git', 'clone', url, 'FOLDER'])} && "
            f"{quoted([*command[:-1], 'FOLDER'])}, with a name of your own for FOLDER"
        )
    return f"COMMAND {into}, where COMMAND prints what lies there"


def of_text(text: str) -> Kind:
    """Return what a text is that is no YAML, by what it holds."""
    is_own = re.search(r"^(?:claimTemplates|nfs):", text, re.MULTILINE)
    return Kind.TEMPLATE if _TEMPLATE.search(text) and not is_own else Kind.UNKNOWN


def is_rendered(text: str, odd: Iterable[str]) -> bool:
    """Return whether a text is to be rendered first, by its odd lines or by ones that say it alone.

    Elsewhere in a line it may be meant for others, as in the text of an alert.
    """
    return any(map(_RENDERED.search, odd)) or _ONLY_RENDERED.search(text) is not None


def of_value(value: Any, text: str, filename: str) -> Kind:
    """Return what a document is that no values file would hold."""
    if isinstance(value, list):
        kinds = [of_value(each, text, filename) for each in value]
        return Kind.MANIFEST if Kind.MANIFEST in kinds else Kind.UNKNOWN
    if not isinstance(value, dict):
        return Kind.UNKNOWN
    words, base = {str(each) for each in value}, os.path.basename(filename)  # noqa: PTH119
    is_object = {"apiVersion", "kind"} <= words or (
        "metadata" in words and not words.isdisjoint({"apiVersion", "kind"})
    )
    says_kustomize = "apiVersion" in words or base in KUSTOMIZATIONS
    guesses = (
        (says_kustomize and is_of_kustomize(value), Kind.KUSTOMIZATION),
        (is_object and bool(_OF_CHARTS.search(text)), Kind.TEMPLATE),
        (value.get("kind") == "Template" and "objects" in words, Kind.OPENSHIFT),
        (is_object, Kind.MANIFEST),
        ({"apiVersion", "name", "version"} <= words, Kind.CHART),
        (_is_image(value.get("image")), Kind.CHART_VALUES),
        (is_own(value), Kind.UNKNOWN),
        (_is_kustomization(value), Kind.KUSTOMIZATION),
        (_is_of_chart(value), Kind.CHART_VALUES),
    )
    return next((kind for is_so, kind in guesses if is_so), Kind.UNKNOWN)


def is_own(value: Mapping[Any, Any]) -> bool:
    """Return whether a mapping is meant as values of ours, by the words that nobody else has."""
    return "claimTemplates" in value or {"name", "replicas"} <= set(value)


def is_of_kustomize(value: Mapping[Any, Any]) -> bool:
    """Return whether a kustomization is kustomize's, and not an object of Flux, say."""
    return str(value.get("apiVersion", _KUSTOMIZE)).startswith(_KUSTOMIZE)


def _is_kustomization(value: dict[Any, Any]) -> bool:
    return any(isinstance(value[each], list) for each in value if each in _KUSTOMIZE_WORDS)


def _is_image(value: Any) -> bool:
    """Return whether an image is said in parts, as charts do."""
    return isinstance(value, dict) and not _IMAGE_WORDS.isdisjoint(value)


def _is_of_chart(value: dict[Any, Any]) -> bool:
    """Return whether values are a chart's by their words; Prometheus, too, has some of them."""
    return any(each in _CHART_WORDS for each in value) and _PROMETHEUS_WORDS.isdisjoint(value)


def of_path(path: str) -> Kind:
    """Return what a file or a folder is, as far as it can be read."""
    from sfsgen.documents.files import content, decoded
    from sfsgen.documents.yaml_reader import read_each

    try:
        if os.path.isdir(path):  # noqa: PTH112
            return of_folder(path)
        if not os.path.isfile(path):  # noqa: PTH113  # what is no file could be read but once
            return Kind.UNKNOWN
        text = decoded(content(path), path)
    except (InputError, OSError):
        return Kind.UNKNOWN
    found = list(read_each(text, path))
    if any(isinstance(each, Problem) for each in found):
        return of_text(text)
    kinds = (of_value(each.value, text, path) for each in found if not isinstance(each, Problem))
    return next((each for each in kinds if each is not Kind.UNKNOWN), Kind.UNKNOWN)


def of_folder(folder: str) -> Kind:
    """Return what a folder is, by the files that lie in it."""
    names = set(os.listdir(folder))  # noqa: PTH208
    if "Chart.yaml" in names:
        return Kind.CHART
    if not names.isdisjoint(KUSTOMIZATIONS):
        return Kind.KUSTOMIZATION
    files = [os.path.join(folder, each) for each in sorted(names)[:_MOST_FILES]]  # noqa: PTH118
    kinds = {of_path(each) for each in files if each.endswith(MANIFESTS) and os.path.isfile(each)}  # noqa: PTH113
    return next((each for each in Kind if each in kinds), Kind.UNKNOWN)


def commands(kind: Kind, filename: str, command: str = "check") -> str:
    """Return how sets are looked at that a file, a folder or stdin (`-`) holds."""
    folder = os.path.dirname(filename) or "."  # noqa: PTH120
    if os.path.isdir(filename):  # noqa: PTH112
        folder = filename
    into = command if command in ("volumes", "prepare") else "check"
    chart = chart_around(filename) or "CHART"
    if kind is Kind.KUSTOMIZATION:
        return _piped(["kubectl", "kustomize", "FOLDER" if filename == "-" else folder], into)
    if kind is Kind.OPENSHIFT:
        file = "FILE" if folder == filename else filename
        return _piped(["oc", "process", "-f", file, "--local"], into)
    if kind is Kind.CHART:
        return _piped(["helm", "template", "CHART" if filename == "-" else folder], into)
    if kind is Kind.TEMPLATE:
        return _piped(["helm", "template", chart], into)
    if kind is Kind.CHART_VALUES:
        return _piped(["helm", "template", chart, "-f", filename], into)
    check, volumes = (quoted(["sfsgen", each, "-f", filename]) for each in ("check", "volumes"))
    return f"`{check}` looks at it, `{volumes}` prints what its sets lack"


_MEANINGS = {"CHART": "the chart's name or folder", "FOLDER": "its folder", "FILE": "its file"}


def _piped(words: Sequence[str], into: str) -> str:
    line = f"`{quoted(words)} | sfsgen {into} -f -`"
    for word, meaning in _MEANINGS.items():
        line += f", with {meaning} for {word}" if word in words else ""
    return line


def chart_around(filename: str) -> str:
    """Return the folder of the chart in which a file lies, as the file was typed, or ""."""
    folder = os.path.dirname(filename) or "."  # noqa: PTH120
    for _ in range(_HIGHEST):
        if os.path.isfile(os.path.join(folder, "Chart.yaml")):  # noqa: PTH113, PTH118
            return folder
        if os.path.basename(folder) in (".", ".."):  # noqa: PTH119
            folder = ".." if folder == "." else os.path.join(folder, "..")  # noqa: PTH118
        else:
            folder = os.path.dirname(folder) or "."  # noqa: PTH120
    return ""
