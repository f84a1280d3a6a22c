"""What a command takes that takes all: a set as options or values files say it, or what exists."""

import json
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from sfsgen.commands.access import inputs
from sfsgen.documents.files import Kustomized, looked_into, shown
from sfsgen.problems import InputError, Problem
from sfsgen.values.options import is_given
from sfsgen.values.settings import PAIRS, SETTINGS, listed

_TYPE = re.compile(rb"""^(?:-[ ]+)?["']?(?:apiVersion|kind)["']?[ \t]*:""", re.MULTILINE)
_OF_BOTH = ("NAME", "--replicas", "--namespace")
_OF_CLUSTER = ("kube_context", "kubeconfig", "selector")
DESCRIBING = "--storage"
"""With this a set is described, which need not be there; the others say what new pairs have."""


class Input(Enum):
    """Where sets come from."""

    VALUES = "values files and options"
    MANIFESTS = "manifests"
    CLUSTER = "the live cluster"


def of_render(parameters: Mapping[str, Any]) -> list[str]:
    """Return the options that were given, and that say something of a set to be rendered only."""
    of_pairs = {each.option for each in listed(PAIRS)}
    return [
        each.option
        for each in SETTINGS
        if each.option
        and each.option not in (*of_pairs, *_OF_BOTH)
        and is_given(parameters[each.parameter])
    ]


def chosen(parameters: Mapping[str, Any]) -> Input:
    """Return what a command line means. Raises InputError where it means two things at once."""
    filenames = inputs(parameters)
    of_render_alone = of_render(parameters)
    if not filenames:
        given = (parameters[each] is not None for each in _OF_CLUSTER)
        of_cluster = parameters["everywhere"] or any(given)
        is_described = bool(of_render_alone) or parameters["storage"] is not None
        return Input.VALUES if is_described and not of_cluster else Input.CLUSTER
    if empty := [each for each in filenames if _is_empty(each)]:
        fix = "give values files or manifests, or neither for the live cluster"
        raise InputError(*(Problem(shown(each), "it is empty", fix) for each in empty))
    kinds = {each: _holds_manifests(each) for each in filenames}
    if len(set(kinds.values())) > 1:
        what = "values files and manifests are not read together"
        values = ", ".join(each for each, is_manifest in kinds.items() if not is_manifest)
        raise InputError(Problem("--filename", what, f"give {values} in a run of its own"))
    if not all(kinds.values()):
        return Input.VALUES
    what = "manifests say that themselves"
    if of_render_alone:
        raise InputError(*(Problem(each, what, "leave it out") for each in of_render_alone))
    return Input.MANIFESTS


def _is_empty(filename: str) -> bool:
    is_folder = bool(filename) and Path(filename).is_dir()
    is_file = bool(filename) and not isinstance(filename, Kustomized)
    return is_file and not is_folder and not looked_into(filename).strip()


def _holds_manifests(filename: str) -> bool:
    """Return whether a file holds objects of Kubernetes, as a folder that is given does."""
    if isinstance(filename, Kustomized) or (filename and Path(filename).is_dir()):
        return True
    data = looked_into(filename) if filename else b""
    if data.lstrip()[:1] == b"{":
        try:
            value = json.loads(data)
        except ValueError:
            return bool(_TYPE.search(data))
        return isinstance(value, dict) and not {"apiVersion", "kind"}.isdisjoint(value)
    return bool(_TYPE.search(data))
