"""Called as `kubectl sfsgen`: what it says, what it completes, and what krew installs."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sfsgen import __version__, called, cli, kubectl_completion
from tests.cluster import Cluster
from tests.living_server import LivingServer
from tests.program import Result, sfsgen
from tools import krew

pytestmark = pytest.mark.without_libraries
needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent
PLUGIN = "/home/user/.krew/bin/kubectl-sfsgen"
RUN = re.compile(rf"(?<!kubectl )(?<![\w./=@:'\"-])sfsgen (?:{'|'.join(called.COMMANDS)})\b")


def plugin(command: str | list[str], stdin: str = "") -> Result:
    return sfsgen(command, stdin, called=PLUGIN)


def test_every_command_is_known_by_its_name() -> None:
    assert [*cli._COMMANDS] == [*called.COMMANDS]  # noqa: SLF001


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("sfsgen", "sfsgen"),
        ("/usr/bin/sfsgen", "sfsgen"),
        ("/opt/sfsgen.pyz", "sfsgen"),
        ("/site-packages/sfsgen/__main__.py", "sfsgen"),
        ("kubectl-sfsgen", "kubectl sfsgen"),
        ("/opt/x y/kubectl-sfsgen.pyz", "kubectl sfsgen"),
        (r"C:\krew\kubectl-sfsgen.exe", "kubectl sfsgen"),
        ("kubectl-sfsgen-old", "sfsgen"),
        ("", "sfsgen"),
    ],
)
def test_the_file_that_was_run_says_what_it_is_called(
    file: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [file])
    assert called.name() == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("`sfsgen check` looks", "`kubectl sfsgen check` looks"),
        ("fix: sfsgen scale web", "fix: kubectl sfsgen scale web"),
        (
            "sfsgen render a | sfsgen check -f -",
            "kubectl sfsgen render a | kubectl sfsgen check -f -",
        ),
        ("write sfsgen --help", "write kubectl sfsgen --help"),
        ("(sfsgen move a)", "(kubectl sfsgen move a)"),
        ("kubectl sfsgen check", "kubectl sfsgen check"),
        ("`kubectl sfsgen check`", "`kubectl sfsgen check`"),
        # What is no command of ours stays.
        ("sfsgen knows no such thing", "sfsgen knows no such thing"),
        ("sfsgen checks sets", "sfsgen checks sets"),
        ("kubectl get pod -n sfsgen check", "kubectl get pod -n sfsgen check"),
        ("--context=sfsgen scale", "--context=sfsgen scale"),
        ("'sfsgen check.yaml'", "'sfsgen check.yaml'"),
        ("/opt/sfsgen check", "/opt/sfsgen check"),
    ],
)
def test_commands_are_told_as_they_are_called(
    text: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["sfsgen"])
    assert called.as_called(text) == text
    monkeypatch.setattr(sys, "argv", [PLUGIN])
    assert called.as_called(text) == told


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("--help", "Usage: kubectl sfsgen [OPTIONS] COMMAND [ARGS]..."),
        ("scale --help", "Usage: kubectl sfsgen scale [OPTIONS] [NAME]"),
        ("scale --help", "  kubectl sfsgen scale web --replicas 5 | kubectl create -f -"),
        ("render --help", "A values file (see kubectl sfsgen init)"),
        ("chek -f x", "kubectl sfsgen: error: there is no command"),
        ("chek -f x", "fix: write kubectl sfsgen check -f x"),
        ("-f x", "fix: write a command before it: kubectl sfsgen check -f x"),
        ("scale", "fix: kubectl sfsgen scale NAME --replicas N, with"),
        ("check --nonsense", "kubectl sfsgen check has no option --nonsense"),
        ("check --nonsense", "`kubectl sfsgen check --help` lists"),
        ("check web.yaml", "fix: kubectl sfsgen check -f web.yaml"),
        ("check sts web", "write sts/web"),
        ("check -f examples/recover-released-script/dump.yaml", "kubectl sfsgen recover says"),
    ],
)
def test_the_plugin_names_itself_as_it_is_typed(command: str, told: str) -> None:
    result = plugin(command)
    text = re.sub(r"\n +", " ", result.out) if told.startswith("A ") else result.out
    assert told in text + result.err
    assert not RUN.search(text + result.err)
    assert "kubectl kubectl" not in text + result.err


def _commands() -> Iterator[tuple[Path, str]]:
    """Yield the folders of some examples that are told to people, and their commands."""
    for name in ("recover-released-json", "move-storage", "adopt-nfs-subdir", "check-crossed"):
        folder = ROOT / "examples" / name
        yield folder, (folder / "command").read_text().partition("sfsgen ")[2].strip()


@pytest.mark.parametrize(("folder", "command"), list(_commands()))
def test_what_is_told_differs_by_the_name_alone(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    ours, theirs = sfsgen(command), plugin(command)
    assert theirs.status == ours.status
    assert theirs.out.replace("kubectl sfsgen", "sfsgen") == ours.out
    assert theirs.err.replace("kubectl sfsgen", "sfsgen") == ours.err
    assert not RUN.search(theirs.out + theirs.err) or " -o json" in command


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        ("recover-released-script", "recover -f dump.yaml -o sh"),
        ("recover-released-script", "recover -f dump.yaml -o json"),
        ("recover-released-script", "recover -f dump.yaml -o yaml"),
        ("recover-released-script", "check -f dump.yaml -o json"),
        ("recover-released-script", "check -f dump.yaml -o sarif"),
        ("recover-released-script", "show -f dump.yaml -o html"),
        ("recover-released-script", "init --from dump.yaml"),
        ("web", "prepare web -r 2 --nfs-server nfs --storage 1Gi"),
        ("web", "prepare web -r 2 --nfs-server nfs --storage 1Gi --job"),
        ("web", "render web -r 2 --nfs-server nfs --storage 1Gi"),
        ("web", "schema"),
        ("web", "init"),
        ("web", "--version"),
    ],
)
def test_what_is_written_is_the_same_for_all(
    folder: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "examples" / folder)
    ours = sfsgen(command)
    assert ours.out
    assert plugin(command).out == ours.out


def _sets() -> list[dict[str, Any]]:
    """Return sets of three namespaces, of which two hold one of one name."""
    options = (
        "--nfs-server nfs.example.com --storage 1Gi --nfs-path /e/{namespace}/{name}/{ordinal}"
    )
    names = "--volume-name pv-{namespace}-{name}-{ordinal}"
    found: list[dict[str, Any]] = []
    for namespace, name in (("shop", "web"), ("shop", "api"), ("blog", "web"), ("default", "db")):
        words = f"render {name} -r 1 -n {namespace} {options} {names}"
        found += yaml.safe_load_all(sfsgen(words).out)
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[LivingServer]:
    with LivingServer(Cluster(_sets())) as running:
        running.settle()
        running.environment["PATH"] = f"{PROGRAMS}{os.pathsep}{running.environment['PATH']}"
        yield running


@pytest.fixture
def live(server: LivingServer, monkeypatch: pytest.MonkeyPatch) -> LivingServer:
    for key, each in server.environment.items():
        monkeypatch.setenv(key, each)
    return server


@needs_kubectl
def test_kubectl_runs_the_plugin(server: LivingServer) -> None:
    checked = server.kubectl("sfsgen", "check", "-A")
    assert (checked.returncode, checked.stdout) == (0, "")
    first, summary = checked.stderr.splitlines()
    assert first == "kubectl sfsgen: looked at context test, all namespaces"
    assert summary.startswith("kubectl sfsgen: nothing wrong in 4 StatefulSets, ")
    moved = server.kubectl("sfsgen", "move", "sts/api", "-n=shop", "--storage", "2Gi")
    words = "kubectl sfsgen move sts/api -n=shop --storage 2Gi --context test -o yaml"
    assert f"      {words} | awk " in moved.stdout
    assert server.kubectl(*words.split()[1:]).stdout.startswith("---\napiVersion: v1\n")
    gone = server.kubectl("sfsgen", "show", "nosuch")
    assert gone.returncode == 2
    assert gone.stderr.startswith(
        "kubectl sfsgen: looked at context test, namespace default\nNAME: "
    )


@needs_kubectl
def test_kubectl_completes_the_plugin(server: LivingServer) -> None:
    def completed(*words: str) -> list[str]:
        return server.kubectl("__complete", "sfsgen", *words).stdout.splitlines()

    commands = completed("")
    assert [each.partition("\t")[0] for each in commands] == [*cli._COMMANDS, ":4"]  # noqa: SLF001
    assert "check\tSay whether sets will bind, and if not, why not" in commands
    assert completed("check", "-A", "sts/a") == ["sts/api", ":4"]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["sch"], ["schema\tPrint the JSON Schema of values files", ":4"]),
        (["nosuch", ""], [":4"]),
        (["scale", "--output-dir", ""], [":16"]),
        (["check", "-f", ""], [":0"]),
        (["check", "sts/web", "--all-"], ["--all-namespaces\tThe sets of all namespaces", ":4"]),
        (["scale", "--nonsense", "--repl"], ["--replicas\tThe number of pods to come", ":4"]),
        (["scale", "-f", "x.yaml", "--repl"], ["--replicas\tThe number of pods to come", ":4"]),
        (["check", "deploy/x", "--str"], ["--strict\tExit with 1 for warnings too", ":4"]),
        (["check", "-n", ""], None),
        ([], None),
        (["init", "x", "y", "--vers"], [":4"]),
        (["--vers"], ["--version\tPrint the version", ":4"]),
    ],
)  # fmt: skip
def test_what_is_typed_is_completed(words: list[str], lines: list[str] | None) -> None:
    result = sfsgen(words, called="/x/kubectl_complete-sfsgen")
    assert (result.status, result.err) == (0, "")
    found = result.out.splitlines()
    assert re.fullmatch(":[0-9]+", found[-1])
    assert lines in (None, found)


def test_completion_ends_whatever_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubectl_completion, "_PATIENCE", 0.1)
    monkeypatch.setattr(cli._Commands, "shell_complete", lambda *_: time.sleep(30))  # noqa: SLF001
    assert sfsgen([""], called="kubectl_complete-sfsgen").out == ":4\n"


@needs_kubectl
@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("check -A web", "nothing wrong in 2 StatefulSets, "),
        (
            "volumes -A -l 'app.kubernetes.io/name notin (web)'",
            "looked at context test, all namesp",
        ),
        ("recover -A", "nothing is to be done: blog/web has its volumes"),
        ("adopt -A statefulsets.apps/web", "nothing is to be done: shop/web is so already"),
        ("prepare -A", "looked at context test, all namespaces"),
        ("init --from live -A -l !x,app.kubernetes.io/name=db", "context test, all namespaces"),
        ("scale -A -l app.kubernetes.io/name=api -r 2", "looked at context test, all namespaces"),
        ("move -l app.kubernetes.io/name=db --storage 2Gi", "context test, namespace default"),
        ("scale statefulset/web -n=blog -r 2", "looked at context test, namespace blog"),
        ("scale web -A -r 2", "name one of them, and its namespace with -n: blog/web, shop/web"),
        ("check --context nosuch", "looked at context nosuch, its own namespace"),
        ("check -n nosuch", "give the namespace with -n, or -A for all: "),
    ],
)
def test_all_commands_look_where_they_are_told(command: str, told: str) -> None:
    result = sfsgen(command)
    assert told in result.err
    assert "this is a bug" not in result.err


COMMANDS = ["check", "show", "scale web -r 2", "volumes", "prepare", "recover", "adopt"]


@pytest.mark.parametrize("command", [*COMMANDS, "move web --storage 2Gi", "init --from live"])
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ("-A -n shop", "--all-namespaces: error: one namespace and all of them cannot"),
        ("-l 'app in web'", '--selector: error: "web" stands behind in, where ( is to be'),
        ("-k ''", "--kustomize: error: it names no folder"),
        ("-n==x", '--namespace: error: "=x" is no name of a namespace'),
    ],
)  # fmt: skip
def test_all_commands_refuse_alike(command: str, options: str, error: str) -> None:
    result = sfsgen(f"{command} {options}")
    assert result.status == 2
    assert (error in result.err) or (command.startswith(("prepare", "init")) and "-n==x" in options)


SELECTED = {
    "a=b": "0", "a==b": "0", "a = b": "0", "a!=b": "1234", "a": "012", "!a": "34", "! a": "34",
    "a in (b)": "0", "a in (b,)": "02", "a in ()": "2", "a in (,c)": "12", "a notin (b,c)": "234",
    "a in(b),d": "0", "a,d=1": "0", "a=": "2", "in in (in)": "3", "d>0": "0", "d<1": "",
    "": "01234",
    "x.io/y": "4", "x.io/y>09": "4", "a=in": "", "a in (b,,c)": "012", " a , d ": "0",
    "a in (b,,)": None, "a in b": None, "a in (b": None, "a=b=c": None, "a,": None, ",a": None,
    "!a=b": None, "a b": None, "A_/x": None, "-a": None, "a=-b": None, "a>x": None, "a ! b": None,
    "()": None, "a in (b c)": None, "!": None, "/a": None, "a>": None,
}  # fmt: skip
_LABELS = [{"a": "b", "d": "1"}, {"a": "c"}, {"a": ""}, {"in": "in"}, {"x.io/y": "10"}]


def _labelled() -> str:
    made = [
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": f"s{number}", "labels": labels},
            "spec": {"serviceName": "s", "template": {"spec": {"containers": []}}},
        }
        for number, labels in enumerate(_LABELS)
    ]
    return yaml.safe_dump_all(made)


@pytest.mark.parametrize(("selector", "sets"), SELECTED.items())
def test_a_selector_selects_in_files_what_it_does_in_a_cluster(
    selector: str, sets: str | None
) -> None:
    result = sfsgen(["show", "-f", "-", "-o", "name", "-l", selector], _labelled())
    assert "this is a bug" not in result.err
    if sets:
        named = re.findall(r"statefulset.apps/s([0-9])", result.out)
        assert "".join(named) == sets
    else:
        assert result.status == 2
        assert result.err.startswith("--selector: error: ")
        assert ("no StatefulSet has the labels" in result.err) == (sets == "")


@needs_kubectl
def test_kubectl_selects_the_same(server: LivingServer, tmp_path: Path) -> None:
    """Of a third of the table kubectl says what each selects, or refuses it."""
    some = dict(list(SELECTED.items())[::3])
    (tmp_path / "sets.yaml").write_text(_labelled())
    (tmp_path / "selectors").write_text("\n".join(some) + "\n")
    script = (
        "while IFS= read -r each; do kubectl create -f sets.yaml --dry-run=client -o name"
        ' --validate=false -l "$each" 2>err | tr -dc 0-9; grep -q "unable to parse\\|expected\\|'
        'Invalid value" err && printf refused; echo; done <selectors'
    )
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = ["refused" if each is None else each for each in some.values()]
    assert done.stdout.splitlines() == expected


@needs_kubectl
def test_what_kustomize_makes_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, text in {
        "base": "resources: [web.yaml]\n",
        "prod": "resources: [../base]\nnamePrefix: prod-\ncommonLabels: {env: prod}\n",
        "bad": "resources: [../base, nosuch.yaml]\n",
        "none": "resources: []\n",
        "-odd": "resources: [../base]\n",
    }.items():
        Path(folder).mkdir()
        Path(folder, "kustomization.yaml").write_text(text)
    Path("base/web.yaml").write_text(
        sfsgen("render web -r 2 --nfs-server nfs.example.com --storage 1Gi").out
    )
    assert sfsgen("check -k base").err.startswith("sfsgen: nothing wrong in 1 StatefulSet, ")
    built = sfsgen("check -k prod")
    assert built.status == 1
    assert built.out.startswith('kustomize prod:79:9: error: the claim "prod-pvc-web-0" is not')
    assert "sfsgen: kubectl kustomize prod: # Warning: 'commonLabels' is deprecated" in built.err
    for folder, what in {"bad": "nosuch.yaml", "gone": "gone", "": "it names no folder"}.items():
        broken = sfsgen(["scale", "web", "-r", "3", "-k", folder])
        assert (broken.status, broken.out) == (2, "")
        assert what in broken.err
        assert broken.err.count("\n") == 2
    assert "it is empty" in sfsgen("volumes -k none").err
    named = "persistentvolume/pv-web-2\npersistentvolumeclaim/pvc-web-2\n"
    assert sfsgen("scale web -r 3 -k base -o name").out == named
    assert sfsgen(["volumes", "-r", "3", "--kustomize=-odd", "-o", "name"]).out == named
    assert sfsgen("prepare -k=base").out.startswith("#!/bin/sh\n")
    assert "by `sfsgen init -k base`." in sfsgen("init -k base").out
    fixed = sfsgen("check -k base --fix")
    assert "what kustomize makes is in no file that can be edited" in fixed.err


def _faults(manifest: dict[str, Any], name: str) -> Iterator[str]:
    """Yield what krew refuses of a manifest, and what its index does.

    Source: kubernetes-sigs/krew, internal/index/validation and cmd/validate-krew-manifest.
    """
    spec = manifest["spec"]
    checks = {
        "apiVersion": manifest["apiVersion"] == "krew.googlecontainertools.github.com/v1alpha2",
        "kind": manifest["kind"] == "Plugin",
        "name": manifest["metadata"]["name"] == name and re.fullmatch(r"[\w-]+", name),
        "short": spec["shortDescription"] and "\n" not in spec["shortDescription"],
        "short is short": len(spec["shortDescription"]) <= 70,
        "lines": all(len(each) <= 80 for each in spec["description"].splitlines()),
        "caveats": all(len(each) <= 80 for each in spec["caveats"].splitlines()),
        "homepage": spec["homepage"].startswith("https://"),
        "version": re.fullmatch(r"v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", spec["version"]),
        "platforms": spec["platforms"],
    }
    yield from (each for each, is_so in checks.items() if not is_so)
    known = {"uri", "sha256", "files", "bin", "selector"}
    for each in spec["platforms"]:
        if set(each) != known or not re.fullmatch("[a-f0-9]{64}", each["sha256"]):
            yield "platform"
        if not each["uri"].endswith((".tar.gz", ".zip")):
            yield "uri"
        if not all(
            one["from"] and one["to"] == os.path.normpath(one["to"]) for one in each["files"]
        ):
            yield "files"
        keys = {one["key"] for one in each["selector"]["matchExpressions"]}
        if not keys <= {"os", "arch"} or not keys:
            yield "selector"


def test_krew_installs_what_the_tool_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["krew", str(PROGRAMS / "sfsgen"), "--output-dir", "."])
    monkeypatch.chdir(tmp_path)
    krew.main()
    first = [Path(each).read_bytes() for each in (krew.ARCHIVE, "sfsgen.yaml")]
    krew.main()
    assert [Path(each).read_bytes() for each in (krew.ARCHIVE, "sfsgen.yaml")] == first
    manifest = yaml.safe_load(first[1])
    assert list(_faults(manifest, "sfsgen")) == []
    (platform,) = manifest["spec"]["platforms"]
    assert manifest["spec"]["version"] == f"v{__version__}"
    assert f"/v{__version__}/{krew.ARCHIVE}" in platform["uri"]
    sums = subprocess.run(["sha256sum", krew.ARCHIVE], capture_output=True, text=True, check=True)
    assert sums.stdout.split()[0] == platform["sha256"]
    with tarfile.open(krew.ARCHIVE) as packed:
        assert {each.name for each in packed} == {each["from"] for each in platform["files"]}
        packed.extractall("store", filter="data")
    assert Path("store/LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    # As krew does: a link, named after the plugin, to the `bin` of what it has unpacked.
    Path("kubectl-sfsgen").symlink_to(Path("store", platform["bin"]))
    done = subprocess.run(["./kubectl-sfsgen", "-h"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: kubectl sfsgen [OPTIONS] COMMAND")


@pytest.mark.parametrize("version", ["1.0", "1.0.0rc1", "v1.0.0", "1.0.0.dev1", "01.0.0", "1.0.0-"])
def test_a_version_that_krew_refuses_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="semver"):
        krew.manifest(b"", version, "https://example.com/a.tar.gz")
