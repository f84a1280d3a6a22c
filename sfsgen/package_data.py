"""Files that the package holds beside its modules, read as Python reads these: also from a zip."""

import os
from typing import Protocol, cast

PACKAGE = os.path.dirname(__file__)  # noqa: PTH120  # a Path would cost what this saves


class _Loader(Protocol):
    def get_data(self, path: str) -> bytes: ...


def data(name: str) -> bytes:
    """Return what a file holds, by its path below the package, or by its whole path.

    Whatever has loaded this module reads it, from a folder or from a zip (tools/zipapp.py);
    importlib.resources would do the same, and cost several milliseconds of each start.
    """
    loader = cast("_Loader", __spec__.loader)
    return loader.get_data(os.path.join(PACKAGE, name))  # noqa: PTH118


def text(name: str) -> str:
    """Return what a text file holds, by its path as `data` takes it."""
    return data(name).decode()
