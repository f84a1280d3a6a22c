"""Measures what the program promises about speed: ratios, each side by side in one run.

    python benchmarks/run.py

Needs the program beside this Python, installed from the wheel (`pip install .`: an editable install
compiles its templates at every start), and kubectl for the comparison with it. Exits with 1 where
more is needed than promised.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 15
SFSGEN = str(Path(sys.executable).with_name("sfsgen"))


def render(replicas: int) -> list[str]:
    """Return the command that renders a set of so many replicas."""
    options = ["--nfs-server", "nfs.example.com", "--storage", "1Gi", "--allow-many"]
    return [SFSGEN, "render", "web", "--replicas", str(replicas), *options]


def seconds(*commands: Sequence[str], rounds: int = ROUNDS) -> list[float]:
    """Return each command's median time; they take turns, so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(rounds):
        for command, taken in zip(commands, times, strict=True):
            start = time.perf_counter()
            run(command)
            taken.append(time.perf_counter() - start)
    return [statistics.median(each) for each in times]


def run(command: Sequence[str]) -> int:
    """Run a command with its output read and thrown away, and return its peak memory in KiB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if process.stdout:
        while process.stdout.read(1 << 20):
            pass
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return usage.ru_maxrss


def report(what: str, one: float, other: float, limit: float, unit: str) -> bool:
    """Print a ratio beside what is promised, and return whether it holds."""
    print(f"{what:52} {one:8.0f} / {other:8.0f} {unit:3}  {one / other:5.2f}  (at most {limit})")
    return one / other <= limit


def main() -> bool:
    """Print every ratio, and return whether all hold."""
    few, many = seconds(render(3), render(10_000))
    held = [
        report("10,000 replicas / 3 replicas", 1000 * many, 1000 * few, 2, "ms"),
        report(
            "1,000,000 replicas / 3 replicas", run(render(1_000_000)), run(render(3)), 1.3, "KiB"
        ),
    ]
    if not shutil.which("kubectl"):
        print("no kubectl here to compare with")
        return all(held)
    with tempfile.TemporaryDirectory() as folder:
        objects = subprocess.run(render(3), capture_output=True, check=True).stdout
        Path(folder, "set.yaml").write_bytes(objects)
        Path(folder, "kustomization.yaml").write_text("resources: [set.yaml]\n")
        few, kustomize = seconds(render(3), ["kubectl", "kustomize", folder])
    what = "3 replicas / kubectl kustomize of the same objects"
    return report(what, 1000 * few, 1000 * kustomize, 2, "ms") and all(held)


if __name__ == "__main__":
    sys.exit(not main())
