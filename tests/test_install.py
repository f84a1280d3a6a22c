"""What is built and installed renders as the checkout does, from wheel, sdist and editable."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import jinja2
import pytest

from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
RENDER = "render web -r 3 --nfs-server nfs.example.com --storage 1Gi --driver csi"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # An sdist, and a wheel from that sdist.
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def _installed(folder: Path, *what: str) -> str:
    """Return what the program prints when installed alone into a new virtual environment."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *what]
    subprocess.run(pip, check=True, capture_output=True)
    done = subprocess.run(
        [folder / "bin/sfsgen", *RENDER.split()],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_the_wheel_renders(built: Path, tmp_path: Path) -> None:
    assert _installed(tmp_path / "venv", *map(str, built.glob("*.whl"))) == sfsgen(RENDER).out


def test_an_editable_install_renders(tmp_path: Path) -> None:
    assert _installed(tmp_path / "venv", "--editable", str(ROOT)) == sfsgen(RENDER).out


def test_the_wheel_holds_templates_and_their_compiled_form(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    templates = sorted(path.name for path in (ROOT / "templates").glob("*.j2"))
    held = [Path(name) for name in names if name.endswith(".j2")]
    assert sorted(each.name for each in held if each.parent.name == "templates") == templates
    assert {"page.html.j2", "picture.svg.j2"} <= {each.name for each in held}
    compiled = [name for name in names if f"compiled_templates/{jinja2.__version__}/" in name]
    assert len(compiled) == len(templates)
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]
