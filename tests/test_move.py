"""`sfsgen move`: the steps for each state, what it refuses, and what it asks people to run."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsgen.kubernetes.manifest import NOT_READ
from sfsgen.moving.copying import Copy, copied, copied_roughly, needed
from sfsgen.sets.found import found_volume
from sfsgen.values.pairs import Volume
from tests.cluster import Cluster
from tests.plans import dump
from tests.program import findings, sfsgen
from tests.test_recover import steps

pytestmark = pytest.mark.without_libraries
EXAMPLES = Path(__file__).parents[1] / "examples"
HEALTHY = EXAMPLES / "move-server/dump.yaml"
SHELLS = [each for each in ("dash", "bash") if shutil.which(each)]

_ORPHAN = ["delete set", "delete pod"]
_COPY = ["wait"]
_AGAIN = ["delete volume", "patch volume", "create volume", "annotate claim"]
_CLAIM = ["delete claim", "json-patch volume", "patch volume", "create claim"]
_SET = ["create set"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("nothing-differs", []),
        ("broken", []),
        (
            "server",
            [
                *_COPY,  # the first one
                *[*_ORPHAN, *_COPY, *_AGAIN, *_SET] * 2,
                *_SET,
            ],
        ),
        (
            "server-all-at-once",
            [*_COPY, "patch set", *_COPY, *_AGAIN, *_AGAIN, "patch set"],
        ),
        ("server-of-each-ordinal", [*_COPY, *[*_ORPHAN, *_COPY, *_AGAIN, *_SET] * 2, *_SET]),
        ("same-data", [*[*_ORPHAN, *_AGAIN, *_SET] * 2, *_SET]),
        ("path", [*[*_ORPHAN, *_COPY, *_AGAIN, *_SET] * 2, *_SET]),
        ("driver", [*[*_ORPHAN, *_AGAIN, *_SET] * 2, *_SET]),
        ("storage", [*[*_ORPHAN, *_CLAIM, *_SET] * 2, *_SET]),
        ("access-mode", [*[*_ORPHAN, *_CLAIM, *_SET] * 2, *_SET]),
        (
            "one-claim-template",
            [
                *_COPY,
                *[
                    *_ORPHAN,
                    *_COPY,
                    "delete claim",
                    "delete volume",
                    "create volume",
                    "create claim",
                    *_SET,
                ]
                * 2,
                *_SET,
            ],
        ),
        ("mount-options", ["patch volume"] * 2),
        ("reclaim-policy", ["patch volume"] * 2),
    ],
)
def test_the_steps_of_a_move(
    state: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = EXAMPLES / f"move-{state}"
    command = (folder / "command").read_text()
    assert steps(command.replace("'", ""), folder, monkeypatch) == expected


REFUSED: list[tuple[str, list[str]]] = [
    ("", ["move: error: nothing says what shall differ"]),
    ("--nfs-server", ["--nfs-server"]),
    ("--nfs-server 'a b'", ["--nfs-server: error:"]),
    ("--nfs-server nas:/exports", ["--nfs-server: error:"]),
    ("--nfs-path relative", ['--nfs-path: error: StatefulSet default/web: "relative" is not an']),
    ("--nfs-path /a/{foo}", ["{foo} is not a placeholder"]),
    ("--nfs-path /a/../b", ['leads out of the export with ".."']),
    ("--nfs-path /srv/{name}", ["pv-web-1 would lie in /srv/web, where the volume pv-web-0 lies"]),
    (
        "--nfs-path /exports/pv-web-{ordinal}/data",
        ["pv-web-0 would lie in /exports/pv-web-0/data, where the volume pv-web-0 lies, or inside"],
    ),
    ("--nfs-path /exports/pv-web-1/{ordinal}", ["pv-web-0 would lie in /exports/pv-web-1/0"]),
    ("--nfs-path /", []),
    ("--driver zz", ['"zz" is not possible']),
    ("--driver smb.csi.k8s.io", ["mounts nothing without a Secret"]),
    ("--storage 1GB", ['"1GB" is not a Kubernetes quantity', 'write "1G"']),
    ("--storage 0", ["is not above zero"]),
    ("--access-mode RWZ", ['"RWZ" is no access mode']),
    ("--access-mode RWOP", ["ReadWriteOncePod is enforced for CSI volumes only"]),
    ("--mount-option 'a\nb'", ["is not a mount option"]),
    ("--reclaim-policy keep", ["--reclaim-policy: error:"]),
    ("--same-data --storage 2Gi", ["--same-data: error: nothing says where the data is by then"]),
    ("--storage 2Gi --claim-template data", ["web has no claim template data", "give pvc"]),
    ("--storage 2Gi -o text", ['"text" is no format']),
    ("--storage 2Gi --kube-version 2", ["--kube-version"]),
    (
        "--storage x --access-mode y --nfs-path z",
        ["--storage: error:", "--access-mode: error:", "--nfs-path: error:"],
    ),
]


@pytest.mark.parametrize(("options", "told"), [each for each in REFUSED if each[1]])
def test_what_is_refused(options: str, told: list[str]) -> None:
    result = sfsgen(f"move web -f {HEALTHY} {options}")
    assert (result.status, result.out) == (2, "")
    for each in told:
        assert each in result.err


def test_a_name_is_needed() -> None:
    result = sfsgen(f"move -f {HEALTHY} --storage 2Gi")
    assert result.status == 2
    assert "NAME: error: the StatefulSet's name is missing" in result.err


def changed(change: Any, source: Path = HEALTHY) -> str:
    """Return a dump in which something is otherwise."""
    value = yaml.safe_load(source.read_text())
    for each in value["items"]:
        change(each)
    return yaml.safe_dump(value)


def _of(kind: str, name: str, change: Any) -> Any:
    def on(each: Any) -> None:
        if (each["kind"], each["metadata"]["name"]) == (kind, name):
            change(each)

    return on


VOLUME, CLAIM, SET = "PersistentVolume", "PersistentVolumeClaim", "StatefulSet"
_DELETED = {"deletionTimestamp": "2026-11-27T00:00:00Z"}
NOT_WHOLE: dict[str, tuple[Any, str]] = {
    "a set in a file": (
        _of(SET, "web", lambda each: each["metadata"].pop("uid")),
        "web stands in a file",
    ),
    "a set that goes": (
        _of(SET, "web", lambda each: each["metadata"].update(_DELETED)),
        "the set web is being deleted",
    ),
    "a claim that goes": (
        _of(CLAIM, "pvc-web-1", lambda each: each["metadata"].update(_DELETED)),
        "ordinal 1: pvc-web-1 is being deleted",
    ),
    "a volume that goes": (
        _of(VOLUME, "pv-web-1", lambda each: each["metadata"].update(_DELETED)),
        "ordinal 1: pv-web-1 is being deleted",
    ),
    "a claim that is Lost": (
        _of(CLAIM, "pvc-web-0", lambda each: each["status"].update(phase="Lost")),
        "ordinal 0: the claimRef of pv-web-0 was changed: `sfsgen recover web -f -` comes first",
    ),
    "another uid": (
        _of(VOLUME, "pv-web-0", lambda each: each["spec"]["claimRef"].update(uid="other")),
        "ordinal 0: ",
    ),
    "no claimRef": (
        _of(VOLUME, "pv-web-0", lambda each: each["spec"].pop("claimRef")),
        "ordinal 0",
    ),
    "a provisioner's": (
        _of(
            VOLUME,
            "pv-web-0",
            lambda each: each["metadata"].update(
                annotations={"pv.kubernetes.io/provisioned-by": "nfs.csi.k8s.io"}
            ),
        ),
        "pv-web-0",
    ),
    "a path nobody can type": (
        _of(VOLUME, "pv-web-0", lambda each: each["spec"]["nfs"].update(path="/a\u202eb")),
        "the path of pv-web-0 cannot be written down",
    ),
}


@pytest.mark.parametrize("state", NOT_WHOLE)
@pytest.mark.parametrize("form", ["words", "sh", "yaml", "json"])
def test_a_set_that_is_not_whole_comes_first(state: str, form: str) -> None:
    change, told = NOT_WHOLE[state]
    text = changed(change)
    result = sfsgen(["move", "web", "-f", "-", "--nfs-server", "nas2", "-o", form], text)
    assert (result.status, result.out) == (1, ""), result.out
    assert told in result.err
    assert "bug" not in result.err


def plan_of(text: str, *options: str) -> dict[str, Any]:
    """Return the plan for a dump."""
    result = sfsgen(["move", "web", "-f", "-", "-o", "json", *options], text)
    assert not result.status, result.err
    (plan,) = json.loads(result.out)["plans"]
    return dict(plan)


def test_what_is_made_is_clean() -> None:
    options = ["--nfs-server", "nas2.example.com", "--storage", "2Gi", "-o", "yaml"]
    made = sfsgen(["move", "web", "-f", str(HEALTHY), *options])
    kinds = [each["kind"] for each in yaml.safe_load_all(made.out)]
    assert kinds == [VOLUME, VOLUME, CLAIM, CLAIM, SET]
    assert not [each for each in findings("-f", "-", stdin=made.out) if each["severity"] == "error"]


def test_files_are_kept_before_anything_else() -> None:
    deletes = _of(
        VOLUME,
        "pv-web-0",
        lambda each: each["spec"].update(persistentVolumeReclaimPolicy="Delete"),
    )
    plan = plan_of(changed(deletes), "--storage", "2Gi")
    made = [each for phase in plan["phases"] for each in phase["actions"]]
    policies = [
        (index, each["step"]["value"]["spec"]["persistentVolumeReclaimPolicy"])
        for index, each in enumerate(made)
        if each["step"] and "persistentVolumeReclaimPolicy" in str(each["step"]["value"])
        if each["step"]["verb"] == "patch"
    ]
    first, last = policies
    assert first == (0, "Retain")
    assert last[1] == "Delete"  # as it was, once the claim is there again
    creation = next(
        index
        for index, each in enumerate(made)
        if each["step"] and (each["step"]["verb"], each["step"]["kind"]) == ("create", CLAIM)
    )
    assert last[0] == creation + 1


def test_ordinals_with_one_directory_go_together() -> None:
    def share(each: Any) -> None:
        if each["kind"] == VOLUME:
            each["spec"]["nfs"]["path"] = "/shared"

    plan = plan_of(changed(share), "--nfs-server", "nas2")
    assert plan["stops"][0].startswith("web-0, web-1: ")
    copies = [each["confirm"] for each in plan["phases"][0]["actions"] if each["confirm"]]
    assert [each.count("mkdir ") for each in copies] == [1, 1]


def test_a_smaller_size_is_said() -> None:
    plan = plan_of(HEALTHY.read_text(), "--storage", "512Mi")
    assert any("512Mi is less" in each for each in plan["notes"])


def moved_source(example: str, options: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the source of the first volume of an example, once it is moved, and the plan."""
    folder = EXAMPLES / example
    objects = list(yaml.safe_load_all((folder / "expected.yaml").read_text()))
    cluster = Cluster(each for each in objects if each["kind"] != "Service")
    cluster.settle()
    (name,) = (each["metadata"]["name"] for each in objects if each["kind"] == SET)
    result = sfsgen(f"move {name} -f - -o json {options}", dump(cluster))
    assert not result.status, result.err
    (plan,) = json.loads(result.out)["plans"]
    spec = next(each["spec"] for each in plan["objects"] if each["kind"] == VOLUME)
    (source,) = (spec[each] for each in ("nfs", "csi", "local") if each in spec)
    return source, plan


@pytest.mark.parametrize(
    ("example", "options", "expected"),
    [
        ("csi", "--nfs-server b.example.com", {"volumeHandle": "b.example.com#exports#pv-web-0"}),
        ("csi", "--nfs-path /new", {"volumeAttributes/share": "/new"}),
        ("csi", "--driver nfs", {"server": "nfs.example.com", "path": "/exports/pv-web-0"}),
        ("driver-smb", "--nfs-server b.x", {"volumeAttributes/source": "//b.x/tank"}),
        ("driver-smb", "--nfs-server b.x", {"nodeStageSecretRef/name": "smbcreds"}),
        ("driver-cephfs", "--nfs-path /n", {"volumeAttributes/rootPath": "/n/pv-web-0"}),
        ("driver-cephfs", "--nfs-path /n", {"volumeAttributes/fsName": "myfs"}),
        (
            "driver-efs",
            "--nfs-server fs-0123456789abcdef1",
            {"volumeHandle": "fs-0123456789abcdef1:/apps/pv-web-0"},
        ),
        ("driver-node-manual", "--nfs-server b.x", {"volumeAttributes/server": "b.x"}),
        ("driver-node-manual", "--nfs-server b.x", {"fsType": "nfs"}),
        ("driver-local", "--nfs-path /disks/new", {"path": "/disks/new/pv-db-0"}),
        ("servers-by-ordinal", "--nfs-path /n", {"server": "nas-0.example.com"}),
    ],
)
def test_each_driver_keeps_what_is_its_own(
    example: str, options: str, expected: dict[str, str]
) -> None:
    source, _ = moved_source(example, options)
    for path, value in expected.items():
        found: Any = source
        for part in path.split("/"):
            found = found[part]
        assert found == value


def test_how_a_path_is_split_stays_with_the_server() -> None:
    """A server that exports the directory itself may not export the one above it."""

    def share(each: Any) -> None:
        if each["kind"] == VOLUME:
            nfs = each["spec"].pop("nfs")
            attributes = {"server": nfs["server"], "share": nfs["path"]}
            csi = {"driver": "nfs.csi.k8s.io", "volumeHandle": each["metadata"]["name"]}
            each["spec"]["csi"] = {**csi, "volumeAttributes": attributes}

    plan = plan_of(changed(share), "--nfs-server", "nas2")
    made = next(each for each in plan["objects"] if each["kind"] == VOLUME)
    attributes = made["spec"]["csi"]["volumeAttributes"]
    assert attributes == {"server": "nas2", "share": "/exports/pv-web-0"}


def test_a_handle_that_stays_is_told() -> None:
    _, plan = moved_source("driver-cephfs", "--nfs-path /n")
    assert any("the handle of pv-web-0" in each for each in plan["notes"])
    _, plan = moved_source("csi", "--nfs-path /n")
    assert not any("handle" in each for each in plan["notes"])


def test_another_kind_of_server_has_other_paths() -> None:
    objects = (EXAMPLES / "driver-smb/expected.yaml").read_text()
    cluster = Cluster(each for each in yaml.safe_load_all(objects) if each["kind"] != "Service")
    cluster.settle()
    result = sfsgen("move web -f - --driver nfs", dump(cluster))
    assert (result.status, result.out) == (1, "")
    assert "where pv-web-0 lies for another driver is not known" in result.err


def test_data_is_not_moved_away_from_under_others() -> None:
    value = yaml.safe_load(HEALTHY.read_text())
    metadata = {"name": "backup", "uid": "u-1"}
    nfs = {"server": "nfs.example.com", "path": "/exports/pv-web-1/daily"}
    spec = {"nfs": nfs, "accessModes": ["ReadOnlyMany"], "capacity": {"storage": "1Gi"}}
    other = {"apiVersion": "v1", "kind": VOLUME, "metadata": metadata, "spec": spec}
    value["items"].append(other)
    text = yaml.safe_dump(value)
    result = sfsgen(["move", "web", "-f", "-", "--nfs-path", "/srv"], text)
    assert (result.status, result.out) == (1, "")
    assert "ordinal 1: backup has its data in /exports/pv-web-1/daily" in result.err
    notes = plan_of(text, "--nfs-server", "nas2")["notes"]
    assert any(each.startswith("backup have their data there too") for each in notes)


def test_a_claim_template_alone() -> None:
    """Its claims were made larger already; pods go on."""
    path = "spec", "volumeClaimTemplates", 0, "spec", "resources", "requests"

    def less(each: Any) -> None:
        for part in path:
            each = each[part]
        each["storage"] = "512Mi"

    plan = plan_of(changed(_of(SET, "web", less)), "--storage", "1Gi")
    assert plan["stops"] == []
    steps_of_it = [each["step"] for phase in plan["phases"] for each in phase["actions"]]
    assert [(each["verb"], each["kind"]) for each in steps_of_it] == [
        ("delete", SET),
        ("create", SET),
    ]


# What people run


def volume(server: str, path: str) -> Volume:
    """Return a volume that lies somewhere."""
    spec = {"nfs": {"server": server, "path": path}, "capacity": {"storage": "1Gi"}}
    value = {"kind": VOLUME, "metadata": {"name": "pv"}, "spec": spec}
    return found_volume(NOT_READ._replace(kind=VOLUME, name="pv", value=value))


def test_each_copy_is_made_once() -> None:
    one, other = volume("a", "/x"), volume("b", "/x")
    assert needed([Copy(one, other), Copy(one, other), Copy(one, volume("A", "//x/"))]) == [
        Copy(one, other)
    ]


PARTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
PATHS = st.lists(
    PARTS.filter(lambda each: "/" not in each and each not in (".", ".."))
    | st.sampled_from(
        ["-n", "--delete", "$(touch x)", "`id`", "a b", "'", '"', "\\", "$HOME", "~"]
    ),
    min_size=1,
    max_size=3,
).map(lambda parts: "/" + "/".join(parts))


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=20, deadline=None)
@given(old=PATHS, new=PATHS, is_moved=st.booleans())
def test_paths_reach_a_shell_as_they_are(shell: str, old: str, new: str, is_moved: bool) -> None:
    """Programs that only print what they were given, NUL between the words, see each of them."""
    server = "old" if is_moved else "new"
    copy = Copy(volume("old", old), volume(server, new + "x"))
    actions = [copied([copy], must=(), done=(), moved=True), copied_roughly([copy], ())]
    lines = [line for each in actions for line in each.confirm.split("\n")]
    commands = "\n".join(line for line in lines if not line.endswith(":"))
    names = ("mkdir", "rsync", "mv", "ls")
    fakes = "\n".join(f"{each}() {{ printf '%s\\0' {each} \"$@\"; }}" for each in names)
    text = f"{fakes}\n{commands}"
    done = subprocess.run([shell, "-c", text], capture_output=True, check=False)
    assert not done.returncode, done.stderr
    words = done.stdout.decode().split("\0")
    assert f"/mnt/old{old}" in [each.rstrip("/") for each in words]
    assert f"/mnt/{server}{new}x" in [each.rstrip("/") for each in words]


@pytest.mark.parametrize(
    ("where", "options", "told"),
    [
        ({"path": "/../../etc"}, "--nfs-server nas2", 'has a ".."'),
        ({"path": "/e/../../../etc"}, "--nfs-path /srv", 'has a ".."'),
        ({"path": "/../../etc"}, "--clone --to-name api --nfs-path /srv", 'has a ".."'),
        ({"server": "../etc"}, "--nfs-path /srv", "is no name of a directory below /mnt"),
        ({"server": ".."}, "--nfs-server nas2", "is no name of a directory below /mnt"),
        ({"path": "/"}, "--nfs-path /srv", "is all of"),
        ({"path": "/"}, "--clone --to-name api --nfs-path /srv", "is all of"),
    ],
)
def test_no_line_leads_out_of_what_is_mounted(
    where: dict[str, str], options: str, told: str
) -> None:
    def change(each: Any) -> None:
        if each["kind"] == "PersistentVolume" and each["metadata"]["name"] == "pv-web-1":
            each["spec"]["nfs"].update(where)

    result = sfsgen(f"move web -f - {options}", changed(change))
    assert (result.status, result.out) == (1, "")
    assert told in result.err


def test_nothing_becomes_all_of_a_server_on_which_others_lie() -> None:
    """`rsync --delete` into its root would remove them."""

    def change(each: Any) -> None:
        if each["kind"] == "PersistentVolume" and each["metadata"]["name"] == "pv-web-1":
            each["spec"]["nfs"].update(server="old", path="/")

    result = sfsgen("move web -f - --nfs-server nfs.example.com", changed(change))
    assert (result.status, result.out) == (2, "")
    assert "pv-web-1 would lie in /, where the volume pv-web-0 lies" in result.err


def test_the_shell_of_another_node_reads_no_path() -> None:
    _, plan = moved_source("driver-local", "--nfs-server new-{ordinal}")
    asked = [each["confirm"] for phase in plan["phases"] for each in phase["actions"]]
    lines = [line for each in asked for line in each.splitlines() if "rsync -" in line]
    assert lines
    assert all(" --protect-args -- node-" in each for each in lines)


@pytest.mark.parametrize("options", ["--nfs-server nas2", "--driver csi", "--nfs-path /srv"])
def test_where_a_volume_may_be_used_stays(options: str) -> None:
    zone = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["a"]}
    affinity = {"required": {"nodeSelectorTerms": [{"matchExpressions": [zone]}]}}

    def change(each: Any) -> None:
        if each["kind"] == VOLUME:
            each["spec"]["nodeAffinity"] = affinity

    made = plan_of(changed(change), *options.split())["objects"]
    found = [each["spec"].get("nodeAffinity") for each in made if each["kind"] == VOLUME]
    assert found == [affinity] * 2


@pytest.mark.parametrize("more", ["", " --nfs-server nas2"])
def test_mount_options_that_would_count_for_nothing_are_refused(more: str) -> None:
    def change(each: Any) -> None:
        if each["kind"] == VOLUME and each["metadata"]["name"] == "pv-web-1":
            annotations = {"volume.beta.kubernetes.io/mount-options": "soft"}
            each["metadata"]["annotations"] = annotations

    result = sfsgen(f"move web -f - --mount-option hard{more}", changed(change))
    assert (result.status, result.out) == (1, "")
    assert "pv-web-1 has its mount options in the annotation" in result.err


@pytest.mark.parametrize("options", ["--nfs-server nas2", "--storage 2Gi", "--to-name api"])
@pytest.mark.parametrize("revision", ["web-68fd587d77", "web-5d4f8c9b7"])
def test_a_rollout_that_is_not_at_its_end_is_told(options: str, revision: str) -> None:
    def change(each: Any) -> None:
        if each["kind"] == SET:
            each["status"]["currentRevision"] = revision

    notes = plan_of(changed(change), *options.split())["notes"]
    is_told = any("a rollout of web is not at its end" in each for each in notes)
    assert is_told == (revision == "web-5d4f8c9b7")


def test_a_set_at_0_that_an_earlier_run_may_have_stopped_is_told() -> None:
    def change(each: Any) -> None:
        if each["kind"] == SET:
            each["spec"]["replicas"] = 0

    notes = plan_of(changed(change), "--nfs-server", "nas2")["notes"]
    assert any("web is at 0 replicas, and stays so" in each for each in notes)


@pytest.mark.parametrize(
    ("kind", "options", "is_told"),
    [
        ("PersistentVolumeClaim", "--storage 2Gi", True),
        ("PersistentVolumeClaim", "--to-name api", True),
        ("PersistentVolumeClaim", "--nfs-server nas2", False),
        ("PersistentVolumeClaim", "--to-context new", False),
        ("PersistentVolume", "--nfs-server nas2", True),
        ("PersistentVolume", "--to-name api", True),
        ("PersistentVolume", "--storage 2Gi", False),
    ],
)
def test_what_a_finalizer_of_others_holds_back(kind: str, options: str, is_told: bool) -> None:
    """A plan would wait for it in vain, with the set stopped, or remove it unasked."""

    def change(each: Any) -> None:
        if each["kind"] == kind:
            finalizers = each["metadata"].get("finalizers") or []
            each["metadata"]["finalizers"] = [*finalizers, "example.com/keep"]

    result = sfsgen(f"move web -f - {options}", changed(change))
    assert result.status == int(is_told)
    assert ("is held back by the finalizer example.com/keep" in result.err) == is_told


def test_a_block_device_is_no_directory_to_be_copied() -> None:
    objects = list(yaml.safe_load_all((EXAMPLES / "driver-local/expected.yaml").read_text()))
    for each in objects:
        specs = [each["spec"]] if each["kind"] in (VOLUME, "PersistentVolumeClaim") else []
        specs += [one["spec"] for one in each["spec"].get("volumeClaimTemplates", ())]
        for spec in specs:
            spec["volumeMode"] = "Block"
    cluster = Cluster(each for each in objects if each["kind"] != "Service")
    cluster.settle()
    result = sfsgen("move db -f - --nfs-server new-{ordinal}", dump(cluster))
    assert (result.status, result.out) == (1, "")
    assert "pv-db-0 is a block device, which is copied otherwise" in result.err
    result = sfsgen("move db -f - --nfs-server new-{ordinal} --same-data", dump(cluster))
    assert not result.status, result.err


@pytest.mark.parametrize(
    ("policy", "options", "told"),
    [
        (
            "Delete",
            "--driver csi",
            "keeps its policy Delete, and Delete lets the CSI driver delete",
        ),
        ("Recycle", "--driver csi", "keeps its policy Recycle, and a CSI volume cannot be"),
        ("Delete", "--to-name api", "the policy of pv-web-0, pv-web-1 was another one"),
        ("Retain", "--driver csi", ""),
        ("Retain", "--to-name api", ""),
    ],
)
def test_what_becomes_of_a_reclaim_policy_is_told(policy: str, options: str, told: str) -> None:
    def change(each: Any) -> None:
        if each["kind"] == VOLUME:
            each["spec"]["persistentVolumeReclaimPolicy"] = policy

    notes = "; ".join(plan_of(changed(change), *options.split())["notes"])
    assert told in notes
    assert told or " policy" not in notes
