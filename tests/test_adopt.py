"""`adopt`: which sets it takes, which it leaves and why, and what it says of each."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kinds import CLAIM, STATEFUL_SET, VOLUME, Object
from tests.plans import carry_out, dump, plans
from tests.program import Result, findings, sfsgen
from tests.restored import restored

pytestmark = pytest.mark.without_libraries

EXAMPLES = Path(__file__).parents[1] / "examples"
_ADOPTED = {
    "nfs-subdir": "db",
    "csi-nfs": "imap",
    "democratic-csi": "index",
    "local-path": "minio",
    "two-templates": "ledger",
    "ganesha": "pages",
    "by-hand": "queue",
    "left-over": "posts",
    "one-template": "app",
}


def items(example: str) -> list[Object]:
    """Return the objects of an example's dump."""
    text = (EXAMPLES / f"adopt-{example}/dump.yaml").read_text()
    found: list[Object] = yaml.safe_load(text)["items"]
    return found


def adopt(objects: list[Object], *options: str) -> Result:
    """Run `adopt` on objects."""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    return sfsgen(["adopt", "-f", "-", *options], text)


@pytest.mark.parametrize("options", [[], ["--all-at-once"], ["-o", "sh"], ["-o", "yaml"]])
@pytest.mark.parametrize("example", _ADOPTED)
def test_each_kind_is_adopted(example: str, options: list[str]) -> None:
    options = [*options, *(["--claim-template", "files"] if "one" in example else [])]
    result = adopt(items(example), *options)
    makes_nothing = example == "left-over" and "yaml" in options
    assert (result.status, bool(result.out)) == (0, not makes_nothing)


@pytest.mark.parametrize("options", [[], ["--all-at-once"], ["--rename", "--driver", "csi"]])
@pytest.mark.parametrize("example", _ADOPTED)
def test_a_dump_that_is_adopted_is_clean(example: str, options: list[str]) -> None:
    if "csi" in options and example == "local-path":
        options = ["--rename"]
    name = _ADOPTED[example]
    cluster = restored(items(example))
    cluster.settle()
    before = cluster.homes()
    options = [*options, *(["--claim-template", "files"] if name == "app" else [])]
    made = sfsgen(["adopt", name, "-o", "json", "-f", "-", *options], dump(cluster))
    for plan in plans(made):
        carry_out(cluster, plan)
    cluster.settle()
    assert cluster.homes() == before
    assert not cluster.harms
    assert not cluster.nfs.lost
    again = sfsgen(["adopt", name, "-f", "-", *options], dump(cluster))
    assert (again.status, again.out) == (0, "")
    told = findings(name, "-f", "-", stdin=dump(cluster))
    assert not [each for each in told if each["severity"] == "error"], told


def _of_claim(change: Callable[[Object], Any]) -> Callable[[list[Object]], Any]:
    return lambda found: change(next(each for each in found if each["kind"] == CLAIM))


def _of_volume(change: Callable[[Object], Any]) -> Callable[[list[Object]], Any]:
    return lambda found: change(next(each for each in found if each["kind"] == VOLUME))


def _of_set(change: Callable[[Object], Any]) -> Callable[[list[Object]], Any]:
    return lambda found: change(next(each for each in found if each["kind"] == STATEFUL_SET))


def _source(**source: Any) -> Callable[[list[Object]], Any]:
    def change(volume: Object) -> None:
        del volume["spec"]["nfs"]
        volume["spec"] |= source

    return _of_volume(change)


def _other(name: str, path: str, **spec: Any) -> Callable[[list[Object]], Any]:
    def change(found: list[Object]) -> None:
        volume = {
            "apiVersion": "v1",
            "kind": VOLUME,
            "metadata": {"name": name, "uid": f"uid-of-{name}"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": "8Gi"},
                "nfs": {"server": "10.0.0.5", "path": path},
                **spec,
            },
            "status": {"phase": "Available"},
        }
        found.append(volume)

    return change


def _path(number: int) -> str:
    volumes = [each for each in items("nfs-subdir") if each["kind"] == VOLUME]
    return str(volumes[number]["spec"]["nfs"]["path"])


def _same_place(found: list[Object]) -> None:
    volumes = [each for each in found if each["kind"] == VOLUME]
    volumes[1]["spec"]["nfs"]["path"] = f"{volumes[0]['spec']['nfs']['path']}/"


def _inside(found: list[Object]) -> None:
    volumes = [each for each in found if each["kind"] == VOLUME]
    volumes[1]["spec"]["nfs"]["path"] = f"{volumes[0]['spec']['nfs']['path']}/inner"


def _taken_over(found: list[Object]) -> None:
    """The volume of the first claim holds the uid of the second one."""
    (_, second), volume = (
        [each for each in found if each["kind"] == CLAIM],
        next(each for each in found if each["kind"] == VOLUME),
    )
    volume["spec"]["claimRef"]["uid"] = second["metadata"]["uid"]


_SOURCES = ("nfs", "csi")
_GOES = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
_MARK = "pv.kubernetes.io/provisioned-by"
_OPENEBS = {_MARK: "openebs.io/nfsrwx"}
_CSI = {"driver": "nfs.csi.k8s.io", "volumeHandle": "a"}
_SMB = {"driver": "smb.csi.k8s.io", "volumeHandle": "nas/share#x#"}
_EFS = {"driver": "efs.csi.aws.com", "volumeHandle": "fs-0123456789abcdef0:/queue"}
_CEPH = {"clusterID": "rook", "rootPath": "/volumes/a", "staticVolume": "true"}
_OWNED = {"claimRef": {"namespace": "else", "name": "theirs", "uid": "1"}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            _of_claim(lambda each: each.update(status={"phase": "Pending"})),
            "is Pending: first",
        ),
        (_of_claim(lambda each: each.update(status={"phase": "Lost"})), "is Lost: first have"),
        (
            _of_claim(lambda each: each["metadata"].update(_GOES)),
            "is being deleted: first have all its pods run, see `sfsgen recover db -f -`",
        ),
        (
            _of_volume(lambda each: each["metadata"].update(_GOES)),
            "is being deleted: first",
        ),
        (
            _of_set(lambda each: each["metadata"].update(_GOES)),
            "the set db is being deleted",
        ),
        (_of_set(lambda each: each["metadata"].pop("uid")), "the set db stands in a file"),
        (_of_claim(lambda each: each["metadata"].pop("uid")), "data-db-0 stands in a file"),
        (_of_volume(lambda each: each["metadata"].pop("uid")), "stands in a file"),
        (
            _of_set(lambda each: each["spec"].update(replicas=3)),
            "data-db-2 is not there",
        ),
        (
            _of_claim(lambda each: each["spec"].update(volumeName="elsewhere")),
            "data-db-0 is Bound to elsewhere, which was not read",
        ),
        (
            _of_volume(lambda each: each["spec"]["claimRef"].update(uid="another")),
            "is not bound to it: first have",
        ),
        (_of_volume(lambda each: each.update(status={"phase": "Released"})), "is Bound, and pvc-"),
        (_taken_over, "data-db-0 does not have pvc-"),
        (_source(awsElasticBlockStore={"volumeID": "v"}), "is a disk (awsElasticBlockStore)"),
        (
            _source(csi={"driver": "ebs.csi.aws.com", "volumeHandle": "v"}),
            "is a volume of ebs.csi.aws.com, of which nothing says a server and a directory",
        ),
        (
            _source(csi={**_CSI, "volumeAttributes": {"node_attach_driver": "iscsi"}}),
            "is a volume of nfs.csi.k8s.io, of which nothing says",
        ),
        (
            _source(csi={**_SMB, "volumeAttributes": {"source": "//nas/share", "subdir": "x"}}),
            "is a volume of smb.csi.k8s.io, and lies on no NFS server",
        ),
        (
            _source(
                csi={**_CSI, "volumeAttributes": {"server": "a", "share": "/b", "subDir": "${x}"}}
            ),
            "is /b/${x}, which nothing fills in",
        ),
        (
            _source(csi={**_CSI, "volumeAttributes": {"server": "nfs.a.svc", "share": "/b"}}),
            "mounts nfs.a.svc by the cluster's DNS",
        ),
        (_source(hostPath={"path": "/data"}), "its nodeAffinity does not name one by"),
        (
            _of_volume(
                lambda each: each["metadata"]["annotations"].update({_MARK: "openebs.io/nfsrwx"})
            ),
            "is a pod of openebs.io/nfsrwx, which deletes it",
        ),
        (_of_volume(lambda each: each["spec"].update(volumeMode="Block")), "is a block device"),
        (
            _of_claim(lambda each: each["spec"].update(accessModes=["ReadWriteOncePod"])),
            "asks for ReadWriteOncePod, which holds for CSI volumes alone: give --driver csi",
        ),
        (_same_place, "lie in one directory"),
        (_inside, "lies in a directory below that of"),
        (_other("spare", _path(0)), "spare, which nobody has, lie in one directory"),
        (_other("theirs", _path(1), **_OWNED), "which else/theirs has, lie in one directory"),
        (_other("inner", f"{_path(0)}/inner"), "inner lies in a directory below that of"),
        (_other("pv-db-0", "/other"), "pv-db-0, as its volume would be called, is there already"),
    ],
)
def test_what_is_not_adopted(change: Callable[[list[Object]], Any], said: str) -> None:
    found = items("nfs-subdir")
    change(found)
    for form in ("words", "sh", "yaml", "json"):
        result = adopt(found, "-o", form)
        assert (result.status, result.out) == (1, "")
        assert said in result.err, result.err
        assert "no step is printed for shop/db" in result.err


@pytest.mark.parametrize(
    "csi",
    [
        _EFS,
        {"driver": "cephfs.csi.ceph.com", "volumeHandle": "a", "volumeAttributes": _CEPH},
        {**_SMB, "volumeAttributes": {"source": "//nas/share"}},
    ],
)
def test_what_is_no_nfs_gets_no_volume_of_nfs_by_its_name(csi: Object) -> None:
    found = items("by-hand")
    volume = next(each for each in found if each["kind"] == VOLUME)
    volume["spec"] = {key: each for key, each in volume["spec"].items() if key not in _SOURCES}
    volume["spec"]["csi"] = csi
    result = adopt(found, "--rename")
    assert (result.status, result.out) == (1, "")
    assert f"is a volume of {csi['driver']}, and lies on no NFS server" in result.err
    assert not adopt(found).status


def test_a_claim_of_two_sets_is_refused() -> None:
    """Set db with the template data-x, and set x-db with data, both want data-x-db-0."""
    found = items("nfs-subdir")
    other = json.loads(json.dumps(next(each for each in found if each["kind"] == STATEFUL_SET)))
    other["metadata"] |= {"name": "x-db", "uid": "another"}
    found = json.loads(json.dumps(found).replace("data-db-", "data-x-db-"))
    mine = next(each for each in found if each["kind"] == STATEFUL_SET)
    mine["spec"]["volumeClaimTemplates"][0]["metadata"]["name"] = "data-x"
    result = adopt([*found, other], "db")
    assert (result.status, result.out) == (1, "")
    assert "data-x-db-0 is that of x-db, too, whose pods hold it" in result.err


def _on_disks(path: str, **local: str) -> list[Object]:
    """Return the example of volumes made by hand, on local disks."""
    found = items("by-hand")
    expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-1"]}
    affinity = {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}
    for each in found:
        if each["kind"] == VOLUME:
            spec = {key: value for key, value in each["spec"].items() if key not in _SOURCES}
            place = {"path": f"{path}/{each['metadata']['name']}", **local}
            each["spec"] = {**spec, "local": place, "nodeAffinity": affinity}
            name = "local-volume-provisioner-node-1-0a8b3c1d-1111-4222-8333-944455566677"
            each["metadata"]["annotations"] = {} if local else {_MARK: name}
    return found


def test_what_a_provisioner_finds_again_keeps_its_name_and_its_mark() -> None:
    """Without the object, or its mark, it makes another volume over the directory, for anybody."""
    found = _on_disks("/mnt/disks")
    result = adopt(found)
    assert result.status == 0
    assert "annotate" not in result.out
    renamed = adopt(found, "--rename")
    assert (renamed.status, renamed.out) == (1, "")
    assert "the local static provisioner has found queue-nfs-1" in renamed.err


def test_a_disk_with_a_file_system_is_no_directory() -> None:
    result = adopt(_on_disks("/dev/disk/by-id", fsType="xfs"), "--rename")
    assert (result.status, result.out) == (1, "")
    assert "queue-nfs-1 is a disk with a file system (local.fsType)" in result.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--driver smb.csi.k8s.io", '--driver: error: "smb.csi.k8s.io" mounts none of them'),
        ("-o text", '--output: error: "text" is no format'),
        ("--kube-version 2.0", "--kube-version: error:"),
        ("--volume-name x", "--volume-name: error:"),
        ("--volume-name pv-{name}-{nothing}", "--volume-name: error:"),
        ("--volume-name -{ordinal}", "--volume-name: error:"),
        ("--driver csi --kube-version 1.20", "CSI driver nfs.csi.k8s.io"),
    ],
)
def test_wrong_options(options: str, said: str) -> None:
    result = adopt(items("nfs-subdir"), *options.split())
    assert (result.status, result.out) == (2, "")
    assert said in result.err


def test_all_wrong_options_are_told_at_once() -> None:
    result = adopt(items("nfs-subdir"), "--driver", "x", "-o", "text", "--kube-version", "x")
    assert result.status == 2
    assert result.err.count("error:") == 3


def test_one_name_for_two_volumes_is_refused() -> None:
    result = adopt(items("two-templates"), "--volume-name", "pv-{name}-{ordinal}")
    assert (result.status, result.out) == (2, "")
    assert "it names several volumes of ledger pv-ledger-0" in result.err
    assert "put {claim} into it" in result.err
    assert not adopt(items("two-templates"), "--volume-name", "pv-{claim}").status


def _second_set() -> list[Object]:
    """Return the objects of a set in another namespace, with directories of its own."""
    text = json.dumps(items("nfs-subdir")).replace("shop", "test")
    kinds = (CLAIM, VOLUME, STATEFUL_SET)
    found = [each for each in json.loads(text) if each["kind"] in kinds]
    for each in found:
        uid = each["metadata"]["uid"]
        each["metadata"]["uid"] = f"other-{uid}"
        if each["kind"] == CLAIM:
            each["spec"]["volumeName"] += "-other"
        if each["kind"] == VOLUME:
            each["metadata"]["name"] += "-other"
            each["spec"]["claimRef"]["uid"] = f"other-{each['spec']['claimRef']['uid']}"
            each["spec"]["nfs"]["path"] = each["spec"]["nfs"]["path"].replace("/srv", "/mnt")
    return found


def test_one_name_for_the_volumes_of_two_sets_is_refused() -> None:
    both = [*items("nfs-subdir"), *_second_set()]
    result = adopt(both)
    assert (result.status, result.out) == (2, "")
    assert "--volume-name: error: two sets would have a volume named pv-db-0" in result.err
    assert not adopt(both, "-n", "test").status
    assert not adopt(both, "--volume-name", "pv-{namespace}-{claim}").status


def test_a_script_for_two_sets_does_not_stop_at_what_it_has_deleted_itself() -> None:
    """By what is gone once the first set is adopted the cluster is not known again."""
    both = [each for each in items("nfs-subdir") if "-subdir-" not in each["metadata"]["name"]]
    owned = [each for each in both if each["kind"] != VOLUME or "claimRef" in each["spec"]]
    words = ["--volume-name", "pv-{namespace}-{claim}", "-o"]
    made = plans(adopt([*owned, *_second_set()], *words, "json"))
    steps = [each["step"] for plan in made for phase in plan["phases"] for each in phase["actions"]]
    deleted = {(each["kind"], each["name"]) for each in steps if each and each["verb"] == "delete"}
    assert len(made) == 2
    for plan in made:
        assert not [each for each in plan["where"] if (each["kind"], each["name"]) in deleted]


@pytest.mark.parametrize("path", ["the same", "/other"])
def test_a_volume_that_an_earlier_run_made_is_taken(path: str) -> None:
    place = _path(0) if path == "the same" else path
    reference = {"namespace": "shop", "name": "data-db-0"}
    found = items("nfs-subdir")
    kept = {"claimRef": reference, "persistentVolumeReclaimPolicy": "Retain"}
    _other("pv-db-0", place, **kept)(found)
    result = adopt(found)
    assert (result.status == 0) == (path == "the same"), result.err
    made = found[-1]["spec"]
    for other in ({"persistentVolumeReclaimPolicy": "Delete"}, {"nfs.readOnly": True}):
        nfs = {**made["nfs"], "readOnly": "nfs.readOnly" in other}
        found[-1]["spec"] = {**made, "nfs": nfs, **other}
        assert adopt(found).status == 1
    found[-1]["spec"] = made
    reference["uid"] = "of a claim that is gone"
    assert adopt(found).status == 1


@pytest.mark.parametrize(
    ("example", "options", "said"),
    [
        ("nfs-subdir", "", "sfsgen scale db --replicas 3 --nfs-path /srv/nfs -n shop"),
        ("nfs-subdir", "", "pv-nfs-subdir-external-provisioner lies above their directories"),
        ("nfs-subdir", "--driver csi", "nfs.csi.k8s.io mounts them: it has to be installed"),
        ("csi-nfs", "", "and no longer nfs.csi.k8s.io: each node needs nfs-common"),
        ("csi-nfs", "", "mount options as they were: nfsvers=4.1,hard"),
        ("csi-nfs", "--driver csi", "nothing sets the permissions of their directories to 0777"),
        ("csi-nfs", "", "in-tree NFS ignores fsGroup"),
        ("democratic-csi", "", "never run its k8s-csi-cleaner"),
        ("one-template", "--claim-template files", "as -o yaml prints pv-files-app-1 and files-"),
        ("ganesha", "", "is the pod of cluster.local/nfs-server-provisioner"),
        ("local-path", "", "--nfs-path /var/lib/rancher/k3s/storage --nfs-server NODE"),
    ],
)
def test_what_its_owner_should_know(example: str, options: str, said: str) -> None:
    result = adopt(items(example), *options.split())
    assert said in result.out


@pytest.mark.parametrize("policy", ["Parallel", "OrderedReady"])
def test_pods_that_are_not_waited_for_are_told(policy: str) -> None:
    found = items("nfs-subdir")
    _of_set(lambda each: each["spec"].update(podManagementPolicy=policy))(found)
    said = "pods of db are ready, so the next one stops once the one before it runs"
    assert said not in adopt(found).out
    _of_set(lambda each: each["status"].update(readyReplicas=1))(found)
    assert (f"1 of 2 {said}" in adopt(found).out) == (policy == "Parallel")


@pytest.mark.parametrize(
    ("example", "options", "said"),
    [
        ("local-path", "", "fsGroup: the kubelet gives all files of local volumes to the group"),
        ("nfs-subdir", "--driver csi", "fsGroup: the kubelet gives the files to the group as root"),
        ("nfs-subdir", "", ""),
        ("csi-nfs", "--driver csi", ""),
    ],
)
def test_what_becomes_of_the_owners_of_files(example: str, options: str, said: str) -> None:
    found = items(example)
    for each in found:
        if each["kind"] == STATEFUL_SET:
            each["spec"]["template"]["spec"]["securityContext"] = {"fsGroup": 1000}
    result = adopt(found, *options.split())
    assert said in result.out if said else "fsGroup" not in result.out


@pytest.mark.parametrize(
    ("example", "options", "said"),
    [
        ("csi-nfs", "--driver csi", "in-tree NFS ignores fsGroup"),
        ("two-templates", "--all-at-once", "--nfs-path /"),
        ("by-hand", "", "note:"),
    ],
)
def test_what_need_not_be_said(example: str, options: str, said: str) -> None:
    result = adopt(items(example), *options.split())
    assert said not in result.out


def test_templates_in_several_places_are_not_scaled_into_one() -> None:
    """What --nfs-path says holds for all claim templates: their other pairs are put right first."""
    found = items("two-templates")
    for each in found:
        if each["kind"] == VOLUME:
            path = each["spec"]["nfs"]["path"].replace("/exports/crm/wal-", "/other/wal-")
            each["spec"]["nfs"]["path"] = f"{path}-{each['metadata']['uid']}"
    out = adopt(found).out
    assert "lie in /exports/crm" in out
    assert " > FILE, put right in it what lies elsewhere" in out
    assert "/exports/crm -n crm | kubectl" not in out


def test_volumes_of_a_hand_stay_and_no_pod_stops() -> None:
    (plan,) = plans(adopt(items("by-hand"), "-o", "json"))
    assert not plan["stops"]
    kinds = {each["step"]["kind"] for phase in plan["phases"] for each in phase["actions"]}
    assert CLAIM not in kinds


def test_one_claim_template_is_adopted_and_the_other_one_stays() -> None:
    found = items("one-template")
    assert adopt(found).status == 1
    made = [*yaml.safe_load_all(adopt(found, "--claim-template", "files", "-o", "yaml").out)]
    assert {each["metadata"]["name"] for each in made} == {
        "app",
        *(f"pv-files-app-{number}" for number in (0, 1)),
        *(f"files-app-{number}" for number in (0, 1)),
    }
    classes = [
        each["spec"]["storageClassName"] for each in made[-1]["spec"]["volumeClaimTemplates"]
    ]
    assert classes == ["gp3", ""]
    wrong = adopt(found, "--claim-template", "no")
    assert (wrong.status, wrong.out) == (2, "")
    assert "app has no claim template no" in wrong.err
    assert "give data or files" in wrong.err


def test_a_class_of_their_own_stays() -> None:
    """What was made by hand, and asks no provisioner, is left as it is."""
    found = items("by-hand")
    for each in found:
        if each["kind"] in (CLAIM, VOLUME):
            each["spec"]["storageClassName"] = "manual"
        if each["kind"] == STATEFUL_SET:
            each["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "manual"
        if each["kind"] == VOLUME:
            each["spec"]["persistentVolumeReclaimPolicy"] = "Retain"
            each["metadata"]["annotations"] = {}
    result = adopt(found)
    assert (result.status, result.out) == (0, "")
    assert "nothing is to be done: forum/queue is so already" in result.err


def test_the_class_of_an_annotation_goes_too() -> None:
    found = items("nfs-subdir")
    beta = "volume.beta.kubernetes.io/storage-class"
    for each in found:
        if each["kind"] == STATEFUL_SET:
            template = each["spec"]["volumeClaimTemplates"][0]
            del template["spec"]["storageClassName"]
            template["metadata"]["annotations"] = {beta: "nfs-client"}
    made = list(yaml.safe_load_all(adopt(found, "-o", "yaml").out))
    (template,) = made[-1]["spec"]["volumeClaimTemplates"]
    assert template["spec"]["storageClassName"] == ""
    assert not template["metadata"].get("annotations")


def test_mount_options_of_an_attribute_are_taken_over() -> None:
    found = items("csi-nfs")
    for each in found:
        if each["kind"] == VOLUME:
            each["spec"]["csi"]["volumeAttributes"]["mountOptions"] = "noatime,hard"
    made = [*yaml.safe_load_all(adopt(found, "-o", "yaml").out)]
    assert made[0]["spec"]["mountOptions"] == ["nfsvers=4.1", "hard", "noatime"]


def test_the_group_of_a_volume_stays() -> None:
    found = items("nfs-subdir")
    group = {"pv.beta.kubernetes.io/gid": "40001"}
    next(each for each in found if each["kind"] == VOLUME)["metadata"]["annotations"] |= group
    made = [*yaml.safe_load_all(adopt(found, "-o", "yaml").out)]
    assert [each["metadata"].get("annotations") for each in made[:2]] == [group, None]


def test_a_directory_that_the_driver_fills_in_is_found() -> None:
    found = items("csi-nfs")
    for each in found:
        if each["kind"] == VOLUME:
            name = "${pvc.metadata.namespace}/${pvc.metadata.name}"
            each["spec"]["csi"]["volumeAttributes"]["subDir"] = name
    made = [*yaml.safe_load_all(adopt(found, "-o", "yaml").out)]
    assert made[0]["spec"]["nfs"]["path"] == "/volume1/k8s/mail/spool-imap-0"


def test_where_a_volume_may_be_used_stays() -> None:
    found = items("csi-nfs")
    affinity = {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone"}]}]}}
    for each in found:
        if each["kind"] == VOLUME:
            each["spec"]["nodeAffinity"] = affinity
    made = [*yaml.safe_load_all(adopt(found, "-o", "yaml").out)]
    assert made[0]["spec"]["nodeAffinity"] == affinity


@pytest.mark.parametrize(
    "path", ["/a b/c", "/it's", "/$(touch x)", "/a\nb", "/{ordinal}/{x}", "/-n"]
)
def test_directories_are_data(path: str) -> None:
    found = items("nfs-subdir")
    next(each for each in found if each["kind"] == VOLUME)["spec"]["nfs"]["path"] = path
    made = [*yaml.safe_load_all(adopt(found, "-o", "yaml").out)]
    assert made[0]["spec"]["nfs"]["path"] == path
    for shell in ("sh", "bash"):
        text = adopt(found, "-o", "sh").out
        words = [shell, "-n", "-"]
        done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
