"""The nodes' mount takes each mount option: it is known, of the right kind, and alone in its line.

The API server takes any text. Kubernetes joins the entries by commas, for in-tree NFS sorted and
each once, and gives them to mount: an unknown word, a number where none is one, a blank within an
entry or two versions of NFS make it fail. The claim is Bound then, and the pod waits in
ContainerCreating. Of two options that contradict each other, the last one wins, in silence.

Fix: Write each option as nfs(5) has it, as an entry of its own. In a live cluster the mount options
of a volume can be changed; a pod that runs keeps its mount until it is made again.

Source: nfs(5), mount(8), fs/nfs/fs_context.c, pkg/volume/util, JoinMountOptions.
"""

from collections.abc import Iterator
from itertools import islice

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.nfs_sources import NfsSource
from sfsgen.findings.scene import Scene
from sfsgen.mount_faults import faults
from sfsgen.plain_text import some

_MOST = 10  # faults of one list: who wrote more did not write mount options


def mount_options(scene: Scene) -> Iterator[Finding]:
    by_options: dict[tuple[str, tuple[str, ...]], list[NfsSource]] = {}
    for each in scene.nfs_sources:
        if each.mount_options:
            by_options.setdefault((each.driver, each.mount_options), []).append(each)
    for (driver, options), sources in by_options.items():
        first, *others = sources
        named = some([each.name for each in sources], 1)
        for fault in islice(faults(options, driver), _MOST):
            path = first.at_options
            if isinstance(first.manifest.at(*path), list):
                path = (*path, fault.entry)
            what = f"{named}: {fault.what}"
            related = (each.manifest for each in others)
            found = error(first.manifest, path, what, fault.fix, *related)
            yield found._replace(severity=fault.severity)
