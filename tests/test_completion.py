"""Completion: what is offered where, and that real shells take it as it is meant."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsgen.commands.completion import SCRIPTS
from sfsgen.commands.typed_line import _as_typed, _split
from tests.program import sfsgen, written

pytestmark = pytest.mark.without_libraries

BIN = Path(sys.executable).parent
LISTED = re.findall(r"^  ([\w-]+) ", sfsgen("--help").out.partition("Commands:\n")[2], re.MULTILINE)
EVIL = "odd name$(touch owned)`id`'\""
KUBECTL = r"""#!/bin/sh
echo "$@" >> "$0.log"
echo noise >&2
case "$*" in
*config*get-contexts*)
    printf '%s\n' prod arn:aws:eks:eu-west-1:1:cluster/prod user@home
    cat "${0%/*}/evil" ;;
*--context=slow*) sleep 30 & sleep 30 ;;
*--context=refused*) exit 1 ;;
*--context=prod*namespaces*) echo namespace/of-prod ;;
*"get namespaces"*) printf 'namespace/%s\n' default shop shop-test ;;
*--all-namespaces*) printf 'statefulset.apps/%s\n' web web db ;;
*--selector*) echo statefulset.apps/labelled ;;
*"-n shop"*) printf 'statefulset.apps/%s\n' shop-web shop-db ;;
*statefulsets*) printf 'statefulset.apps/%s\n' web-default web-second ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which files lie, and a kubectl that knows names is on the PATH."""
    (tmp_path / "bin").mkdir()
    kubectl = tmp_path / "bin" / "kubectl"
    kubectl.write_text(KUBECTL)
    kubectl.chmod(0o755)
    (tmp_path / "bin/evil").write_text(EVIL + "\n")
    made = sfsgen("render from-file -r 1 --nfs-server nfs --storage 1Gi").out
    written({"work/set.yaml": made, "work/sp ace.yaml": "", "work/inner/x.txt": ""}, tmp_path)
    monkeypatch.setenv("PATH", f"{kubectl.parent}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path / "work"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def offered(line: str) -> list[str]:
    """Return what is offered at the end of a line; `<files>` or `<folders>` where those are."""
    result = sfsgen(["__complete", "fish", line])
    assert (result.status, result.err) == (0, "")
    kind, *rows = result.out.splitlines() or ["nothing"]
    return [row.partition("\t")[0] for row in rows] if kind == "words" else [f"<{kind}>"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sfsgen re", ["render", "recover"]),
        ("sfsgen --v", ["--version"]),
        ("sfsgen --version ", LISTED),
        ("sfsgen nonsense ", ["<nothing>"]),
        ("sfsgen help sch", ["schema"]),
        ("sfsgen completion ", ["bash", "zsh", "fish", "powershell"]),
        ("sfsgen check --ig", ["--ignore"]),
        ("sfsgen render --no-r", ["--no-read-only"]),
        ("sfsgen check --strict --str", []),  # it is there
        ("sfsgen check --no-such --ig", ["--ignore"]),
        ("sfsgen check -o ", ["text", "json", "github", "sarif"]),
        ("sfsgen check -o=g", ["-o=github"]),
        ("sfsgen show -o s", ["svg"]),
        (
            "sfsgen recover --output=",
            [f"--output={each}" for each in ("words", "sh", "yaml", "json")],
        ),
        ("sfsgen check --ignore soft", ["soft-mount"]),
        ("sfsgen check --explain=soft", ["--explain=soft-mount"]),
        ("sfsgen check --rule locks,soft", ["locks,soft-mount"]),
        ("sfsgen check --rule soft-mount,soft", []),
        ("sfsgen render --only pvc,p", ["pvc,pv"]),
        ("sfsgen render --pod-management-policy ", ["OrderedReady", "Parallel"]),
        ("sfsgen render --reclaim-policy R", ["Retain", "Recycle"]),
        ("sfsgen move --access-mode RWO", ["RWO", "RWOP"]),
        ("sfsgen render --driver smb", ["smb.csi.k8s.io"]),
        ("sfsgen adopt --driver ", ["nfs", "csi"]),
        ("sfsgen render --kube-version 1.37", ["1.37"]),
        ("sfsgen show --peers e", ["etcd", "elasticsearch"]),
        ("sfsgen render --gitops f", ["flux"]),
        ("sfsgen schema --draft ", ["2020-12", "7"]),
        ("sfsgen render --image ", []),
        ("sfsgen render ", []),  # a new name
        ("sfsgen check -f ", ["<files>"]),
        ("sfsgen check --filename=s", ["<files>"]),
        ("sfsgen render --template-dir ", ["<folders>"]),
        ("sfsgen check -n ", ["default", "shop", "shop-test"]),
        ("sfsgen check -n=shop-", ["-n=shop-test"]),
        ("sfsgen check --context prod --namespace=", ["--namespace=of-prod"]),
        ("sfsgen move web --to-context prod --to-namespace ", ["of-prod"]),
        ("sfsgen check --context u", ["user@home"]),
        ("sfsgen move web --to-context p", ["prod"]),
        ("sfsgen check --context 'od", [EVIL]),
        ("sfsgen check ", ["web-default", "web-second"]),
        ("sfsgen check web-default ", ["web-second"]),
        ("sfsgen check sts/web-default sts/", ["sts/web-second"]),
        ("sfsgen check -n shop ", ["shop-web", "shop-db"]),
        ("sfsgen check --namespace=shop shop-d", ["shop-db"]),
        ("sfsgen show -A ", ["web", "db"]),
        ("sfsgen check -l app=x ", ["labelled"]),
        ("sfsgen scale -f set.yaml ", ["from-file"]),
        ("sfsgen scale -f . ", ["from-file"]),
        ("sfsgen fn ", ["<files>"]),
        ("sfsgen post-render ", []),
        ("sfsgen check -f - ", []),
        ("sfsgen check -f missing.yaml ", []),
        ("sfsgen init ", []),
        ("sfsgen init --from live ", ["web-default", "web-second"]),
        ("sfsgen init --from li", ["live"]),
        ("sfsgen init --from ", ["<files>"]),
        ("sfsgen check --context refused ", []),
        ("sfsgen check -- ", ["web-default", "web-second"]),
    ],
)
def test_what_is_offered(line: str, words: list[str]) -> None:
    assert offered(line) == words


@pytest.mark.parametrize(
    "command", [each for each in LISTED if "--output " in sfsgen(f"{each} --help").out]
)
def test_the_formats_that_are_offered_are_those_that_there_are(command: str) -> None:
    told = sfsgen(f"{command} web -o no-such-format").err
    there = re.search(r'"no-such-format" is no format\n  fix: give one of (.*)', told)
    assert there, told
    assert offered(f"sfsgen {command} -o ") == there[1].split(", ")


def test_a_cluster_that_does_not_answer_is_not_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sfsgen.commands.completing._PATIENCE", 0.3)
    begin = time.monotonic()
    assert offered("sfsgen check --context=slow ") == []
    assert time.monotonic() - begin < 2
    offered("sfsgen check --context ")  # of which some kubectl ask the cluster as well
    calls = (folder / "bin/kubectl.log").read_text().splitlines()
    assert len(calls) == 2
    assert all("--request-timeout=" in each for each in calls)
    monkeypatch.setenv("PATH", str(folder))  # nor is one without kubectl
    assert offered("sfsgen check ") == []


@pytest.mark.usefixtures("folder")
def test_powershell_is_told_how_words_are_typed_and_shown() -> None:
    def lines(*arguments: str) -> list[str]:
        result = sfsgen(["__complete", "powershell", *arguments])
        return result.out.splitlines()

    assert lines("=sch") == ["words", "schema\tschema\tPrint the JSON Schema of values files"]
    assert lines("=", "check", "-o")[:2] == ["words", "text\ttext\ttext"]
    assert lines("=--namespace=shop-", "check")[1].startswith("--namespace=shop-test\tshop-test\t")
    assert lines("=user", "check", "--context")[1].startswith("'user@home'\tuser@home\t")
    assert lines("=locks,s", "check", "--rule")[1].startswith("'locks,")
    assert (
        lines("=odd", "check", "--context")[1].split("\t")[0]
        == f"'{EVIL.replace(chr(39), chr(39) * 2)}'"
    )
    assert lines("=", "check", "-f") == ["files"]
    script = sfsgen("completion powershell").out
    assert "Register-ArgumentCompleter -Native -CommandName sfsgen" in script
    assert script.count("{") == script.count("}")
    assert script.count("(") == script.count(")")


@pytest.mark.parametrize("arguments", [[], ["no-such-shell"], ["bash"], ["zsh"], ["fish", "x 'y"]])
def test_whatever_is_asked_nothing_is_told(arguments: list[str]) -> None:
    result = sfsgen(["__complete", *arguments])
    assert (result.status, result.err) == (0, "")


@settings(max_examples=20)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1))
def test_what_bash_is_given_it_reads_as_it_was(words: list[str]) -> None:
    shown = [_as_typed(each, "") for each in words]
    shown += [f"'{_as_typed(each, chr(39))}'" for each in words]
    shown += [f'"{_as_typed(each, chr(34))}"' for each in words if "!" not in each]
    # History is not there in a script.
    done = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {' '.join(shown)}"], capture_output=True, check=True
    )
    expected = [*words, *words, *(each for each in words if "!" not in each)]
    assert done.stdout.decode().split("\0")[:-1] == expected


@pytest.mark.parametrize(
    ("text", "words", "current", "quote", "unbroken"),
    [
        ("a b", ["a"], "b", "", "b"),
        ("a b ", ["a", "b"], "", "", ""),
        ("a 'b c", ["a"], "b c", "'", "b c"),
        ('a "b \\"c', ["a"], 'b "c', '"', 'b "c'),
        ("a 'b c' ", ["a", "b c"], "", "", ""),
        ("a b\\ c", ["a"], "b c", "", "b c"),
        ("a --x=y", ["a"], "--x=y", "", "y"),
        ("a x:y:z", ["a"], "x:y:z", "", "z"),
        ("a u@h", ["a"], "u@h", "", "@h"),
        ("a --x='y z", ["a"], "--x=y z", "'", "y z"),
        ("a ''", ["a"], "", "", ""),
    ],
)
def test_a_line_is_split_as_a_shell_does(
    text: str, words: list[str], current: str, quote: str, unbroken: str
) -> None:
    assert _split(text, " \t\n\"'@><=;|&(:") == (words, current, quote, unbroken)


class Terminal:
    """An interactive shell, in which keys are pressed."""

    def __init__(self, *command: str) -> None:
        self.process, self.there = pty.fork()
        if not self.process:
            os.environ.update({"TERM": "dumb", "COLUMNS": "200"})
            os.execvp(command[0], command)  # noqa: S606  # the shell is what is tried
        # A calculated text: what is typed does not hold it.
        self.typed("PS1='REA''DY> '; echo BE''GIN\n", "BEGIN", "READY> ")

    def typed(self, keys: str, *awaited: str) -> str:
        """Press keys, wait for each of some texts in turn, and return what was shown."""
        os.write(self.there, keys.encode())
        shown, at, end = "", 0, time.monotonic() + 20
        for each in awaited:
            while (found := shown.find(each, at)) < 0:
                assert time.monotonic() < end, shown
                if select.select([self.there], [], [], 0.2)[0]:
                    shown += os.read(self.there, 65536).decode(errors="replace")
            at = found + len(each)
        return shown

    def completed(self, line: str, behind: str = "") -> list[str]:
        """Press Tab in a line, and return the words of which the shell makes the result."""
        # Ctrl-A takes the cursor to the beginning; the keys wait until the completion is there.
        back = "\x02" * len(behind)  # Ctrl-B
        shown = self.typed(
            f"{line}{behind}{back}\t\x01printf '(%s)' \x05; echo DO''NE\n", "DONE", "READY> "
        )
        return re.findall(
            r"\(((?:[^()]|\([^()]*\))*)\)", shown.rpartition("\n(")[2].join(["(", ""])
        )

    def end(self) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.there)


@pytest.fixture
def bash() -> Iterator[Terminal]:
    shell = Terminal("bash", "--norc", "--noprofile", "-i")
    yield shell
    shell.end()


@pytest.fixture
def zsh() -> Iterator[Terminal]:
    if not shutil.which("zsh"):
        pytest.skip("no zsh here")
    shell = Terminal("zsh", "-f", "-i")
    yield shell
    shell.end()


IN_SHELLS = {
    "sfsgen che": ["sfsgen", "check"],
    "sfsgen check --context=arn:aws:e": [
        "sfsgen",
        "check",
        "--context=arn:aws:eks:eu-west-1:1:cluster/prod",
    ],
    "sfsgen check --context user@h": ["sfsgen", "check", "--context", "user@home"],
    "sfsgen check --context od": ["sfsgen", "check", "--context", EVIL],
    "sfsgen check -n shop shop-w": ["sfsgen", "check", "-n", "shop", "shop-web"],
    "sfsgen check --filename=sp": ["sfsgen", "check", "--filename=sp ace.yaml"],
    "sfsgen check -n no": ["sfsgen", "check", "-n", "no"],
}


@pytest.mark.usefixtures("folder")
def test_bash_completes(bash: Terminal) -> None:
    bash.typed("source <(sfsgen completion bash); echo SOUR''CED\n", "SOURCED", "READY> ")
    assert {line: bash.completed(line) for line in IN_SHELLS} == IN_SHELLS
    middle = bash.completed("sfsgen check --ign", " lost -o json")
    assert middle == ["sfsgen", "check", "--ignore", "lost", "-o", "json"]
    # A second Tab lists, with what each is for.
    shown = bash.typed("sfsgen re\t\t", "recover", "render", "READY> ")
    assert "(Print a whole set: Service" in shown
    assert not Path("owned").exists()


@pytest.mark.usefixtures("folder")
def test_zsh_completes(zsh: Terminal) -> None:
    # As it is installed: a file on the path of functions, loaded at the first Tab.
    Path("functions").mkdir()
    Path("functions/_sfsgen").write_text(sfsgen("completion zsh").out)
    setup = "unsetopt zle_bracketed_paste; bindkey -e; fpath=($PWD/functions $fpath); "
    setup += "autoload -Uz compinit; compinit -u -D; echo SET''UP\n"
    zsh.typed(setup, "SETUP", "READY> ")
    assert {line: zsh.completed(line) for line in IN_SHELLS} == IN_SHELLS
    middle = zsh.completed("sfsgen check -n shop-", " -o json")
    assert middle == ["sfsgen", "check", "-n", "shop-test", "-o", "json"]
    assert not Path("owned").exists()


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish here")
@pytest.mark.usefixtures("folder")
def test_fish_completes() -> None:
    lines = [each for each in IN_SHELLS if "-n no" not in each]
    asked = "".join(f"complete -C {each!r}; echo ==; " for each in lines)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"sfsgen completion fish | source; {asked}"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = [each.strip().partition("\t")[0] for each in done.stdout.split("==\n")[:-1]]
    assert found == [IN_SHELLS[each][-1] for each in lines]
    assert not done.stderr
    assert not Path("owned").exists()


@pytest.mark.parametrize(
    ("shell", "check"),
    [
        ("bash", ["shellcheck"]),
        ("bash", ["bash", "-n"]),
        ("zsh", ["zsh", "-n"]),
        ("fish", ["fish", "-n"]),
    ],
    ids=str,
)
def test_scripts_are_well_formed(shell: str, check: list[str], tmp_path: Path) -> None:
    if not shutil.which(check[0]):
        pytest.skip(f"no {check[0]} here")
    script = tmp_path / SCRIPTS[shell]
    script.write_text(sfsgen(f"completion {shell}").out)
    subprocess.run([*check, str(script)], check=True)


@pytest.mark.parametrize(
    ("command", "fix"),
    [
        ("completion elvish", "there are: bash, zsh, fish, powershell"),
        ("completion pwsh", "write sfsgen completion powershell"),
        ("completion zhs", "write sfsgen completion zsh"),
        ("completion", "write sfsgen completion fish"),
        ("check --install-completion", "write sfsgen completion SHELL, which prints the script"),
    ],
)
def test_a_shell_that_there_is_not(command: str, fix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    result = sfsgen(command)
    assert (result.status, result.out) == (2, "")
    assert result.err.splitlines()[1] == f"  fix: {fix}"


@pytest.mark.parametrize("shell", ["zsh", "fish"])
@pytest.mark.usefixtures("folder")
def test_what_the_documentation_says_for_a_shell_completes_there(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    text = (Path(__file__).parents[1] / "docs/shells.md").read_text()
    (block,) = re.findall(rf"^```{shell}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    block = block.replace("&& compinit", "&& compinit -u -D")  # pytest's folder is not ours alone
    # Both shells look for the function when it is wanted first.
    seen = 'complete -C "sfsgen sche"' if shell == "fish" else "echo $_comps[sfsgen]"
    done = subprocess.run(
        [shell, "-c" if shell == "fish" else "-fc", f"{block}\n{seen}"],
        env={key: value for key, value in os.environ.items() if not key.startswith("XDG_")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().startswith({"fish": "schema\t", "zsh": "_sfsgen"}[shell])


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("sfsgen check --ign", "--ignore"),
        ("sfsgen check -n sh", "shop shop-test"),
        ("sfsgen check --namespace=shop-", "shop-test"),
        ("sfsgen check --namespace = shop-", "shop-test"),
        ("sfsgen check --output =", "text json github sarif"),
        ("sfsgen check --context arn : aws", "aws:eks:eu-west-1:1:cluster/prod"),
        ("sfsgen check -o ''", "text json github sarif"),
    ],
)
def test_bash_completes_by_words_alone_as_other_functions_ask_it(words: str, found: str) -> None:
    script = f"source <(sfsgen completion bash); COMP_WORDS=({words}); "
    script += 'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sfsgen; echo "${COMPREPLY[*]}"'
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{found}\n", "")
