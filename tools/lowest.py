"""Print the lowest version that pyproject.toml allows of every dependency, as constraints for pip.

    python tools/lowest.py > lowest.txt && pip install --constraint lowest.txt '.[test]'

`.ci/run` runs the tests once more with these, so that every lower bound is true.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
_FLOORS = (">=", "~=", "==")


def requirements(project: dict[str, Any]) -> Iterator[Requirement]:
    """Yield what is needed to build the program, to run it and to test it."""
    table = project["project"]
    for each in (
        project["build-system"]["requires"],
        table["dependencies"],
        *table["optional-dependencies"].values(),
    ):
        yield from map(Requirement, each)


def lowest(requirement: Requirement) -> str:
    """Return the constraint to a requirement's lowest version; raises SystemExit if it has none."""
    floors = [each.version for each in requirement.specifier if each.operator in _FLOORS]
    if len(floors) != 1:
        raise SystemExit(f"{PROJECT.name}: {requirement} has no lower bound, or several")
    return f"{requirement.name}=={floors[0]}"


if __name__ == "__main__":
    found = requirements(tomllib.loads(PROJECT.read_text()))
    print(*sorted({lowest(each) for each in found}), sep="\n")
