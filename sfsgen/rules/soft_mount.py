"""A mount is hard: a soft one gives up when the server is slow, and loses writes.

With `soft`, the client gives up after a few retries when the server does not answer, and the
program gets an input/output error. Data that it had written already may never reach the server, and
many programs do not notice. With `hard`, the default, the client waits until the server is back.

Fix: Write `hard`, or leave both out. In a live cluster the mount options of a volume can be
changed; a pod that runs keeps its mount until it is made again.

Source: nfs(5), soft/hard.
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_source
from sfsgen.findings.together import one_for_each
from sfsgen.mount_options import is_hard, is_soft
from sfsgen.nfs import SOFT_MOUNT


def soft_mount(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for each in scene.nfs_sources:
        if is_soft(each.mount_options):
            what = f"{each.name}: {SOFT_MOUNT}"
            fix = "write hard instead of soft"
            if is_hard(each.mount_options):
                # In-tree, Kubernetes sorts the options, and mount takes the last.
                what += "; beside hard, soft wins" * (each.driver == "nfs")
                fix = "remove soft"
            cause = set_of_source(scene, each), what.removeprefix(each.name)
            yield cause, warning(each.manifest, each.at_options, what, fix)
