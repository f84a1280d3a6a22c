"""The manual page says what the program says, and is what man, groff and mandoc expect."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.program import sfsgen
from tools import man_page

pytestmark = pytest.mark.without_libraries

PAGE = Path(__file__).parents[1] / "docs" / "sfsgen.1"


def test_the_page_is_as_the_program_has_it(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-examples"):
        PAGE.write_text(man_page.made())
    assert PAGE.read_text() == man_page.made()


def test_every_option_of_every_command_is_on_it() -> None:
    text = PAGE.read_text().replace("\\-", "-").replace("\\fB", "").replace("\\fR", "")
    for line in sfsgen("--help").out.partition("Commands:\n")[2].splitlines():
        command = line.split()[0] if line.startswith("  ") and line[2:3] != " " else ""
        section = text.partition(f".SS sfsgen {command} ")[2].partition("\n.SS ")[0]
        for each in sfsgen(f"{command} --help").out.splitlines() if command else ():
            option = each.split()[0] if each.startswith("  -") else ""
            assert option.rstrip(",") in (*section.split(), "-h", "") or f"{option} " in section


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("groff", ["-man", "-ww", "-z", "-Tutf8"]),
        ("mandoc", ["-Tlint", "-Wwarning"]),
        ("man", ["--warnings=w", "-E", "UTF-8", "-l", "-Tutf8", "-Z"]),
    ],
)
def test_programs_that_show_it_find_nothing_wrong(program: str, arguments: list[str]) -> None:
    if not shutil.which(program):
        pytest.skip(f"no {program} here")
    done = subprocess.run(
        [program, *arguments, str(PAGE)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert program != "mandoc" or not done.stdout
