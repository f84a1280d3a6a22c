"""Files that changed: the folders that are to be looked at again, as far as they hold objects."""

import os.path
from collections.abc import Iterable, Iterator, Sequence

from sfsgen.checking.looking import folder_of
from sfsgen.documents.exclusions import Exclusion, is_excluded
from sfsgen.documents.files import KUSTOMIZATIONS, MANIFESTS, MARK, content
from sfsgen.kubernetes.manifests import KINDS
from sfsgen.problems import InputError

_WORDS = (*(each.encode() for each in KINDS), MARK)
"""What a file holds in which something is looked at."""


def changed_folders(files: Iterable[str], excluded: Sequence[Exclusion]) -> frozenset[str]:
    """Return the folders of files in which there is, or was, something that is looked at."""
    there = [each for each in files if not is_excluded(each, excluded)]
    folders = (below for each in there if os.path.isdir(each) for below in _below(each))  # noqa: PTH112
    return frozenset([*map(folder_of, filter(_is_looked_at, there)), *folders])


def _below(folder: str) -> Iterator[str]:
    """Yield a folder, which may be all that is said of what changed, and those within."""
    return (os.path.abspath(each) for each, _, _ in os.walk(folder))  # noqa: PTH100


def _is_looked_at(file: str) -> bool:
    name = os.path.basename(file)  # noqa: PTH119
    if name in KUSTOMIZATIONS:
        return True
    if not name.endswith(MANIFESTS):
        return False
    try:
        data = content(file)
    except InputError:  # it is gone, and nobody knows what was in it
        return True
    return any(each in data for each in _WORDS)
