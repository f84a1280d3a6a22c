"""What `prepare` takes, whose directories it means by that, and what it refuses."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.api_server import ApiServer
from tests.program import sfsgen
from tests.test_prepare import prepared, values

pytestmark = pytest.mark.without_libraries


def work(text: str) -> list[str]:
    """Return what a script is to do."""
    lines = text.partition("work() {\n")[2].partition("}\n")[0].splitlines()
    return [each.strip() for each in lines]


EXPORTED = "exported /exports /exports"
DIRECTORIES = {
    "options": ("web -r 2 --nfs-server n --storage 1Gi", [EXPORTED, "0", "1"]),
    "options without use": (
        "web -r 1 --nfs-server n --storage 1Gi --image nginx:1 --env A=b --strict --port 80",
        [EXPORTED, "0"],
    ),
    "first ordinal": (
        "web -r 3 --nfs-server n --storage 1Gi --from-ordinal 2",
        [EXPORTED, "2"],
    ),
    "start ordinal": (
        "web -r 2 --nfs-server n --storage 1Gi --start-ordinal 3",
        [EXPORTED, "3", "4"],
    ),
    "of one server": (
        "web -r 3 --nfs-server n-{ordinal} --storage 1Gi --for N-1.",
        [EXPORTED, "1"],
    ),
    "csi": ("web -r 1 --nfs-server n --storage 1Gi --driver csi", [EXPORTED, "0"]),
    "in a share": (
        "web -r 1 --nfs-server n --storage 1Gi --driver org.democratic-csi.node-manual",
        [EXPORTED, "0"],
    ),
}


@pytest.mark.parametrize("name", DIRECTORIES)
def test_options_describe_a_set_as_for_render(name: str) -> None:
    command, expected = DIRECTORIES[name]
    exported, *ordinals = expected
    lines = [f"directory pv-web-{each} '' '' ''" for each in ordinals]
    assert work(prepared(command)) == [exported, *lines]


@pytest.mark.parametrize(
    ("path", "options", "expected"),
    [
        ("/exports", "", ["exported /exports /exports", "pv-db-0", "pv-db-1"]),
        ("/a/b/{ordinal}", "", ["exported /a/b /a/b", "0", "1"]),
        ("/a/b-{ordinal}/c", "", ["exported /a /a", "b-0/c", "b-1/c"]),
        ("/a/{ordinal}", "--within /a", ["exported /a /a", "0", "1"]),
        ("/a/b/{ordinal}", "--within /a/", ["exported /a /a", "b/0", "b/1"]),
        ("/a/{ordinal}", "--root /srv/", ["exported /srv/a /srv/a", "0", "1"]),
        ("/{ordinal}", "--root /srv --within /", ["exported /srv /srv", "0", "1"]),
    ],
)
def test_the_export_is_what_stands_before_placeholders(
    path: str, options: str, expected: list[str]
) -> None:
    found = work(prepared(f"-f - --owner 1 {options}", values(path)))
    exported, *others = expected
    assert found == [exported, *(f"directory {each} 1 '' 0750" for each in others)]


@pytest.mark.parametrize(
    ("path", "options", "expected"),
    [
        ("/", "--root /srv/nfs4", ["/srv/nfs4 /srv/nfs4", "pv-db-0"]),
        ("/", "--root /", ["/ /", "pv-db-0"]),
        ("/", "--job", ["/exports/0 nfs.example.com:/", "pv-db-0"]),
        ("/{name}/{ordinal}", "--root /srv", ["/srv /srv", "db/0"]),
        ("/{name}/{ordinal}", "--job", ["/exports/0 nfs.example.com:/", "db/0"]),
        ("/{name}/{ordinal}", "", ["/db /db", "0"]),
        ("/{name}/{ordinal}", "--job --within /db", ["/exports/0 nfs.example.com:/db", "0"]),
    ],
)
def test_the_root_that_clients_mount_can_be_the_export(
    path: str, options: str, expected: list[str]
) -> None:
    text = prepared(f"-f - --owner 1 {options}", values(path))
    exported, first = (line.strip() for line in text.partition("work() {")[2].splitlines()[1:3])
    assert [exported, first] == [f"exported {expected[0]}", f"directory {expected[1]} 1 '' 0750"]


def test_volumes_in_the_root_are_made_where_it_is() -> None:
    manifests = sfsgen("render web -r 2 --nfs-server n --storage 1Gi --nfs-path /").out
    refused = sfsgen("prepare -f - --owner 1", manifests)
    assert (refused.status, refused.out, refused.err.count("error: ")) == (2, "", 1)
    words = [f"directory pv-web-{each} 1 '' 0750" for each in range(2)]
    assert work(prepared("-f - --owner 1 --root /srv", manifests)) == ["exported /srv /srv", *words]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/data", ["exported /data /data", "directory '' 1 '' 0750"]),
        ("/a/data", ["exported /a /a", "directory data 1 '' 0750"]),
    ],
)
def test_a_shared_directory_is_made_once(path: str, expected: list[str]) -> None:
    command = f"web -r 3 --nfs-server n --storage 1Gi --shared-directory --nfs-path {path}"
    assert work(prepared(f"{command} --owner 1")) == expected


def test_a_set_that_exists_has_the_directories_of_its_volumes_and_of_those_that_it_lacks() -> None:
    command = "web -n shop -r {} --nfs-server n --storage 1Gi --image db:1"
    manifests = sfsgen(f"render {command.format(2)}").out
    words = ["directory pv-web-{} 7 '' 0750".format(each) for each in range(4)]  # noqa: UP032
    assert work(prepared("-f - --owner 7", manifests)) == [EXPORTED, *words[:2]]
    assert work(prepared("web -f - --owner 7 -r 4", manifests)) == [EXPORTED, *words]
    grown = prepared("-f - -n shop --owner 7 -r 4 --from-ordinal 2", manifests)
    assert work(grown) == [EXPORTED, *words[2:]]


def test_of_a_chart_those_that_volumes_would_print_are_made() -> None:
    chart = sfsgen("render web -r 2 --nfs-server n --storage 1Gi --only statefulset").out
    given_path = "--nfs-server n --nfs-path /srv/{namespace}/{name}/{ordinal}"
    assert work(prepared(f"-f - {given_path} --owner 7", chart)) == [
        "exported /srv /srv",
        "directory default/web/0 7 '' 0750",
        "directory default/web/1 7 '' 0750",
    ]


def test_several_sets_of_a_file_are_chosen_by_name() -> None:
    text = "\n---\n".join(values(f"/exports/{each}", name=each) for each in "abc")
    found = work(prepared("c a -f - --owner 7", text))
    assert found[::3] == ["exported /exports/a /exports/a", "exported /exports/c /exports/c"]
    refused = sfsgen("prepare a d -f -", text)
    assert (refused.status, refused.out) == (2, "")
    assert (
        'NAME: error: no values file has a set named "d"\n  fix: there are: a, b, c' in refused.err
    )


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")
def test_a_live_set_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    made = sfsgen("render web -r 2 --nfs-server n --storage 1Gi").out
    with ApiServer() as server:
        monkeypatch.setenv("KUBECONFIG", server.environment["KUBECONFIG"])
        create = ["kubectl", "create", "--validate=false", "-f", "-"]
        subprocess.run(create, input=made.encode(), check=True, stdout=subprocess.DEVNULL)
        words = [f"directory pv-web-{each} 7 '' 0750" for each in range(3)]
        assert work(prepared("sts/web --owner 7")) == [EXPORTED, *words[:2]]
        assert work(prepared("web --owner 7 -r 3 --from-ordinal 2")) == [EXPORTED, words[2]]
        # --storage would describe a set, but for what chooses a cluster.
        result = sfsgen("prepare web -r 3 --owner 7 --storage 1Gi --nfs-server n -l a=b")
        assert 'the StatefulSet web has not the labels "a=b"' in result.err


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")
def test_where_no_set_is_there_it_is_said_how_one_is_described(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ApiServer() as server:
        monkeypatch.setenv("KUBECONFIG", server.environment["KUBECONFIG"])
        result = sfsgen("prepare web -r 3 --nfs-server n")
    assert result.status == 2
    assert "fix: describe one that is not there yet as for render, with --storage\n" in result.err


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["sh", "-c", f"cat >{tmp_path}/pipe"], stdin=subprocess.PIPE) as writer:
        assert writer.stdin
        writer.stdin.write(values("/exports").encode())
        writer.stdin.close()
        assert work(prepared(f"-f {tmp_path}/pipe --owner 1"))[0] == EXPORTED


LEFT_OUT = {
    "local": "a local volume's directory is made on its node",
    "efs.csi.aws.com": "by the driver efs.csi.aws.com",
    "smb.csi.k8s.io --mount-option guest": "by the driver smb.csi.k8s.io",
}


@pytest.mark.parametrize("driver", LEFT_OUT)
def test_volumes_that_are_on_no_nfs_server_are_told_and_left_out(driver: str) -> None:
    server = "fs-{ordinal}" if driver.startswith("efs") else "n-{ordinal}"
    result = sfsgen(f"prepare web -r 2 --nfs-server {server} --storage 1Gi --driver {driver} -n x")
    assert (result.status, result.out) == (0, "")
    assert "left out: pv-web-0 and 1 more of claim template pvc of x/web: " in result.err
    assert LEFT_OUT[driver] in result.err


REFUSED: Mapping[str, str] = {
    "--owner 1:2": "write --owner 1 --group 2",
    "--owner $(id)": 'error: "$(id)" is no owner',
    "--owner 4294967295": "is no owner",
    "--group -x": "is no group",
    "--mode 888": "is no mode",
    "--mode u=rwx": "is no mode",
    "--mode 0100": "is no mode",
    "--mode ''": 'error: "" is no mode',
    "--mode 0": 'error: "0" lets neither owner nor group into a directory',
    "--chown --mode 0000": 'error: "0000" lets neither owner nor group',
    "--mode 1007": "lets neither owner nor group",
    "--mode 00750": "is no mode",
    "--owner ''": "is no owner",
    "--owner 'a '": "is no owner",
    "--within exports": "is not an absolute path",
    "--within /e/../f": '"/e/../f" holds ".."\n  fix: write it as /exports\n',
    "--root /..": '"/.." holds ".."\n  fix: write it as /srv/nfs4\n',
    "--within /else": "/exports/pv-web-0 does not lie within /else",
    "--root srv": "is not an absolute path\n  fix: write it as /srv/nfs4\n",
    "--for other": '"other" has none of the directories\n  fix: there are: n',
    "--exports 10.0.0.1/8": "write 10.0.0.0/8",
    "--exports all": "is no network",
    "--job --exports ::/0": "a Job gets to what is exported only",
    "--job --quota": "a Job gets to what is exported only",
    "--job --root /x": "a Job gets to what is exported only",
    "--from-ordinal 3": "web has no ordinal 3",
    "--chown": "nothing says which owner, group or mode",
    "--within / --nfs-path /{ordinal}": "--root: error: what is exported is the root of the server",
    "--nfs-path /": "give what clients mount as /, as --root /srv/nfs4, or the export by --within",
    "--nfs-path /a-{ordinal}": "what is exported is the root of the server",
    "--quota --nfs-path '/a b'": "xfs_quota cannot be told of",
    "--quota --shared-directory --nfs-path /data": "is the export itself",
}


@pytest.mark.parametrize("options", REFUSED)
def test_what_cannot_be_done_is_refused(options: str) -> None:
    words = shlex.split(options)
    base = ["prepare", "web", "-r", "2", "--nfs-server", "n", "--storage", "1Gi"]
    result = sfsgen([*base, *words])
    assert (result.status, result.out) == (2, "")
    assert REFUSED[options] in result.err


# As directories of users know them: winbind, sssd, FreeIPA, a machine's account.
NAMES = [r"DOMAIN\user", "DOMAIN+user", "user@REALM.example", r"DOMAIN\domain users", "host$", "a"]


@pytest.mark.parametrize("name", NAMES)
def test_users_and_groups_of_a_domain_have_names(name: str) -> None:
    words = ["web", "-r", "1", "--nfs-server", "n", "--storage", "1Gi"]
    made = sfsgen(["prepare", *words, "--owner", name, "--group", name])
    assert made.status == 0, made.err
    word = shlex.quote(name)
    assert work(made.out)[-1] == f"directory pv-web-0 {word} {word} 2770"


def test_several_servers_are_an_error_that_names_them() -> None:
    result = sfsgen("prepare web -r 2 --nfs-server n-{ordinal} --storage 1Gi")
    assert (result.status, result.out) == (2, "")
    assert "--for: error: the directories lie on 2 servers: n-0, n-1\n" in result.err


def test_values_and_manifests_are_not_mixed(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_text(values("/exports"))
    (tmp_path / "set.yaml").write_text(sfsgen(f"render -f {tmp_path}/v.yaml").out)
    result = sfsgen(f"prepare -f {tmp_path}/v.yaml -f {tmp_path}/set.yaml")
    assert (result.status, result.out) == (2, "")
    assert "values files and manifests are not read together" in result.err
    result = sfsgen(f"prepare -f {tmp_path}/set.yaml --port 80 --label a=b")
    assert result.err.count("error: manifests say that themselves") == 2


@pytest.mark.parametrize("path", ["/a/../b", "b", "/a\u0007b", f"/{'a' * 300}"])
def test_what_exists_is_not_trusted(path: str) -> None:
    volume = sfsgen("render web -r 1 --nfs-server n --storage 1Gi -o json").out
    text = volume.replace('"/exports/pv-web-0"', json.dumps(path))
    result = sfsgen("prepare -f -", text)
    assert (result.status, result.out) == (2, "")
    assert "the volume pv-web-0 cannot be prepared" in result.err
    assert "fix: write it as /exports/pv-web-0\n" in result.err


def test_more_than_a_script_can_hold_is_refused() -> None:
    command = "prepare web -r {} --nfs-server n --storage 1Gi"
    assert "give --allow-many" in sfsgen(command.format(10_001)).err
    result = sfsgen(f"{command.format(2**31 - 1)} --allow-many")
    assert (result.status, result.out) == (2, "")
    assert "make 100,000 at a time, with --from-ordinal" in result.err


def test_what_a_driver_mounts_by_smb_is_left_out() -> None:
    csi = {"volumeAttributes": {"node_attach_driver": "smb"}, "nodeStageSecretRef": SECRET}
    text = values("/exports", driver="org.democratic-csi.node-manual", csi=csi)
    result = sfsgen("prepare -f - --owner 7", text)
    assert (result.status, result.out) == (0, "")
    assert "left out: pv-db-0 and 1 more of claim template data of default/db" in result.err


SECRET = {"name": "smb", "namespace": "default"}


def dumped(without: str = "") -> str:
    """Return a set of two ordinals as JSON, without objects of a kind."""
    text = sfsgen("render web -r 2 --nfs-server n --storage 1Gi -o json").out
    items = [each for each in json.loads(text)["items"] if each["kind"] != without]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def test_what_a_provisioner_made_is_left_out() -> None:
    volumes = json.loads(dumped())
    for each in volumes["items"]:
        if each["metadata"]["name"] == "pv-web-1":
            each["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": "nfs"}
    result = sfsgen("prepare -f - --owner 7", json.dumps(volumes))
    assert work(result.out) == [EXPORTED, "directory pv-web-0 7 '' 0750"]
    assert "left out: pv-web-1 of claim template pvc of default/web: a provisioner" in result.err


def test_what_was_not_read_is_told() -> None:
    claims = json.loads(dumped(without="PersistentVolume"))
    for each in claims["items"]:
        if each["kind"] == "PersistentVolumeClaim":
            each["status"] = {"phase": "Bound"}
    result = sfsgen("prepare -f - --owner 7", json.dumps(claims))
    assert (result.status, result.out) == (0, "")
    assert "left out: what 2 claims of claim template pvc of default/web" in result.err
    assert "there is no directory to make" in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("a b -r 1 --nfs-server n --storage 1Gi", "NAME: error: options describe one set"),
        ("web -f - -r x", '--replicas: error: "x" is not a whole number'),
        ("nobody -f -", 'there is no StatefulSet "nobody"'),
        ("-f - --from-ordinal 2", "web has no ordinal 2"),
        ("-f - -r 20000", "--replicas: error: web: the directories of 20,000 ordinals"),
        ("-f /nowhere", "/nowhere: error: it cannot be read"),
        ("-f ''", "--filename: error: it is empty"),
        ("-r 1 --nfs-server n --storage 1Gi", "is missing\n  fix: name it: sfsgen prepare web\n"),
    ],
)
def test_what_cannot_be_read_or_meant_is_told(arguments: str, message: str) -> None:
    result = sfsgen(f"prepare {arguments}", dumped())
    assert (result.status, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize("text", ["", "# no\n", "a: 1\n", "{", "[]", "- 1\n", "\ufeffkind: A\n"])
def test_what_is_neither_values_nor_manifests_is_told(text: str) -> None:
    result = sfsgen("prepare -f -", text)
    assert (result.status, result.out) == (2, "")
    assert "error: " in result.err


def test_an_empty_input_may_be_of_either_kind() -> None:
    result = sfsgen("prepare -f -", " \n")
    assert "stdin: error: it is empty\n  fix: give values files or manifests, or" in result.err


def test_an_input_that_was_looked_into_is_not_there_for_the_next_run() -> None:
    assert sfsgen("prepare -f - -r x", dumped()).status == 2
    assert "stdin" in sfsgen("check -f -", "").err
