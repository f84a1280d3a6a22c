"""Options of the test run, and how hypothesis invents inputs in it."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-examples", action="store_true", help="rewrite what the examples expect"
    )


@pytest.fixture(scope="module", params=[True, False], ids=["libyaml", "without"])
def parser(request: pytest.FixtureRequest) -> Iterator[str]:
    """Read YAML with libyaml, and again as on a machine for which no wheel brings it."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.param:
            patch.setitem(sys.modules, "_ruamel_yaml", None)
        yield "libyaml" if request.param else "without"
