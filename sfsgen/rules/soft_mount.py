"""A mount is hard: a soft one gives up when the server is slow, and loses writes.

With `soft`, the client gives up after a few retries when the server does not answer, and the
program gets an input/output error. Data that it had written already may never reach the server, and
many programs do not notice. With `hard`, the default, the client waits until the server is back.

Fix: Write `hard`, or leave both out. In a live cluster the mount options of a volume can be
changed; a pod that runs keeps its mount until it is made again.

Source: nfs(5), soft/hard.
"""

from collections.abc import Iterator

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.versions import MOUNT_OPTIONS_ANNOTATION
from sfsgen.nfs import SOFT_MOUNT, is_soft


def soft_mount(scene: Scene) -> Iterator[Finding]:
    for volume in scene.inventory.volumes.values():
        if volume.driver and is_soft(volume.mount_options):
            what = f"{volume.name}: {SOFT_MOUNT}"
            path: Path = ("spec", "mountOptions")
            if not volume.manifest.at("spec", "mountOptions"):
                path = ("metadata", "annotations", MOUNT_OPTIONS_ANNOTATION)
            yield warning(volume.manifest, path, what, "write hard instead of soft")
