"""Options of the test run, and how hypothesis invents inputs in it."""

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-examples", action="store_true", help="rewrite what the examples expect"
    )
