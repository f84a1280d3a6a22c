"""Printed into a folder again: what is the same passes; what differs or is left over is told."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfsgen.documents.files import WRITING
from sfsgen.documents.yaml_editor import relisted
from tests.program import Result, sfsgen, written

pytestmark = pytest.mark.without_libraries

STORAGE = "--nfs-server nfs.example.com --storage 1Gi"
PLAIN = f"render web {STORAGE} -r 2"
FEWER = f"render web {STORAGE} -r 1"
PAIR = ["persistentvolume-pv-web-1.yaml", "persistentvolumeclaim-pvc-web-1.yaml"]
needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")


def into(folder: Path, command: str = PLAIN) -> Result:
    return sfsgen([*command.split(), "--output-dir", str(folder)])


def done(folder: Path, command: str = PLAIN) -> str:
    """Run a command that works, and return what it says."""
    result = into(folder, command)
    assert (result.status, result.out) == (0, "")
    return result.err


def looks(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return all files with their contents and when they were written."""
    files = [each for each in folder.rglob("*") if each.is_file()]
    return {each.name: (each.lstat().st_mtime_ns, each.read_bytes()) for each in files}


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


# The same again


@pytest.mark.parametrize("more", ["", "--force", "--prune", "--kustomization", "-o json"])
def test_the_same_again_passes_and_touches_nothing(more: str, tmp_path: Path) -> None:
    done(tmp_path, f"{PLAIN} {more}")
    before = looks(tmp_path)
    count = len(before)
    assert f"sfsgen: {tmp_path}: {count} files unchanged\n" in done(tmp_path, f"{PLAIN} {more}")
    assert looks(tmp_path) == before
    same = into(tmp_path, f"{PLAIN} {more} --diff".replace("--force ", ""))
    assert (same.status, same.out) == (0, "")


def test_what_became_of_each_file_is_told(tmp_path: Path) -> None:
    done(tmp_path, FEWER)
    (tmp_path / "service-web.yaml").write_text("mine\n")
    (tmp_path / "statefulset-web.yaml").unlink()
    told = done(tmp_path, f"{PLAIN} --force")
    created = f"{PAIR[0]}, {PAIR[1]} and statefulset-web.yaml"
    parts = f"3 files created ({created}), 1 file changed (service-web.yaml), 2 files unchanged"
    assert f"sfsgen: {tmp_path}: {parts}\n" in told


def test_what_differs_needs_force_and_all_of_it_is_left(tmp_path: Path) -> None:
    done(tmp_path, FEWER)
    before = looks(tmp_path)
    result = into(tmp_path)
    assert (result.status, result.out) == (2, "")
    file = tmp_path / "statefulset-web.yaml"
    assert (
        f"already there, and not the same: {file}\n  fix: look with --diff; give --" in result.err
    )
    assert looks(tmp_path) == before


@pytest.mark.parametrize("target", ["mine", "nowhere"])
def test_a_link_is_never_the_same(target: str, tmp_path: Path) -> None:
    done(tmp_path)
    file = tmp_path / "service-web.yaml"
    file.rename(tmp_path / "mine")
    file.symlink_to(target)
    assert into(tmp_path).status == 2
    assert into(tmp_path, f"{PLAIN} --diff").status == 1
    assert "1 file changed (service-web.yaml)" in done(tmp_path, f"{PLAIN} --force")
    assert not file.is_symlink()


# --diff


def test_a_diff_is_printed_and_nothing_written(tmp_path: Path) -> None:
    done(tmp_path, FEWER)
    before = looks(tmp_path)
    result = into(tmp_path, f"{PLAIN} --diff")
    assert result.status == 1
    assert looks(tmp_path) == before
    file = tmp_path / "statefulset-web.yaml"
    assert f"--- {file}\n+++ {file}\n" in result.out
    assert "-  replicas: 1\n+  replicas: 2\n" in result.out
    assert f"--- /dev/null\n+++ {tmp_path / PAIR[0]}\n@@ -0,0 +1," in result.out
    assert "2 files would be created" in result.err
    assert "1 file would be changed (statefulset-web.yaml), 3 files unchanged\n" in result.err


def test_a_diff_of_no_folder_makes_none(tmp_path: Path) -> None:
    result = into(tmp_path / "a" / "b", f"{PLAIN} --diff")
    assert (result.status, result.out.count("--- /dev/null\n")) == (1, 6)
    assert list(tmp_path.iterdir()) == []


def test_a_diff_never_takes_a_folder_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "service-web.yaml").mkdir()
    result = into(tmp_path, f"{PLAIN} --diff")
    assert (result.status, result.out) == (2, "")
    assert "service-web.yaml is a folder" in result.err


@pytest.mark.parametrize("state", ["ready", "undo"])
def test_a_half_written_folder_is_not_compared(state: str, tmp_path: Path) -> None:
    done(tmp_path)
    (tmp_path / WRITING / state).mkdir(parents=True)
    result = into(tmp_path, f"{PLAIN} --diff")
    assert (result.status, result.out) == (2, "")
    assert f"{tmp_path} is half written" in result.err
    assert (tmp_path / WRITING / state).is_dir()


@pytest.mark.skipif(not shutil.which("patch"), reason="no patch on this machine")
@pytest.mark.parametrize("folder", ["out", "out of it"])
def test_a_diff_makes_what_the_run_makes(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out = Path(folder)
    done(out, f"{PLAIN} --kustomization")
    (out / "service-web.yaml").write_text("mine, its line has no end")
    change = f"{FEWER} --prune --kustomization"
    result = into(out, f"{change} --diff")
    assert result.status == 1
    shutil.copytree(out, "other")
    done(out, f"{change} --force")
    patched = result.out.replace(folder, "other")
    subprocess.run(["patch", "-p0", "-E", "-s"], input=patched, text=True, check=True)
    assert {name: data for name, (_, data) in looks(Path("other")).items()} == {
        name: data for name, (_, data) in looks(out).items()
    }


# What is left over


def test_what_is_left_over_is_told_and_stays(tmp_path: Path) -> None:
    done(tmp_path)
    told = done(tmp_path, f"{FEWER} --force")
    what = f"2 left over, no longer printed for web: {PAIR[0]} and {PAIR[1]}"
    assert f"sfsgen: {tmp_path}: {what}; --prune removes what is left over\n" in told
    assert set(PAIR) < set(names(tmp_path))


def test_it_is_removed_where_that_is_asked_for_and_what_stays_is_said(tmp_path: Path) -> None:
    done(tmp_path)
    result = into(tmp_path, f"{FEWER} --prune --diff")
    assert result.status == 1
    assert f"--- {tmp_path / PAIR[0]}\n+++ /dev/null\n" in result.out
    assert f"sfsgen: {PAIR[0]} would be removed: the data of pv-web-1 stays: nfs." in result.err
    assert set(PAIR) < set(names(tmp_path))
    told = done(tmp_path, f"{FEWER} --prune --force")
    place = "nfs.example.com:/exports/pv-web-1"
    assert f"sfsgen: {PAIR[0]} is removed: the data of pv-web-1 stays: {place}\n" in told
    assert f"sfsgen: {PAIR[1]} is removed: the data of pvc-web-1 stays in its volume pv" in told
    assert set(PAIR).isdisjoint(names(tmp_path))
    assert "left over" not in done(tmp_path, FEWER)


# How the set was before, and what is said of its volume.
STAYS = [
    ("--reclaim-policy Delete", "stays while its claim does (Delete): nfs.example.com:/exports/"),
    ("--reclaim-policy Recycle", "stays while its claim does (Recycle): nfs.example.com:/exports/"),
    ("--driver csi", "the data of pv-web-1 stays: nfs.example.com:/exports/pv-web-1"),
    ("--volume-name old-{ordinal}", "the data of old-1 stays: nfs.example.com:/exports/old-1"),
    ("--claim-template old", "the data of old-web-1 stays in its volume pv-web-1"),
    ("--service-name old", "service-old.yaml is removed\n"),
    ("-o json", "persistentvolume/pv-web-0 stands in persistentvolume-pv-web-0.yaml now\n"),
    ("-o json", "statefulset/web stands in statefulset-web.yaml now\n"),
    ("--volume log=1Gi:/log", "the data of pv-log-web-0 stays: nfs.example.com:/exports/pv-log-"),
]


@pytest.mark.parametrize(("before", "said"), STAYS)
def test_whatever_has_changed_of_a_set_the_rest_is_left_over(
    before: str, said: str, tmp_path: Path
) -> None:
    done(tmp_path, f"{PLAIN} {before}")
    assert said in done(tmp_path, f"{FEWER} --prune --force")
    done(tmp_path / "new", FEWER)
    assert names(tmp_path) == ["new", *names(tmp_path / "new")]


# Sets whose files are not this set's: another name, another namespace, labels of another one.
OTHERS = [
    f"render web-b {STORAGE} -r 2",
    f"render b-web {STORAGE} -r 2",
    f"render web {STORAGE} -r 2 --namespace other --volume-name o-{{ordinal}} --claim-template o",
    f"render a-web {STORAGE} -r 2 --claim-template pvc",
    f"render web {STORAGE} -r 3 --only pv,pvc --from-ordinal 2 --label app.kubernetes.io/name=a",
]


@pytest.mark.parametrize("other", OTHERS)
def test_files_of_other_sets_stay(other: str, tmp_path: Path) -> None:
    done(tmp_path, other)
    before = looks(tmp_path)
    told = done(tmp_path, f"{FEWER} --prune --force")
    kept = {name: look for name, look in looks(tmp_path).items() if name in before}
    own = {"service-web.yaml", "statefulset-web.yaml"} if "namespace" in other else set()
    assert {name: kept[name] for name in kept.keys() - own} == {
        name: before[name] for name in before.keys() - own
    }
    assert "left over" not in told
    assert "is removed" not in told


def _options(**choices: list[str]) -> st.SearchStrategy[str]:
    some = {f"--{key.replace('_', '-')}": st.sampled_from(each) for key, each in choices.items()}
    given = st.fixed_dictionaries({}, optional=some)
    return given.map(lambda found: " ".join(f"{key} {each}" for key, each in found.items()))


OPTIONS = _options(
    replicas=["0", "1", "3"],
    claim_template=["a", "web"],
    volume_name=["v-{claim}", "{claim}"],
    service_name=["a", "web-x"],
    output=["json"],
    volume=["log=1Gi:/log"],
    driver=["csi"],
    start_ordinal=["2"],
    gitops=["argocd"],
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(before=OPTIONS, after=OPTIONS)
def test_after_pruning_a_folder_is_as_a_new_one(
    before: str, after: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again, new = tmp_path_factory.mktemp("again"), tmp_path_factory.mktemp("new")
    done(again, f"{PLAIN} --kustomization {before}")
    change = f"{PLAIN} --prune --kustomization {after}"
    differs = into(again, f"{change} --diff").status
    told = done(again, f"{change} --force")
    done(new, f"{PLAIN} {after}")
    left = {name: text for name, (_, text) in looks(again).items()}
    del left["kustomization.yaml"]
    assert left == {name: text for name, (_, text) in looks(new).items()}
    assert sorted(_resources(again)) == sorted(left)
    assert bool(differs) == (" created" in told or " changed" in told or " removed" in told)


def test_files_that_get_their_namespaces_are_left_over_under_their_old_names(
    tmp_path: Path,
) -> None:
    one = "name: web\nreplicas: 1\nnfs: {server: a}\nclaimTemplates: [{storage: 1Gi}]\n"
    other = one.replace("web", "db") + "namespace: other\n"
    (tmp_path / "sets.yaml").write_text(f"{one}---\n{other}")
    out, command = tmp_path / "out", f"render -f {tmp_path}/sets.yaml"
    done(out, f"{command.replace('render', 'render web')}")
    told = done(out, f"{command} --prune")
    now = "persistentvolumeclaim/pvc-web-0 stands in persistentvolumeclaim-default.pvc-web-0.yaml"
    assert f"persistentvolumeclaim-pvc-web-0.yaml is removed: {now} now\n" in told
    assert [name for name in names(out) if "other" not in name and "db" not in name] == [
        "persistentvolume-pv-web-0.yaml",
        "persistentvolumeclaim-default.pvc-web-0.yaml",
        "service-default.web.yaml",
        "statefulset-default.web.yaml",
    ]


MINE = {
    "persistentvolume-pv-web-9.yaml": "kind: PersistentVolume\n",
    "persistentvolume-pv-web-8.yaml": "a: [",
    "persistentvolume-pv-web-7.yaml": "",
    "service-mine.yaml": "apiVersion: v1\nkind: Service\n"
    "metadata: {name: mine, namespace: default}\nspec: {selector: {app.kubernetes.io/name: web}}\n",
    "web.yaml": "name: web\nreplicas: 2\n",
    "notes.txt": "mine",
}


def test_files_that_are_no_objects_of_the_set_stay(tmp_path: Path) -> None:
    written(MINE, tmp_path)
    done(tmp_path)
    volume = (tmp_path / PAIR[0]).read_text()
    others = {
        "persistentvolume-other-name.yaml": volume,
        "persistentvolume-pv-web-1.yml": volume,
        "persistentvolumeclaim-two.yaml": f"{volume}---\n{volume}",
        "copy.yaml": volume,
        "within/persistentvolume-pv-web-1.yaml": volume,
    }
    written(others, tmp_path)
    (tmp_path / "persistentvolumeclaim-pvc-web-5.yaml").symlink_to(PAIR[1])
    told = done(tmp_path, f"{FEWER} --prune --force")
    assert told.count("is removed") == 2
    assert all((tmp_path / name).read_text() == text for name, text in (MINE | others).items())
    assert (tmp_path / "persistentvolumeclaim-pvc-web-5.yaml").is_symlink()


@pytest.mark.parametrize("part", ["--only pv", "--from-ordinal 1", "--only sts,svc,pvc"])
def test_of_a_part_nothing_is_left_over(part: str, tmp_path: Path) -> None:
    done(tmp_path)
    assert "left over" not in done(tmp_path, f"{PLAIN} {part}")


def test_sets_with_selectors_of_their_own_are_known_by_these(tmp_path: Path) -> None:
    values = "name: web\nreplicas: 2\nnfs: {server: a}\nclaimTemplates: [{storage: 1Gi}]\n"
    values += "selector: {matchLabels: {app: web}}\n"
    file, out = tmp_path / "web.yaml", tmp_path / "out"
    file.write_text(values)
    done(out, f"render -f {file}")
    file.write_text(values.replace("replicas: 2", "replicas: 0"))
    assert done(out, f"render -f {file} --prune --force").count("is removed: the data") == 4
    assert names(out) == ["service-web.yaml", "statefulset-web.yaml"]


# The kustomization


def _resources(folder: Path) -> list[str]:
    found: list[str] = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    return found


@needs_kubectl
@pytest.mark.parametrize("output", ["yaml", "json"])
def test_kubectl_builds_what_is_printed(output: str, tmp_path: Path) -> None:
    done(tmp_path, f"{PLAIN} --kustomization -o {output}")
    built = subprocess.run(
        ["kubectl", "kustomize", str(tmp_path)], capture_output=True, text=True, check=True
    )
    by_name = {
        (each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(built.stdout)
    }
    printed = list(yaml.safe_load_all(sfsgen(PLAIN).out))
    assert by_name == {(each["kind"], each["metadata"]["name"]): each for each in printed}


def test_it_lists_what_is_there(tmp_path: Path) -> None:
    written(MINE, tmp_path)
    done(tmp_path)
    (tmp_path / "copy.yaml").write_text((tmp_path / PAIR[0]).read_text())
    told = done(tmp_path, f"{FEWER} --force --kustomization")
    assert "1 file created (kustomization.yaml)" in told
    first = [each["metadata"] for each in yaml.safe_load_all(sfsgen(FEWER).out)]
    assert len(first) == 4
    # What is left over is listed: what is not, a GitOps tool prunes.
    assert _resources(tmp_path)[4:] == ["copy.yaml", PAIR[1], "service-mine.yaml"]
    told = done(tmp_path, f"{FEWER} --prune --kustomization")
    assert "1 file changed (kustomization.yaml)" in told
    assert _resources(tmp_path)[4:] == ["copy.yaml", "service-mine.yaml"]


def test_one_that_is_there_keeps_what_else_it_says(tmp_path: Path) -> None:
    text = """# mine
resources:
  # first
  - ../base
  - ./statefulset-web.yaml  # the set
  - persistentvolume-pv-web-9.yaml
  - missing.yaml
labels: [{pairs: {a: b}}]  # for all
"""
    written({"kustomization.yaml": text, "mine.yaml": "apiVersion: v1\nkind: A\n"}, tmp_path)
    done(tmp_path, f"{FEWER} --kustomization")
    more = [
        "service-web.yaml",
        "persistentvolume-pv-web-0.yaml",
        "persistentvolumeclaim-pvc-web-0.yaml",
    ]
    after = text.replace("  - persistentvolume-pv-web-9.yaml\n", "")
    listed = "".join(f"  - {each}\n" for each in more)
    after = after.replace("  - missing.yaml\n", f"  - missing.yaml\n{listed}")
    assert (tmp_path / "kustomization.yaml").read_text() == after
    assert "5 files unchanged" in done(tmp_path, f"{FEWER} --kustomization")


LISTED = [
    "service-web.yaml",
    "persistentvolume-pv-web-0.yaml",
    "persistentvolumeclaim-pvc-web-0.yaml",
    "statefulset-web.yaml",
]
BLOCK = "".join(f"- {each}\n" for each in LISTED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("resources:\nnamespace: a\n", f"resources:\n{BLOCK}namespace: a\n"),
        ("resources:  # mine\n", f"resources:  # mine\n{BLOCK}"),
        ("resources: ~", f"resources:\n{BLOCK}"),
        ("resources: [] # a\n# b\n", f"resources: # a\n{BLOCK}# b\n"),
        ("namePrefix: a-", f"namePrefix: a-\nresources:\n{BLOCK}"),
        ("a: b\r\nresources:\r\n", f"a: b\nresources:\n{BLOCK}".replace("\n", "\r\n")),
        (f"resources:\r\n- {LISTED[0]}\r\n", f"resources:\n{BLOCK}".replace("\n", "\r\n")),
        ("resources: [\n]\n", f"resources: [{', '.join(LISTED)}]\n"),
        ('{"resources": []}\n', f'{{"resources": {json.dumps(LISTED)}}}\n'),
        (f'{{"resources": ["{LISTED[0]}"]}}', f'{{"resources": {json.dumps(LISTED)}}}\n'),
    ],
)
def test_it_is_filled_in_its_own_layout(before: str, after: str, tmp_path: Path) -> None:
    written({"kustomization.yaml": before}, tmp_path)
    done(tmp_path, f"{FEWER} --kustomization")
    assert (tmp_path / "kustomization.yaml").read_bytes().decode() == after


@pytest.mark.parametrize("name", ["kustomization.yml", "Kustomization"])
def test_one_of_another_name_is_the_one(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("namespace: a\n")
    done(tmp_path, f"{PLAIN} --kustomization")
    found = yaml.safe_load((tmp_path / name).read_text())
    assert (found["namespace"], len(found["resources"])) == ("a", 6)
    assert len(names(tmp_path)) == 7


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "resources: a",
        "resources: [{a: b}]",
        "apiVersion: v1\nkind: ConfigMap\n",
        "- a",
        "",
        "resources: [a]\n---\nresources: [b]\n",
        "x: &a [b]\nresources: *a\n",
    ],
)
def test_one_that_cannot_be_edited_is_left_and_so_is_all(text: str, tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(text)
    result = into(tmp_path, f"{PLAIN} --kustomization --force")
    assert (result.status, result.out) == (2, "")
    assert "kustomization.yaml" in result.err
    assert names(tmp_path) == ["kustomization.yaml"]
    assert (tmp_path / "kustomization.yaml").read_text() == text
    assert "lists other files" not in done(tmp_path)


def test_one_that_lists_others_is_told_of(tmp_path: Path) -> None:
    done(tmp_path, f"{PLAIN} --kustomization")
    assert "lists other files" not in done(tmp_path)
    told = done(tmp_path, f"{FEWER} --prune --force")
    file = tmp_path / "kustomization.yaml"
    assert f"sfsgen: {file} lists other files than are there: --kustomization mends it\n" in told


LISTS = st.lists(st.sampled_from(["a.yaml", "./b", "../c d", "e: f", "true", "'g'"]), unique=True)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    there=LISTS.filter(bool),
    gone=LISTS,
    margin=st.sampled_from(["", "  "]),
    end=st.sampled_from(["", "\n", "\nnamespace: a\n"]),
    is_flow=st.booleans(),
)
def test_lists_are_edited_entry_by_entry(
    there: list[str], gone: list[str], margin: str, end: str, is_flow: bool
) -> None:
    entries = [json.dumps(each) for each in there]
    block = "\n".join(f"{margin}- {each} # {each}" for each in entries)
    text = f"resources: [{', '.join(entries)}]" if is_flow else f"resources:\n{block}"
    made = relisted(text + end, "resources", gone, ["new", "x: y"])
    kept = [each for each in there if each not in gone]
    value = yaml.safe_load(made)
    assert value["resources"] == [*kept, "new", "x: y"]
    assert value.get("namespace") == ("a" if "namespace" in end else None)
    if kept and not is_flow:
        assert all(f"# {json.dumps(each)}" in made for each in kept)


# scale and volumes


@pytest.mark.parametrize("command", ["scale web -r 3", "volumes -r 3"])
def test_new_pairs_come_beside_those_that_are_there(command: str, tmp_path: Path) -> None:
    done(tmp_path, f"{PLAIN} --kustomization")
    command = f"{command} -f {tmp_path} --kustomization"
    result = into(tmp_path, f"{command} --diff")
    assert (result.status, result.out.count("--- /dev/null\n")) == (1, 2)
    assert len(names(tmp_path)) == 7
    told = done(tmp_path, command)
    assert "2 files created" in told
    assert "1 file changed (kustomization.yaml)" in told
    assert sorted(_resources(tmp_path)) == sorted(set(names(tmp_path)) - {"kustomization.yaml"})
    again = into(tmp_path, f"{command} --diff")
    assert (again.status, again.out) == (0, "")
    assert f"{tmp_path}: 1 file unchanged\n" in again.err
    assert "nothing is missing" in again.err


# At the edges


def test_a_file_that_cannot_be_read_counts_as_another(tmp_path: Path) -> None:
    done(tmp_path)
    (tmp_path / "service-web.yaml").write_bytes(b"\xff\n")
    result = into(tmp_path, f"{PLAIN} --diff")
    assert result.status == 1
    assert "-\\xff\n" in result.out
    if os.geteuid():
        (tmp_path / "service-web.yaml").chmod(0)
        assert into(tmp_path, f"{PLAIN} --diff").status == 2
