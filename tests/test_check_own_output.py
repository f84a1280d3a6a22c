"""What `render`, `scale` and `volumes` print passes `check`, but for what they warned of."""

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program import findings, sfsgen

pytestmark = pytest.mark.without_libraries

EXAMPLES = Path(__file__).parents[1] / "examples"
# What the printing command says on stderr of that which a rule warns of.
_SAID = {
    "reclaim-policy": r"Recycle deletes|Delete (lets|cannot)|cannot be recycled",
    "shared-directory": r"share (the|one) directory",
    "soft-mount": r"a soft mount gives up",
    "class": r"names no class",
    "claim-template": r"is not what it would make",
    "fs-group": r"ignores fsGroup",
    "retention-policy": r"Delete deletes the claims",
}


def _unexpected(printed: str, said: str, *options: str) -> list[str]:
    """Return the findings of which the command that printed the objects did not warn."""
    return [
        f"{each['severity']}: {each['what']} ({each['rule']})"
        for each in findings("-f", "-", *options, stdin=printed)
        if each["severity"] != "note"
        and not (each["severity"] == "warning" and _is_said(each["rule"], said))
    ]


def _is_said(rule: str, said: str) -> bool:
    return rule in _SAID and re.search(_SAID[rule], said) is not None


def _examples() -> list[str]:
    return [*sorted(each.parent.name for each in EXAMPLES.glob("*/expected.yaml")), "json"]


def _minor(command: str) -> list[str]:
    return re.findall(r"--kube-version [^ ]+", command)


@pytest.mark.parametrize("name", _examples())
def test_what_an_example_prints_passes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    command = Path("command").read_text().strip().removeprefix("sfsgen ")
    result = sfsgen(command)
    options = shlex.split(" ".join(_minor(command)))
    assert _unexpected(result.out, result.err, *options) == []


@pytest.mark.parametrize("name", sorted(each.name for each in EXAMPLES.glob("scale-*")))
def test_what_scale_adds_to_what_exists_mends_what_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    command = Path("command").read_text().strip().removeprefix("sfsgen ")
    result = sfsgen(command)
    dumps = [arg for arg in shlex.split(command) if arg.endswith((".yaml", ".json"))]
    before = _findings(dumps, "")
    after = _findings(dumps, result.out)
    # What is wrong with what was there is not scale's; nothing may come to it.
    assert {each for each in after - before if each[0] == "error"} == set()
    assert not {each for each in after if each[1].startswith("missing-") and each[0] == "error"}


def _findings(files: list[str], printed: str) -> set[tuple[str, str, str]]:
    options = [word for file in files for word in ("-f", file)]
    options += ["-f", "-"] if printed else []
    found = findings(*options, stdin=printed)
    return {(each["severity"], each["rule"], each["what"]) for each in found}


_NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,12}[a-z0-9])?", fullmatch=True)
_OPTIONS = st.fixed_dictionaries(
    {
        "--nfs-server": st.sampled_from(["nfs.example.com", "192.168.20.128", "2001:db8::1"]),
        "--storage": st.sampled_from(["1Gi", "1.5Ti", "1e9", "500M", "1024", "0.5Gi"]),
    },
    optional={
        "--namespace": _NAMES,
        "--nfs-path": st.sampled_from(
            ["/", "/data//", "/srv/{namespace}/{name}/{ordinal}", "/a b/{volume}", "/ü/{claim}"]
        ),
        "--shared-directory": st.just(""),
        "--read-only": st.just(""),
        "--driver": st.sampled_from(["nfs", "csi"]),
        "--access-mode": st.sampled_from(["RWO", "ROX", "RWX", "RWOP"]),
        "--reclaim-policy": st.sampled_from(["Retain", "Delete", "Recycle"]),
        "--mount-option": st.sampled_from(["hard", "soft", "nfsvers=4.1"]),
        "--volume-name": st.sampled_from(
            ["pv-{namespace}-{name}-{ordinal}", "{claim}", "disk{ordinal}.x", "{name}-{ordinal}-v"]
        ),
        "--claim-template": _NAMES,
        "--mount-path": st.sampled_from(["/var/lib/data", "/d"]),
        "--service-name": _NAMES,
        "--start-ordinal": st.sampled_from(["0", "3"]),
        "--label": st.sampled_from(["version=1", "app=y", "helm.sh/chart=x-1.0", "a/b=''"]),
        "--annotation": st.sampled_from(["a=b", "note=x: y #"]),
        "--port": st.sampled_from(["80", "web=8080"]),
        "--env": st.sampled_from(["A=1", "B=x: {y}"]),
        "--publish-not-ready-addresses": st.just(""),
        "--pod-management-policy": st.sampled_from(["Parallel", "OrderedReady"]),
        "--update-strategy": st.sampled_from(["OnDelete", "RollingUpdate"]),
        "--partition": st.sampled_from(["0", "1"]),
        "--kube-version": st.integers(3, 37).map(lambda minor: f"1.{minor}"),
        "--output": st.sampled_from(["json", "yaml"]),
    },
)


def _words(options: dict[str, str]) -> list[str]:
    return [word for option, value in options.items() for word in (option, value) if word]


@settings(max_examples=150)
@given(_NAMES, st.integers(0, 4), _OPTIONS)
def test_what_render_prints_passes(name: str, replicas: int, options: dict[str, str]) -> None:
    result = sfsgen(["render", name, "--replicas", str(replicas), *_words(options)])
    if result.status == 0:
        minor = ["--kube-version", options["--kube-version"]] if "--kube-version" in options else []
        assert _unexpected(result.out, result.err, *minor) == []


@settings(max_examples=80)
@given(_NAMES, st.integers(1, 3), st.integers(1, 6), _OPTIONS, st.sampled_from(["", "20Gi", "1Ki"]))
def test_what_scale_prints_passes(
    name: str, replicas: int, wanted: int, options: dict[str, str], storage: str
) -> None:
    options = {key: value for key, value in options.items() if key != "--output"}
    minor = ["--kube-version", options["--kube-version"]] if "--kube-version" in options else []
    rendered = sfsgen(["render", name, "--replicas", str(replicas), *_words(options)])
    if rendered.status:
        return
    more = ["--storage", storage] if storage else []
    more += minor
    command = ["scale", name, "--replicas", str(wanted), "-f", "-", *more]
    result = sfsgen(command, rendered.out)
    if result.status == 0 and result.out:
        said = rendered.err + result.err
        assert _unexpected(rendered.out + result.out, said, *minor) == []
        assert _unexpected(result.out, said, *minor) == []


@settings(max_examples=60)
@given(_NAMES, st.integers(1, 3), _OPTIONS)
def test_what_volumes_prints_passes(name: str, replicas: int, options: dict[str, str]) -> None:
    options = {key: value for key, value in options.items() if key != "--output"}
    minor = ["--kube-version", options["--kube-version"]] if "--kube-version" in options else []
    only = ["--only", "service,statefulset"]
    rendered = sfsgen(["render", name, "--replicas", str(replicas), *_words(options), *only])
    if rendered.status:
        return
    more = ["--nfs-server", "nfs.example.com", "--nfs-path", "/exports", *minor]
    # The set alone does not show it, and ReadWriteOncePod is refused without it.
    more += ["--driver", options["--driver"]] if "--driver" in options else []
    result = sfsgen(["volumes", "-f", "-", *more], rendered.out)
    assert result.status == 0, result.err
    assert _unexpected(rendered.out + result.out, rendered.err + result.err, *minor) == []
