"""No two sets look for one claim, as b with a template a-x, and x-b with a, do for a-x-b-0.

A claim is called after its template and its set, and the controller looks for that name alone:
template `data-cache` of the set `web` and template `data` of the set `cache-web` both give
`data-cache-web-0`. Both sets then mount one claim, and write into one directory.

Fix: Rename the template or the set, and give the renamed one claims and volumes of its own
(`sfsgen volumes` prints them). On a live cluster neither can be changed: delete the set, and create
it again; the data stays in the directory of the claim that both had.

Source: pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaimName.
"""

from collections.abc import Iterator
from itertools import combinations

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import NAME
from sfsgen.findings.scene import Scene
from sfsgen.findings.spare import head
from sfsgen.sets.ordinals import TemplateOrdinals


def claim_name(scene: Scene) -> Iterator[Finding]:
    by_head: dict[tuple[str, str], list[TemplateOrdinals]] = {}
    for rows in scene.pairing.ordinals:
        by_head.setdefault(head(rows), []).append(rows)
    for (_, before), wanting in by_head.items():
        for one, other in combinations(wanting, 2):
            mine, theirs = one.stateful_set, other.stateful_set
            first = max(mine.ordinals.start, theirs.ordinals.start)
            if first < min(mine.ordinals.stop, theirs.ordinals.stop):
                what = f"the sets {mine.name} and {theirs.name} look for one claim, {before}{first}"
                fix = "rename a set or a claim template, and the claims and volumes with it"
                path = (*other.template.path, *NAME)
                yield error(theirs.manifest, path, what, fix, mine.manifest)
