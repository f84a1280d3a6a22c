"""A folder gets all files or none, at whatever moment a run is killed, interrupted or hindered."""

import itertools
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sfsgen.documents.files import WRITING
from tests.moments import Moments, moments
from tests.program import Result, sfsgen

pytestmark = pytest.mark.without_libraries

PLAIN = "render web -r 1 --nfs-server nfs.example.com --storage 1Gi"
COUNT = 4  # files
PAGE = os.sysconf("SC_PAGE_SIZE")
OTHER = PLAIN.replace("nfs.example.com", "other.example.com")
# Refused, but what an earlier run has left is put right before.
REFUSED = f"{PLAIN} --only nonsense"

Files = dict[str, tuple[str, int]]


@pytest.fixture(scope="module")
def runs() -> Iterator[Moments]:
    with moments() as started:
        yield started


def files(folder: Path) -> Files:
    """Return all that is in a folder: what each thing holds, and its mode."""
    return {
        str(path.relative_to(folder)): (_text(path), path.lstat().st_mode)
        for path in sorted(folder.rglob("*"))
    }


def _text(path: Path) -> str:
    if path.is_symlink():
        return f"a link to {path.readlink()}"
    return "a folder" if path.is_dir() else path.read_text()


def into(folder: Path, command: str = PLAIN) -> list[str]:
    return [*shlex.split(command), "--output-dir", str(folder)]


def run_into(folder: Path, command: str = PLAIN) -> Result:
    return sfsgen(into(folder, command))


def make_old(folder: Path) -> None:
    """Make a folder with files of several kinds that will be replaced, and one that will not."""
    folder.mkdir(parents=True)
    (folder / "mine").write_text("mine")
    (folder / "service-web.yaml").write_text("old and read-only")
    (folder / "service-web.yaml").chmod(0o440)
    (folder / "persistentvolume-pv-web-0.yaml").symlink_to("mine")
    (folder / "statefulset-web.yaml").symlink_to("nowhere")


def left_over() -> str:
    """Return a claim of the set that it had when it was larger."""
    larger = sfsgen(f"{PLAIN} -r 2 --only pvc --from-ordinal 1")
    return larger.out.removeprefix("---\n")


class Case:
    """A command line, the folder that it writes into, and what that holds before and after."""

    def __init__(self, root: Path, *, force: bool) -> None:
        self.root, self.folder, self.force = root, root / "a" / "out", force
        self.command = into(self.folder, f"{PLAIN} --force --prune" if force else PLAIN)
        self.left_over = left_over()
        self.put_back()
        self.before = files(root)
        assert sfsgen(self.command).status == 0
        self.after = files(root)

    def put_back(self) -> None:
        """Make the folder what it was before."""
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        if self.force:
            make_old(self.folder)
            (self.folder / "persistentvolumeclaim-pvc-web-1.yaml").write_text(self.left_over)

    def moments(self) -> Iterator[int]:
        """Yield the number of every moment, the folder being what it was before at each."""
        for number in itertools.count(1):
            self.put_back()
            yield number

    def found(self) -> str:
        """Return what the folder holds now: all, none, or a part, told as it is."""
        now = files(self.root)
        if now == self.after:
            return "all"
        # A run that was killed before it wrote may leave empty folders.
        is_empty = not self.force and set(now) <= {"a", "a/out"}
        return "none" if now == self.before or is_empty else f"a part: {now}"


CASES = pytest.mark.parametrize(
    ("force", "links"),
    [(False, True), (True, True), (True, False)],
    ids=["new", "force", "force-without-links"],
)


# Killed


@CASES
def test_killed_at_any_moment_it_is_all_or_nothing_after_the_next_run(
    runs: Moments, tmp_path: Path, force: bool, links: bool
) -> None:
    case = Case(tmp_path, force=force)
    ends = []
    for moment in case.moments():
        if not runs.run(case.command, {moment: "SIGKILL"}, links=links).met:
            break
        run_into(case.folder, REFUSED)
        ends.append(case.found())
        assert sfsgen(case.command).status == 0
        assert case.found() == "all"
    nothing = ends.count("none")
    assert ends == ["none"] * nothing + ["all"] * (len(ends) - nothing)  # one moment decides
    assert nothing > 10
    assert len(ends) - nothing > 10


@CASES
def test_killed_again_while_it_is_put_right_it_is_all_or_nothing(
    runs: Moments, tmp_path: Path, force: bool, links: bool
) -> None:
    case = Case(tmp_path, force=force)
    seen = set()
    for first in range(8, 32, 6):
        for moment in case.moments():
            runs.run(case.command, {first: "SIGKILL"}, links=links)
            if not runs.run(into(case.folder, REFUSED), {moment: "SIGKILL"}, links=links).met:
                break
            run_into(case.folder, REFUSED)
            seen.add(case.found())
    assert seen == {"all", "none"}


@CASES
def test_killed_while_files_are_put_back_it_is_nothing(
    runs: Moments, tmp_path: Path, force: bool, links: bool
) -> None:
    case = Case(tmp_path, force=force)
    cut_short = 0
    for failing, later in itertools.product(range(15, 26, 2), range(2, 9, 2)):
        case.put_back()
        runs.run(case.command, {failing: "fail", failing + later: "SIGKILL"}, links=links)
        is_undone = (case.folder / WRITING / "undo").exists()
        cut_short += is_undone
        run_into(case.folder, REFUSED)
        assert case.found() in ({"none"} if is_undone else {"all", "none"}), (failing, later)
    assert cut_short > 5


def test_where_old_and_new_look_alike_what_was_put_back_stays(
    runs: Moments, tmp_path: Path
) -> None:
    put_back = 0
    for failing in range(18, 27):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        assert run_into(tmp_path / "out", f"{PLAIN} --label a=b").status == 0
        before = files(tmp_path)
        at = {failing: "fail", failing + 5: "SIGKILL"}
        runs.run(into(tmp_path / "out", f"{PLAIN} --force"), at)
        work = tmp_path / "out" / WRITING
        if (work / "undo").exists():
            put_back += COUNT - len(list((work / "old").iterdir()))
            make_look_alike(tmp_path / "out")
            run_into(tmp_path / "out", REFUSED)
            assert files(tmp_path) == before
    assert put_back > 1


def make_look_alike(folder: Path) -> None:
    """Make all that was left what it would be if the clock of the disk stood still."""
    path = folder / WRITING / "list"
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    alike = [[name, [new[0], 0], [old[0], 0]] for name, new, old in entries]
    path.write_text("".join(f"{json.dumps(entry)}\n" for entry in alike))
    for each in folder.rglob("*.yaml"):
        os.utime(each, ns=(0, 0))


def leave(runs: Moments, folder: Path, state: str, command: str = PLAIN) -> None:
    """Leave a folder as a run does that is killed in a state, with some files in place."""
    for moment in range(1, 100):
        shutil.rmtree(folder, ignore_errors=True)
        if "--force" in command:
            make_old(folder)
        at = {moment: "fail", moment + 2: "SIGKILL"} if state == "undo" else {moment: "SIGKILL"}
        runs.run(into(folder, command), at)
        left = folder / WRITING / state
        if left.exists() and 0 < len(list(left.iterdir())) < COUNT:
            return
    raise AssertionError(state)


@pytest.mark.parametrize("command", [f"{PLAIN} --force", REFUSED, f"{PLAIN} -o name"])
@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("new", "what it left in .sfsgen-writing is removed"),
        ("ready", "all its files are in place now"),
        ("undo", "all that was there before is back in place"),
    ],
)
def test_what_was_put_right_is_told_once(
    runs: Moments, tmp_path: Path, state: str, told: str, command: str
) -> None:
    folder = tmp_path / "out"
    leave(runs, folder, state)
    told = f"sfsgen: an earlier run into {folder} was cut short: {told}\n"
    assert run_into(folder, command).err.count(told) == 1
    assert not (folder / WRITING).exists()
    assert told not in run_into(folder, command).err


def test_files_that_were_put_in_place_by_the_next_run_are_not_overwritten_by_it(
    runs: Moments, tmp_path: Path
) -> None:
    leave(runs, tmp_path, "ready", OTHER)
    result = run_into(tmp_path)
    assert result.status == 2
    assert "already there" in result.err
    assert "other.example.com" in (tmp_path / "persistentvolume-pv-web-0.yaml").read_text()


# Read


@pytest.mark.parametrize("state", ["ready", "undo"])
def test_a_half_written_folder_is_not_read(runs: Moments, tmp_path: Path, state: str) -> None:
    leave(runs, tmp_path / "a" / "out", state)
    result = sfsgen(f"check -f {tmp_path}")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"{tmp_path}/a/out: error: it is half written")
    assert "\n  fix: " in result.err


def test_what_was_left_before_anything_was_moved_is_not_read(runs: Moments, tmp_path: Path) -> None:
    leave(runs, tmp_path / "a" / "out", "new")
    assert sfsgen([*PLAIN.split(), "--output-dir", str(tmp_path / "b")]).status == 0
    assert sfsgen(f"check -f {tmp_path}").status == sfsgen(f"check -f {tmp_path}/b").status == 0


def test_a_command_that_reads_the_folder_that_it_writes_puts_it_right_first(
    runs: Moments, tmp_path: Path
) -> None:
    leave(runs, tmp_path, "ready")
    result = run_into(tmp_path, f"scale web -r 2 --namespace default -f {tmp_path}")
    assert result.status == 0, result.err
    assert "all its files are in place now" in result.err
    assert (tmp_path / "persistentvolume-pv-web-1.yaml").exists()


# Changed by others, after a run was killed


@pytest.mark.parametrize("state", ["ready", "undo"])
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("number", range(COUNT))
def test_what_was_changed_since_is_not_touched(
    runs: Moments, tmp_path: Path, state: str, force: bool, number: int
) -> None:
    leave(runs, tmp_path, state, f"{PLAIN} --force" if force else PLAIN)
    lines = (tmp_path / WRITING / "list").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    changed = tmp_path / entries[number][0]
    was_kept = os.path.lexists(tmp_path / WRITING / "old" / changed.name)
    changed.unlink(missing_ok=True)
    changed.write_text("changed since")
    result = run_into(tmp_path, REFUSED)
    assert changed.read_text() == "changed since"
    there = {path.name for path in tmp_path.iterdir()} - {changed.name}
    if "all its files are in place" in result.err:
        assert there == {name for name, *_ in entries} - {changed.name} | ({"mine"} & there)
    else:
        assert f"meanwhile, and left as it is: {changed}\n  fix: " in result.err
        old = {name for name, _, look in entries if look} | ({"mine"} if force else set())
        kept = changed.with_name(f"{changed.name}.before")
        assert there - {kept.name} == old - {changed.name}
        assert (kept.name in there) is was_kept
        assert not was_kept or kept.is_symlink() or kept.read_text() != "changed since"


def test_what_is_to_go_and_was_changed_since_stays(runs: Moments, tmp_path: Path) -> None:
    case = Case(tmp_path, force=True)
    going = case.folder / "persistentvolumeclaim-pvc-web-1.yaml"
    for moment in case.moments():
        assert runs.run(case.command, {moment: "SIGKILL"}).met
        ready = case.folder / WRITING / "ready"
        if ready.exists() and going.exists() and not any(ready.iterdir()):
            break
    going.unlink()
    going.write_text("changed since")
    result = run_into(case.folder, REFUSED)
    assert f"meanwhile, and left as it is: {going}\n  fix: " in result.err
    assert going.read_text() == "changed since"
    kept = going.with_name(f"{going.name}.before")
    assert kept.read_text() == case.left_over
    going.unlink()
    kept.rename(going)
    assert case.found() == "none"


@pytest.mark.parametrize("state", ["ready", "undo"])
@pytest.mark.parametrize(
    "line",
    [
        '["../x", [1, 1], null]',
        '["/x", [1, 1], null]',
        '["a/x", [1, 1], null]',
        '["..", [1, 1], null]',
        '[".", [1, 1], null]',
        '["", [1, 1], null]',
        '[".sfsgen-writing", [1, 1], null]',
        '["a\\u0000b", [1, 1], null]',
        '["\\ud800", [1, 1], null]',
        "[1, [1, 1], null]",
        '["x", null, null]',
        '["x", null, [1]]',
        '["../x", null, [1, 1]]',
        '["x", [1], null]',
        '["x"]',
        "{}",
        "x",
        pytest.param("[" * 100_000, id="deep"),
        pytest.param(f'["x", [{"9" * 5000}, 1], null]', id="long"),
        pytest.param("\udcff", id="not-utf-8"),
        None,
    ],
)
def test_a_list_that_no_run_has_written_is_refused(
    runs: Moments, tmp_path: Path, state: str, line: str | None
) -> None:
    (tmp_path / "x").write_text("mine")
    folder = tmp_path / "out"
    leave(runs, folder, state)
    (folder / WRITING / "lock").unlink()
    path = folder / WRITING / "list"
    if line is None:
        path.unlink()
    else:
        path.write_text(path.read_text() + line, errors="surrogateescape")
    before = {each: each.lstat().st_mtime_ns for each in tmp_path.rglob("*") if each.is_file()}
    result = run_into(folder)
    assert result.status == 2
    assert f"{folder}/{WRITING} is not as a run of sfsgen leaves it\n  fix: " in result.err
    assert before == {
        each: each.lstat().st_mtime_ns for each in tmp_path.rglob("*") if each.is_file()
    }


@pytest.mark.parametrize("name", ["", "new", "old", "list", "ready", "undo", "lock"])
def test_links_in_the_place_of_ours_are_not_followed(tmp_path: Path, name: str) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "out"
    make_old(elsewhere)
    (folder / WRITING / name).parent.mkdir(parents=True)
    (folder / WRITING / name).symlink_to(elsewhere)
    before = files(tmp_path)
    result = run_into(folder, f"{PLAIN} --force")
    assert result.status == 2
    assert "is not as a run of sfsgen leaves it" in result.err
    assert files(tmp_path) == before


def test_a_file_in_the_place_of_our_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / WRITING).write_text("mine")
    result = run_into(tmp_path)
    assert result.status == 2
    assert "is not as a run of sfsgen leaves it" in result.err
    assert (tmp_path / WRITING).read_text() == "mine"


# Interrupted


@CASES
@pytest.mark.parametrize("sent", ["SIGHUP", "SIGINT SIGINT", "SIGINT SIGTERM SIGHUP"])
def test_signals_at_any_moment_leave_all_or_nothing(
    runs: Moments, tmp_path: Path, force: bool, links: bool, sent: str
) -> None:
    case = Case(tmp_path, force=force)
    seen = set()
    for moment in case.moments():
        at = {moment: sent, moment + 1: sent, moment + 3: sent}
        outcome = runs.run(case.command, at, links=links)
        if not outcome.met:
            break
        assert (outcome.status, outcome.err) in {
            (130, "sfsgen: interrupted\n"),
            *((128 + number, "") for number in (signal.SIGHUP, signal.SIGTERM)),
        }
        found = case.found()
        assert found == "all" or files(tmp_path) == case.before, moment
        seen.add(found)
    assert seen == {"all", "none"}


def test_a_signal_that_was_ignored_at_the_start_stays_ignored(tmp_path: Path) -> None:
    command = f"{PLAIN} -r 1000000 --allow-many --output-dir {tmp_path}/out"
    script = f"trap '' HUP INT; exec {shlex.quote(sys.executable)} -m sfsgen {command}"
    with subprocess.Popen(["/bin/sh", "-c", script]) as running:
        while not any(tmp_path.glob(f"out/{WRITING}/new/*")):
            assert running.poll() is None
        for each in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            running.send_signal(each)
        assert running.wait(timeout=60) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


# Hindered


@CASES
def test_a_failure_at_any_moment_leaves_all_or_nothing(
    runs: Moments, tmp_path: Path, force: bool, links: bool
) -> None:
    case = Case(tmp_path, force=force)
    statuses = set()
    for moment in case.moments():
        outcome = runs.run(case.command, {moment: "fail"}, links=links)
        if not outcome.met:
            break
        statuses.add(outcome.status)
        if outcome.status:
            assert outcome.err == f"sfsgen: error: {case.folder}: No space left on device\n"
        # What is left where cleaning up was what failed is no matter of the files.
        shutil.rmtree(case.folder / WRITING, ignore_errors=True)
        assert case.found() == ("none" if outcome.status else "all"), moment
    assert statuses == {0, 2}


@CASES
def test_where_nothing_can_be_changed_any_more_the_next_run_puts_it_right(
    runs: Moments, tmp_path: Path, force: bool, links: bool
) -> None:
    case = Case(tmp_path, force=force)
    half_written = 0
    for moment in case.moments():
        outcome = runs.run(case.command, {moment: "fail"}, links=links, to_the_end=True)
        if not outcome.met:
            break
        is_half_written = (case.folder / WRITING / "ready").exists() and outcome.status
        half_written += bool(is_half_written)
        assert bool(is_half_written) == ("is half written" in outcome.err)
        run_into(case.folder, REFUSED)
        assert case.found() == ("none" if outcome.status and not is_half_written else "all")
    assert half_written > 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={16 * PAGE}", "none", str(tmp_path)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.parametrize("force", [False, True])
def test_a_full_disk_keeps_what_it_has(small_disk: Path, force: bool) -> None:
    case = Case(small_disk, force=force)
    seen = set()
    for free in range(9):
        case.put_back()
        (small_disk / "ballast").write_bytes(bytes((16 - 3 * force - free) * PAGE))
        result = sfsgen(case.command)
        (small_disk / "ballast").unlink()
        seen.add((result.status, case.found()))
    assert seen == {(0, "all"), (2, "none")}


# Two at once


@CASES
def test_of_two_runs_at_once_one_writes_and_the_other_is_refused(
    runs: Moments, tmp_path: Path, force: bool, links: bool
) -> None:
    case = Case(tmp_path, force=force)
    refused = 0
    for moment in case.moments():
        if not runs.run(case.command, {moment: "SIGSTOP"}, links=links).met:
            break
        before = files(tmp_path)
        other = run_into(case.folder, OTHER)
        if f"another run of sfsgen is writing into {case.folder}\n  fix: " in other.err:
            refused += 1
            assert files(tmp_path) == before
        first = runs.go_on()
        if force:
            assert (first.status, other.status) == (0, 2)
        else:
            assert sorted([first.status, other.status]) == [0, 2], moment
        servers = {text.partition("server: ")[2][:5] for text, _ in files(tmp_path).values()}
        assert servers == {"", "other" if first.status else "nfs.e"}
        assert {path.name for path in case.folder.iterdir()} == {
            Path(name).name for name in case.after if name.startswith("a/out/")
        }
    assert refused > 15


# Where the folder is


@pytest.mark.parametrize("folder", ["out", "out/", "./out", "link", "link/", "out/../out", "."])
@pytest.mark.parametrize("command", [PLAIN, f"{PLAIN} --force"])
def test_a_folder_may_be_named_in_any_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, command: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to("out")
    monkeypatch.chdir(tmp_path / "out" if folder == "." else tmp_path)
    assert sfsgen([*command.split(), "--output-dir", folder]).status == 0
    assert len(list((tmp_path / "out").iterdir())) == COUNT


def test_folders_that_were_made_for_it_are_taken_away_again(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    # "persistentvolume-" and ".yaml" leave 233 bytes: too few for ordinal 10.
    long = f"{PLAIN} -r 12 --volume-name {232 * 'a'}{{ordinal}}"
    for folder in ("a", "a/b/c"):
        assert run_into(tmp_path / folder, long).status == 2
        assert list(tmp_path.rglob("*")) == [tmp_path / "a"]


def test_of_many_files_that_are_there_the_first_three_are_named(tmp_path: Path) -> None:
    command = f"render web -r 3 --nfs-server nfs --storage 1Gi --output-dir {tmp_path}"
    assert sfsgen(f"{command} --label a=b").status == 0
    names = ("service-web", "persistentvolume-pv-web-0", "persistentvolume-pv-web-1")
    first = ", ".join(str(tmp_path / f"{each}.yaml") for each in names)
    assert f"already there, and not the same: {first} and 5 more\n" in sfsgen(command).err
