"""Every field exists at the target minor; kubectl refuses others, or the server drops them.

kubectl refuses a field that it does not know. With `--validate=false`, and on servers that are too
old for strict validation, the field is dropped without a word: here the volume would be mounted
without its options. The same holds for a field that is newer than the cluster.

Fix: Write the field's right name, here `mountOptions`; a right name at a wrong place belongs
elsewhere, so look it up before you remove it. For another cluster than the maintained minors give
`--kube-version`.

Source: the API's schemas of every minor, sfsgen/kubernetes/fields.json.
"""

from collections.abc import Iterator

from sfsgen.documents.document import spelled
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.manifests import KINDS
from sfsgen.kubernetes.schemas import Fault
from sfsgen.kubernetes.versions import ANNOTATIONS, CSI_NFS, FIELDS
from sfsgen.problems import nearest

_PERHAPS = 0.6  # how alike two words are


def field(scene: Scene) -> Iterator[Finding]:
    for manifest in scene.look.manifests:
        # What a server holds it has taken; it is judged where another minor is asked for.
        if manifest.kind in KINDS and (scene.look.target or not manifest.is_stored):
            for fault in scene.fields.faults(manifest.kind, manifest.value):
                yield _refused(scene, manifest, fault)
    for volume in scene.inventory.volumes.values():
        if volume.driver == "csi" and not scene.target.has(CSI_NFS):
            what = f"the driver of {volume.name} exists from 1.{CSI_NFS.since} on; the target is "
            what += str(scene.target)
            fix = "write nfs, with server and path, instead of csi"
            yield error(volume.manifest, ("spec", "csi", "driver"), what, fix)


def _refused(scene: Scene, manifest: Manifest, fault: Fault) -> Finding:
    path, minor = fault.path, fault.wanted
    fix = "remove it"
    if fault.word == "x-since":
        what = f"{spelled(path)} exists from Kubernetes 1.{minor} on; the target is {scene.target}"
        earlier = [key for key, each in FIELDS.items() if each.endswith(spelled(path[-2:]))]
        heeded = [key for key in earlier if scene.target.has(ANNOTATIONS[key])]
        if heeded:
            fix = f"write the annotation {heeded[-1]} in its place"
    elif fault.word == "x-until":
        what = f"{spelled(path)} exists up to Kubernetes 1.{minor}; the target is {scene.target}"
    else:
        what = f"{manifest.kind} {manifest.name} has no field {spelled(path)}"
        key = str(path[-1])
        if key in scene.fields.names(manifest.kind):
            fix = f"write it as spec.{key}"
        elif near := nearest(key, fault.wanted, _PERHAPS):
            fix = f"write {near}, or remove it"
    return error(manifest, path, what, fix, is_key=True)
