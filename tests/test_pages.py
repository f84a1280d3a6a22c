"""The pages of the documentation lead to what is there, and name commands that there are."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer.main

from sfsgen.cli import app
from sfsgen.problems import InputError
from tests.program import findings, sfsgen

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
INDEX, SYMPTOMS = ROOT / "docs/README.md", ROOT / "docs/symptoms.md"
EXAMPLES = ROOT / "examples"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), EXAMPLES / "README.md", *DOCS]

every_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)


def _prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"(?ms)^```.*?^```$|^(?: {4}|\t).*?$", "", page.read_text())


@cache
def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.*)$", _prose(page))
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", each).lower().strip() for each in headings]
    return {re.sub(r"[^\w\- ]", "", each).replace(" ", "-") for each in plain}


def _links(page: Path) -> list[str]:
    """Return where a page's links and pictures lead to, but for the web."""
    found = re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", _prose(page))
    return [link for each in found if not (link := "".join(each)).startswith("http")]


@every_page
def test_links_lead_to_what_is_there(page: Path) -> None:
    for link in _links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_every_page_is_in_the_index() -> None:
    listed = {link.partition("#")[0] for link in _links(INDEX)}
    assert {each.name for each in DOCS if each != INDEX} - listed == set()


def _codes(page: Path) -> Iterator[str]:
    """Yield the lines of a page's blocks of code, and what stands within a line as code."""
    text = re.sub(r"\\\n *", "", page.read_text())
    text = re.sub(
        r"(?m)^ +\$ .*\n(?= +[^ ]+: error: .* has no )", "", text
    )  # what is mistyped there
    for block in re.findall(r"(?ms)^```(?:sh|bash)\n(.*?)^```$", text):
        yield from block.splitlines()
    yield from re.findall(r"(?m)^(?: {4})(\S.*)$", text)
    yield from re.findall(r"`([^`\n]+)`", _prose(page))


def _commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of each command of sfsgen, without what a shell makes of it."""
    for code in _codes(page):
        for found in re.finditer(r"(?:^\$ |^|[|;&] )(sfsgen [a-z]+.*)", code):
            shell = shlex.shlex(found[1], posix=True, punctuation_chars=True)
            shell.whitespace_split = True
            try:
                words = list(shell)
            except ValueError:  # a quotation that goes on in the next line
                continue
            ends = [n for n, word in enumerate(words) if set(word) <= set("|&;<>()")]
            yield words[1 : min(ends, default=None)]


def _fault(words: list[str]) -> str:
    """Return what the parser has against a command line, which is not run."""
    command: Any = typer.main.get_command(app)
    try:
        with command.make_context("sfsgen", list(words)) as context:
            name, sub, rest = command.resolve_command(context, list(words))
            sub.make_context(name, rest, parent=context)
    except typer.Exit:
        return ""
    except InputError as error:
        return str(error)
    return ""


@every_page
def test_one_file_is_made_of_a_wheel(page: Path) -> None:
    assert re.findall(r"tools\.zipapp(?! \S+\.whl)\b.*", page.read_text()) == []


SYNOPSIS = re.compile(r"[\[\]…]|\.\.\.|\bNAME\b|\bPATTERN\b| -[-a-z]*$")  # is no command line


@every_page
def test_commands_are_taken(page: Path) -> None:
    for words in _commands(page):
        if not SYNOPSIS.search(" ".join(words)):
            assert _fault(words) == "", words


def test_a_command_that_there_is_not_is_noticed() -> None:
    assert "--replica" in _fault(["scale", "web", "--replica-s", "3"])
    assert "scal" in _fault(["scal", "web"])


VALUES = re.compile(r"(.*\.)?sfsgen\.yaml|-|FILE|manifests|manifests/|values|[A-Z/_]+")


@every_page
def test_a_values_file_is_never_called_as_a_manifest(page: Path) -> None:
    for words in _commands(page):
        for option, value in pairwise(words):
            if words[0] == "render" and option == "-f":
                assert VALUES.fullmatch(value), words
            if words[0] in ("check", "scale", "volumes", "recover", "adopt", "move"):
                assert "sfsgen.yaml" not in value, words
    for code in _codes(page):
        made = re.search(r"(sfsgen (\w+)[^|]*) > (\S+)$", code)
        if made and made[3].endswith(".yaml"):
            assert made[3].endswith("sfsgen.yaml") == (made[2] == "init"), code


def _rows(page: Path, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading."""
    table = re.search(rf"(?ms)^{heading}$.*?((?:^\|.*?\|$\n)+)", page.read_text())
    assert table, heading
    _, _, *lines = table[1].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_each_symptom_has_a_section_and_a_row() -> None:
    rows = _rows(SYMPTOMS, "# By symptom")
    anchors = [re.findall(r"\(#(.*?)\)", row[0])[0] for row in rows]
    assert {*anchors} == _anchors(SYMPTOMS) - {"by-symptom"}
    begins = dict(zip(anchors, (row[1] for row in rows), strict=True))
    for page, heading in ((README, "## By symptom"), (CHINESE, "## 按症状查找")):
        for _, command, link in _rows(page, heading):
            anchor = re.findall(r"symptoms\.md#(.*?)\)", link)[0]
            assert begins[anchor].startswith(command), (page, command)


@pytest.mark.parametrize(
    ("heading", "chinese"), [("## By symptom", "## 按症状查找"), ("## Day by day", "## 日常操作")]
)
def test_the_tables_are_the_same_in_chinese(heading: str, chinese: str) -> None:
    def facts(page: Path, heading: str) -> list[tuple[str, str]]:
        rows = _rows(page, heading)
        return [(command, "".join(re.findall(r"\((.*?)\)", link))) for _, command, link in rows]

    assert facts(CHINESE, chinese) == facts(README, heading)


def test_the_readmes_have_the_same_commands_and_lead_to_the_same_pages() -> None:
    english = {*map(tuple, _commands(README))}
    assert english - {*map(tuple, _commands(CHINESE))} == set()
    pages = {each for each in _links(README) if not each.startswith("#")}
    assert pages - {"README.zh-CN.md"} - {*_links(CHINESE)} == set()
    assert "README.md" in _links(CHINESE)


@pytest.mark.parametrize("page", [README, CHINESE], ids=["README", "README.zh-CN"])
def test_the_pair_that_is_shown_is_the_one_that_is_printed(page: Path) -> None:
    (shown,) = re.findall(r"(?ms)^```yaml\n(.*?)^```$", page.read_text())
    (words, *_) = _commands(page)
    printed = sfsgen(words)
    assert (printed.status, printed.err) == (0, "")
    lines = iter(printed.out.splitlines())
    for line in shown.splitlines():
        assert line in lines, line  # in this order


WANTED = "--image nginx:1.29 --port http=80 --mount-path /data --nfs-path /exports --storage 1Gi"


@pytest.mark.parametrize(
    ("sets", "found"),
    [
        (["web -n shop", "api -n shop"], ""),  # May two sets share one export?
        (["web -n shop", "web -n blog"], "volume-name"),
        (["web --shared-directory"], "shared-directory"),  # May the replicas share one directory?
        (["web --reclaim-policy Recycle"], "reclaim-policy"),  # Can the data be lost all the same?
        (["web --mount-option soft"], "soft-mount"),
        (["web --access-mode RWO"], ""),  # Why ReadWriteMany?
        (["web --driver csi --access-mode RWOP"], ""),
        (["web --nfs-server nfs.storage.svc"], "node-dns"),  # Failed to resolve server
    ],
)
def test_answers_are_true(sets: list[str], found: str) -> None:
    made = [
        sfsgen(f"render -r 2 --nfs-server nfs.example.com {WANTED} {each}").out for each in sets
    ]
    assert all(made)
    assert {each["rule"] for each in findings("-f", "-", stdin="".join(made))} - {found} == set()
    assert bool(found) == (sfsgen("check --strict -f -", "".join(made)).status == 1)


def test_the_set_of_the_article_comes_along() -> None:
    """What the Chinese page advises to whoever has it is taken for the set as it really was."""
    dump = f"{EXAMPLES}/recover-crossed-kept/dump.yaml"
    section = CHINESE.read_text().partition("## 如果你读过")[2].partition("\n## ")[0]
    advised = re.findall(r"sfsgen ((?!render|scale)[a-z]+ [^`\n>]*)", section)
    assert len(advised) == len(["show", "check", "move", "recover", "move", "init"])
    for command in advised:
        done = sfsgen(command.replace("live", dump) + f" -f {dump}" * ("live" not in command))
        assert done.status == command.startswith("check"), done.err
        assert done.out
        if done.status:  # the volumes are crossed, and share one directory
            assert "each finds the same data" in done.out
    kept = sfsgen("render -f -", done.out)  # of the values file, the last one that is advised
    claims = re.findall(r"name: pvc-lykops-sfs-(\d)\n.*?volumeName: (\S+)", kept.out, re.DOTALL)
    assert dict(claims)["0"] == "pv-lykops-sfs-3"


def _own_text(folder: Path) -> str:
    """Return the first sentence of the comment that begins an example's values file."""
    for file in sorted(folder.glob("*sfsgen.yaml")):
        comment = re.match(r"(?:# .*\n)+", file.read_text())
        if comment and "$schema" not in comment[0]:
            text = " ".join(line[2:] for line in comment[0].splitlines())
            return re.match(r".*?\.(?= |$)", text)[0]  # type: ignore[index]
    return ""


def test_every_example_is_in_their_index_by_its_own_text() -> None:
    text = (EXAMPLES / "README.md").read_text()
    rows = re.findall(r"(?m)^- \[([^]]+)\]\(([^)]+)\): (\S.*\.)$", text)
    assert len(rows) == text.count("\n- [")
    assert sorted(name for name, _, _ in rows) == sorted(
        each.name for each in EXAMPLES.iterdir() if each.is_dir()
    )
    for name, link, shows in rows:
        assert link == name
        assert shows == (_own_text(EXAMPLES / name) or shows)
