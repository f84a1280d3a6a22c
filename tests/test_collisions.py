"""Names and directories of invented sets collide where walking the ordinals says so."""

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

NAMES = st.sampled_from(["pv-{ordinal}", "pv-{claim}", "{ordinal}-{template}", "pv-{ordinal}0"])
OWN_NAMES = st.sampled_from(["pv-0", "pv-1", "pv-10", "pv-a-w-1", "other"])
SERVERS = st.sampled_from(["nas-1", "NAS-2.", "nas-{ordinal}", "Nas-{ordinal}.", "n-{ordinal}0"])
OWN_SERVERS = st.sampled_from(["nas-0", "Nas-1", "nas-2.", "nas-{ordinal}", "n-10"])
PATHS = st.sampled_from(["/x/{name}", "/x", "/x/w/{ordinal}", "/x/{ordinal}0", "/{volume}"])
OWN_PATHS = st.sampled_from(["/x", "//x/w/", "/x/w/1", "/x/10", "/pv-1"])


def some(**words: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=words)


@st.composite
def claim_templates(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for name in draw(st.sampled_from(["a", "ab"])):
        numbers = draw(st.lists(st.integers(0, 3), unique=True, max_size=3))
        nfs = {"server": draw(SERVERS), "path": draw(PATHS), "sharedDirectory": False}
        volumes = [
            {"ordinal": number, "nfs": draw(some(server=OWN_SERVERS, path=OWN_PATHS))}
            | draw(some(name=OWN_NAMES, storage=st.just("2Gi")))
            for number in numbers
        ]
        made.append(
            {"name": name, "mountPath": f"/{name}", "storage": "1Gi", "nfs": nfs}
            | {"volumeName": draw(NAMES), "volumes": volumes}
        )
    return made


class Volume(NamedTuple):
    """What a volume is called, and where it lies."""

    name: str
    server: str
    path: str

    def lies_with(self, other: "Volume") -> bool:
        """Return whether one's directory is that of the other, or lies inside it."""
        paths = f"{self.path}/", f"{other.path}/"
        is_above = paths[0].startswith(paths[1]) or paths[1].startswith(paths[0])
        return self.server == other.server and is_above


def volume(template: dict[str, Any], ordinal: int) -> Volume:
    own: dict[str, Any] = next(
        (each for each in template["volumes"] if each["ordinal"] == ordinal), {}
    )
    known = {"name": "w", "template": template["name"], "ordinal": ordinal}
    known["claim"] = f"{template['name']}-w-{ordinal}"
    name = own.get("name", template["volumeName"]).format(**known)
    path = template["nfs"]["path"]
    path += "" if "{" in path else "/{volume}"
    nfs = {**template["nfs"], "path": path, **own.get("nfs", {})}
    path = "/".join(filter(None, nfs["path"].format(volume=name, **known).split("/")))
    return Volume(name, nfs["server"].format(**known).lower().removesuffix("."), path)


@settings(max_examples=150)
@given(claim_templates(), st.integers(1, 12))
def test_sets_collide_where_walking_their_ordinals_says_so(
    templates: list[dict[str, Any]], replicas: int
) -> None:
    values = {"name": "w", "replicas": replicas, "claimTemplates": templates}
    result = sfsgen("render --only pv -f -", json.dumps(values))
    if "unlike all before" in result.err:
        return
    made = [volume(template, number) for template in templates for number in range(replicas)]
    pairs = [(one, other) for at, one in enumerate(made) for other in made[:at]]
    collide = any(one.name == other.name or one.lies_with(other) for one, other in pairs)
    assert result.status == (2 if collide else 0), result.err
