"""A key that stands twice: the last one counts, as for kubectl, and every command warns of it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.program import findings, sfsgen

GOOD = sfsgen("render web -r 2 --nfs-server nfs.example.com --storage 1Gi").out
TWICE = GOOD.replace("replicas: 2\n", "replicas: 1\n  replicas: 2\n")
OVER = "  env:\n    A: '1'\n    A: '2'\n"
UNSEEN = f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: env}}\ndata:\n{OVER}"


def test_check_warns_of_it_and_looks_at_the_rest() -> None:
    (found,) = findings("-f", "-", stdin=TWICE + UNSEEN)
    line = TWICE.splitlines().index("  replicas: 2") + 1
    assert (found["rule"], found["severity"]) == ("duplicate-key", "warning")
    assert (found["line"], found["column"], found["field"]) == (line, 3, "spec.replicas")
    assert found["what"].startswith(f'the key "replicas" stands here and in line {line - 1}')
    assert sfsgen("check -f -", stdin=TWICE).status == 0
    assert sfsgen("check --strict -f -", stdin=TWICE).status == 1


def test_of_what_is_passed_over_nothing_is_said() -> None:
    assert sfsgen("check --strict -f -", stdin=GOOD + UNSEEN).status == 0


def test_it_is_told_of_an_object_that_is_broken_besides() -> None:
    found = findings("-f", "-", stdin=TWICE.replace("  replicas: 2\n", "  replicas: many\n"))
    assert {"duplicate-key", "unreadable"} <= {each["rule"] for each in found}


def test_volumes_and_scale_warn_of_it_and_go_on() -> None:
    stateful_set = TWICE[TWICE.index("apiVersion: apps/v1") :]
    style = "--nfs-server nfs.example.com --nfs-path /exports"
    done = sfsgen(f"volumes -f - {style} -o name", stdin=stateful_set + UNSEEN)
    assert (done.status, done.out.count("persistentvolume/pv-web-")) == (0, 2)
    assert done.err.startswith('stdin:13:3: warning: the key "replicas" stands here and in line 12')
    assert done.err.count("warning") == 1
    done = sfsgen(f"scale web -r 3 -f - {style} -o name", stdin=stateful_set)
    assert (done.status, done.out.count("persistentvolume/pv-web-")) == (0, 3)
    done = sfsgen(f"volumes --strict -f - {style}", stdin=stateful_set)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("stdin:13:3: error: the key")


@pytest.mark.parametrize(
    ("form", "right", "twice"),
    [
        ("yaml", "    storage: 1Gi\n", "    storage: 2Gi\n    storage: 1Mi\n"),
        ("json", '"storage": "1Gi"', '"storage": "2Gi", "storage": "1Mi"'),
    ],
)
def test_the_last_one_is_the_one_that_is_mended(
    form: str, right: str, twice: str, tmp_path: Path
) -> None:
    text = sfsgen(f"render web -r 2 --nfs-server nfs.example.com --storage 1Gi -o {form}").out
    file = tmp_path / f"web.{form}"
    file.write_text(text.replace(right, twice, 1))
    assert {each["rule"] for each in findings("-f", str(file))} == {"unequal-pair", "duplicate-key"}
    assert sfsgen(["check", "--fix", "-f", str(file)]).status == 0
    assert file.read_text() == text.replace(right, twice.replace("1Mi", "1Gi"), 1)


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_kubectl_takes_the_last_one_too(form: str, tmp_path: Path) -> None:
    text = (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  name: b\nspec: {clusterIP: x}\n"
        "spec:\n  selector: {a: b}\n  selector: {c: d}\n"
    )
    if form == "json":
        text = (
            '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "name": "b"}, '
            '"spec": {"clusterIP": "x"}, "spec": {"selector": {"a": "b"}, "selector": {"c": "d"}}}'
        )
    file = tmp_path / f"a.{form}"
    file.write_text(text)
    command = ["kubectl", "annotate", "--local", "-f", str(file), "x=y", "-o", "json"]
    theirs = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert theirs["metadata"]["name"] == "b"
    assert theirs["spec"] == {"selector": {"c": "d"}}
    found = findings("--allow-empty", "-f", str(file))
    assert [each["field"] for each in found if each["rule"] == "duplicate-key"] == [
        *("metadata.name", "spec", "spec.selector")
    ]
    assert {each["object"]["name"] for each in found} == {"b"}
