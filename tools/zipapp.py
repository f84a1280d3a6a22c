"""One file that Python runs, with all that sfsgen needs in it: `python -m tools.zipapp WHEEL`.

It takes the libraries from beside the Python that runs it, so what is built is what was tested
there; the same libraries, wheel and Python give the same bytes.
"""

import argparse
import os
import re
import time
import zipfile
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

SHEBANG = b"#!/usr/bin/env python3\n"
MAIN = b"""\
import sys

if sys.version_info < (3, 11):
    version = sys.version.split()[0]
    sys.stderr.write("sfsgen: error: it needs Python 3.11 or newer, not %s\\n" % version)
    sys.exit(2)

from sfsgen.__main__ import main

main()
"""
# What is in a zip is read there: no machine code, and nothing that pip notes for itself.
_LEFT_OUT = re.compile(
    r"(^|/)(__pycache__|\.\.)/|\.(so|pyd|pyc|pyi)$"
    r"|\.dist-info/(RECORD|INSTALLER|REQUESTED|WHEEL|direct_url\.json|entry_points\.txt)$"
)
_EARLIEST = 315532800  # 1980, where a zip's time begins


def files_of(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel and of the libraries that it needs, by their paths in the zip.

    Raises PackageNotFoundError where a library is not installed.
    """
    with zipfile.ZipFile(wheel) as held:
        files = {each: held.read(each) for each in held.namelist() if not _LEFT_OUT.search(each)}
    (metadata,) = [text for name, text in files.items() if name.endswith(".dist-info/METADATA")]
    needed = BytesParser().parsebytes(metadata).get_all("Requires-Dist", [])
    for library in libraries(needed).values():
        files |= _files_of(library)
    return {**files, "__main__.py": MAIN}


def libraries(requirements: list[str]) -> Mapping[str, Distribution]:
    """Return the installed distributions that requirements name, and those that these need.

    What an extra asks for is left out: libyaml, which is machine code.
    """
    found: dict[str, Distribution] = {}
    waiting = list(requirements)
    while waiting:
        requirement, _, marker = waiting.pop().partition(";")
        name = re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement.strip())[0]).lower()
        if name in found or "extra" in marker:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            if marker:  # for another Python
                continue
            raise
        waiting += found[name].requires or ()
    return found


def _files_of(library: Distribution) -> Iterator[tuple[str, bytes]]:
    for each in library.files or ():
        if not _LEFT_OUT.search(each.as_posix()):
            yield each.as_posix(), Path(str(library.locate_file(each))).read_bytes()


def write(files: Mapping[str, bytes], target: Path, seconds: int = _EARLIEST) -> None:
    """Write a zip that can be executed; `seconds` since 1970 is the time of all that is in it."""
    date = time.gmtime(max(seconds, _EARLIEST))[:6]
    with target.open("wb") as out:
        out.write(SHEBANG)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
            # Python before 3.13 finds a package without an __init__.py by its folder's own entry.
            folders = {f"{each}/": b"" for name in files for each in Path(name).parents[:-1]}
            for name, data in sorted({**folders, **files}.items()):
                entry = zipfile.ZipInfo(name, date)
                entry.compress_type = zipfile.ZIP_DEFLATED
                mode = 0o40755 if name.endswith("/") else 0o100644
                entry.create_system, entry.external_attr = 3, mode << 16  # as on Unix
                held.writestr(entry, data)
    target.chmod(0o755)


def main() -> None:
    """Build the file from a wheel."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("sfsgen.pyz"))
    given = parser.parse_args()
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or _EARLIEST)
    write(files_of(given.wheel), given.output, seconds)


if __name__ == "__main__":
    main()
