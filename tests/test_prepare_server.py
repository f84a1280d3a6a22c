"""What `prepare` does on a server beside directories, when asked: exports and quotas."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.test_prepare import OWN, SHELLS, looks, prepared, run, shim, values
from tests.test_prepare_arguments import work

pytestmark = pytest.mark.without_libraries
CLIENTS = "--exports 10.0.0.0/16"


def line(text: str, options: str = CLIENTS, command: str = "") -> str:
    """Return the words that name and hold the line for exports."""
    (found,) = [
        each for each in work(prepared(f"-f - {OWN} {options} {command}", text)) if "shared" in each
    ]
    return found.removeprefix("shared ")


def with_context(driver: str = "nfs", **context: Any) -> str:
    return values("/exports/{ordinal}", driver=driver, pod={"securityContext": context})


SUB_PATH = {"mountPath": "/d", "subPath": "pg"}
ROOT, SQUASHED = "no_root_squash", "root_squash"


@pytest.mark.parametrize(
    ("text", "access", "squash"),
    [
        (with_context(runAsUser=5), "rw", SQUASHED),
        (with_context(runAsUser=0), "rw", ROOT),
        (with_context(), "rw", SQUASHED),
        (with_context(runAsUser=5, fsGroup=6), "rw", SQUASHED),
        (with_context("csi", runAsUser=5, fsGroup=6), "rw", ROOT),
        (with_context("csi", fsGroup=6, fsGroupChangePolicy="OnRootMismatch"), "rw", SQUASHED),
        (values("/exports/{ordinal}", accessModes=["ReadOnlyMany"]), "ro", SQUASHED),
    ],
)
def test_an_export_has_the_options_that_its_set_needs(text: str, access: str, squash: str) -> None:
    options = f"({access},sync,no_subtree_check,{squash})"
    assert line(text) == f"sfsgen-exports.exports '/exports 10.0.0.0/16{options}'"


def test_what_clients_mount_as_the_root_is_exported_as_that() -> None:
    found = line(values("/", pod={"securityContext": {"runAsUser": 5}}), f"{CLIENTS} --root /srv")
    clients = f"10.0.0.0/16(rw,sync,no_subtree_check,{SQUASHED},fsid=0)"
    assert found == f"sfsgen-srv.exports '/srv {clients}'"


@pytest.mark.parametrize(
    ("path", "options", "file", "start"),
    [
        ("/a/b/{ordinal}", CLIENTS, "sfsgen-a-b.exports", "/a/b 10.0.0.0/16("),
        ("/a-b/{ordinal}", CLIENTS, "sfsgen-a_2d_b.exports", "/a-b 10.0.0.0/16("),
        ("/a/{ordinal}", f"{CLIENTS} --root /s", "sfsgen-s-a.exports", "/s/a 10.0.0.0/16("),
        ("/a b#/{ordinal}", "--exports ::1", "sfsgen-a_20_b_23_.exports", "/a\\040b\\043 ::1("),
        ("/a/{ordinal}", "--exports 1.2.3.4 --exports ::/0", "sfsgen-a.exports", "/a 1.2.3.4("),
    ],
)
def test_the_line_is_as_exports_takes_it(path: str, options: str, file: str, start: str) -> None:
    found = line(values(path), options)
    assert found.startswith(f"{file} '{start}")
    assert found.count("(") == options.count("--exports")


def exporting(tmp_path: Path, status: int = 0) -> tuple[str, Path]:
    """Return a script that exports, and the programs that it finds first."""
    (tmp_path / "root/exports").mkdir(parents=True)
    text = prepared(f"-f - --root {tmp_path}/root {OWN} {CLIENTS}", values("/exports/{ordinal}"))
    text = text.replace("\netc=/etc\n", f"\netc={tmp_path}/etc\n")
    path = shim(tmp_path / "bin", "exportfs", f'echo "$@" >>{tmp_path}/called; exit {status}')
    return text, path


@pytest.mark.parametrize("shell", SHELLS)
def test_the_file_is_written_once_and_the_server_told_each_time(shell: str, tmp_path: Path) -> None:
    text, path = exporting(tmp_path)
    assert "would write to " in run(text, shell, "--dry-run", path=path).out
    assert not (tmp_path / "called").exists()
    first = run(text, shell, path=path)
    assert (first.status, first.err) == (0, "")
    (file,) = (tmp_path / "etc/exports.d").iterdir()
    expected = f"{tmp_path}/root/exports 10.0.0.0/16(rw,sync,no_subtree_check,root_squash)\n"
    assert file.read_text() == expected
    before = looks(tmp_path / "etc")
    assert not run(text, shell, path=path).status
    assert looks(tmp_path / "etc") == before
    assert (tmp_path / "called").read_text() == "-ra\n-ra\n"


def test_a_file_that_says_otherwise_is_left_and_nothing_made(tmp_path: Path) -> None:
    text, path = exporting(tmp_path)
    run(text, path=path)
    (file,) = (tmp_path / "etc/exports.d").iterdir()
    file.write_text("/exports *(ro)\n")
    shutil.rmtree(tmp_path / "root/exports/0")
    before = looks(tmp_path / "root")
    done = run(text, path=path)
    assert done.status == 1
    assert "is there, and does not say: " in done.err
    assert file.read_text() == "/exports *(ro)\n"
    assert looks(tmp_path / "root") == before


@pytest.mark.skipif(bool(shutil.which("exportfs")), reason="exportfs is here")
def test_a_machine_that_exports_nothing_is_told_before_anything_is_made(tmp_path: Path) -> None:
    text, _ = exporting(tmp_path)
    done = run(text)
    assert (done.status, done.out) == (1, "")
    assert "wrong: there is no exportfs here\n" in done.err
    assert not list((tmp_path / "root/exports").iterdir())


def test_an_export_that_is_refused_is_told(tmp_path: Path) -> None:
    text, path = exporting(tmp_path, status=1)
    done = run(text, path=path)
    assert (done.status, done.err) == (1, "stopped: exportfs -ra failed\n")


def limiting(tmp_path: Path, state: str = "Enforcement: ON") -> tuple[str, Path]:
    """Return a script that sets quotas, and an xfs_quota that writes down what it is told."""
    (tmp_path / "root/exports").mkdir(parents=True, exist_ok=True)
    (tmp_path / "etc").mkdir(exist_ok=True)
    text = prepared(
        f"-f - --root {tmp_path}/root {OWN} --quota", values("/exports/{name}/{ordinal}")
    )
    text = text.replace("\netc=/etc\n", f"\netc={tmp_path}/etc\n")
    told = f'case $3 in "state -p") echo " {state}" ;; *) echo "$3" >>{tmp_path}/called ;; esac'
    return text, shim(tmp_path / "bin", "xfs_quota", told)


def called(tmp_path: Path) -> list[str]:
    found = (tmp_path / "called").read_text().splitlines()
    (tmp_path / "called").unlink()
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_each_directory_is_a_project_of_its_own_and_held_to_its_size(
    shell: str, tmp_path: Path
) -> None:
    text, path = limiting(tmp_path)
    (tmp_path / "etc/projects").write_text("# a comment\n7:/exports\n100041:/other:one")
    (tmp_path / "etc/projid").write_text("other:100002\n")
    first = run(text, shell, path=path)
    assert (first.status, first.err) == (0, "")
    here = tmp_path / "root/exports/db"
    assert called(tmp_path) == [
        f"project -s -p {here}/0 100042",
        f"limit -p bhard={2**30} 100042",
        f"project -s -p {here}/1 100043",
        f"limit -p bhard={2**30} 100043",
    ]
    written = (tmp_path / "etc/projects").read_text()
    assert written.splitlines()[2:] == [
        "100041:/other:one",
        f"100042:{here}/0",
        f"100043:{here}/1",
    ]
    assert not run(text, shell, path=path).status
    assert called(tmp_path) == [f"limit -p bhard={2**30} {each}" for each in (100042, 100043)]
    assert (tmp_path / "etc/projects").read_text() == written


def test_without_files_of_projects_numbers_begin_at_100000(tmp_path: Path) -> None:
    text, path = limiting(tmp_path)
    assert not run(text, path=path).status
    assert [each.split()[-1] for each in called(tmp_path)[::2]] == ["100000", "100001"]


@pytest.mark.parametrize("state", ["Enforcement: OFF", "", "Accounting: ON"])
def test_a_file_system_without_project_quotas_is_told_before_anything_is_made(
    state: str, tmp_path: Path
) -> None:
    text, path = limiting(tmp_path, state)
    done = run(text, path=path)
    assert done.status == 1
    assert "limits no directory: that takes XFS, mounted with prjquota" in done.err
    assert not list((tmp_path / "root/exports").iterdir())


@pytest.mark.parametrize(
    ("size", "expected"), [("1Gi", 2**30), ("1.5G", 1_500_000_000), ("1500m", 2), ("1e3", 1000)]
)
def test_a_limit_is_the_size_of_the_volume_in_bytes(size: str, expected: int) -> None:
    templates = [{"name": "data", "storage": size, "mountPath": "/d"}]
    text = values("/exports/{ordinal}", claimTemplates=templates)
    found = work(prepared("-f - --owner 1 --quota", text))
    assert found[1:3] == ["counted", f"directory 0 1 '' 0750 {expected}"]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (with_context(runAsUser=0), "no_root_squash: the pods of db run as root; whoever is root"),
        (with_context(runAsUser=5), "root_squash: root on a client is nobody in the export; the"),
        (with_context(), "root_squash: where the pods of db run as root, they are nobody in the"),
        (
            with_context("csi", fsGroup=5),
            "no_root_squash: the kubelet gives the files of db to its",
        ),
        (
            values("/e", claimTemplates=[{"name": "d", "storage": "1", "mounts": [SUB_PATH]}]),
            "the pods of db mount by subPath: the kubelet makes that directory as root, which",
        ),
    ],
)
def test_the_script_says_what_root_squash_means(text: str, note: str) -> None:
    assert f"\n# {note} " in prepared(f"-f - {CLIENTS}", text)


def test_of_many_sets_some_are_named() -> None:
    several = (values(f"/e/{each}", name=f"db{each}") for each in range(9))
    text = prepared(f"-f - {CLIENTS}", "\n---\n".join(several))
    assert "the pods of db0, db1, db2, db3, db4 and 4 more run as root" in text
