"""What is read: files and pipes, of bounded size; and kubectl, whatever it prints and starts."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sfsgen.documents import files
from sfsgen.kubernetes import cluster
from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

SET = sfsgen("render web -r 1 --nfs-server nfs --storage 1Gi").out


@pytest.mark.parametrize("command", ["check -f", "volumes -f", "scale web -r 2 -f", "render -f"])
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/full"])
def test_a_device_is_not_read(command: str, device: str) -> None:
    result = sfsgen(f"{command} {device}")
    assert (result.status, result.out) == (2, "")
    assert f"{device}: error: it is neither a file nor a pipe" in result.err


def test_a_link_to_a_device_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").symlink_to("/dev/zero")
    assert "neither a file nor a pipe" in sfsgen(f"check -f {tmp_path}/set.yaml").err


def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", f'sfs=$(cat); echo "$sfs" > {pipe}'], stdin=-1) as writer:
        assert writer.stdin
        writer.stdin.write(SET.encode())
        writer.stdin.close()
        assert sfsgen(f"check -f {pipe}").status == 0


def test_a_process_substitution_is_read() -> None:
    command = f"{sys.executable} -m sfsgen check -f <(cat)"
    done = subprocess.run(
        ["bash", "-c", command], input=SET, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def _outside(path: Path) -> None:
    outside = path.parents[1] / "outside.yaml"
    outside.write_text(SET)
    path.symlink_to(outside)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (_fifo, "it is no file"),
        (_device, "it is no file"),
        (_nowhere, "it is a link that leads nowhere"),
        (_outside, "it is a link out of the folder, to "),
    ],
)
def test_what_nobody_named_is_not_followed(
    tmp_path: Path, make: Callable[[Path], None], what: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "set.yaml").write_text(SET)
    make(folder / "odd.yaml")
    result = sfsgen(f"check -f {folder}")
    assert (result.status, result.out) == (2, "")
    assert f"{folder}/odd.yaml: error: {what}" in result.err


def test_a_file_that_is_being_edited_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text(sfsgen("render -r 1 web --nfs-server a.b --storage 1Gi").out)
    (tmp_path / ".#set.yaml").symlink_to("me@here.1234:1764284400")
    assert sfsgen(["check", "-f", str(tmp_path)]).status == 0


def test_a_link_within_a_folder_is_followed(tmp_path: Path) -> None:
    """As a ConfigMap's volume has them."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "set").write_text(SET)
    (tmp_path / "set.yaml").symlink_to(data / "set")
    assert sfsgen(f"check -f {tmp_path}").status == 0


@pytest.mark.parametrize("endless", ["yes", "yes -- ---", "cat /dev/zero", "yes '{'"])
def test_a_pipe_without_end_is_refused(endless: str) -> None:
    command = f"{endless} | {sys.executable} -m sfsgen check -f -"
    done = subprocess.run(["bash", "-c", command], text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "stdin: error: it " in done.stderr


def test_files_are_too_large_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(SET)
    monkeypatch.setattr("sfsgen.kubernetes.manifests.LARGEST", len(SET) + 1)
    assert "it holds more than" in sfsgen(f"check -f {tmp_path}").err
    monkeypatch.setattr("sfsgen.kubernetes.manifests.LARGEST", 2 * len(SET))
    assert "it holds more than" not in sfsgen(f"check -f {tmp_path}").err


def test_all_that_is_allowed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text(SET)
    monkeypatch.setattr(files, "LARGEST", len(SET))
    assert sfsgen(f"check -f {tmp_path}/a.yaml").status == 0
    monkeypatch.setattr(files, "LARGEST", len(SET) - 1)
    assert sfsgen(f"check -f {tmp_path}/a.yaml").status == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_what_powershell_wrote_is_named(encoding: str) -> None:
    result = sfsgen("check -f -", f"\ufeff{SET}".encode(encoding))
    assert "it is UTF-16, as PowerShell's `>` writes it" in result.out


# kubectl: programs of that name, which do what the real one should not.


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def install(script: str) -> None:
        program = tmp_path / "kubectl"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return install


EMPTY = json.dumps({"apiVersion": "v1", "kind": "List", "items": []})


@pytest.mark.parametrize("command", ["check", "volumes", "scale web -r 2"])
@pytest.mark.parametrize(
    "printed",
    [
        "",
        "hello",
        "kind: List",
        "[]",
        "null",
        '{"items": [1]}',
        '{"kind": "List", "items": [',
        f"{EMPTY} and more",
        "<html>",
    ],
)
def test_what_no_server_sends_is_no_finding(
    kubectl: Callable[[str], None], command: str, printed: str
) -> None:
    kubectl(f"cat <<'END'\n{printed}\nEND")
    result = sfsgen(command)
    assert (result.status, result.out) == (2, "")
    assert "kubectl get: error: what it printed is no list of objects" in result.err


def test_an_endless_kubectl_is_ended(
    kubectl: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kubectl("yes")
    monkeypatch.setattr(cluster, "LARGEST", 100_000)
    assert "it holds more than" in sfsgen("check").err
    kubectl(f"printf '{EMPTY}'")
    monkeypatch.setattr(cluster, "LARGEST", len(EMPTY))
    assert sfsgen("check --allow-empty").status == 0


def _is_running(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def _comes(condition: Callable[[], object]) -> bool:
    """Return whether something comes true within some seconds."""
    for _ in range(400):
        if condition():
            return True
        time.sleep(0.05)
    return False


def _ends(pid: int) -> bool:
    return _comes(lambda: not _is_running(pid))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
@pytest.mark.parametrize(
    ("script", "command"),
    [
        ("sleep 1000 & echo $! > PID; wait", "check"),
        ("sleep 1000 & echo $! > PID; exec sleep 1000", "check -k ."),
    ],
)
def test_what_kubectl_started_ends_with_the_time_out(
    kubectl: Callable[[str], None],
    script: str,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kubectl(script.replace("PID", str(tmp_path / "pid")))
    monkeypatch.setattr(cluster, "_PATIENCE", 1)
    result = sfsgen(command)
    assert result.status == 2
    assert ": error: it did not answer within 1 seconds\n" in result.err
    assert _ends(int((tmp_path / "pid").read_text()))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
def test_what_kubectl_left_behind_does_not_hold_us_up(
    kubectl: Callable[[str], None], tmp_path: Path
) -> None:
    kubectl(f"sleep 1000 >/dev/null 2>&1 & echo $! > {tmp_path}/pid; echo '{EMPTY}'")
    assert sfsgen("check --allow-empty").status == 0
    assert _ends(int((tmp_path / "pid").read_text()))


def _interrupted(script: str, kubectl: Callable[[str], None], pid: Path) -> tuple[int, bytes]:
    """Return how a run ends that is interrupted as soon as kubectl says who it is."""
    pid.unlink(missing_ok=True)
    kubectl(f"echo $$ > {pid}; {script} exec sleep 1000")
    with subprocess.Popen([sys.executable, "-m", "sfsgen", "check"], stderr=-1) as running:
        assert _comes(lambda: pid.exists() and pid.read_text())
        if not script:
            running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert _ends(int(pid.read_text()))
    return running.returncode, err


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
@pytest.mark.parametrize(
    ("script", "times"),
    [("", 1), ("kill -INT $PPID;", 3)],  # the second may come before we know that it runs
)
def test_an_interrupt_ends_kubectl_too(
    kubectl: Callable[[str], None], script: str, times: int, tmp_path: Path
) -> None:
    for _ in range(times):
        ended = _interrupted(script, kubectl, tmp_path / "pid")
        assert ended == (130, b"sfsgen: interrupted\n")


def test_a_kubectl_that_was_interrupted_interrupts_us(kubectl: Callable[[str], None]) -> None:
    kubectl("kill -INT $$")
    assert sfsgen("check") == (130, "", "sfsgen: interrupted\n")


def test_kubectl_may_be_interrupted(kubectl: Callable[[str], None], tmp_path: Path) -> None:
    kubectl(f"grep SigBlk /proc/self/status > {tmp_path}/held; echo '{EMPTY}'")
    assert sfsgen("check --allow-empty").status == 0
    assert int((tmp_path / "held").read_text().split()[1], 16) == 0


@pytest.mark.parametrize(("typed", "status"), [(b"secret\n", 0), (b"\3", 130)])
def test_a_login_may_ask_on_the_terminal(
    kubectl: Callable[[str], None], typed: bytes, status: int
) -> None:
    kubectl(f"echo password: >/dev/tty; read given </dev/tty; [ $given ] && echo '{EMPTY}'")
    main, terminal = pty.openpty()
    command = ["sfsgen", "check", "--allow-empty"]
    program = f"import os; os.login_tty({terminal}); os.execvp('sfsgen', {command})"
    path = os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)])
    with subprocess.Popen(
        [sys.executable, "-c", program], pass_fds=[terminal], env={**os.environ, "PATH": path}
    ) as running:
        os.close(terminal)
        try:
            assert b"password:" in os.read(main, 100)
            os.write(main, typed)
            assert running.wait(20) == status
        finally:
            running.kill()
            os.close(main)


def test_the_terminal_of_others_is_left_to_them(kubectl: Callable[[str], None]) -> None:
    kubectl(f"echo '{EMPTY}'")
    _, terminal = pty.openpty()
    command = [sys.executable, "-m", "sfsgen", "check", "--allow-empty"]
    done = subprocess.run(command, stdin=terminal, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr


@pytest.mark.parametrize("command", ["check", "volumes", "scale web -r 2"])
def test_only_what_is_needed_is_asked_for(
    kubectl: Callable[[str], None], command: str, tmp_path: Path
) -> None:
    kubectl(f"echo \"$@\" >> {tmp_path}/asked; echo '{EMPTY}'")
    sfsgen(command)
    services = ",services" if command == "check" else ""
    resources = f"statefulsets,persistentvolumeclaims,persistentvolumes{services}"
    assert (tmp_path / "asked").read_text() == (
        f"get {resources} -o json --request-timeout=30s\nconfig view --minify -o json\n"
    )


def test_a_kubectl_that_is_not_there_is_told(
    kubectl: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kubectl("exit 3")
    failed = "kubectl get statefulsets,persistentvolumeclaims,persistentvolumes: error: exit status"
    assert sfsgen("volumes").err == (
        f"{failed} 3\n  fix: see what kubectl says, or read a dump with -f\n"
    )
    (tmp_path / "kubectl").chmod(0o644)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sfsgen("check").err.startswith("kubectl: error: it may not be run\n  fix: ")
    (tmp_path / "kubectl").unlink()
    assert sfsgen("check -n p").err == (
        "kubectl: error: it is not on the PATH\n  fix: install kubectl, or read what `kubectl get "
        "sts,svc,pvc,pv -o yaml -n p` printed elsewhere with -f\n"
    )


def test_words_of_kubectl_stay_on_one_line(kubectl: Callable[[str], None]) -> None:
    kubectl("printf 'error: one\\n::error::two \\033[31m\\n' >&2; exit 1")
    what = r"error: one; ::error::two \x1b[31m"
    assert what in sfsgen("check").err.splitlines()[0]


def test_what_the_libraries_of_kubectl_log_is_not_its_word(kubectl: Callable[[str], None]) -> None:
    kubectl("printf 'E1127 07:10:19.1 1 memcache.go:265 no API\nerror: refused\n' >&2; exit 1")
    assert ": error: refused\n" in sfsgen("check").err


# NAME and --namespace.


@pytest.mark.parametrize("command", ["check", "volumes", "scale -r 2"])
def test_the_name_of_a_set_is_one_whatever_lies_in_the_folder(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("set.yaml").write_text(SET)
    Path("web").mkdir()
    style = "" if command == "check" else "--nfs-server nfs --nfs-path /exports"
    assert sfsgen(f"{command} web -f set.yaml {style}").status == 0
    Path("other").mkdir()
    result = sfsgen(f"{command} other -f set.yaml {style}")
    assert 'there is no StatefulSet "other"' in result.err
    assert "read with -f other" in result.err


@pytest.mark.parametrize("command", ["check", "volumes", "scale -r 2"])
@pytest.mark.parametrize("name", ["set.yaml", "./web", "b c.json", "gone.yml"])
def test_a_file_is_not_the_name_of_a_set(
    command: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web").mkdir()
    result = sfsgen([*command.split(), name])
    assert result.status == 2
    kind = "folder" if name == "./web" else "file"
    assert f'NAME: error: "{name}" is a {kind}, not the name of a set' in result.err


@pytest.mark.parametrize("command", ["check", "volumes", "scale web -r 2"])
def test_a_namespace_has_a_name(command: str) -> None:
    result = sfsgen([*command.split(), "-n", "Bad NS"])
    assert result.status == 2
    assert '--namespace: error: "Bad NS" is no name of a namespace' in result.err
