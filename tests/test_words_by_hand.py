"""The steps that plans say in words, copied and pasted one by one, with the real kubectl."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.kinds import CLAIM, STATEFUL_SET
from tests.living_server import LivingServer
from tests.program import sfsgen
from tests.test_cluster import healthy
from tests.test_recover_scripts import needs_kubectl

pytestmark = pytest.mark.without_libraries


@needs_kubectl
@pytest.mark.parametrize("numbers", [[1], [0, 2]])
def test_words_are_carried_out_by_hand(
    numbers: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = healthy()
    for each in numbers:
        cluster.delete(CLAIM, "p", f"pvc-w-{each}", wait=False)
    cluster.settle()
    with LivingServer(cluster, resync=0.3) as server:
        monkeypatch.setenv("KUBECONFIG", server.environment["KUBECONFIG"])
        told = sfsgen("recover w -n p")
        lines = [each.strip() for each in told.out.splitlines()]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        for index, line in enumerate(lines):
            if "only if the StatefulSet w is gone" in (lines[index - 1], *lines[index - 2 :][:1]):
                is_there = cluster.get(STATEFUL_SET, "p", "w")
                if is_there and "create" in line:
                    continue
            if re.match("kubectl |sfsgen ", line):
                done = subprocess.run(
                    ["sh", "-c", line],
                    cwd=tmp_path,
                    env={**server.environment, "PATH": path},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert not done.returncode, (line, done.stderr)
                server.settle()
        assert cluster.ready("p", "w")
        assert sfsgen("recover w -n p").out == ""
    # Each file has one object, and the first step had the context that was looked at.
    files = {each.name: yaml.safe_load(each.read_text()) for each in tmp_path.glob("*.yaml")}
    assert len(files) == len(numbers) + 1
    assert files[f"recover-{len(files)}.yaml"]["kind"] == STATEFUL_SET
    first = next(each for each in lines if each.startswith("sfsgen "))
    assert "--context test" in first


def test_what_was_piped_is_piped_once_more() -> None:
    cluster = healthy()
    cluster.delete(CLAIM, "p", "pvc-w-1", wait=False)
    told = sfsgen("recover w -n p -f - -owords --exchange", cluster.dump())
    assert "sfsgen recover w -n p -f - --exchange -o yaml <FILE | awk " in told.out
    assert "its manifest stands nowhere else" in told.out
