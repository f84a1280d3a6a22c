"""Pictures and pages of `sfsgen show`: whole, escaped, and seen in a browser without a request."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsgen.plain_text import whole
from sfsgen.showing.markup import cure_parts
from tests.browser import Browser, needs_chromium
from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
CASES = {
    "one": "web -r 1 --nfs-server nfs.example.com --storage 1Gi",
    "two-templates": "db -r 2 --nfs-server nfs --volume data=1Gi:/a --volume log=2Gi:/b",
    "start": "web -r 3 --nfs-server nfs.example.com --storage 1Gi --start-ordinal 7",
    "released": f"-f {EXAMPLES}/show-dump/dump.yaml",
    "node-down": f"-f {EXAMPLES}/show-node-down/dump.yaml",
    "crossed": f"-f {EXAMPLES}/check-crossed/dump.yaml",
    "long": f"{'w' * 50} -r 2 --nfs-server {'n' * 60}.example.com --storage 1Gi "
    f"--nfs-path /{'deep/' * 40}end -n {'s' * 63}",
    "thousand": "web -r 1000 --nfs-server nfs.example.com --storage 1Gi",
}
_SVG = "{http://www.w3.org/2000/svg}"
# What sticks out of the window, or of the box that it stands in.
_STICKS_OUT = """
[...document.querySelectorAll("body *")].filter(each => {
  const box = each.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.left < -1) && !each.closest(".skip");
}).map(each => each.outerHTML.slice(0, 80))
"""
_OUT_OF_BOXES = """
[...document.querySelectorAll("g")].flatMap(group => {
  const box = group.querySelector("rect").getBoundingClientRect();
  return [...group.querySelectorAll("text")].filter(
    each => each.getBoundingClientRect().right > box.right).map(each => each.textContent);
}).concat([...document.querySelectorAll("text")].filter(
  each => each.getBoundingClientRect().right > document.documentElement.getBoundingClientRect()
    .right + 1).map(each => each.textContent))
"""


def _shown(case: str, output: str) -> str:
    result = sfsgen(f"show {CASES[case]} -o {output}")
    assert result.status == 0, result.err
    return result.out


def _drawn(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314  # it is ours


def _values(case: str) -> set[str]:
    found: set[str] = set()
    for one in json.loads(_shown(case, "json"))["sets"]:
        found |= {f"{one['namespace']}/{one['name']}", one["service"]["dns"]}
        for pod in one["pods"]:
            found |= {pod["name"], pod["dns"], pod["state"]}
            for claim in pod["claims"]:
                found |= {claim["claim"], claim["volume"], f"{claim['server']}:{claim['path']}"}
    return found - {"", ":"}


class _Texts(HTMLParser):
    """What a page says, the texts of each element as one, and what it links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._depth = 0
        self.texts: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.add(tag)
        if self._depth:
            self._depth += tag != "wbr"  # which has no end
        elif {"value", "cure"} & {*(said.get("class") or "").split()}:
            self._depth = 1
            self.texts.append("")
        self.ids += filter(None, [said.get("id")])
        self.links += filter(None, [said.get("href"), said.get("src")])

    def handle_endtag(self, _: str) -> None:
        self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.texts[-1] += data
        else:
            self.texts.append(data.strip())


def test_the_picture_of_the_documentation_is_made_again(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (command,) = re.findall(
        r"^ +sfsgen (show .* -o svg) > docs/show.svg$",
        (ROOT / "docs/show.md").read_text(),
        re.MULTILINE,
    )
    picture = sfsgen(command).out
    if request.config.getoption("--update-examples"):
        (ROOT / "docs/show.svg").write_text(picture)
    assert (ROOT / "docs/show.svg").read_text() == picture


@pytest.mark.parametrize("case", CASES)
def test_a_page_has_every_value_and_leads_nowhere_else(case: str) -> None:
    page = _shown(case, "html")
    found = _Texts(page)
    assert _values(case) <= set(found.texts)
    assert len(found.ids) == len(set(found.ids))
    assert {each for each in found.links if each != "data:,"} <= {f"#{each}" for each in found.ids}
    assert not found.tags & {"script", "img", "iframe", "object", "embed", "form"}
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("case", CASES)
def test_a_picture_has_every_value_in_one_text(case: str) -> None:
    picture = _drawn(_shown(case, "svg"))
    texts = {"".join(each.itertext()) for each in picture.iter(f"{_SVG}text")}
    assert _values(case) <= texts
    tags = {each.tag.removeprefix(_SVG) for each in picture.iter()}
    assert tags <= {"svg", "title", "desc", "style", "g", "rect", "path", "text", "tspan"}


def test_a_picture_is_narrow_however_long_its_names_are() -> None:
    long = ["--nfs-path", f"/{'a' * 30}/{'b' * 120}/{'c.d' * 49}", "-n", "s" * 63]
    command = ["show", "w" * 52, "-r", "1", "--nfs-server", f"{'n' * 60}.nas", "--storage", "1Gi"]
    for arguments in ([*command, *long], [*command, *long, "--cluster-domain", "x.y" * 40]):
        picture = _drawn(sfsgen([*arguments, "-o", "svg"]).out)
        assert int(picture.attrib["width"]) <= 800
        texts = {"".join(each.itertext()) for each in picture.iter(f"{_SVG}text")}
        assert {f"{'n' * 60}.nas:{long[1]}/pv-{'w' * 52}-0", f"pvc-{'w' * 52}-0"} <= texts


@pytest.mark.parametrize("case", ["released", "node-down", "crossed"])
def test_faults_are_marked_in_words_with_their_cure(case: str) -> None:
    (one,) = json.loads(_shown(case, "json"))["sets"]
    texts = _Texts(_shown(case, "html")).texts
    picture = _drawn(_shown(case, "svg"))
    drawn = {"".join(each.itertext()) for each in picture.iter(f"{_SVG}text")}
    for each in one["findings"]:
        assert each["severity"] in texts
        assert f"({each['rule']})" in texts
        assert each["fix"].replace("`", "") in texts
        assert f"{each['severity']}: {each['what']} ({each['rule']})" in drawn
        assert f"fix: {each['fix']}" in drawn or len(each["fix"]) > 600
    assert not [each for each in texts if "`" in each]
    named = {rule for pod in one["pods"] for claim in pod["claims"] for rule in claim["rules"]}
    named |= {rule for pod in one["pods"] for rule in pod["rules"]}
    assert {each.partition(": ")[2] for each in drawn} >= named


_CURES = [
    ("then `a 'b c'`; `d`.", [(0, "then "), (1, "a 'b c'"), (0, "; "), (1, "d"), (0, ".")]),
    ("kubectl delete pod web-0", [(1, "kubectl delete pod web-0")]),
    ("write 1Gi", [(0, "write 1Gi")]),
    # What has backticks of its own stays whole, to be pasted as it is.
    ("`rm '`a`'` first", [(0, "`rm '`a`'` first")]),
    ("`kubectl a '`b'`", [(0, "`kubectl a '`b'`")]),
]


@pytest.mark.parametrize(("text", "parts"), _CURES)
def test_commands_in_a_cure_are_marked_up(text: str, parts: list[tuple[bool, str]]) -> None:
    assert cure_parts(text) == parts


def test_names_are_broken_behind_dots_and_slashes_alone() -> None:
    page = _shown("released", "html")
    kept = "<span>web-0.</span><wbr>web.<wbr>shop.<wbr>svc.<wbr>cluster.<wbr>local</p>"
    assert f'<p class="value">{kept}' in page
    assert "nfs.<wbr>example.<wbr>com:/<wbr>exports/<wbr><span>pv-web-0</span>" in page


def test_links_of_sets_of_one_name_tell_them_apart() -> None:
    web = "render web -r 2 --nfs-server nfs --storage 1Gi --only sts"
    made = "".join(f"---\n{sfsgen(f'{web} -n {each}').out}" for each in "pq")
    texts = _Texts(sfsgen("show -f - -o html", made).out).texts
    assert {"p/web-0", "p/web-1", "q/web-0", "q/web-1"} <= set(texts)
    assert "p/web-0" not in _Texts(sfsgen("show -f - -o html -n p", made).out).texts


@settings(max_examples=20, deadline=None)
@given(
    text=st.text(
        st.one_of(
            st.sampled_from("<>&\"'`{}%#]-!/\\\0\x1b\u2028\ufffe"),
            st.characters(blacklist_categories=["Cs"]),
        ),
        max_size=20,
    )
)
def test_no_value_becomes_markup(text: str) -> None:
    objects = sfsgen("render web -r 1 --nfs-server nfs.example.com --storage 1Gi -o json").out
    dump = json.loads(objects)
    (volume,) = [each for each in dump["items"] if each["kind"] == "PersistentVolume"]
    volume["spec"]["nfs"]["path"] = f"/<script>{text}"
    directory = f"nfs.example.com:/<script>{whole(text)}"
    page = sfsgen("show -f - -o html", json.dumps(dump)).out
    assert "<script" not in page
    assert directory.strip() in " ".join(_Texts(page).texts)
    picture = _drawn(sfsgen("show -f - -o svg", json.dumps(dump)).out)
    assert directory in {"".join(each.itertext()) for each in picture.iter(f"{_SVG}text")}
    assert not [each for each in picture.iter() if "script" in each.tag]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@needs_chromium
@pytest.mark.parametrize("case", CASES)
def test_a_page_fits_any_screen(case: str, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(_shown(case, "html"))
    for width, dark, is_phone in ((360, False, True), (360, True, True), (1440, True, False)):
        page = browser.opened(file, width, dark=dark, is_phone=is_phone)
        assert (page.errors, page.requests) == ([], [])
        assert browser.evaluated("document.documentElement.scrollWidth") <= width
        if case != "thousand":  # to measure what nobody sees has it laid out, which takes long
            assert browser.evaluated(_STICKS_OUT) == []
        light = browser.evaluated("getComputedStyle(document.body).backgroundColor")
        assert (light == "rgb(255, 255, 255)") is not dark


@needs_chromium
@pytest.mark.parametrize("case", CASES)
def test_a_picture_fits_any_screen(case: str, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "picture.svg"
    file.write_text(_shown(case, "svg"))
    for width, dark in ((360, False), (1440, True)):
        page = browser.opened(file, width, dark=dark)
        assert (page.errors, page.requests) == ([], [])
        assert browser.evaluated("document.documentElement.scrollWidth") <= width
        assert browser.evaluated(_OUT_OF_BOXES) == []


@needs_chromium
def test_a_thousand_ordinals_stay_usable(browser: Browser, tmp_path: Path) -> None:
    """What is far away is not laid out before somebody goes there, by a link."""
    file = tmp_path / "page.html"
    file.write_text(_shown("thousand", "html"))
    browser.opened(file, 360, is_phone=True)
    assert browser.evaluated("document.querySelectorAll('nav a').length") == 10
    browser.evaluated("document.querySelector('nav li:last-child a').click()")
    assert browser.evaluated("scrollY") > 10_000
    top = browser.evaluated("document.querySelector(':target').getBoundingClientRect().top")
    assert 0 <= top < 800
    text = browser.evaluated("document.querySelector(':target h4').textContent.trim()")
    assert text == "Ordinal 900"


@needs_chromium
def test_texts_can_be_read_on_their_grounds(browser: Browser, tmp_path: Path) -> None:
    """As WCAG 2 wants it: a contrast of 4.5 to 1, in light and in dark."""
    file = tmp_path / "page.html"
    file.write_text(_shown("crossed", "html"))
    for dark in (False, True):
        browser.opened(file, 1440, dark=dark)
        assert browser.evaluated(_CONTRAST) >= 4.5


_CONTRAST = """
(() => {
  const parts = colour => colour.match(/[0-9.]+/g).map(Number);
  const light = colour => parts(colour).slice(0, 3).map(each => each / 255).map(
    each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4).reduce(
    (sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = each => {
    for (; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return Math.min(...[...document.querySelectorAll("body *")].filter(
    each => [...each.childNodes].some(one => one.nodeType === 3 && one.data.trim())).map(each => {
      const both = [light(getComputedStyle(each).color), light(ground(each))];
      return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    }));
})()
"""
