"""A key stands in a mapping once; of two, kubectl takes the last one and says nothing.

YAML and JSON leave open what a key means that stands twice. kubectl, and what it sends to the API
server, has the last value only, be it a label, the size or the object's name: what the first one
says is lost, and nobody meant that. The same happens where a line `---` is missing between two
objects: of the first nothing is left. Here as there the last one counts.

Fix: Keep the one that is meant, and remove the others; between two objects write the line `---`.
YAML that a chart has printed is mended in the chart.

Source: sigs.k8s.io/yaml, Unmarshal, without DisallowDuplicateKeys; measured with kubectl.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifests import overridden


def duplicate_key(scene: Scene) -> Iterator[Finding]:
    for manifest, double in scene.look.doubles:
        path = double.path[len(manifest.inside) :]
        found = warning(manifest, path, *overridden(double, manifest))
        yield found._replace(is_key=True)
