"""What `check` leaves out: files by patterns, findings by comments, and both by sfsgen.toml."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sfsgen.documents.comments import comments
from sfsgen.documents.exclusions import Exclusion
from tests.program import findings, sfsgen, written

pytestmark = pytest.mark.without_libraries

STYLE = "--nfs-server nfs.example.com --storage 1Gi"
GOOD = sfsgen(f"render web -r 2 {STYLE}").out
SOFT = sfsgen(f"render web -r 2 {STYLE} --mount-option soft").out


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Patterns.


@pytest.mark.parametrize(
    ("pattern", "left_out", "left"),
    [
        ("charts/", ["charts/a.yaml", "x/charts/y/a.yaml", "./charts/a.yaml"], ["chart/a.yaml"]),
        ("charts", ["charts/a.yaml", "x/charts"], ["mycharts/a.yaml"]),
        ("*.enc.yaml", ["a.enc.yaml", "x/y/b.enc.yaml"], ["a.yaml", "enc.yaml"]),
        ("deploy/old", ["deploy/old", "deploy/old/x/a.yaml"], ["x/deploy/old", "deploy/older"]),
        ("/deploy", ["deploy/a.yaml"], ["x/deploy/a.yaml"]),
        ("./deploy/a.yaml", ["deploy/a.yaml"], ["deploy/b.yaml"]),
        ("./charts/", ["charts/a.yaml"], ["x/charts/a.yaml"]),
        ("**/test/*.yaml", ["test/a.yaml", "x/y/test/a.yaml"], ["test/x/a.json", "tests/a.yaml"]),
        ("deploy/**", ["deploy/a.yaml", "deploy/x/y/a.yaml"], ["deploy", "x/deploy/a.yaml"]),
        ("a/**/z", ["a/z", "a/b/c/z", "a/b/z/x.yaml"], ["a/b/c", "b/z"]),
        ("a/*/z", ["a/b/z"], ["a/z", "a/b/c/z"]),
        ("[ab]?.yaml", ["a1.yaml", "x/b2.yaml"], ["c1.yaml", "a.yaml", "A1.yaml"]),
        ("x y.yaml", ["x y.yaml"], ["x", "y.yaml"]),
    ],
)
def test_a_pattern_is_about_what_gitignore_means_by_it(
    pattern: str, left_out: list[str], left: list[str]
) -> None:
    here = Exclusion(pattern, ".")
    assert [each for each in left_out if not here.has(each)] == []
    assert [each for each in left if here.has(each)] == []
    below = Exclusion(pattern, "repo")
    assert all(below.has(f"repo/{each}") for each in left_out)
    absolute = [os.path.abspath(each) for each in left_out]  # noqa: PTH100
    assert all(map(here.has, absolute))


PARTS = st.lists(st.sampled_from(["a", "b", "a.yaml", "*", "**", "?", "[a]"]), min_size=1)


@given(PARTS, st.lists(st.sampled_from(["a", "b", "a.yaml"]), min_size=1, max_size=5))
@example(["**"] * 30, ["a"] * 5)
def test_what_lies_in_a_folder_that_is_left_out_is_left_out(
    parts: list[str], names: list[str]
) -> None:
    pattern = Exclusion("/".join(parts[:8]), ".")
    if pattern.has("/".join(names)):
        assert pattern.has("/".join([*names, "c.yaml"]))
    assert Exclusion("/".join(names), ".").has("/".join(names))


def test_what_is_left_out_is_not_read(folder: Path) -> None:
    files = {"a/web.yaml": GOOD, "b/bad.yaml": "a: [", "b/c/x.yaml": SOFT, "d.yaml": "kind: [1"}
    written(files, folder)
    (folder / "b/out.yaml").symlink_to("/etc/hosts")
    done = sfsgen("check -f . --exclude b/ --exclude d.yaml")
    assert (done.status, done.out) == (0, "")
    assert sfsgen("check -f a -f b -f d.yaml --exclude b --exclude d.yaml").out == ""
    assert sfsgen("check -f .").status == 2
    (folder / "b/out.yaml").unlink()
    assert sfsgen("check -f .").status == 1


def test_an_input_that_is_left_out_as_a_whole_holds_no_set(folder: Path) -> None:
    written({"a/web.yaml": GOOD}, folder)
    for command in ("check -f a --exclude a", "check -f a --exclude '*.yaml'"):
        done = sfsgen(command)
        assert (done.status, done.out) == (2, "")
        assert "nothing in it is looked at" in done.err
        assert sfsgen(f"{command} --allow-empty").status == 0


@pytest.mark.parametrize("pattern", ["''", "/", "'!a'"])
def test_a_pattern_that_is_none_is_told(pattern: str) -> None:
    done = sfsgen(f"check -f - --exclude {pattern} --rule siz", GOOD)
    assert done.status == 2
    assert done.err.count(": error: ") == 2
    assert "write it as .gitignore has it: charts/" in done.err


def test_of_a_cluster_nothing_is_left_out() -> None:
    done = sfsgen("check --exclude x")
    assert (done.status, "--exclude: error: without -f" in done.err) == (2, True)


# Comments.

TEXT = """\
# sfsgen: ignore=above
---
# more
kind: X  # sfsgen: ignore=behind,second because
data:
  # sfsgen: ignore=own-line
  script: |
    # sfsgen: ignore=in-a-script
    x
  # sfsgen: ignore=over-blanks

  plain: a b
    # sfsgen: ignore=deeper
  double: "x # sfsgen: ignore=in-quotes"
  single: 'x
    # sfsgen: ignore=in-quotes-too
    y'
  text: foo# sfsgen: ignore=in-text
  # sfsgen: ignore=last
--- # sfsgen: ignore=at-the-marker
a: [1,
  2]  # sfsgen: ignore=flow
---
broken: [  # sfsgen: ignore=broken
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_comment_is_about_its_line_or_the_next_one(line_end: str) -> None:
    lines = TEXT.splitlines()
    said = {
        each.text.removeprefix("ignore="): lines[each.of_line - 1].strip()
        for each in comments(line_end.join(lines), "a.yaml")
    }
    assert said == {
        "above": lines[3],
        "behind,second because": lines[3],
        "own-line": "script: |",
        "over-blanks": "plain: a b",
        "deeper": lines[13].strip(),
        "last": "# sfsgen: ignore=last",  # nothing follows in its document
        "at-the-marker": "a: [1,",
        "flow": lines[21].strip(),
        "broken": lines[23],
    }


def _lines(text: str, *changes: tuple[str, str]) -> str:
    for line, comment in changes:
        assert line in text
        text = text.replace(line, comment.replace("LINE", line), 1)
    return text


IGNORE = "# sfsgen: ignore"
VOLUME = "apiVersion: v1\nkind: PersistentVolume\n"
SECOND = SOFT.rindex("- soft") + len("- soft")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SOFT, ["soft-mount: pv-web-0 and pv-web-1"]),
        # Of the two that are told as one, each is ignored by itself.
        (_lines(SOFT, ("- soft", f"LINE  {IGNORE}=soft-mount")), ["soft-mount: pv-web-1"]),
        (_lines(SOFT, ("  - soft", f"  {IGNORE}=soft-mount\nLINE")), ["soft-mount: pv-web-1"]),
        (_lines(SOFT, (VOLUME, f"{IGNORE}=soft-mount\nLINE")), ["soft-mount: pv-web-1"]),
        (_lines(SOFT, (VOLUME, f"{IGNORE}=size, soft-mount (x)\nLINE")), [
            "soft-mount: pv-web-1",
            "note: the rule size",
        ]),
        (f"{SOFT[:SECOND]}  {IGNORE}=soft-mount{SOFT[SECOND:]}", ["soft-mount: pv-web-0"]),
        (SOFT.replace("- soft", f"- soft  {IGNORE}=soft-mount"), []),
        (SOFT.replace(VOLUME, f"{IGNORE}=soft-mount\n{VOLUME}"), []),
        (SOFT.replace("- soft", f"- soft  {IGNORE}=sof-mount"), [
            "soft-mount: pv-web-0 and pv-web-1",
            'warning: there is no rule "sof-mount"',
            'warning: there is no rule "sof-mount"',
        ]),
        (_lines(GOOD, ("spec:", f"{IGNORE}\nLINE")), ["warning: it names no rule"]),
        (_lines(GOOD, ("spec:", f"{IGNORE}=\nLINE")), ["warning: it names no rule"]),
        (_lines(GOOD, ("spec:", "# sfsgen: ignroe=a\nLINE")), ['warning: "ignroe" says nothing']),
        (_lines(GOOD, ("spec:", "# sfsgen: made this\nLINE")), []),
        (_lines(GOOD, ("spec:", f"{IGNORE}=applied\nLINE")), []),  # needs --live
        (_lines(GOOD, ("spec:", f"{IGNORE}=ignore-comment\nLINE")), ["note: the rule ignore-comm"]),
        (f"{GOOD}---\na: ]  {IGNORE}=unreadable\n", []),
        (f"{GOOD}---\n{IGNORE}=unreadable\na: ]\n", []),
    ],
)  # fmt: skip
def test_a_comment_ignores_what_a_rule_finds_there(
    text: str, found: list[str], folder: Path
) -> None:
    written({"web.yaml": text}, folder)
    told = findings("-f", "web.yaml")
    assert len(told) == len(found), told
    for expected in found:
        kind, _, rest = expected.partition(": ")
        if kind == "soft-mount":
            (one,) = [each for each in told if each["rule"] == kind]
            others = [each["name"] for each in one["related"] if each["kind"] == "PersistentVolume"]
            assert " and ".join([one["object"]["name"], *others]) == rest
        else:
            alike = [each for each in told if each["what"].startswith(rest)]
            assert alike
            assert {(each["rule"], each["severity"]) for each in alike} == {
                ("ignore-comment", kind)
            }


def test_comments_in_a_list_are_about_its_items_or_all_of_it(folder: Path) -> None:
    items = json.loads(sfsgen(f"render web -r 2 {STYLE} --mount-option soft -o json").out)["items"]
    text = "".join(f"- {json.dumps(each)}\n" for each in items)
    beginning = "apiVersion: v1\nkind: List\nitems:\n"
    for comment, left in ((f"{IGNORE}=soft-mount\n", 0), ("", 1)):
        written({"web.yaml": comment + beginning + text}, folder)
        assert len(findings("-f", "web.yaml")) == left
    one = text.replace(
        '- {"apiVersion": "v1", "kind": "PersistentVolume"', f"{IGNORE}=soft-mount\n\\g", 1
    )
    written(
        {
            "web.yaml": beginning
            + one.replace("\\g", '- {"apiVersion": "v1", "kind": "PersistentVolume"')
        },
        folder,
    )
    (found,) = findings("-f", "web.yaml")
    assert found["object"]["name"] == "pv-web-1"


def test_what_is_ignored_is_counted_and_changes_no_exit_status_and_no_file(folder: Path) -> None:
    bad = GOOD.replace("path: /exports/pv-web-1", f"path: exports  {IGNORE}=nfs-path")
    bad = bad.replace("storage: 1Gi", f"storage: 1Mi  {IGNORE}=size,unequal-pair", 1)
    bad = bad.replace(VOLUME, f"{IGNORE}=unequal-pair,size\n{VOLUME}", 1)
    written({"web.yaml": bad}, folder)
    done = sfsgen("check -f web.yaml --ignore ignore-comment")
    assert (done.status, done.out) == (0, ""), done
    assert "more ignored by comments" in done.err
    assert sfsgen("check -f web.yaml --fix").status == 0
    assert Path("web.yaml").read_text() == bad
    assert sfsgen("check -f -", bad.replace(IGNORE, "#")).status == 1


@pytest.mark.parametrize(
    ("options", "is_told"),
    [
        ("", True),
        ("--rule ignore-comment,soft-mount", True),
        ("--rule ignore-comment", False),  # it has not looked
        ("--rule soft-mount", False),
        ("--ignore soft-mount", False),
        ("--ignore ignore-comment", False),
        ("web", False),
        ("-n default", False),
        ("-l app.kubernetes.io/name=web", False),
    ],
)
def test_a_comment_that_ignores_nothing_is_told_where_its_rule_has_looked_at_all(
    options: str, is_told: bool, folder: Path
) -> None:
    written({"web.yaml": _lines(GOOD, ("spec:", f"LINE {IGNORE}=soft-mount"))}, folder)
    assert len(findings("-f", "web.yaml", *options.split())) == is_told


def test_a_comment_counts_that_ignores_something_in_one_variant(folder: Path) -> None:
    volumes = GOOD[: GOOD.index("apiVersion: apps/v1")]
    stateful_set = GOOD[GOOD.index("apiVersion: apps/v1") :]
    few = stateful_set.replace("replicas: 2", "replicas: 1")
    base = volumes.replace("name: pv-web-1", f"name: pv-web-1  {IGNORE}=extra-pair", 1)
    base = base.replace("name: pvc-web-1\n", f"name: pvc-web-1  {IGNORE}=extra-pair\n")
    files = {"base/volumes.yaml": base, "dev/set.yaml": few, "prod/set.yaml": stateful_set}
    written(files, folder)
    found = findings("-f", ".")
    assert "extra-pair" not in {each["rule"] for each in found}
    assert len([each for each in found if each["rule"] == "ignore-comment"]) < 3


# sfsgen.toml.

SETTINGS = """\
[check]
exclude = ["old/"]
ignore = ['nfs-path', "locks"]
rule = ["soft-mount", "nfs-path"]
kube-version = "1.34"
namespace = "default"
strict = true
allow-empty = true
"""


def _said(told: str) -> list[str]:
    return [line for line in told.splitlines() if "settings" in line]


def test_settings_are_found_above_and_seen_from_their_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"sfsgen.toml": SETTINGS, "a/web.yaml": SOFT, "a/old/bad.yaml": "a: [", "old/x": ""}
    written(files, folder)
    done = sfsgen("check -f a")
    assert (done.status, done.out.count("(soft-mount)")) == (1, 1)
    assert _said(done.err) == ["sfsgen: looked with the settings of sfsgen.toml"]
    monkeypatch.chdir(folder / "a/old")
    done = sfsgen("check -f ..")
    assert (done.status, done.out.count("(soft-mount)")) == (1, 1)
    assert _said(done.err) == ["sfsgen: looked with the settings of ../../sfsgen.toml"]
    monkeypatch.chdir("/")
    assert sfsgen(f"check -f {folder}/a").status == 0
    assert _said(sfsgen(f"check -f {folder}/a").err) == []
    done = sfsgen(f"check -f {folder}/a --config {folder}/sfsgen.toml")
    assert (done.status, done.out.count("(soft-mount)")) == (1, 1)


@pytest.mark.parametrize(
    ("section", "options", "rules", "status"),
    [
        ("", "", ["soft-mount"], 0),
        ("strict = true", "", ["soft-mount"], 1),
        ("strict = false", "--strict", ["soft-mount"], 1),
        ('ignore = ["soft-mount"]', "", [], 0),
        ('ignore = ["soft-mount"]', "--ignore size", [], 0),  # both
        ('rule = ["size"]', "", [], 0),
        ('rule = ["size"]', "--rule soft-mount", ["soft-mount"], 0),  # the option wins
        ('exclude = ["*.json"]', "--exclude web.yaml --allow-empty", [], 0),
        ('exclude = ["web.yaml"]', "--exclude x --allow-empty", [], 0),
        ('exclude = ["web.yaml"]\nallow-empty = true', "", [], 0),
        ('exclude = ["web.yaml"]', "", [], 2),
        ('kube-version = "1.20"', "--kube-version 1.35", ["soft-mount"], 0),
        ('namespace = "shop"', "", [], 2),
        ('namespace = "shop"', "-n default", ["soft-mount"], 0),
    ],
)
def test_options_are_laid_over_settings(
    section: str, options: str, rules: list[str], status: int, folder: Path
) -> None:
    written({"sfsgen.toml": f"[check]\n{section}\n", "web.yaml": SOFT}, folder)
    done = sfsgen(f"check -f web.yaml {options}")
    assert done.status == status, done
    assert [line for line in rules if f"({line})" in done.out] == rules
    assert bool(done.out) == bool(rules)


@pytest.mark.parametrize(
    ("text", "where", "what", "fix"),
    [
        ("a = [\n", "2:1", "this is not TOML", "mend the text"),
        ("[check]\nstrict = yes\n", "2:10", "this is not TOML", "mend the text"),
        ("[check]\na = 1\na = 2\n", "3:6", "this is not TOML", "mend the text"),
        ("[chek]\n", "1:2", 'there is no section "chek"', "write [check]"),
        ("[check]\nzz = 1\n[chek]\n", "3:2", 'there is no section "chek"', "write [check]"),
        ("[check]\nzz = 1\n[chek]\n", "2:1", '[check] has no "zz"', "there are: rule, "),
        ("check = 1\n", "1:1", "check is no section", "write [check]"),
        ("[check]\nignroe = []\n", "2:1", '[check] has no "ignroe"', "write ignore"),
        ("[check]\nzzz = 1\n", "2:1", '[check] has no "zzz"', "there are: rule, ignore, "),
        ("[check]\noutput = 'json'\n", "2:1", '[check] has no "output"', "give it as an option"),
        ("[check]\n\n  strict = 1\n", "3:3", "strict is neither", "write strict = true"),
        ("[check]\nkube-version = 1.30\n", "2:1", "kube-version is no text", '"1.30"'),
        ("[check]\nkube-version = '1.2'\n", "2:1", '"1.2" is no minor', "give 1.3 to 1."),
        ("[check]\nnamespace = 'A'\n", "2:1", '"A" is no name of a names', "write it as"),
        ("[check]\nrule = 'size'\n", "2:1", "rule is no list of texts", 'write rule = ["'),
        ("[check]\nignore = [\n  'size',\n  \"siz\",\n]\n", "4:3", 'no rule "siz"', 'write "size"'),
        ("check.ignore = ['siz']\n", "1:17", 'there is no rule "siz"', 'write "size"'),
        ("check = {ignore = ['siz']}\n", "1:10", 'there is no rule "siz"', 'write "size"'),
        ('["check"]\n"ignore" = ["size", "siz"]\n', "2:21", 'no rule "siz"', 'write "size"'),
        ("[check]\nexclude = ['a', '!b']\n", "2:17", '"!b": nothing', "write it as .git"),
        ("[check]\r\nexclude = ['']\r\n", "2:12", '"": it names no', "write it as .git"),
    ],
)
def test_what_is_wrong_with_settings_is_told_with_its_place(
    text: str, where: str, what: str, fix: str, folder: Path
) -> None:
    (folder / "sfsgen.toml").write_bytes(text.encode())
    done = sfsgen("check -f - --ignore qqq", SOFT)
    assert (done.status, done.out) == (2, "")
    line = next(each for each in done.err.splitlines() if what in each)
    assert line.startswith(f"sfsgen.toml:{where}: error: "), done.err
    assert f"  fix: {fix}" in done.err or fix in done.err
    assert "--ignore: error: " in done.err  # all at once


def test_a_file_of_settings_that_is_not_there_or_no_text_is_told(folder: Path) -> None:
    done = sfsgen("check -f - --config nowhere.toml", GOOD)
    assert (done.status, "nowhere.toml: error: it cannot be read" in done.err) == (2, True)
    (folder / "sfsgen.toml").write_bytes(b"\xff\xfe")
    done = sfsgen("check -f -", GOOD)
    assert (done.status, "sfsgen.toml:1:1: error: " in done.err) == (2, True)


def test_an_empty_file_of_settings_says_nothing(folder: Path) -> None:
    for text in ("", "# nothing\n", "[check]\n"):
        (folder / "sfsgen.toml").write_text(text)
        done = sfsgen("check -f -", GOOD)
        assert (done.status, _said(done.err)) == (0, [])


def test_settings_that_are_named_as_a_manifest_are_passed_over(folder: Path) -> None:
    written({"sfsgen.toml": "[check]\nstrict = true\n", "web.yaml": GOOD}, folder)
    (found,) = findings("-f", "sfsgen.toml", "-f", "web.yaml")
    assert (found["rule"], found["severity"]) == ("no-manifest", "note")
    assert "settings of sfsgen check" in found["what"]
