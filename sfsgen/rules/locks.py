"""Locks hold on all nodes: NFSv4 has them built in, NFSv3 needs rpc.statd on every node.

Where that does not run, an NFSv3 mount fails, and its message offers `nolock`. With it, or with
`local_lock`, a lock holds on one node only: after a failover two pods can both hold "the" lock of a
database, and write into the same files.

Fix: Write `nfsvers=4.1`, which needs no daemon, where the server has it; else leave `nolock` out
and start rpc-statd on the nodes. In a live cluster the mount options of a volume can be changed; a
pod that runs keeps its mount until it is made again.

Source: nfs(5), lock/nolock and local_lock; fs/nfs/fs_context.c: NFSv4 ignores both.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, note, warning
from sfsgen.findings.nfs_sources import NfsSource
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.mount_options import LOCAL_LOCKS, local_locks, version, version_option
from sfsgen.plain_text import some


def locks(scene: Scene) -> Iterator[Finding]:
    local: dict[str, list[NfsSource]] = {}
    version_3: list[NfsSource] = []
    for each in scene.nfs_sources:
        if not each.mount_options or each.is_only_read:
            continue
        if word := local_locks(each.mount_options):
            local.setdefault(word, []).append(each)
        elif version(each.mount_options) == "3":
            version_3.append(each)
    for word, found in local.items():
        what = f"{_named(found)}: {word}: {LOCAL_LOCKS}"
        first = found[0]
        old = " and ".join(filter(None, (version_option(first.mount_options), word)))
        fix = f"write nfsvers=4.1 in place of {old}, or remove {word} and start rpc-statd on nodes"
        yield warning(first.manifest, first.at_options, what, fix, *_others(found))
    if version_3:
        what = f"{_named(version_3)}: NFSv3 needs rpc.statd on every node, or the mount fails"
        first = version_3[0]
        old = version_option(first.mount_options)
        fix = f"write nfsvers=4.1 in place of {old}, or see that rpc-statd runs on the nodes"
        yield note(first.manifest, first.at_options, what, fix, *_others(version_3))


def _named(found: list[NfsSource]) -> str:
    return some([each.name for each in found], 1)


def _others(found: list[NfsSource]) -> Iterator[Manifest]:
    return (each.manifest for each in found[1:])
