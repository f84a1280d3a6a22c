"""A user's own templates: what they may do, what is refused, and that nothing holds them up."""

# ruff: noqa: E501  # a case a line

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfsgen.kubernetes.manifests import read_manifests
from sfsgen.kubernetes.versions import Target
from sfsgen.printing import sandbox
from sfsgen.printing.isolation import TooLongError, apart, bounded
from sfsgen.printing.judgement import judge
from sfsgen.printing.templates import BUILT_IN
from sfsgen.problems import InputError, Problem
from tests.program import findings, sfsgen

pytestmark = pytest.mark.without_libraries

PLAIN = "render web -r 3 --nfs-server nfs.example.com --storage 1Gi"

VOLUME_TEMPLATE = """\
apiVersion: v1
kind: PersistentVolume
metadata:
  name: {{ volume.name }}
  annotations:
    x: |-
      value: VALUE #
spec:
  capacity:
    storage: {{ volume.storage }}
  accessModes:
{{ volume.access_modes | block(2) }}
  storageClassName: {{ volume.storage_class }}
  claimRef:
    namespace: {{ claim.namespace }}
    name: {{ claim.name }}
  nfs:
    server: {{ volume.server }}
    path: {{ volume.path }}
"""
LINE = 7  # of VALUE


def template(folder: Path, value: str, resource: str = "persistentvolume") -> list[str]:
    """Write a template and return the options that use it."""
    (folder / f"{resource}.yaml.j2").write_text(VOLUME_TEMPLATE.replace("VALUE", value))
    return ["--template-dir", str(folder)]


def built_in(resource: str) -> str:
    path = Path(__file__).parents[1] / "templates" / f"{resource}.yaml.j2"
    return path.read_text()


def values_of_x(folder: Path, value: str, count: int = 12) -> list[str]:
    options = template(folder, value)
    command = f"{PLAIN} -r {count} --only pv"
    result = sfsgen([*command.split(), *options])
    assert result.status == 0, result.err
    texts = [each["metadata"]["annotations"]["x"] for each in objects(result.out)]
    return [str(yaml.load(text, yaml.CSafeLoader)["value"]) for text in texts]


# An expression of the ordinal, and what it is in Python.
COMPUTED: list[tuple[str, Callable[[int], object]]] = [
    ("{{ ordinal }}", lambda n: n),
    ("{{ volume.name }}", lambda n: f"pv-web-{n}"),
    ("{{ claim.name }}", lambda n: f"pvc-web-{n}"),
    ("{{ volume.path }}", lambda n: f"/exports/pv-web-{n}"),
    ("{{ ordinal % 2 }}", lambda n: n % 2),
    ("{{ ordinal + 1 }}", lambda n: n + 1),
    ("{{ 1 + ordinal }}", lambda n: n + 1),
    ("{{ 20 - ordinal }}", lambda n: 20 - n),
    ("{{ ordinal * 3 }}", lambda n: n * 3),
    ("{{ ordinal // 2 }}", lambda n: n // 2),
    ("{{ 7 // (ordinal + 1) }}", lambda n: 7 // (n + 1)),
    ("{{ 2 ** ordinal }}", lambda n: 2**n),
    ("{{ ordinal ** 2 }}", lambda n: n**2),
    ("{{ 20 % (ordinal + 1) }}", lambda n: 20 % (n + 1)),
    ("{{ 100 // ordinal if ordinal else 0 }}", lambda n: 100 // n if n else 0),
    ("{{ -ordinal }}", lambda n: -n),
    ("{{ +ordinal }}", lambda n: n),
    ("{{ ordinal | abs }}", lambda n: n),
    ("{{ ordinal | round | int }}", lambda n: n),
    ("{{ ordinal | int }}", lambda n: n),
    ("{{ ordinal | string }}", lambda n: n),
    ("{{ ordinal | tojson }}", lambda n: n),
    ("{{ volume.name | tojson }}", lambda n: f'"pv-web-{n}"'),
    ("{{ '%03d' | format(ordinal) }}", lambda n: f"{n:03}"),
    ("{{ '%03d' % ordinal }}", lambda n: f"{n:03}"),
    ("{{ 'x-%s' | format(volume.name) }}", lambda n: f"x-pv-web-{n}"),
    ("{{ 'x-' ~ ordinal ~ '-y' }}", lambda n: f"x-{n}-y"),
    ("{{ 'x-' + volume.name }}", lambda n: f"x-pv-web-{n}"),
    ("{{ volume.name | upper }}", lambda n: f"PV-WEB-{n}"),
    ("{{ volume.name | length }}", lambda n: len(f"pv-web-{n}")),
    ("{{ volume.name | reverse }}", lambda n: f"pv-web-{n}"[::-1]),
    ("{{ volume.name | replace('web', 'db') }}", lambda n: f"pv-db-{n}"),
    ("{{ volume.name | replace('1', 'one') }}", lambda n: f"pv-web-{n}".replace("1", "one")),
    ("{{ volume.name | last }}", lambda n: str(n)[-1]),
    ("{{ volume.name[-1] }}", lambda n: str(n)[-1]),
    ("{{ volume.name.split('-')[2] }}", lambda n: n),
    ("{{ volume.name | default('none') }}", lambda n: f"pv-web-{n}"),
    ("{{ volume.name or 'none' }}", lambda n: f"pv-web-{n}"),
    ("{{ ordinal or 'zero' }}", lambda n: n or "zero"),
    ("{{ not ordinal }}", lambda n: "True" if n == 0 else "False"),
    ("{{ 'a' if ordinal == 5 else 'b' }}", lambda n: "a" if n == 5 else "b"),
    ("{{ 'a' if 5 == ordinal else 'b' }}", lambda n: "a" if n == 5 else "b"),
    ("{{ 'a' if ordinal is eq 5 else 'b' }}", lambda n: "a" if n == 5 else "b"),
    ("{{ 'a' if ordinal is sameas 5 else 'b' }}", lambda n: "a" if n == 5 else "b"),
    ("{{ 'a' if ordinal < 5 else 'b' }}", lambda n: "a" if n < 5 else "b"),
    ("{{ 'a' if 5 < ordinal else 'b' }}", lambda n: "a" if n > 5 else "b"),
    ("{{ 'a' if ordinal in [2, 5] else 'b' }}", lambda n: "a" if n in {2, 5} else "b"),
    ("{{ 'a' if ordinal is in [2, 5] else 'b' }}", lambda n: "a" if n in {2, 5} else "b"),
    ("{{ 'a' if ordinal is odd else 'b' }}", lambda n: "a" if n % 2 else "b"),
    ("{{ 'a' if ordinal is divisibleby 3 else 'b' }}", lambda n: "b" if n % 3 else "a"),
    ("{{ 'a' if ordinal is number else 'b' }}", lambda _: "a"),
    ("{{ 'a' if ordinal is integer else 'b' }}", lambda _: "a"),
    ("{{ 'a' if volume.name is string else 'b' }}", lambda _: "a"),
    ("{{ 'a' if volume.name is sequence else 'b' }}", lambda _: "a"),
    ("{{ 'a' if volume.name is defined else 'b' }}", lambda _: "a"),
    ("{{ 'a' if volume.name == 'pv-web-5' else 'b' }}", lambda n: "a" if n == 5 else "b"),
    ("{{ 'a' if '5' in volume.name else 'b' }}", lambda n: "a" if n == 5 else "b"),
    ("{{ {5: 'a'}.get(ordinal, 'b') }}", lambda n: "a" if n == 5 else "b"),
    ("{{ {'pv-web-5': 'a'}[volume.name] | default('b') }}", lambda n: "a" if n == 5 else "b"),
    ("{{ ['a', 'b', 'c'][ordinal % 3] }}", lambda n: "abc"[n % 3]),
    ("{{ 'abcdefghijkl'[ordinal] }}", lambda n: "abcdefghijkl"[n]),
    ("{{ range(ordinal) | length }}", lambda n: n),
    ("{{ [3, ordinal] | max }}", lambda n: max(3, n)),
    ("{{ [ordinal, 1] | sum }}", lambda n: n + 1),
    ("{{ [ordinal] | join('-') }}", lambda n: n),
    ("{{ [7, ordinal] | sort | first }}", lambda n: min(7, n)),
    ("{{ [ordinal] | select('equalto', 5) | list | length }}", lambda n: int(n == 5)),
    ("{{ [5, ordinal] | unique | list | length }}", lambda n: 1 if n == 5 else 2),
    ("{{ volume.name | truncate(7, true, '', 0) }}", lambda _: "pv-web-"),
    ("{{ ordinal.bit_length() }}", lambda n: n.bit_length()),
    ("{% if ordinal == 5 %}a{% else %}b{% endif %}", lambda n: "a" if n == 5 else "b"),
    ("{% if volume.name == 'pv-web-5' %}a{% else %}b{% endif %}", lambda n: "a" if n == 5 else "b"),
    ("{% if ordinal %}a{% else %}b{% endif %}", lambda n: "a" if n else "b"),
    ("a{% for i in range(ordinal) %}{{ i % 10 }}{% endfor %}", lambda n: f"a{'0123456789012'[:n]}"),
    ("{% set y = ordinal %}{{ y }}", lambda n: n),
    ("{% set y %}{{ ordinal }}{% endset %}{{ y }}", lambda n: n),
    ("{% macro m(y) %}m{{ y }}{% endmacro %}{{ m(ordinal) }}", lambda n: f"m{n}"),
    ("{% filter upper %}{{ volume.name }}{% endfilter %}", lambda n: f"PV-WEB-{n}"),
    ("a1000000-{{ ordinal }}", lambda n: f"a1000000-{n}"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), COMPUTED, ids=[value for value, _ in COMPUTED])
def test_a_template_may_compute_with_the_ordinal(
    value: str, expected: Callable[[int], object], tmp_path: Path
) -> None:
    assert values_of_x(tmp_path, value) == [str(expected(number)) for number in range(12)]


def test_a_template_that_copies_ours_prints_what_ours_prints(tmp_path: Path) -> None:
    for resource in ("service", "persistentvolume", "persistentvolumeclaim", "statefulset"):
        (tmp_path / f"{resource}.yaml.j2").write_text(built_in(resource))
    options = "--label a=1 --mount-option hard --read-only --volume a=1Gi:/a --env A=1"
    ours = sfsgen(f"{PLAIN} {options}")
    assert sfsgen([*f"{PLAIN} {options} --template-dir".split(), str(tmp_path)]) == ours


def test_a_template_may_include_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "x.j2").write_text("{{ ordinal % 2 }}")
    assert values_of_x(tmp_path, "{% include 'x.j2' %}") == ["0", "1"] * 6


BROKEN = [
    ("{% if %}", "xpected"),
    ("{{ ordinal }", "}"),
    ("{% endif %}", "endif"),
    ("{{ ordinal | nope }}", "nope"),
    ("{{ ordnal }}", "ordnal"),
    ("{{ volume.nmae }}", "nmae"),
    ("{{ claim.server }}", "server"),
    ("{{ 1 // 0 }}", "zero"),
    ("{{ 1 // ordinal }}", "zero"),
    ("{{ 1 // (ordinal - 5) }}", "zero"),
    ("{{ ordinal.nope }}", "nope"),
    ("{{ volume.labels | block }}", "indent"),
    ("{{ volume.labels }}", "printed with `| block(COLUMNS)`"),
    ("{% include 'missing.j2' %}", "missing.j2"),
    ("{{ nope() }}", "nope"),
    ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
]


@pytest.mark.parametrize(("value", "part"), BROKEN)
def test_a_template_that_fails_is_told_with_its_line(value: str, part: str, tmp_path: Path) -> None:
    result = sfsgen([*f"{PLAIN} -r 12".split(), *template(tmp_path, value)])
    assert (result.status, result.out) == (2, "")
    path = re.escape(str(tmp_path / "persistentvolume.yaml.j2"))
    match = re.fullmatch(rf"{path}:([0-9]+): error: (.+)\n  fix: .+\n", result.err)
    assert match, result.err
    assert int(match[1]) == LINE
    assert part in match[2]


def test_a_template_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    options = template(tmp_path, "")
    (tmp_path / "persistentvolume.yaml.j2").write_bytes(b"# caf\xe9\n")
    result = sfsgen([*PLAIN.split(), *options])
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"{tmp_path}/persistentvolume.yaml.j2")
    assert "this is a bug" not in result.err


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "a: [\n", "[a]\n", "a\n", "a: b\n---\nc: d\n", "\tx: 1\n", "a: 1\na: 2\n"],
)
def test_a_template_that_renders_no_object_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "service.yaml.j2").write_text(text)
    result = sfsgen([*PLAIN.split(), "--template-dir", str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"{tmp_path}/service.yaml.j2")
    assert "\n  fix: " in result.err


# The resource, a text of our template, and what stands there instead.
CHANGED = [
    ("persistentvolume", "apiVersion: v1\nkind: PersistentVolume\n", "apiVersion: v2\nkind: PersistentVolume\n"),
    ("persistentvolume", "kind: PersistentVolume\n", "kind: Volume\n"),
    ("persistentvolume", "{{ volume.name }}", "my-{{ ordinal }}"),
    ("persistentvolume", "{{ volume.name }}", '{{ "my-" ~ volume.name }}'),
    ("persistentvolume", "{{ volume.storage }}", "2Gi"),
    ("persistentvolume", "{{ volume.access_modes | block(2) }}", "  - ReadWriteOnce"),
    ("persistentvolume", "{{ volume.storage_class }}", "nfs"),
    ("persistentvolume", "    name: {{ claim.name }}\n", ""),
    ("persistentvolume", "    namespace: {{ claim.namespace }}\n", ""),
    ("persistentvolume", "name: {{ claim.name }}\n", "name: pvc-web-0\n"),
    ("persistentvolume", "namespace: {{ claim.namespace }}\n", "namespace: other\n"),
    ("persistentvolume", "name: {{ claim.name }}\n", "name: {% if ordinal == 5 %}pvc-web-6{% else %}{{ claim.name }}{% endif %}\n\n"),
    ("persistentvolume", "name: {{ claim.name }}\n", "name: {{ claim.name }}\n    uid: 1\n"),
    ("persistentvolume", "spec:\n", "spec:\n  volumeMode: Block\n"),
    ("persistentvolumeclaim", "volumeName: {{ volume.name }}", ""),
    ("persistentvolumeclaim", "volumeName: {{ volume.name }}", "volumeName: pv-web-0"),
    ("persistentvolumeclaim", "{{ claim.storage }}", "2Gi"),
    ("persistentvolumeclaim", "{{ claim.name }}", "{{ volume.name }}"),
    ("persistentvolumeclaim", "{{ claim.namespace }}", "other"),
    ("persistentvolumeclaim", "{{ claim.storage_class }}", "fast"),
    ("persistentvolumeclaim", "spec:\n", "spec:\n  selector: {matchLabels: {a: b}}\n"),
    ("service", "clusterIP: None", "type: NodePort"),
    ("service", "{{ service.name }}", "other"),
    ("service", "{{ service.selector | block(4) }}", "    a: b"),
    ("statefulset", "{{ statefulset.replicas }}", "1"),
    ("statefulset", "{{ service.name }}", "other"),
    ("statefulset", "{{ statefulset.selector | block(6) }}", "      a: b"),
    ("statefulset", "{{ template.storage }}", "2Gi"),
    ("statefulset", "{{ template.name }}", "other"),
    ("statefulset", "{{ template.storage_class }}", "fast"),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "ours", "theirs"), CHANGED)
def test_a_template_that_changes_what_a_pair_is_bound_by_is_refused(
    resource: str, ours: str, theirs: str, tmp_path: Path
) -> None:
    text = built_in(resource)
    assert ours in text
    (tmp_path / f"{resource}.yaml.j2").write_text(text.replace(ours, theirs))
    result = sfsgen([*f"{PLAIN} -r 12 --template-dir".split(), str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"{tmp_path}/{resource}.yaml.j2")
    assert "\n  fix: " in result.err


EXISTING = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {clusterIP: None, selector: {app: web}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: default}
spec:
  replicas: 1
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, volumeMounts: [{name: pvc, mountPath: /data}]}]}
  volumeClaimTemplates:
  - metadata: {name: pvc}
    spec: {accessModes: [ReadWriteMany], storageClassName: "", resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pvc-web-2, namespace: default}
spec: {accessModes: [ReadWriteMany], storageClassName: "", resources: {requests: {storage: 1Gi}}}
"""
# What is wrong with others.
BROKEN_BESIDE = """\
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv-web-0}
spec:
  accessModes: [ReadWriteOnce]
  capacity: {storage: 2Gi}
  claimRef: {namespace: default, name: pvc-web-0, uid: a}
  nfs: {server: nfs.example.com, path: /a}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: a, namespace: other}
spec: {volumeName: pv-web-0}
"""
ADDING = "scale web -r 4 -f - --nfs-server nfs.example.com --nfs-path /b"


@pytest.mark.parametrize(
    ("resource", "ours", "theirs"),
    [each for each in CHANGED if each[0].startswith("persistentvolume")],
)
def test_what_is_printed_beside_what_exists_is_refused_as_well(
    resource: str, ours: str, theirs: str, tmp_path: Path
) -> None:
    text = built_in(resource).replace(ours, theirs.replace("ordinal == 5", "ordinal == 3"))
    (tmp_path / f"{resource}.yaml.j2").write_text(text)
    result = sfsgen([*ADDING.split(), "--template-dir", str(tmp_path)], EXISTING)
    assert (result.status, result.out) == (2, "")
    assert all(f"{tmp_path}/{resource}.yaml.j2" in each for each in result.err.splitlines()[::2])


def test_what_exists_stops_no_template(tmp_path: Path) -> None:
    for resource in ("persistentvolume", "persistentvolumeclaim"):
        (tmp_path / f"{resource}.yaml.j2").write_text(built_in(resource))
    existing = EXISTING + BROKEN_BESIDE
    assert findings("-f", "-", stdin=existing)
    ours = sfsgen(f"{ADDING} --volume-name new-{{ordinal}}", existing)
    assert ours.status == 0
    command = f"{ADDING} --volume-name new-{{ordinal}} --template-dir {tmp_path}"
    assert sfsgen(command, existing) == ours


def test_what_is_wrong_for_many_ordinals_is_told_once(tmp_path: Path) -> None:
    for resource in ("persistentvolume", "persistentvolumeclaim"):
        text = built_in(resource).replace("spec:\n", "spec:\n  other: 1\n")
        (tmp_path / f"{resource}.yaml.j2").write_text(text)
    result = sfsgen([*f"{PLAIN} -r 12 --only svc --template-dir".split(), str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    told = re.findall(r"/(\w+)\.yaml\.j2, as rendered:\d+:\d+: error: .*\((.*)\)", result.err)
    assert told == [("persistentvolume", "field"), ("persistentvolumeclaim", "field")]


def test_what_no_template_has_printed_is_told_of_all() -> None:
    manifests, _ = read_manifests(EXISTING.encode(), "F")
    told = judge(manifests, list, Target(), None, ["a", "b"])
    assert {(each.where, each.severity) for each in told} == {("a, b", "error")}
    assert any("there is no volume for the claim pvc-web-0" in each.what for each in told)
    assert judge(manifests, lambda: manifests, Target(), None, ["a", "b"]) == []


def test_what_cannot_be_read_is_told_alone(tmp_path: Path) -> None:
    text = built_in("persistentvolumeclaim").replace("{{ claim.storage }}", "[1Gi]")
    (tmp_path / "persistentvolumeclaim.yaml.j2").write_text(text)
    for command in (PLAIN, ADDING):
        result = sfsgen([*command.split(), "--template-dir", str(tmp_path)], EXISTING)
        assert (result.status, result.out) == (2, "")
        assert result.err.count("error: ") == 1
        assert "must be a quantity such as 1Gi" in result.err


def test_a_warning_that_is_new_is_a_warning(tmp_path: Path) -> None:
    text = built_in("persistentvolume").replace("{{ volume.path }}", "/one")
    (tmp_path / "persistentvolume.yaml.j2").write_text(text)
    command = [*PLAIN.split(), "--template-dir", str(tmp_path)]
    result = sfsgen(command)
    assert result.status == 0
    assert result.out == sfsgen(f"{PLAIN} --nfs-path /one --shared-directory").out
    told = re.findall(r"(\S+), as rendered:\d+:\d+: warning: .* \(shared-directory\)\n", result.err)
    assert told == [f"{tmp_path}/persistentvolume.yaml.j2"]
    strict = sfsgen([*command, "--strict"])
    assert (strict.status, strict.out) == (2, "")
    assert "error: 3 volumes share the directory" in strict.err


@pytest.mark.parametrize(
    "options",
    ["--nfs-path /one --shared-directory", "--reclaim-policy Delete", "--mount-option soft"],
)
def test_what_the_built_in_templates_are_warned_of_is_not_told_twice(
    options: str, tmp_path: Path
) -> None:
    (tmp_path / "persistentvolume.yaml.j2").write_text(built_in("persistentvolume"))
    ours = sfsgen(f"{PLAIN} {options}")
    assert ours.status == 0
    assert sfsgen([*f"{PLAIN} {options} --template-dir".split(), str(tmp_path)]) == ours


@pytest.mark.parametrize("window", ["", "--from-ordinal 2"])
@pytest.mark.parametrize("replicas", ["1", "{{ statefulset.replicas + 1 }}"])
def test_another_number_of_replicas_is_refused(replicas: str, window: str, tmp_path: Path) -> None:
    text = built_in("statefulset").replace("{{ statefulset.replicas }}", replicas)
    (tmp_path / "statefulset.yaml.j2").write_text(text)
    result = sfsgen([*f"{PLAIN} {window} --template-dir".split(), str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"{tmp_path}/statefulset.yaml.j2, as rendered:")
    is_note = replicas == "1"  # of which a template is told what is meant, not what may be done
    assert ("fix: take this over from the built-in template" in result.err) == is_note


def test_what_a_template_makes_of_what_exists_is_told(tmp_path: Path) -> None:
    """Though it is right by itself, it lies where another volume does."""
    text = built_in("persistentvolume").replace("{{ volume.path }}", "/a")
    (tmp_path / "persistentvolume.yaml.j2").write_text(text)
    result = sfsgen([*f"{ADDING} -r 1 --template-dir".split(), str(tmp_path)], EXISTING)
    assert "share the directory" not in result.err
    beside = EXISTING + BROKEN_BESIDE.replace("pv-web-0", "pv-other").replace("pvc-web-0", "a")
    result = sfsgen([*f"{ADDING} -r 1 --template-dir".split(), str(tmp_path)], beside)
    assert "share the directory nfs.example.com:/a" in result.err


OWN_METADATA = """\
name: web
replicas: 1
nfs: {server: a}
claimTemplates: [{storage: 1Gi}]
statefulSet: {metadata: {ownerReferences: [{apiVersion: v1, kind: A, name: b, uid: c}]}}
"""


def test_a_template_may_print_what_the_values_say(tmp_path: Path) -> None:
    text = built_in("statefulset")
    (tmp_path / "statefulset.yaml.j2").write_text(text)
    command = ["render", "-f", "-", "--template-dir", str(tmp_path)]
    assert sfsgen(command, OWN_METADATA) == sfsgen("render -f -", OWN_METADATA)
    (tmp_path / "statefulset.yaml.j2").write_text(text.replace("spec:\n", "  uid: d\nspec:\n", 1))
    assert "metadata.uid is 'd'\n" in sfsgen(command, OWN_METADATA).err


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (r"\{\{ \w+\.storage }}", "2Gi"),
        (r"\{\{ \w+\.storage_class }}", "fast"),
        (r"( *)\{\{ \w+\.access_modes .* }}", r"\1      - ReadWriteOnce"),
    ],
)
def test_what_templates_agree_on_may_be_another(ours: str, theirs: str, tmp_path: Path) -> None:
    for resource in ("persistentvolume", "persistentvolumeclaim", "statefulset"):
        text = re.sub(ours, theirs, built_in(resource))
        (tmp_path / f"{resource}.yaml.j2").write_text(text)
    result = sfsgen([*PLAIN.split(), "--template-dir", str(tmp_path)])
    assert (result.status, result.err) == (0, sfsgen(PLAIN).err)
    assert result.out.count(theirs.rsplit(maxsplit=1)[-1]) == 7  # of three pairs and the set


def test_a_selector_that_the_volumes_meet_may_be_printed(tmp_path: Path) -> None:
    text = built_in("persistentvolumeclaim").replace(
        "spec:\n", "spec:\n  selector: {matchLabels: {a: b}}\n"
    )
    (tmp_path / "persistentvolumeclaim.yaml.j2").write_text(text)
    command = [*PLAIN.split(), "--template-dir", str(tmp_path)]
    assert sfsgen(command).status == 2
    assert sfsgen([*command, "--label", "a=b"]).status == 0


@pytest.mark.parametrize("uid", ["", ", uid: u"])
def test_a_volume_may_be_larger_than_a_claim_that_exists(uid: str, tmp_path: Path) -> None:
    text = built_in("persistentvolume").replace(
        "{{ volume.storage }}", "{{ '2Gi' if ordinal == 2 else volume.storage }}"
    )
    (tmp_path / "persistentvolume.yaml.j2").write_text(text)
    existing = EXISTING.replace("{name: pvc-web-2,", f"{{name: pvc-web-2{uid},")
    result = sfsgen([*ADDING.split(), "--template-dir", str(tmp_path)], existing)
    assert (result.status, result.err) == (0, "")
    assert result.out.count("storage: 2Gi") == 1


def test_more_than_can_be_judged_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "service.yaml.j2").write_text(built_in("service"))
    monkeypatch.setattr("sfsgen.printing.own_objects._MOST_JUDGED", 8)
    command = [*PLAIN.split(), "--template-dir", str(tmp_path)]
    assert sfsgen(command).status == 0
    result = sfsgen([*command, "-r", "4"])
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("--template-dir: error: more than 8 objects are too many")
    assert "fix: render fewer at a time, with --replicas and --from-ordinal" in result.err


@pytest.mark.parametrize(
    ("resource", "ours", "theirs"),
    [
        ("persistentvolume", "{{ volume.server }}", "other.example.com"),
        ("persistentvolume", "{{ volume.path }}", '{{ "/x" ~ volume.path }}'),
        ("persistentvolume", "spec:\n", "  finalizers: [a.b/c]\nspec:\n"),
        ("persistentvolume", "{{ volume.storage_class }}", "null"),
        ("service", "spec:\n", "spec:\n  sessionAffinity: ClientIP\n"),
        ("statefulset", "{{ container.image }}", "other:1"),
    ],
)
def test_a_template_may_change_what_no_pair_is_bound_by(
    resource: str, ours: str, theirs: str, tmp_path: Path
) -> None:
    text = built_in(resource)
    assert ours in text
    (tmp_path / f"{resource}.yaml.j2").write_text(text.replace(ours, theirs))
    result = sfsgen([*f"{PLAIN} --template-dir".split(), str(tmp_path)])
    assert result.status == 0, result.err
    assert result.out != sfsgen(PLAIN).out


@pytest.mark.parametrize(
    "name", [None, "pv.yaml.j2", "service.yaml", "service.j2", "Service.yaml.j2"]
)
def test_a_folder_without_a_template_is_refused(name: str | None, tmp_path: Path) -> None:
    if name:
        (tmp_path / name).write_text(built_in("service"))
    result = sfsgen([*PLAIN.split(), "--template-dir", str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    assert re.match("--template-dir: error: .* no template\n  fix: .*service.yaml.j2", result.err)


def test_a_file_or_nothing_in_the_place_of_the_templates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "service.yaml.j2").write_text(built_in("service"))
    for path in (tmp_path / "service.yaml.j2", tmp_path / "missing"):
        result = sfsgen([*PLAIN.split(), "--template-dir", str(path)])
        assert (result.status, result.out) == (2, "")
        assert result.err.startswith("--template-dir: error: ")


def test_a_template_that_fails_writes_no_files(tmp_path: Path) -> None:
    options = template(tmp_path, "{{ 1 // (ordinal - 2) }}")
    out = tmp_path / "out"
    assert sfsgen([*PLAIN.split(), *options, "--output-dir", str(out)]).status == 2
    assert not out.exists()


# What lies in the place of a template


def make_fifo_and_link(path: Path) -> None:
    os.mkfifo(f"{path}.fifo")
    path.symlink_to(f"{path}.fifo")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made, contextlib.chdir(path.parent):
        made.bind(path.name)  # the whole path may be too long


def make_huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 10**13)


KINDS: list[tuple[str, Callable[[Path], object]]] = [
    ("a link that leads nowhere", lambda path: path.symlink_to("nowhere")),
    ("levels of symbolic links", lambda path: path.symlink_to(path.name)),
    ("a folder", Path.mkdir),
    ("a FIFO", os.mkfifo),
    ("a FIFO", make_fifo_and_link),
    ("a device", lambda path: path.symlink_to("/dev/zero")),
    ("a device", lambda path: path.symlink_to("/dev/null")),
    ("a socket", make_socket),
    ("is not UTF-8", lambda path: path.write_bytes(b"# caf\xe9\n")),
    ("UTF-16", lambda path: path.write_text("# a\n", encoding="utf-16")),
    ("more than 1,000,000 bytes", lambda path: path.write_text("#" * 1_000_001)),
    ("more than 1,000,000 bytes", make_huge),
]


@pytest.mark.parametrize(
    ("kind", "make"), KINDS, ids=[f"{kind}-{i}" for i, (kind, _) in enumerate(KINDS)]
)
@pytest.mark.parametrize("only", ["pv", "service"])
def test_nothing_in_the_place_of_a_template_is_passed_over(
    kind: str, make: Callable[[Path], object], only: str, tmp_path: Path
) -> None:
    path = tmp_path / "persistentvolume.yaml.j2"
    make(path)
    result = sfsgen([*PLAIN.split(), "--only", only, "--template-dir", str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    assert re.fullmatch(
        rf"{re.escape(str(path))}(?::\d+:\d+)?: error: .*{kind}.*\n  fix: .+\n", result.err
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_template_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    options = template(tmp_path, "")
    (tmp_path / "persistentvolume.yaml.j2").chmod(0)
    result = sfsgen([*PLAIN.split(), *options])
    assert (result.status, result.out) == (2, "")
    assert "Permission denied" in result.err


def test_all_that_is_wrong_with_the_folder_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "persistentvolume.yaml.j2").symlink_to("nowhere")
    (tmp_path / "persistentvolumeclaim.yaml.j2").mkdir()
    (tmp_path / "sts.yaml.j2").touch()
    os.mkfifo(tmp_path / "service.yaml.j2")
    result = sfsgen([*PLAIN.split(), "-o", "nope", "--template-dir", str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    places = [line.split(": error")[0] for line in result.err.splitlines()[::2]]
    names = ("persistentvolume", "persistentvolumeclaim", "service")
    assert places == [
        "--output",
        "--template-dir",
        *(f"{tmp_path}/{name}.yaml.j2" for name in names),
    ]


def test_all_templates_that_cannot_be_compiled_are_told_at_once(tmp_path: Path) -> None:
    for name in ("service", "persistentvolume", "statefulset"):
        (tmp_path / f"{name}.yaml.j2").write_text("\n{% if %}")
    result = sfsgen([*PLAIN.split(), "--only", "pvc", "--template-dir", str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    names = ("persistentvolume", "service", "statefulset")
    assert sorted(re.findall(r"/(\w+)\.yaml\.j2:2: error", result.err)) == sorted(names)


@pytest.mark.parametrize("place", ["template", "folder"])
def test_links_are_followed(place: str, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    template(there, "{{ ordinal }}")
    here = tmp_path / "here"
    if place == "folder":
        here.symlink_to(there)
    else:
        here.mkdir()
        (here / "persistentvolume.yaml.j2").symlink_to(there / "persistentvolume.yaml.j2")
    result = sfsgen([*PLAIN.split(), "--only", "pv", "--template-dir", str(here)])
    assert re.findall("value: (.*) #\n", result.out) == ["0", "1", "2"]


def test_line_ends_of_windows_are_line_ends(tmp_path: Path) -> None:
    (tmp_path / "service.yaml.j2").write_text(built_in("service"), newline="\r\n")
    assert sfsgen([*PLAIN.split(), "--template-dir", str(tmp_path)]) == sfsgen(PLAIN)


def test_a_byte_order_mark_is_no_part_of_a_template(tmp_path: Path) -> None:
    (tmp_path / "service.yaml.j2").write_text(built_in("service"), encoding="utf-8-sig")
    assert sfsgen([*PLAIN.split(), "--template-dir", str(tmp_path)]) == sfsgen(PLAIN)


# What a template may reach

UNREACHABLE = [
    ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "unsafe"),
    ("{{ ().__class__.__mro__[1].__subclasses__() }}", "unsafe"),
    ("{{ ''['__class__'] }}", "unsafe"),
    ("{{ '' | attr('__class__') }}", "unsafe"),
    ("{{ ['', 1] | map(attribute='__class__') | first }}", "unsafe"),
    ("{{ '{0.__class__}'.format(1) }}", "unsafe"),
    ("{{ '{x.__class__}'.format_map({'x': 1}) }}", "unsafe"),
    ("{{ self._TemplateReference__context }}", "unsafe"),
    ("{{ joiner.__init__ }}", "unsafe"),
    ("{{ dict.mro() }}", "unsafe"),
    ("{{ volume.items.__self__ }}", "unsafe"),
    ("{{ ([1] | map('int')).gi_frame }}", "unsafe"),
    ("{{ volume.update(name='a') }}", "unsafe"),
    ("{{ volume.labels.clear() }}", "unsafe"),
    ("{% macro m() %}{% endmacro %}{{ m._environment }}", "unsafe"),
    ("{{ lipsum() }}", "lipsum"),
    ("{{ [1, 2] | random }}", "random"),
    ("{% include '/etc/passwd' %}", "no template"),
    ("{% include '../../../../etc/passwd' %}", "no template"),
    ("{% include 'a\\0b' %}", "no template"),
    ("{% include [] %}", "empty list"),
    ("{% do 1 %}", "unknown tag"),
    ("{{ range }}", "neither a text"),
    ("{{ volume.items }}", "neither a text"),
    ("{{ [1] | map('int') }}", "neither a text"),
    ("{{ [volume.items] | block(2) }}", "neither a text"),
    ("{{ namespace(a=1) }}", "neither a text"),
    ("{{ 1e308 * 10 }}", "no number"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "part"), UNREACHABLE, ids=[value for value, _ in UNREACHABLE])
def test_a_template_reaches_what_the_documentation_says(
    value: str, part: str, tmp_path: Path
) -> None:
    assert part in failure(tmp_path, value)


@pytest.mark.parametrize("part", ["nowhere", "folder", "fifo", "zero", "latin", "huge"])
@pytest.mark.parametrize(
    "how", ["include 'PART'", "include 'PART' ignore missing", "import 'PART' as x"]
)
def test_a_part_that_is_no_file_is_told(how: str, part: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    for name, target in (("nowhere", "missing"), ("zero", "/dev/zero")):
        (tmp_path / name).symlink_to(target)
    (tmp_path / "latin").write_bytes(b"\xe9")
    (tmp_path / "huge").write_text("#" * 1_000_001)
    options = template(tmp_path, f"{{% {how.replace('PART', part)} %}}")
    result = sfsgen([*PLAIN.split(), *options])
    assert (result.status, result.out) == (2, "")
    assert re.match(rf"{re.escape(str(tmp_path))}/{part}(:1:1)?: error: ", result.err)


def test_templates_extend_include_and_import_ours_and_one_another(tmp_path: Path) -> None:
    (tmp_path / "base.j2").write_text(
        VOLUME_TEMPLATE.replace("VALUE", "{% block x %}{% endblock %}")
    )
    (tmp_path / "macros.j2").write_text("{% macro m(y) %}m-{{ y }}{% endmacro %}")
    (tmp_path / "part.j2").write_text("{{ m(ordinal) }}")
    text = "{% extends 'base.j2' %}{% block x %}{% from 'macros.j2' import m %}{% include 'part.j2' %}{% endblock %}"
    (tmp_path / "persistentvolume.yaml.j2").write_text(text)
    (tmp_path / "service.yaml.j2").write_text("{% include 'sub/service' %}")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "service").write_text(built_in("service"))
    result = sfsgen([*PLAIN.split(), "--template-dir", str(tmp_path)])
    assert result.status == 0, result.err
    assert re.findall("value: (.*) #\n", result.out) == ["m-0", "m-1", "m-2"]


def test_a_template_that_includes_ours_prints_ours(tmp_path: Path) -> None:
    (tmp_path / "persistentvolumeclaim.yaml.j2").write_text(
        "{% include 'persistentvolume.yaml.j2' %}"
    )
    result = sfsgen([*PLAIN.split(), "--template-dir", str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    assert "kind is 'PersistentVolume'" in result.err


# Bounds

DEEP = "{% set n = namespace(a=(), b=()) %}{% for i in range(60) %}{% set n.a = (n.a, n.a) %}{% set n.b = (n.b, n.b) %}{% endfor %}"
ENDLESS = "{% for i in range(99999) %}{% for j in range(99999) %}VALUE{% endfor %}{% endfor %}"

UNBOUNDED = [
    # time
    (ENDLESS.replace("VALUE", ""), "takes more than 0.5 s"),
    ("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}", "takes more than"),
    ("{% set y %}" + ENDLESS.replace("VALUE", "{{ i }}") + "{% endset %}", "takes more than"),
    ("{{ 2 ** (10 ** 9) }}", "takes more than"),
    ("{% set x = 9 ** (9 ** 9) %}", "takes more than"),
    ("{% if 9 ** (9 ** 9) %}{% endif %}", "takes more than"),
    (DEEP + "{{ n.a == n.b }}", "a single operation takes more than 0.5 s"),
    (DEEP + "{{ n.a in [n.b] }}", "a single operation takes more than 0.5 s"),
    (DEEP + "{{ {n.a: 1} | length }}", "a single operation takes more than 0.5 s"),
    (DEEP + "{{ n.a | tojson }}", "takes more than"),
    (DEEP + "{{ n.a | block(2) }}", "takes more than"),
    (DEEP + "{{ n.a | pprint }}", "takes more than"),
    (DEEP + "{{ n.a ~ 'a' }}", "takes more than"),
    ("{{ ('ab' * 1000000) | wordwrap(1) | length }}", "takes more than"),
    # output
    ("{{ 'a' * 1600000 }}", "prints more than 1,572,864 characters"),
    (ENDLESS.replace("VALUE", "1234567890\n"), "prints more than 1,572,864 characters"),
    ("{% macro m() %}" + 1000 * "x" + "{% endmacro %}{% for i in range(99999) %}{{ m() }}{% endfor %}", "prints more than"),
    # depth
    ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "too deep a recursion"),
    ("{% include 'persistentvolume.yaml.j2' %}", "too deep a recursion"),
    ("{% extends 'persistentvolume.yaml.j2' %}", "too deep a recursion"),
    ("{% set n = namespace(a=[]) %}{% for i in range(9999) %}{% set n.a = [n.a] %}{% endfor %}{{ n.a | block(2) }}", "too deep a recursion"),
    ("{{ " + 500 * "(" + "1" + 500 * ")" + " }}", "too deep a recursion"),
    ("{{ " + 500 * "[" + 500 * "]" + " }}", "too deep a recursion"),
    ("{{ " + 3000 * "-" + "1 }}", "too deep a recursion"),
    ("{{ " + 3000 * "not " + "1 }}", "too deep a recursion"),
    ("{{ 1" + 3000 * " + 1" + " }}", "too deep a recursion"),
    ("{{ 1" + 3000 * " | int" + " }}", "too deep a recursion"),
    ("{{ volume" + 3000 * ".name" + " }}", "too deep a recursion"),
    (200 * "{% if 1 %}" + 200 * "{% endif %}", "too many levels of indentation"),
    (30 * "{% for i in [1] %}" + 30 * "{% endfor %}", "too many statically nested blocks"),
    # numbers
    ("{{ " + 5000 * "9" + " }}", "more than 4,300 digits"),
    ("{{ 10 ** 5000 }}", "more than 4,300 digits"),
    ("{{ '%d' % 10 ** 5000 }}", "more than 4,300 digits"),
    ("{{ range(10 ** 9) | length }}", "Range too big"),
    # words
    ("{{ ('\\n\\x1b' * 10000)() }}", "not callable"),
    ("{{ volume['\\n\\x1b\\u2028' * 10000] }}", r"\n\x1b\u2028"),
    ("{{ ('{' ~ '\\n' * 10000 ~ '}').format() }}", "KeyError"),
    ("{% include '\\n' * 10000 %}", "no template"),
    ("{% filter length %}abc{% endfilter %}", "prints text only, not int"),
]  # fmt: skip
UNBOUNDED_MEMORY = [
    "{{ 'a' * 10 ** 10 }}",
    "{{ ('a' * 10 ** 9) | length }}",
    "{{ 'a' | center(10 ** 10) }}",
    "{{ 'a' | indent(10 ** 10, true) }}",
    "{{ '%9999999999d' % 1 }}",
    "{{ '{:>9999999999}'.format(1) }}",
    "{{ (range(99999) | list * 1000) | length }}",
    "{{ (['a' * 1000000] * 1000) | join | length }}",
    "{{ (1).to_bytes(10 ** 10, 'big') }}",
    "{% set y %}{% for i in range(999) %}{{ 'a' * 1000000 }}{% endfor %}{% endset %}",
    DEEP + "{{ n.a | string }}",
]


@pytest.mark.parametrize(
    ("value", "part"),
    UNBOUNDED,
    ids=[f"{value[:40]}-{i}" for i, (value, _) in enumerate(UNBOUNDED)],
)
def test_a_template_comes_to_an_end(value: str, part: str, tmp_path: Path) -> None:
    assert part in failure(tmp_path, value)


@pytest.mark.skipif(sys.platform != "linux", reason="the system bounds no memory")
@pytest.mark.parametrize("value", UNBOUNDED_MEMORY)
def test_a_template_takes_no_more_memory_than_it_may(value: str, tmp_path: Path) -> None:
    told = failure(tmp_path, value)
    assert "takes more than 128 MB of memory" in told or "takes more than 0.5 s" in told


@pytest.mark.parametrize(
    "value", ["{% autoescape 9 ** (9 ** 9) %}{% endautoescape %}", "{% if 1 %}" * 3000]
)
def test_what_is_compiled_comes_to_an_end(value: str, tmp_path: Path) -> None:
    result = sfsgen([*PLAIN.split(), *template(tmp_path, value)])
    assert (result.status, result.out) == (2, "")
    assert re.fullmatch(
        rf"{re.escape(str(tmp_path))}\S*: error: .{{1,300}}\n  fix: .+\n", result.err
    )


PLAIN_ONE = "render web -r 1 --nfs-server nfs.example.com --storage 1Gi --only pv"


@pytest.mark.parametrize(("more", "status"), [(0, 0), (1, 2)])
def test_the_longest_template_is_one_and_a_longer_one_is_none(
    more: int, status: int, tmp_path: Path
) -> None:
    text = (BUILT_IN / "persistentvolume.yaml.j2").read_text()
    comment = "#" * (1_000_000 + more - len(text.encode()) - 1) + "\n"
    (tmp_path / "persistentvolume.yaml.j2").write_text(comment + text)
    result = sfsgen([*PLAIN_ONE.split(), "--template-dir", str(tmp_path)])
    assert result.status == status, result.err[:300]
    assert ("1,000,000 bytes" in result.err) == bool(status)


@pytest.mark.parametrize(("more", "status"), [(0, 0), (1, 2)])
def test_the_largest_object_is_one_and_a_larger_one_is_none(
    more: int, status: int, tmp_path: Path
) -> None:
    printed = sfsgen(PLAIN_ONE).out.removeprefix("---\n")
    thousands, rest = divmod(3 * 2**19 + more - len(printed) - 1, 1000)
    text = (BUILT_IN / "persistentvolume.yaml.j2").read_text()
    text += f"#{'x' * rest}{{% for _ in range({thousands}) %}}{'x' * 1000}{{% endfor %}}"
    (tmp_path / "persistentvolume.yaml.j2").write_text(text)
    result = sfsgen([*PLAIN_ONE.split(), "--template-dir", str(tmp_path)])
    assert result.status == status, result.err[:300]
    assert ("1,572,864 characters" in result.err) == bool(status)


def failure(folder: Path, value: str) -> str:
    """Return what is told of a template that fails, which must be told well."""
    result = sfsgen([*f"{PLAIN} -r 12".split(), *template(folder, value)])
    assert (result.status, result.out) == (2, "")
    path = re.escape(str(folder / "persistentvolume.yaml.j2"))
    match = re.fullmatch(rf"{path}:{LINE}: error: ([ -~]{{1,500}})\n  fix: [ -~]+\n", result.err)
    assert match, result.err
    return match[1]


def test_the_objects_of_a_set_are_bounded_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sfsgen.printing.own_objects._MOST_KEPT", 20_000)
    options = [*f"{PLAIN} -r 100 --only pv".split(), *template(tmp_path, "{{ ordinal % 2 }}")]
    assert sfsgen(options).status == 0
    result = sfsgen([*options[:-1], template(tmp_path, "{{ ordinal * 7919 }}")[1]])
    assert (result.status, result.out) == (2, "")
    assert "persistentvolume.yaml.j2: error: its objects differ" in result.err


# Any template


JINJA = jinja2.Environment()  # noqa: S701
SIMPLE = st.sampled_from(
    [
        "ordinal",
        "ordinal",
        "ordinal",
        "volume.name",
        "volume.path",
        "claim.name",
        "volume",
        "claim",
        "y",
        "n.y",
        "m",
        "true",
        "none",
        "0",
        "1",
        "5",
        "'a'",
        "'5'",
        "'pv-web-5'",
        "[]",
        "{}",
        "loop.index",
        "range",
        "self",
        "volume.labels",
        "volume.access_modes",
    ]
)
FILTERS, TESTS = (
    st.sampled_from(sorted(names)) for names in ({*JINJA.filters, "block"}, JINJA.tests)
)
NAMES = st.sampled_from(["name", "value", "items", "format", "__class__", "join", "real", "x"])
OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", ">=", "in", "and", "or"]
)


def joined(*parts: str | st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(each) if isinstance(each, str) else each for each in parts)).map(
        "".join
    )


def larger_expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        joined("(", inner, " ", OPERATORS, " ", inner, ")"),
        joined("(", inner, " | ", FILTERS, ")"),
        joined("(", inner, " | ", FILTERS, "(", inner, "))"),
        joined("(", inner, " is ", TESTS, ")"),
        joined("(", inner, " is ", TESTS, "(", inner, "))"),
        joined("(", inner, ")[", inner, "]"),
        joined("(", inner, ").", NAMES),
        joined("(", inner, ").", NAMES, "(", inner, ")"),
        joined("(", inner, " if ", inner, " else ", inner, ")"),
        joined("[", inner, ", ", inner, "]"),
        joined("{'a': ", inner, "}"),
        joined("'%s' % ", inner),
        joined("m(", inner, ")"),
    )


EXPRESSIONS = st.recursive(SIMPLE, larger_expressions, max_leaves=6)


def larger_statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        joined(inner, inner),
        joined("{% if ", EXPRESSIONS, " %}", inner, "{% else %}", inner, "{% endif %}"),
        joined("{% if y == '5' %}", inner, "{% endif %}"),
        joined("{% for i in ", EXPRESSIONS, " %}", inner, "{% endfor %}"),
        joined("{% set y = ", EXPRESSIONS, " %}", inner),
        joined("{% set y %}", inner, "{% endset %}", inner),
        joined("{% set n = namespace(y=", EXPRESSIONS, ") %}", inner),
        joined("{% macro m(y) %}", inner, "{% endmacro %}", inner),
        joined(
            "{% macro m(y) %}",
            inner,
            "{{ caller() }}{% endmacro %}{% call m(1) %}",
            inner,
            "{% endcall %}",
        ),
        joined("{% filter ", FILTERS, " %}", inner, "{% endfilter %}"),
        joined("{% autoescape true %}", inner, "{% endautoescape %}"),
    )


STATEMENTS = st.recursive(joined("{{ ", EXPRESSIONS, " }}"), larger_statements, max_leaves=6)


@given(STATEMENTS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_template_is_printed_or_told(value: str) -> None:
    start = "{% set y = ordinal %}{% macro m(q) %}{{ q }}{% endmacro %}"
    with tempfile.TemporaryDirectory() as folder:
        options = [*f"{PLAIN} -r 12 --only pv".split(), *template(Path(folder), start + value)]
        result = sfsgen(options)
    if result.status:
        path = r".+persistentvolume\.yaml\.j2(?:|:\d+|, as rendered:\d+:\d+)"
        assert (result.status, result.out) == (2, "")
        assert re.fullmatch(rf"(?:{path}: error: .{{1,500}}\n  fix: .+\n)+", result.err), result.err
    else:
        assert len(objects(result.out)) == 12


def test_a_template_remembers_nothing(tmp_path: Path) -> None:
    counter = "{% set n = namespace(n=0) %}{% macro next() %}{% set n.n = n.n + 1 %}{{ n.n }}{% endmacro %}"
    (tmp_path / "counter").write_text(counter)
    assert values_of_x(tmp_path, "{% import 'counter' as c %}{{ c.next() }}") == ["1"] * 12


# What the check of a template is not to miss

ALIASES = "  a: [{% for i in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1000000, 2000000] %}&a{{ i }} {{ 'other' if i == 5 else 'pv-web-' ~ i }}, {% endfor %}]\n"

SLIPS = [
    # A text that is read otherwise for some ordinals
    ("  name: {{ volume.name }}\n", ALIASES + "  name: *a{{ ordinal }}\n"),
    ("    x: |-\n      value: VALUE #\n", "    k{{ ordinal }}: a\n    k5: b\n"),
    # More than one object
    ("apiVersion: v1\n", "%YAML 1.1\n---\napiVersion: v1\n"),
    ("apiVersion: v1\n", "---\n---\napiVersion: v1\n"),
    ("apiVersion: v1\n", "--- {a: b}\n---\napiVersion: v1\n"),
    ("apiVersion: v1\n", "...\napiVersion: v1\n"),
    ("    path: {{ volume.path }}\n", "    path: {{ volume.path }}\n...\na: b\n"),
    ("    path: {{ volume.path }}\n", "    path: {{ volume.path }}\n...\n"),
    ("    path: {{ volume.path }}\n", "    path: {{ volume.path }}\n---\n"),
    ("    path: {{ volume.path }}\n", "    path: {{ volume.path }}\n---\nkind: Secret\n"),
    ("apiVersion: v1\nkind: PersistentVolume\n", "apiVersion: v1\nkind: List\nitems: []\n"),
    # Names and namespaces
    ("  name: {{ volume.name }}\n", "  name: {{ volume.name }}\n  namespace: default\n"),
    ("  name: {{ volume.name }}\n", "  name: {{ volume.name }}\n  namespace: ''\n"),
    ("  name: {{ volume.name }}\n", "  generateName: {{ volume.name }}\n"),
    ("  name: {{ volume.name }}\n", "  name: {{ volume.name }}\n  generateName: a\n"),
    ("  name: {{ volume.name }}\n", "  name: [{{ volume.name }}]\n"),
    ("  name: {{ volume.name }}\n", '  name: {{ volume.name ~ "\\0" }}\n'),
    ("  name: {{ volume.name }}\n", "  name: {{ volume.name }}\0\n"),
    # What a server writes, and by what it deletes
    ("  name: {{ volume.name }}\n", "  name: {{ volume.name }}\n  ownerReferences: []\n"),
    ("  name: {{ volume.name }}\n", "  name: {{ volume.name }}\n  uid: a\n"),
    ("  name: {{ volume.name }}\n", "  name: {{ volume.name }}\n  resourceVersion: '1'\n"),
    ("  name: {{ volume.name }}\n", "  name: {{ volume.name }}\n  deletionTimestamp: '2026-01-01T00:00:00Z'\n"),
    ("spec:\n", "status: {phase: Bound}\nspec:\n"),
    # What binds
    ("    x: |-\n      value: VALUE #\n", "    volume.beta.kubernetes.io/storage-class: fast\n"),
    ("    x: |-\n      value: VALUE #\n", '    pv.kubernetes.io/bound-by-controller: "yes"\n'),
    ("    namespace: {{ claim.namespace }}\n", "    namespace: {{ claim.namespace }}\n    kind: Pod\n"),
    ("    namespace: {{ claim.namespace }}\n", "    namespace: {{ claim.namespace }}\n    apiVersion: v2\n"),
    ("  claimRef:\n", "  claimRef:\n    uid: 5\n"),
    ("    storage: {{ volume.storage }}\n", "    storage: {a: b}\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs"), SLIPS, ids=[f"{theirs[-50:]!r}" for _, theirs in SLIPS]
)
def test_what_is_not_ours_is_refused(ours: str, theirs: str, tmp_path: Path) -> None:
    assert ours in VOLUME_TEMPLATE
    (tmp_path / "persistentvolume.yaml.j2").write_text(VOLUME_TEMPLATE.replace(ours, theirs))
    result = sfsgen([*f"{PLAIN} -r 12 --only pv --template-dir".split(), str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    path = rf"{re.escape(str(tmp_path))}/persistentvolume\.yaml\.j2(?:, as rendered:\d+:\d+)?"
    assert re.fullmatch(rf"(?:{path}: error: .{{1,300}}\n  fix: .+\n)+", result.err), result.err


def test_true_is_not_one(tmp_path: Path) -> None:
    text = built_in("statefulset").replace("{{ statefulset.replicas }}", "true")
    (tmp_path / "statefulset.yaml.j2").write_text(text)
    result = sfsgen([*f"{PLAIN} -r 1 --template-dir".split(), str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    assert "spec.replicas must be a whole number from 0 to 2147483647, not true" in result.err


def test_names_that_are_numbers_for_some_ordinals_are_refused(tmp_path: Path) -> None:
    text = VOLUME_TEMPLATE.replace("name: {{ volume.name }}", "name: 0b{{ ordinal }}")
    (tmp_path / "persistentvolume.yaml.j2").write_text(text)
    options = "-r 11 --start-ordinal 2 --volume-name 0b{ordinal} --only pv --template-dir"
    result = sfsgen([*f"{PLAIN} {options}".split(), str(tmp_path)])
    assert (result.status, result.out) == (2, "")
    assert "metadata.name is 2, and" in result.err  # 0b10


@pytest.mark.parametrize(
    "start", ["---\n", "# a comment\n---\n", "---  # a\n", "\n\n---\n", "#\n\n"]
)
def test_one_marker_may_stand_before_an_object(start: str, tmp_path: Path) -> None:
    (tmp_path / "service.yaml.j2").write_text(start + built_in("service"))
    result = sfsgen([*PLAIN.split(), "--template-dir", str(tmp_path)])
    assert result.status == 0, result.err
    assert objects(result.out) == objects(sfsgen(PLAIN).out)


@pytest.mark.parametrize(
    "resource", ["service", "persistentvolume", "persistentvolumeclaim", "statefulset"]
)
def test_a_template_without_a_line_break_at_its_end_prints_one(
    resource: str, tmp_path: Path
) -> None:
    (tmp_path / f"{resource}.yaml.j2").write_text(built_in(resource).rstrip() + "{# #}")
    (tmp_path / "x.yaml.j2").touch()
    result = sfsgen([*PLAIN.split(), "--template-dir", str(tmp_path)])
    assert objects(result.out) == objects(sfsgen(PLAIN).out)


def objects(text: str) -> list[Any]:
    return [each for each in yaml.load_all(text, yaml.CSafeLoader) if each]


# The process that renders


def children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def is_running(process: str) -> bool:
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize(
    ("sent", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_signal_ends_the_process_that_renders_too(
    sent: signal.Signals, status: int, tmp_path: Path
) -> None:
    options = template(tmp_path, "{% for i in range(9999) %}{% endfor %}{{ ordinal % 2 }}")
    with subprocess.Popen(
        [sys.executable, "-m", "sfsgen", *f"{PLAIN} -r 100000 --allow-many".split(), *options],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        while not (born := children(running.pid)):
            assert running.poll() is None
        running.send_signal(sent)
        out, _ = running.communicate(timeout=60)
    assert (running.returncode, out) == (status, b"")
    for _ in range(600):
        if not is_running(born[0]):
            break
        time.sleep(0.1)
    assert not is_running(born[0])


@pytest.mark.parametrize(
    "error", [InputError(Problem("a", "b", "c")), OSError(28, "full"), ValueError("a")]
)
def test_what_is_raised_apart_is_raised_here(error: Exception) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        apart(work)
    assert raised.value.args == error.args


def test_the_time_runs_out_within_bounds_only() -> None:
    def out_of_time() -> str:
        signal.raise_signal(signal.SIGVTALRM)
        return "done"

    def told() -> str:
        try:
            return bounded(out_of_time)
        except TooLongError:
            return "told"

    assert (apart(out_of_time), apart(told)) == ("done", "told")


def test_a_crash_is_told_with_the_place_of_the_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @jinja2.pass_context
    def crash(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    monkeypatch.setattr(sandbox, "_finalize", crash)
    folder = tmp_path / "Größe"
    folder.mkdir()
    result = sfsgen([*PLAIN.split(), "--only", "pv", *template(folder, "")])
    assert (result.status, result.out) == (2, "")
    path = re.escape(str(folder / "persistentvolume.yaml.j2"))
    assert re.fullmatch(rf"{path}:4: error: it crashes Python \(.+\)\n  fix: .+\n", result.err)


def test_built_in_templates_need_no_process_and_no_sandbox() -> None:
    script = (
        "import os, sys; from sfsgen.__main__ import run; os.fork = None;"
        f"assert run({PLAIN.split()!r}) == 0; assert 'jinja2.sandbox' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("value", "what", "fix"),
    [
        ("{{ volme.name }}", 'there is no variable "volme" here', "write volume; "),
        ("{{ volumeName }}", 'there is no variable "volumeName" here', "write volume.name; "),
        ("{{ Volume.name }}", 'there is no variable "Volume" here', "write volume; "),
        ("{{ name }}", 'there is no variable "name" here', "write volume.name or claim.name"),
        ("{{ pod.labels }}", 'there is no variable "pod" here', "there are: claim, ordinal, volume; "),
        ("{{ volume.nam }}", 'there is no "nam" in volume', "write volume.name; "),
        ("{{ volume['pth'] }}", 'there is no "pth" in volume', "write volume.path; "),
        ("{{ volume.labels.x }}", 'there is no "x" in volume.labels', "there are: app.kubernetes.io/instance, "),
        ("{{ volume.annotations.x }}", 'there is no "x" in volume.annotations', "leave it out: there is nothing in it; "),
        ("{{ volume.name.first }}", 'there is no "first" in volume.name, which is a single value', "docs/templates.md"),
        ("{{ volume.access_modes[5] }}", 'there is no "5" in volume.access_modes, which is a list', "docs/templates.md"),
        ("{% for each in volume.things %}{% endfor %}", 'there is no "things" in volume', "there are: "),
        ("{{ volume.name | uper }}", 'there is no filter "uper"', "write upper; "),
        ("{{ volume.name | quote }}", 'there is no filter "quote"', "leave it out: every expression is quoted"),
        ("{{ volume.labels | toYaml }}", 'there is no filter "toYaml"', "write block(COLUMNS)"),
        ("{{ upper(volume.name) }}", 'there is no function "upper"', "it is a filter: write VALUE | upper"),
        ("{{ volume.name is strng }}", 'there is no test "strng"', "write string; "),
        ("{% include 'servce.yaml.j2' %}", 'there is no template "servce.yaml.j2"', "write service.yaml.j2; "),
        ("{{ .Values.x }}", "unexpected '.': this is a template of Helm's", "templates are Jinja's, not Helm's"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_there_is_told_with_the_nearest(
    value: str, what: str, fix: str, tmp_path: Path
) -> None:
    result = sfsgen([*PLAIN.split(), *template(tmp_path, value)])
    assert (result.status, result.out) == (2, "")
    where, advice, *more = result.err.splitlines()
    assert where == f"{tmp_path}/persistentvolume.yaml.j2:{LINE}: error: {what}"
    assert advice.startswith(f"  fix: {fix}")
    assert not more
