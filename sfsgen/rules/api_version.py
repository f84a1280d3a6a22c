"""An object's apiVersion and kind are served at the target minor.

A server that does not serve an apiVersion refuses the object: the volumes and claims of the same
file are made, and the set is not. StatefulSets were `apps/v1beta1` from 1.5 to 1.15, `apps/v1beta2`
from 1.8 to 1.15, and are `apps/v1` from 1.9 on; before, 1.3 and 1.4 had the PetSet. Without
`--kube-version` every maintained minor must serve it.

Fix: Write the apiVersion that is named. Other fields may have to follow: `apps/v1` requires
`spec.selector`, and updates pods by RollingUpdate, where `apps/v1beta1` waited for their deletion.

Source: kubernetes.io/docs/reference/using-api/deprecation-guide.
"""

from collections.abc import Iterator
from functools import lru_cache

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifests import KINDS
from sfsgen.kubernetes.resources import SHORT_NAMES
from sfsgen.kubernetes.versions import STATEFUL_SET_APIS, STATEFUL_SET_KINDS
from sfsgen.problems import nearest

_SURELY = 0.9  # how alike two words are


def api_version(scene: Scene) -> Iterator[Finding]:
    served: dict[tuple[str, str], bool] = {}
    for manifest in scene.look.manifests:
        key = manifest.api_version, manifest.kind
        if key not in served:
            served[key] = manifest.kind not in KINDS or scene.target.serves(*key)
        if meant := _meant(*key):
            what = f'there is no kind "{manifest.kind}" in {manifest.api_version}'
            yield error(manifest, ("kind",), what, f"write kind: {meant}")
        if not served[key]:
            what = f"{manifest.api_version} {manifest.kind} is not served by {scene.target}"
            wanted, kind = "v1", manifest.kind
            if kind in STATEFUL_SET_KINDS:
                wanted, kind = scene.target.stateful_set_api
            fix = f"write apiVersion: {wanted}"
            fix += f" and kind: {kind}" if kind != manifest.kind else ""
            yield error(manifest, ("apiVersion",), what, fix)


@lru_cache
def _meant(api_version: str, kind: str) -> str:
    """Return the kind that was meant by one that does not exist, or ""."""
    if kind in KINDS or api_version not in ("v1", *STATEFUL_SET_APIS):
        return ""
    return nearest(SHORT_NAMES.get(kind.lower(), kind), KINDS, _SURELY)
