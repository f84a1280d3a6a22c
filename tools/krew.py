"""Make what krew installs: the archive of the plugin, and its manifest with the archive's sha256.

    python -m tools.krew dist/sfsgen.pyz --output-dir dist

The file is the program in one, which Python runs, as the release builds it. The same file gives
the same bytes: `kubectl-sfsgen.tar.gz`, which holds it and the licence, and `sfsgen.yaml`.
"""

import argparse
import gzip
import hashlib
import io
import re
import sys
import tarfile
from pathlib import Path

import jinja2

import sfsgen
from sfsgen.called import PLUGIN

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "packaging/krew/sfsgen.yaml"
ARCHIVE = f"{PLUGIN}.tar.gz"
# As semver has it, which knows no 1.0rc1: https://semver.org.
_SEMVER = re.compile(
    r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


def archive(program: bytes, licence: bytes) -> bytes:
    """Return the archive of the plugin, the same bytes for the same files."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as made,
    ):
        for name, data, mode in (("LICENSE", licence, 0o644), (PLUGIN, program, 0o755)):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), mode
            made.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def manifest(packed: bytes, version: str, uri: str) -> str:
    """Return the manifest for an archive that lies at an address. Raises ValueError."""
    if not _SEMVER.fullmatch(version):
        raise ValueError(f"{version} is no version as semver has it, such as 1.2.3 or 1.2.3-rc.1")
    # A version, an address and a sum: none of them needs quotes in YAML.
    environment = jinja2.Environment(  # noqa: S701
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        version=f"v{version}",
        home=sfsgen.HOME,
        uri=uri,
        sha256=hashlib.sha256(packed).hexdigest(),
    )


def main() -> None:
    """Write the archive and the manifest into a folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("program", type=Path, help="the program in one file, such as sfsgen.pyz")
    parser.add_argument("--output-dir", type=Path, default=Path("dist"))
    parser.add_argument("--version", default=sfsgen.__version__)
    parser.add_argument("--uri", help="where the archive will be. Default: the release's")
    given = parser.parse_args()
    packed = archive(given.program.read_bytes(), (ROOT / "LICENSE").read_bytes())
    uri = given.uri or f"{sfsgen.HOME}/releases/download/v{given.version}/{ARCHIVE}"
    try:
        text = manifest(packed, given.version, uri)
    except ValueError as error:
        sys.exit(f"krew: {error}")
    given.output_dir.mkdir(parents=True, exist_ok=True)
    (given.output_dir / ARCHIVE).write_bytes(packed)
    (given.output_dir / "sfsgen.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
