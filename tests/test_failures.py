"""Failures of the system, of the reader and of a user's templates: told, and nothing half done."""

# ruff: noqa: E501  # a case a line

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import Result, sfsgen

PLAIN = "render web -r 3 --nfs-server nfs.example.com --storage 1Gi"
MANY = "render web -r 100000 --nfs-server nfs.example.com --storage 1Gi"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def process(command: str | list[str], **how: Any) -> "subprocess.CompletedProcess[str]":
    """Run sfsgen in a process of its own."""
    arguments = shlex.split(command) if isinstance(command, str) else command
    how = {"stdout": subprocess.PIPE, "stdin": subprocess.DEVNULL, **how}
    return subprocess.run(
        [sys.executable, "-m", "sfsgen", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
        env=ENVIRONMENT,
        **how,
    )


def shell(script: str) -> "subprocess.CompletedProcess[str]":
    """Run a shell script in which `sfsgen` is the program."""
    program = f"{shlex.quote(sys.executable)} -m sfsgen"
    return subprocess.run(
        ["/bin/bash", "-c", f'sfsgen() {{ {program} "$@"; }}\n{script}'],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=ENVIRONMENT,
    )


def assert_one_line(text: str, part: str) -> None:
    assert text.count("\n") == 1, text
    assert part in text


# The system


@pytest.mark.parametrize(
    "command",
    [PLAIN, f"{PLAIN} -o json", f"{PLAIN} -o name", MANY, "init", "schema", "--help", "--version"],
)
def test_a_full_disk_is_told_in_one_line(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = process(command, stdout=full)
    assert done.returncode == 2
    assert_one_line(done.stderr, "No space left on device")


@pytest.mark.parametrize("command", [MANY, f"{MANY} -o json", f"{MANY} -o name"])
def test_a_reader_that_goes_away_ends_it_quietly(command: str) -> None:
    done = shell(f'sfsgen {command} | head -1; echo "status ${{PIPESTATUS[0]}}"')
    assert done.stdout.splitlines()[-1] == "status 141"
    notes = [line for line in done.stderr.splitlines() if not line.startswith("sfsgen: defaults")]
    assert notes == []


def test_a_reader_that_takes_all_gets_all() -> None:
    done = shell(f'sfsgen {PLAIN} | wc -l; echo "status ${{PIPESTATUS[0]}}"')
    lines = sfsgen(PLAIN).out.count("\n")
    assert done.stdout.split() == [str(lines), "status", "0"]


def test_a_closed_stderr_puts_no_note_among_the_yaml() -> None:
    done = shell(f'sfsgen {PLAIN} 2>&-; echo "status $?"')
    assert done.stdout == f"{sfsgen(PLAIN).out}status 0\n"


@pytest.mark.parametrize(
    "redirection", [f"{PLAIN} >&-", "render -f - <&-", "init >&-"], ids=["stdout", "stdin", "init"]
)
def test_a_closed_stream_is_a_failure_but_no_bug_of_ours(redirection: str) -> None:
    done = shell(f"sfsgen {redirection}")
    assert done.returncode == 2
    assert "this is a bug" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("output", ["yaml", "json", "name"])
def test_ctrl_c_is_told_in_one_line(output: str) -> None:
    command = f"render web -r 1000000 --nfs-server a --storage 1Gi -o {output}"
    with subprocess.Popen(
        [sys.executable, "-m", "sfsgen", *command.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as running:
        assert running.stdout
        assert running.stdout.read(100)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.decode() == "sfsgen: interrupted\n"


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [(signal.SIGINT, 130, "sfsgen: interrupted\n"), (signal.SIGTERM, 143, "")],
)
def test_a_signal_leaves_no_files(
    tmp_path: Path, sent: signal.Signals, status: int, told: str
) -> None:
    command = "render web -r 1000000 --nfs-server a --storage 1Gi --output-dir ."
    with subprocess.Popen(
        [sys.executable, "-m", "sfsgen", *command.split()],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as running:
        while not any(path.is_file() for path in tmp_path.rglob("*")):
            assert running.poll() is None
        running.send_signal(sent)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err.decode()) == (status, told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", [".", "missing.yaml", "/dev/null/x", "/proc/self/mem"])
def test_a_file_that_cannot_be_read_is_told(path: str, tmp_path: Path) -> None:
    done = process(["render", "-f", path], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"{re.escape(path)}: error: .+\n  fix: .+\n", done.stderr)


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    command = f"{PLAIN} --label b=1 --label a=2 --annotation d=1 --only pv,sts,svc,pvc"
    outputs = set()
    for seed in ("1", "2"):
        program = f"PYTHONHASHSEED={seed} {shlex.quote(sys.executable)} -m sfsgen"
        outputs.add(shell(f"{program} {command}").stdout)
    assert outputs == {sfsgen(command).out}


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_the_output_is_utf_8_whatever_the_locale(locale: str) -> None:
    program = f"LC_ALL={locale} PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 "
    program += f"{shlex.quote(sys.executable)} -m sfsgen"
    done = shell(f"printf 'annotations: {{a: \u00e9}}' | {program} {PLAIN} -f -")
    assert done.returncode == 0, done.stderr
    assert "a: \u00e9" in done.stdout


# --output-dir


def files(folder: Path) -> dict[str, str]:
    """Return what a folder holds, files by their text."""
    return {
        str(path.relative_to(folder)): path.read_text() if path.is_file() else "a folder"
        for path in folder.rglob("*")
    }


def into(folder: Path, command: str = PLAIN) -> Result:
    return sfsgen([*shlex.split(command), "--output-dir", str(folder)])


@pytest.mark.parametrize("below", ["/dev/null/x", "/proc/x/y"])
def test_a_folder_that_cannot_be_made_is_told_in_one_line(below: str) -> None:
    result = into(Path(below))
    assert (result.status, result.out) == (2, "")
    assert "this is a bug" not in result.err
    assert result.err.splitlines()[0].split(": error: ")[1]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    result = into(tmp_path / "out")
    assert result.status == 2
    assert result.err.startswith("--output-dir: error: ")
    assert files(tmp_path) == {"out": "mine"}


def test_a_name_that_is_too_long_for_a_file_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    # "persistentvolume-" and ".yaml" leave 233 bytes: enough up to ordinal 9.
    result = into(tmp_path, f"{PLAIN} -r 12 --volume-name {232 * 'a'}{{ordinal}}")
    assert result.status == 2
    assert "File name too long" in result.err
    assert "Traceback" not in result.err
    assert files(tmp_path) == {"mine": "mine"}


def test_a_failure_makes_no_file_in_a_new_folder_either(tmp_path: Path) -> None:
    into(tmp_path / "a" / "b", f"{PLAIN} -r 12 --volume-name {232 * 'a'}{{ordinal}}")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["service-web.yaml", "persistentvolume-pv-web-1.yaml"])
def test_a_file_that_is_there_is_not_overwritten(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    result = into(tmp_path)
    assert (result.status, result.out) == (2, "")
    assert re.match(rf"--output-dir: error: .*{name}.*\n  fix: .*--force", result.err)
    assert files(tmp_path) == {name: "mine"}


def test_a_link_that_leads_nowhere_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "service-web.yaml").symlink_to("nowhere")
    assert into(tmp_path).status == 2
    assert (tmp_path / "service-web.yaml").is_symlink()


def test_force_overwrites_its_own_files_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "service-web.yaml").write_text("old")
    (tmp_path / "mine").write_text("mine")
    assert into(tmp_path, f"{PLAIN} --force").status == 0
    found = files(tmp_path)
    assert found["mine"] == "mine"
    assert found["service-web.yaml"].startswith("apiVersion: v1\n")
    assert len(found) == 9


def test_force_replaces_no_folder(tmp_path: Path) -> None:
    (tmp_path / "service-web.yaml").mkdir()
    (tmp_path / "service-web.yaml" / "mine").write_text("mine")
    before = files(tmp_path)
    assert into(tmp_path, f"{PLAIN} --force").status == 2
    assert files(tmp_path) == before


# --template-dir

VOLUME_TEMPLATE = """\
apiVersion: v1
kind: PersistentVolume
metadata:
  name: {{ volume.name }}
  annotations:
    x: VALUE #
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
LINE = 6  # of VALUE


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
    documents = yaml.load_all(result.out, yaml.CSafeLoader)
    return [str(each["metadata"]["annotations"]["x"]) for each in documents]


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


@pytest.mark.parametrize(
    ("resource", "ours", "theirs"),
    [
        ("persistentvolume", "{{ volume.server }}", "other.example.com"),
        ("persistentvolume", "{{ volume.path }}", '{{ "/x" ~ volume.path }}'),
        ("persistentvolume", "spec:\n", "  finalizers: [a.b/c]\nspec:\n"),
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
    assert into(tmp_path / "out", shlex.join([*PLAIN.split(), *options])).status == 2
    assert files(tmp_path / "out") == {}
