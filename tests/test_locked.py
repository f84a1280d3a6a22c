"""The libraries of what is released are pinned by their hashes, within what pyproject.toml says."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("build-requirements.txt", PROJECT["build-system"]["requires"]),
    ],
)
def test_the_pinned_libraries_are_those_that_are_asked_for(file: str, wanted: list[str]) -> None:
    text = (ROOT / "packaging" / file).read_text()
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.MULTILINE))
    assert pinned.keys() == set(
        re.findall(r"^([a-z0-9-]+)==.*(?:\n +--hash=.*)+", text, re.MULTILINE)
    )
    for requirement in map(Requirement, wanted):
        assert pinned[canonicalize_name(requirement.name)] in requirement.specifier, requirement
