"""`sfsgen fn` keeps the contract of KRM functions: a list comes in, and goes out as a list."""
# ruff: noqa: E501  # a case a line

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import Result, sfsgen, written

pytestmark = pytest.mark.without_libraries

RENDER = """\
  apiVersion: sfsgen.github.io/v1alpha1
  kind: Render
  metadata: {name: web}
  spec:
    replicas: 2
    nfs: {server: nfs.example.com}
    claimTemplates: [{storage: 1Gi}]
"""
VOLUMES = """\
  apiVersion: sfsgen.github.io/v1alpha1
  kind: Volumes
  metadata: {name: volumes}
  spec:
    nfs: {server: nas.example.com, path: /exports}
"""
CHECK = """\
  apiVersion: sfsgen.github.io/v1alpha1
  kind: Check
  metadata: {name: check}
"""
OTHER = """\
- apiVersion: example.com/v1
  kind: Thing   # whose comments stay
  metadata:
    name: other
    annotations:
      config.kubernetes.io/index: '3'
      internal.config.kubernetes.io/path: 'things/a.yaml'
  spec: {answer: "yes", number: 1e3, hex: 0x10}  # as it is written
"""
SET = """\
- apiVersion: apps/v1
  kind: StatefulSet
  metadata:
    name: db
    namespace: shop
    annotations: {config.kubernetes.io/index: '1', config.kubernetes.io/path: db.yaml}
  spec:
    replicas: 2
    serviceName: db
    selector: {matchLabels: {app: db}}
    template:
      metadata: {labels: {app: db}}
      spec: {containers: [{name: db, image: postgres, volumeMounts: [{name: data, mountPath: /d}]}]}
    volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        storageClassName: ""
        resources: {requests: {storage: 1Gi}}
- apiVersion: v1
  kind: Service
  metadata: {name: db, namespace: shop}
  spec: {clusterIP: None, selector: {app: db}, ports: [{port: 80}]}
"""
BROKEN = SET.replace("metadata: {labels: {app: db}}", "metadata: {labels: {app: other}}")


def listed(config: str, items: str = "", version: str = "v1") -> str:
    head = f"apiVersion: config.kubernetes.io/{version}\nkind: ResourceList\n"
    of_config = f"functionConfig:\n{config}" if config else ""
    return f"{head}{of_config}{f'items:{chr(10)}{items}' if items else 'items: []' + chr(10)}"


def done(text: str, status: int = 0) -> dict[str, Any]:
    result = sfsgen("fn", text)
    assert result.status == status, result.err
    found: dict[str, Any] = yaml.safe_load(result.out)
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [each["metadata"]["name"] for each in found["items"]]


def told(result: Result) -> list[str]:
    """Return the messages of results, each of which stands on a line of stderr, too."""
    found = [each["message"] for each in yaml.safe_load(result.out)["results"]]
    lines = [each for each in result.err.splitlines() if not each.startswith("sfsgen: ")]
    assert len(lines) == len(found)
    assert all(message in line for message, line in zip(found, lines, strict=True))
    return found


def test_a_generator_adds_a_set_behind_what_is_there() -> None:
    given = listed(RENDER, OTHER)
    out = sfsgen("fn", given).out
    assert out.startswith(given)
    found = yaml.safe_load(out)
    assert names(found) == ["other", "web", "pv-web-0", "pv-web-1", "pvc-web-0", "pvc-web-1", "web"]
    values = (
        "name: web\nreplicas: 2\nnfs: {server: nfs.example.com}\nclaimTemplates: [{storage: 1Gi}]\n"
    )
    assert found["items"][1:] == list(yaml.safe_load_all(sfsgen("render -f -", values).out))
    assert "results" not in found


def test_it_is_done_once_however_often_it_is_run() -> None:
    first = sfsgen("fn", listed(RENDER, OTHER)).out
    assert sfsgen("fn", first).out == first


def test_a_set_that_was_rendered_before_is_rendered_anew_and_data_stays() -> None:
    first = sfsgen("fn", listed(RENDER, OTHER)).out
    first = first.replace("path: /exports/pv-web-1", "path: /old/one  # moved by hand")
    first = first.replace("  kind: StatefulSet\n", "  kind: StatefulSet  # ours\n")
    more = done(first.replace("replicas: 2", "replicas: 3", 1))
    assert names(more)[-2:] == ["pv-web-2", "pvc-web-2"]
    assert more["items"][6]["spec"]["replicas"] == 3
    assert more["items"][3]["spec"]["nfs"]["path"] == "/old/one"
    text = sfsgen("fn", first.replace("replicas: 2", "replicas: 3", 1)).out
    assert "# moved by hand" in text
    assert "kind: StatefulSet  # ours" in text
    fewer = done(first.replace("replicas: 2", "replicas: 1", 1))
    assert names(fewer) == names(yaml.safe_load(first))
    assert fewer["items"][6]["spec"]["replicas"] == 1


def test_what_others_have_noted_on_a_set_stays() -> None:
    first = yaml.safe_load(sfsgen("fn", listed(RENDER)).out)
    first["items"][-1]["metadata"]["annotations"] = {
        "internal.config.kubernetes.io/path": "w.yaml",
        "x": "y",
    }
    first["functionConfig"]["spec"]["image"] = "nginx:2"
    (*_, found) = done(yaml.safe_dump(first))["items"]
    assert found["metadata"]["annotations"] == {"internal.config.kubernetes.io/path": "w.yaml"}
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:2"


def test_a_set_of_somebody_else_stays_and_that_is_told() -> None:
    items = SET.replace("name: db", "name: web").replace("namespace: shop", "namespace: default")
    given = listed(RENDER, items)
    result = sfsgen("fn", given)
    assert result.status == 0
    assert result.out.startswith(given)
    assert [each["severity"] for each in yaml.safe_load(result.out)["results"]] == ["warning"] * 2


@pytest.mark.parametrize(
    ("old", "new", "status", "what"),
    [
        ("name: pvc-web-0\n    nfs", "name: pvc-api-0\n    nfs", 1, "is kept for the claim default/pvc-api-0"),
        ("namespace: default\n      name: pvc-web-0", "namespace: shop\n      name: pvc-web-0", 1, "is kept for the claim shop/pvc-web-0"),
        ("volumeName: pv-web-1", "volumeName: pvc-1234", 0, "names the volume pvc-1234, not pv-web-1"),
        ("path: /exports/pv-web-0", "path: /old", 0, "is not what the values say: pv-web-0"),
    ],
)  # fmt: skip
def test_what_is_there_is_for_somebody_else(old: str, new: str, status: int, what: str) -> None:
    given = sfsgen("fn", listed(RENDER)).out
    assert old in given
    given = given.replace(old, new, 1)
    result = sfsgen("fn", given)
    assert result.status == status
    assert result.out.startswith(given)
    assert what in told(result)[0]


def test_only_some_objects_and_only_some_ordinals() -> None:
    options = "  options: {only: [pv, pvc], fromOrdinal: 1}\n"
    assert names(done(listed(RENDER + options))) == ["pv-web-1", "pvc-web-1"]


@pytest.mark.parametrize(
    "config", [VOLUMES, VOLUMES.replace("  spec", "  options: {kubeVersion: 1.29}\n  spec")]
)
@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha1"])
def test_a_transformer_adds_volumes_for_sets(config: str, version: str) -> None:
    given = listed(config, OTHER + SET, version)
    out = sfsgen("fn", given).out
    assert out.startswith(given)
    found = yaml.safe_load(out)
    assert names(found)[3:] == ["pv-db-0", "pv-db-1", "data-db-0", "data-db-1"]
    assert found["items"][3]["spec"]["claimRef"]["namespace"] == "shop"
    assert found["items"][3]["spec"]["nfs"] == {
        "server": "nas.example.com",
        "path": "/exports/pv-db-0",
    }
    assert sfsgen("fn", out).out == out


def test_volumes_that_are_there_are_kept_and_followed() -> None:
    first = sfsgen("fn", listed(VOLUMES, SET)).out
    # Without a configuration, pairs are made as those that exist.
    bare = yaml.safe_load(first.replace("replicas: 2", "replicas: 3"))
    del bare["functionConfig"]
    found = done(yaml.safe_dump(bare))
    assert names(found)[6:] == ["pv-db-2", "data-db-2"]
    assert found["items"][6]["spec"]["nfs"]["path"] == "/exports/pv-db-2"
    bare["items"][0]["spec"]["replicas"] = 1
    assert names(done(yaml.safe_dump(bare))) == names(yaml.safe_load(first))


@pytest.mark.parametrize(
    ("spec", "made"),
    [
        ("replicas: 3, nfs: {server: nas, path: /e}", 6),
        ("replicas: '1', nfs: {server: nas, path: /e}", 2),
        ("names: [sts/db], nfs: {server: nas, path: /e}", 4),
        ("names: [db], nfs: {server: nas, path: /e}", 4),
        ("namespace: shop, nfs: {server: nas, path: /e, readOnly: true}, gitops: argocd", 4),
        ("nfs: {server: nas, path: /e, sharedDirectory: true}, mountOptions: [hard], accessModes: [ReadWriteMany], storage: 2Gi", 4),
        ("nfs: {server: nas, path: /e}, driver: csi, volumeName: 'v-{claim}', persistentVolumeReclaimPolicy: Retain", 4),
    ],
)  # fmt: skip
def test_a_transformer_takes_what_volumes_takes(spec: str, made: int) -> None:
    config = VOLUMES.partition("  spec")[0] + f"  spec: {{{spec}}}\n"
    assert len(done(listed(config, SET))["items"]) == 2 + made


def test_a_config_map_gives_options_by_their_names() -> None:
    head = "  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: function-input}\n  data:\n"
    data = "    nfs-server: nas\n    nfs-path: /e\n    replicas: '1'\n    mount-option: |\n      hard\n      nfsvers=4.1\n    strict: 'false'\n    name: db\n"
    found = done(listed(head + data, SET))
    assert names(found)[2:] == ["pv-db-0", "data-db-0"]
    assert found["items"][2]["spec"]["mountOptions"] == ["hard", "nfsvers=4.1"]
    rendered = "    command: render\n    name: web\n    replicas: '1'\n    nfs-server: nas\n    storage: 1Gi\n    only: pv\n"
    assert names(done(listed(head + rendered))) == ["pv-web-0"]
    assert done(listed(f"{head}    command: check\n", BROKEN), 1)["results"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (RENDER.replace("replicas", "replcas"), 'there is no "replcas" in the document; fix: write "replicas"'),
        (RENDER.replace("spec:", "sepc:"), 'there is no "sepc" in the document'),
        (RENDER.replace("    replicas: 2\n", ""), "the number of replicas is missing; fix: write replicas: 3"),
        (RENDER.replace("1Gi", "1gib"), '"1gib" is not a Kubernetes quantity'),
        (RENDER + "  options: {only: [pods]}\n", '"pods" is not printed by render'),
        (RENDER.replace("v1alpha1", "v9"), "fix: write apiVersion: sfsgen.github.io/v1alpha1 and kind: Render"),
        (RENDER.replace("Render", "Volume"), "and kind: Volumes"),
        (RENDER.replace("Render", "Pod"), "there are Render, Volumes, Check"),
        (VOLUMES.replace("path: /exports", "pth: /e"), 'there is no "pth" in spec.nfs; fix: write "path"'),
        (VOLUMES.replace("path: /exports", "path: exports"), "exports"),
        (VOLUMES + "    names: db\n", "spec.names must be a list"),
        (VOLUMES + "    names: [nothing]\n", 'there is no StatefulSet "nothing"'),
        (VOLUMES + "    replicas: -1\n", '"-1" is not a whole number'),
        (CHECK + "  options: {rule: [sise]}\n", 'there is no rule "sise"'),
        (CHECK + "  options: {kubeVersion: 1.30}\n", 'not 1.30, which YAML takes for 1.3; fix: put it in quotes: "1.30"'),
        (CHECK.replace("  kind: Check\n", ""), "the configuration has no kind"),
        (VOLUMES + "    replicas: 20000\n", "fix: write the number that is meant or allowMany: true in options"),
        ("  apiVersion: v1\n  kind: ConfigMap\n  data: {nfs-sever: nas}\n", "fix: write nfs-server"),
        ("  apiVersion: v1\n  kind: ConfigMap\n  data: {strict: often}\n", "is neither"),
        ("  apiVersion: v1\n  kind: ConfigMap\n  data: {command: move}\n", "write one of render, volumes, check"),
        ("  apiVersion: v1\n  kind: ConfigMap\n  data: [a]\n", "data is no mapping"),
        ("  [a]\n", "the configuration is no mapping"),
    ],
)  # fmt: skip
def test_a_configuration_that_is_wrong_changes_nothing(config: str, message: str) -> None:
    given = listed(config, OTHER + SET)
    result = sfsgen("fn", given)
    assert result.status == 1
    assert result.out.startswith(given)
    assert message in " ".join(told(result))
    (first, *_) = yaml.safe_load(result.out)["results"]
    assert first["severity"] == "error"


@pytest.mark.parametrize(
    ("config", "server", "path"),
    [
        (VOLUMES.partition("  spec")[0], "write nfs: {server: nfs.example.com} in spec", "write nfs: {path: /exports} in spec"),
        ("  apiVersion: v1\n  kind: ConfigMap\n  data: {strict: 'true'}\n", "write nfs-server: nfs.example.com in data", "write nfs-path: /exports in data"),
        ("", "write nfs: {server: nfs.example.com} in spec of a configuration of kind: Volumes", "in spec of a configuration of kind: Volumes"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_in_the_words_of_the_configuration(
    config: str, server: str, path: str
) -> None:
    result = sfsgen("fn", listed(config, SET))
    assert result.status == 1
    first, second = told(result)
    assert first.endswith(path) or path in first
    assert second.endswith(f"the NFS server is missing; fix: {server}")


def test_every_problem_is_told_at_once_with_its_object() -> None:
    items = SET.replace("storage: 1Gi", "storage: many").replace(
        "serviceName: db", "serviceName: 3"
    )
    result = sfsgen("fn", listed(VOLUMES, OTHER + items))
    assert result.status == 1
    assert len(told(result)) == 2
    for each in yaml.safe_load(result.out)["results"]:
        assert each["resourceRef"] == {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "namespace": "shop",
            "name": "db",
        }
        assert each["file"] == {"path": "db.yaml", "index": 1}


def test_a_validator_says_in_results_what_is_wrong() -> None:
    given = listed(CHECK, OTHER + BROKEN)
    result = sfsgen("fn", given)
    assert result.status == 1
    assert result.out.startswith(given)
    assert any("(selector)" in each for each in told(result))
    found = yaml.safe_load(result.out)["results"]
    errors = [each for each in found if each["severity"] == "error"]
    assert errors
    assert all(each["resourceRef"]["name"] == "db" and each["tags"]["rule"] for each in errors)
    assert all(each["field"]["path"] for each in errors)
    whole = sfsgen("fn", listed(VOLUMES, SET)).out
    sound = yaml.safe_load(whole)
    sound["functionConfig"] = yaml.safe_load(CHECK)
    left = done(yaml.safe_dump(sound))["results"]
    assert {each["severity"] for each in left} <= {"info", "warning"}, left


def test_a_validator_proposes_the_value_that_an_edit_would_write() -> None:
    pairs = yaml.safe_load(sfsgen("fn", listed(VOLUMES, SET)).out)
    pairs["functionConfig"] = yaml.safe_load(CHECK)
    pairs["items"][2]["spec"]["claimRef"]["namespace"] = "default"
    found = done(yaml.safe_dump(pairs), 1)["results"]
    fields = [each["field"] for each in found if each["severity"] == "error"]
    proposed = [each for each in fields if "proposedValue" in each]
    assert {
        "path": "spec.claimRef.namespace",
        "currentValue": "default",
        "proposedValue": "shop",
    } in proposed


def test_a_validator_that_looks_at_nothing_has_failed_unless_that_is_allowed() -> None:
    assert done(listed(CHECK, OTHER), 1)["results"][0]["severity"] == "error"
    assert "results" not in done(listed(f"{CHECK}  options: {{allowEmpty: true}}\n", OTHER))


def test_strict_makes_warnings_fail_and_rules_are_chosen() -> None:
    whole = yaml.safe_load(sfsgen("fn", listed(VOLUMES, SET)).out)
    del whole["items"][1]  # its Service: a warning
    for options, status in (
        ("", 0),
        ("  options: {strict: true}\n", 1),
        ("  options: {strict: true, ignore: [service]}\n", 0),
    ):
        whole["functionConfig"] = yaml.safe_load(CHECK + options)
        done(yaml.safe_dump(whole), status)


@pytest.mark.parametrize(
    ("stdin", "what"),
    [
        ("", "it holds nothing"),
        ("a: [", "this is not YAML"),
        ("- a\n", "it is no ResourceList"),
        ("kind: ConfigMap\n", "it is no ResourceList"),
        ("kind: List\nitems: {}\n", "it is no ResourceList"),
        ("kind: A\n---\nkind: B\n", "it is a stream of manifests"),
    ],
)
def test_what_is_no_list_cannot_be_given_back(stdin: str, what: str) -> None:
    result = sfsgen("fn", stdin)
    assert (result.status, result.out) == (2, "")
    assert what in result.err
    assert len(result.err.splitlines()) == 1


def test_items_that_are_no_list_come_back_as_they_were() -> None:
    given = listed(VOLUMES).replace("items: []", "items: {a: 1}")
    result = sfsgen("fn", given)
    assert (result.status, result.out.startswith(given)) == (1, True)
    (message,) = told(result)
    assert message.startswith("the items of a ResourceList are a list, and these are none; fix: ")


@pytest.mark.parametrize("none", ["items: null", "items: ~", "items:", "items: [ ]  # none yet"])
def test_a_list_that_has_nothing_gets_a_set(none: str) -> None:
    given = f"# first\n{listed(RENDER).replace('items: []', none)}"
    result = sfsgen("fn", given)
    assert result.out.startswith("# first\n")
    assert len(yaml.safe_load(result.out)["items"]) == 6


@pytest.mark.parametrize(
    ("text", "odd"),
    [("  spec: {answer", "  again: &one [1]  # two\n  more: *one\n  spec: {answer"), ("  kind: Thing", "  kind: Any\n  kind: Thing")],
)  # fmt: skip
@pytest.mark.parametrize("is_last", [True, False])
def test_aliases_and_keys_that_stand_twice_stay_with_all_comments(
    text: str, odd: str, *, is_last: bool
) -> None:
    items = [SET, OTHER.replace(text, odd)] if is_last else [OTHER.replace(text, odd), SET]
    given = listed(VOLUMES, "".join(items))
    if is_last:  # where an alias ends the list
        given = given.replace("  spec: {answer", "  x: {answer").replace("more:", "zz:")
    result = sfsgen("fn", given)
    assert result.out.startswith(given)
    assert len(yaml.safe_load(result.out)["items"]) == 7


def test_json_in_is_json_out() -> None:
    given = yaml.safe_load(listed(VOLUMES, OTHER.replace("1e3", "1000.5") + SET))
    result = sfsgen("fn", json.dumps(given))
    found = json.loads(result.out)
    assert found["items"][:3] == given["items"]
    assert names(found)[3:] == ["pv-db-0", "pv-db-1", "data-db-0", "data-db-1"]


@pytest.mark.parametrize(
    "items",
    [
        "items:\n" + OTHER + SET,
        "items:\n" + OTHER.replace("\n", "\n  ").replace("- api", "  - api", 1).rstrip() + "\n" + "".join(f"  {line}\n" for line in SET.splitlines()),
        "items:\n" + SET + "# the last word\n",
        "items:\n" + SET.rstrip(),
        "items: " + json.dumps(yaml.safe_load(SET)) + "\n",
        "items:\n" + SET + "results:\n- {message: old, severity: info}\n",
        "# before\nitems:\n" + SET + "extra: kept\n",
        "items:\n" + SET + "- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: last}\n  data:\n    a: |+\n      text\n\n\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_of_any_layout_gets_more_items_and_keeps_its_own(items: str, end: str) -> None:
    given = f"---\napiVersion: config.kubernetes.io/v1\nkind: ResourceList\n{items}"
    config = f"functionConfig:\n{VOLUMES}"
    text = (
        (given.rstrip("\n") + "\n" + config)
        if "|+" not in items
        else given.replace("items:", f"{config}items:", 1)
    )
    before, found = yaml.safe_load(text), done(text.replace("\n", end))
    assert found["items"][: len(before["items"])] == before["items"]
    assert len(found["items"]) == len(before["items"]) + 4
    assert "results" not in found
    assert {key: found[key] for key in before if key not in ("items", "results")} == {
        key: before[key] for key in before if key not in ("items", "results")
    }
    comments = [each for each in text.split("\n") if each.startswith("#")]
    assert all(each in sfsgen("fn", text).out for each in comments)


def test_a_list_of_another_kind_is_taken_too() -> None:
    sets = yaml.safe_load(sfsgen("fn", listed(VOLUMES, SET)).out)["items"]
    sets[0]["spec"]["replicas"] = 3
    found = done(yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": sets}))
    assert found["kind"] == "List"
    assert len(found["items"]) == len(sets) + 2


def test_with_a_file_a_stream_comes_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "volumes.yaml": VOLUMES,
        "web.yaml": RENDER,
        "check.yaml": CHECK,
        "wrong.yaml": VOLUMES.replace("nfs", "nsf"),
    }
    written(files, tmp_path)
    stream = "# as it is\n" + yaml.safe_dump_all(yaml.safe_load(SET))
    result = sfsgen("fn volumes.yaml", stream)
    assert result.out.startswith(stream)
    assert [each["metadata"]["name"] for each in yaml.safe_load_all(result.out)][2:] == [
        "pv-db-0",
        "pv-db-1",
        "data-db-0",
        "data-db-1",
    ]
    assert sfsgen("fn volumes.yaml", result.out).out == result.out
    assert sfsgen("fn web.yaml").out == sfsgen("fn web.yaml", "\n").out.lstrip("\n") != ""
    first = sfsgen("fn web.yaml", stream).out
    written({"web.yaml": RENDER.replace("replicas: 2", "replicas: 3")}, tmp_path)
    again = sfsgen("fn web.yaml", first)
    assert again.out.startswith("# as it is\n")
    assert len(list(yaml.safe_load_all(again.out))) == 2 + 8
    failed = sfsgen("fn wrong.yaml", stream)
    assert (failed.status, failed.out) == (1, "")
    assert sfsgen("fn check.yaml", stream).out == stream
    broken = sfsgen("fn check.yaml", yaml.safe_dump_all(yaml.safe_load(BROKEN)))
    assert (broken.status, broken.out) == (1, "")
    assert "(selector)" in broken.err
    taken = sfsgen("fn volumes.yaml", listed("", SET))
    assert yaml.safe_load(taken.out)["kind"] == "ResourceList"
    for name, status in (("nothing.yaml", 2), ("two.yaml", 2)):
        written({"two.yaml": "a: 1\n---\nb: 2\n"}, tmp_path)
        assert sfsgen(f"fn {name}", stream).out == ""
        assert sfsgen(f"fn {name}", stream).status in (1, status)
