"""What a pair is bound by: volume and claim of every ordinal agree, whatever is asked for."""

import json
from itertools import groupby
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program import sfsgen

Values = dict[str, Any]
Object = dict[str, Any]

# Words that a reader of YAML takes for something else than a string.
TRAPS = ("n", "y", "on", "no", "null", "true", "e1", "x")
WORDS = st.one_of(
    st.sampled_from(TRAPS), st.from_regex(r"[a-z]([-a-z0-9]{0,9}[a-z0-9])?", fullmatch=True)
)
NAMESPACES = st.one_of(st.sampled_from(("1e3", "010", "0x1f", "1", "10e1")), WORDS)
SERVERS = st.sampled_from(
    (
        "nfs.example.com",
        "a",
        "NFS-2.example.com.",
        "192.0.2.7",
        "2001:db8::1",
        "10.0.0.{ordinal}",
        "{template}-{ordinal}.{namespace}.example.com",
    )
)
SIZES = st.sampled_from(("1Gi", "1.5Gi", "100Mi", "10G", "1e3", "500m", "1E", "1024", 1024, 0.5))
PATHS = st.sampled_from(
    (
        "/exports",
        "/",
        "//srv//a/./",
        "/srv/{namespace}/{name}/{template}/{ordinal}",
        "/srv/{volume}",
        "/my data/{claim}/x",
        "/{ordinal}/ü/{template}#1",
    )
)
VOLUME_NAMES = st.sampled_from(
    (
        "pv-{claim}",
        "{namespace}-{template}-{name}-{ordinal}",
        "{template}.{name}.{ordinal}",
        "{ordinal}.{template}.{ordinal}",
    )
)
MODES = st.lists(
    st.sampled_from(("ReadWriteMany", "ReadWriteOnce", "ReadOnlyMany")),
    min_size=1,
    unique=True,
)
STORAGE = st.fixed_dictionaries(
    {},
    optional={
        "accessModes": MODES,
        "mountOptions": st.lists(
            st.sampled_from(("hard", "nfsvers=4.1", "nconnect=8")), max_size=2
        ),
        "driver": st.sampled_from(("nfs", "csi")),
        "volumeName": VOLUME_NAMES,
        "persistentVolumeReclaimPolicy": st.sampled_from(("Retain", "Delete", "Recycle")),
    },
)
NFS = st.fixed_dictionaries({}, optional={"path": PATHS, "readOnly": st.booleans()})


@st.composite
def _claim_templates(draw: st.DrawFn, ordinals: range) -> list[Values]:
    templates = []
    for index, name in enumerate(draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))):
        template = {
            "name": name,
            "storage": draw(SIZES),
            "mountPath": f"/data/{index}",
            "nfs": draw(NFS),
            **draw(STORAGE),
        }
        if draw(st.booleans()) and ordinals:
            elsewhere = draw(st.lists(st.sampled_from(ordinals), max_size=2, unique=True))
            template["volumes"] = [draw(_elsewhere(index, ordinal)) for ordinal in elsewhere]
        templates.append(template)
    return templates


def _elsewhere(index: int, ordinal: int) -> st.SearchStrategy[Values]:
    nfs = st.fixed_dictionaries(
        {"path": st.just(f"/old/{index}/{ordinal}")},
        optional={"server": st.just("old.example.com")},
    )
    return st.fixed_dictionaries(
        {"ordinal": st.just(ordinal), "nfs": nfs},
        optional={"name": st.just(f"old.{index}.{ordinal}"), "storage": SIZES},
    )


@st.composite
def values(draw: st.DrawFn) -> Values:
    """Invent a values file that is valid, as data."""
    start, replicas = draw(st.integers(0, 12)), draw(st.integers(0, 4))
    template_names_volumes = st.fixed_dictionaries({}, optional={"volumeName": VOLUME_NAMES})
    return {
        "name": draw(WORDS),
        "replicas": replicas,
        "ordinals": {"start": start},
        "nfs": {"server": draw(SERVERS), **draw(NFS)},
        "claimTemplates": draw(_claim_templates(range(start, start + replicas))),
        **draw(STORAGE),
        **draw(template_names_volumes),
        **draw(st.fixed_dictionaries({}, optional={"namespace": NAMESPACES})),
        **draw(st.fixed_dictionaries({}, optional={"serviceName": WORDS})),
        **draw(st.fixed_dictionaries({}, optional={"labels": st.just({"team": "on", "x": "1"})})),
    }


class Pair(NamedTuple):
    """One ordinal's volume and claim, and the values that ask for them."""

    values: Values
    template: Values
    ordinal: int
    volume: Object
    claim: Object

    def wanted(self, key: str, default: Any) -> Any:
        """Return a value of the claim template, or of its set."""
        return self.template.get(key, self.values.get(key, default))

    @property
    def own(self) -> Values:
        """What the values say of this ordinal alone."""
        volumes = self.template.get("volumes", ())
        return next((each for each in volumes if each["ordinal"] == self.ordinal), {})

    @property
    def claim_name(self) -> str:
        return f"{self.template['name']}-{self.values['name']}-{self.ordinal}"

    def filled(self, pattern: str, **known: str) -> str:
        return pattern.format(
            namespace=self.values.get("namespace", "default"),
            name=self.values["name"],
            template=self.template["name"],
            ordinal=self.ordinal,
            claim=self.claim_name,
            **known,
        )


class Rendered(NamedTuple):
    """What is printed for some values."""

    values: Values
    objects: list[Object]

    def of(self, kind: str) -> list[Object]:
        return [each for each in self.objects if each["kind"] == kind]

    @property
    def service(self) -> Object:
        (service,) = self.of("Service")
        return service

    @property
    def stateful_set(self) -> Object:
        (stateful_set,) = self.of("StatefulSet")
        return stateful_set

    @property
    def pairs(self) -> list[Pair]:
        volumes = self.of("PersistentVolume")
        claims = self.of("PersistentVolumeClaim")
        start = self.values["ordinals"]["start"]
        wanted = [
            (template, ordinal)
            for template in self.values["claimTemplates"]
            for ordinal in range(start, start + self.values["replicas"])
        ]
        return [
            Pair(self.values, template, ordinal, volume, claim)
            for (template, ordinal), volume, claim in zip(wanted, volumes, claims, strict=True)
        ]


def render(asked: Values) -> Rendered:
    result = sfsgen("render -f -", json.dumps(asked))
    assert result.status == 0, result.err
    return Rendered(asked, list(yaml.load_all(result.out, yaml.CSafeLoader)))


def directory(pair: Pair) -> tuple[str, str]:
    """Return the server and path at which a volume's data lies, as the volume says it."""
    spec = pair.volume["spec"]
    if "nfs" in spec:
        return spec["nfs"]["server"], spec["nfs"]["path"]
    attributes = spec["csi"]["volumeAttributes"]
    path = f"{attributes['share'].rstrip('/')}/{attributes.get('subDir', '')}"
    return attributes["server"], path


def wanted_directory(pair: Pair) -> tuple[str, str]:
    nfs = {**pair.values["nfs"], **pair.template["nfs"]}
    path = nfs.get("path", "/exports")
    if "{" not in path:
        path += "/{volume}"
    if pair.own:
        nfs |= pair.own["nfs"]
        path = nfs["path"]
    parts = pair.filled(path, volume=pair.volume["metadata"]["name"]).split("/")
    return pair.filled(nfs["server"]), "/" + "/".join(
        part for part in parts if part not in ("", ".")
    )


SETS = values().map(render)
few = settings(max_examples=25)


@few
@given(SETS)
def test_a_claim_has_the_name_that_the_controller_looks_for(rendered: Rendered) -> None:
    for pair in rendered.pairs:
        assert pair.claim["metadata"]["name"] == pair.claim_name


@few
@given(SETS)
def test_a_volume_is_named_by_the_pattern(rendered: Rendered) -> None:
    first = rendered.values["claimTemplates"][0]
    for pair in rendered.pairs:
        default = "pv-{name}-{ordinal}" if pair.template is first else "pv-{claim}"
        name = pair.volume["metadata"]["name"]
        assert name == pair.own.get("name", pair.filled(pair.wanted("volumeName", default)))


@few
@given(SETS)
def test_a_volume_reserves_its_claim_and_says_no_more_of_it(rendered: Rendered) -> None:
    for pair in rendered.pairs:
        assert pair.volume["spec"]["claimRef"] == {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": pair.claim["metadata"]["namespace"],
            "name": pair.claim["metadata"]["name"],
        }


@few
@given(SETS)
def test_a_claim_names_its_volume_and_selects_no_other(rendered: Rendered) -> None:
    for pair in rendered.pairs:
        assert pair.claim["spec"]["volumeName"] == pair.volume["metadata"]["name"]
        assert "selector" not in pair.claim["spec"]


@few
@given(SETS)
def test_volume_claim_and_claim_template_are_of_one_size_the_one_asked_for(
    rendered: Rendered,
) -> None:
    templates = claim_templates(rendered)
    for pair in rendered.pairs:
        size = str(pair.template["storage"])
        its_size = str(pair.own.get("storage", size))
        assert str(pair.volume["spec"]["capacity"]["storage"]) == its_size
        assert pair.claim["spec"]["resources"] == {
            "requests": {"storage": pair.volume["spec"]["capacity"]["storage"]}
        }
        spec = templates[pair.template["name"]]["spec"]
        assert str(spec["resources"]["requests"]["storage"]) == size


@few
@given(SETS)
def test_volume_claim_and_claim_template_have_the_same_access_modes(rendered: Rendered) -> None:
    templates = claim_templates(rendered)
    for pair in rendered.pairs:
        modes = pair.wanted("accessModes", ["ReadWriteMany"])
        assert pair.volume["spec"]["accessModes"] == modes
        assert pair.claim["spec"]["accessModes"] == modes
        assert templates[pair.template["name"]]["spec"]["accessModes"] == modes


@few
@given(SETS)
def test_no_class_comes_in_on_any_side(rendered: Rendered) -> None:
    for template in claim_templates(rendered).values():
        assert template["spec"]["storageClassName"] == ""
    for pair in rendered.pairs:
        assert pair.volume["spec"]["storageClassName"] == ""
        assert pair.claim["spec"]["storageClassName"] == ""


@few
@given(SETS)
def test_every_volume_has_a_name_and_a_directory_of_its_own(rendered: Rendered) -> None:
    pairs = rendered.pairs
    assert len({pair.volume["metadata"]["name"] for pair in pairs}) == len(pairs)
    assert len({pair.claim["metadata"]["name"] for pair in pairs}) == len(pairs)
    assert len({directory(pair) for pair in pairs}) == len(pairs)


@few
@given(SETS)
def test_a_volume_lies_where_the_values_say(rendered: Rendered) -> None:
    for pair in rendered.pairs:
        assert directory(pair) == wanted_directory(pair)
        source = "csi" if pair.wanted("driver", "nfs") == "csi" else "nfs"
        assert {"csi", "nfs"} & set(pair.volume["spec"]) == {source}


@few
@given(SETS)
def test_a_csi_volume_has_a_handle_of_its_own_that_ends_in_its_name(rendered: Rendered) -> None:
    handles = []
    for pair in rendered.pairs:
        if csi := pair.volume["spec"].get("csi"):
            assert csi["driver"] == "nfs.csi.k8s.io"
            server, *_, name = csi["volumeHandle"].split("#")
            assert server == csi["volumeAttributes"]["server"]
            assert name == pair.volume["metadata"]["name"]
            handles.append(csi["volumeHandle"])
    assert len(set(handles)) == len(handles)


@few
@given(SETS)
def test_a_volume_has_the_policy_the_options_and_the_mode_of_mounting_asked_for(
    rendered: Rendered,
) -> None:
    for pair in rendered.pairs:
        spec = pair.volume["spec"]
        policy = pair.wanted("persistentVolumeReclaimPolicy", "Retain")
        assert spec["persistentVolumeReclaimPolicy"] == policy
        assert spec.get("mountOptions", []) == pair.wanted("mountOptions", [])
        read_only = {**pair.values["nfs"], **pair.template["nfs"]}.get("readOnly", False)
        assert spec.get("nfs", spec.get("csi")).get("readOnly", False) == read_only


@few
@given(SETS)
def test_the_stream_is_service_volumes_claims_stateful_set(rendered: Rendered) -> None:
    kinds = [kind for kind, _ in groupby(each["kind"] for each in rendered.objects)]
    pairs = ["PersistentVolume", "PersistentVolumeClaim"] if rendered.values["replicas"] else []
    assert kinds == ["Service", *pairs, "StatefulSet"]


@few
@given(SETS)
def test_the_namespace_is_written_on_every_object_that_has_one(rendered: Rendered) -> None:
    for each in rendered.objects:
        is_volume = each["kind"] == "PersistentVolume"
        expected = None if is_volume else rendered.values.get("namespace", "default")
        assert each["metadata"].get("namespace") == expected


@few
@given(SETS)
def test_the_main_container_mounts_every_claim_template(rendered: Rendered) -> None:
    (container,) = rendered.stateful_set["spec"]["template"]["spec"]["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts == {each["name"]: each["mountPath"] for each in rendered.values["claimTemplates"]}
    assert list(claim_templates(rendered)) == list(mounts)


@few
@given(SETS)
def test_service_and_set_select_the_pods_of_the_set(rendered: Rendered) -> None:
    service, spec = rendered.service, rendered.stateful_set["spec"]
    assert spec["selector"] == {"matchLabels": service["spec"]["selector"]}
    assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
    assert rendered.values["name"] in spec["selector"]["matchLabels"].values()


@few
@given(SETS)
def test_the_set_names_its_headless_service(rendered: Rendered) -> None:
    name = rendered.service["metadata"]["name"]
    assert name == rendered.values.get("serviceName", rendered.values["name"])
    assert rendered.stateful_set["spec"]["serviceName"] == name
    assert rendered.service["spec"]["clusterIP"] == "None"


@few
@given(SETS)
def test_the_set_has_the_ordinals_that_have_volumes(rendered: Rendered) -> None:
    spec = rendered.stateful_set["spec"]
    assert spec["replicas"] == rendered.values["replicas"]
    assert spec.get("ordinals", {}).get("start", 0) == rendered.values["ordinals"]["start"]


@few
@given(SETS)
def test_labels_are_on_every_object_and_the_pods(rendered: Rendered) -> None:
    labels = rendered.values.get("labels", {})
    pod = rendered.stateful_set["spec"]["template"]
    for each in (*rendered.objects, pod):
        assert labels.items() <= each["metadata"]["labels"].items()


def claim_templates(rendered: Rendered) -> dict[str, Object]:
    """Return the set's claim templates by name."""
    templates = rendered.stateful_set["spec"]["volumeClaimTemplates"]
    return {template["metadata"]["name"]: template for template in templates}


@pytest.mark.parametrize("mode", ["ReadWriteOncePod", "RWOP"])
def test_the_mode_that_csi_alone_enforces_is_on_all_sides(mode: str) -> None:
    asked = {
        "name": "web",
        "replicas": 2,
        "ordinals": {"start": 0},
        "nfs": {"server": "a"},
        "driver": "csi",
        "accessModes": [mode],
        "claimTemplates": [{"name": "pvc", "storage": "1Gi"}],
    }
    rendered = render(asked)
    specs = [part["spec"] for pair in rendered.pairs for part in (pair.volume, pair.claim)]
    specs += [template["spec"] for template in claim_templates(rendered).values()]
    assert [spec["accessModes"] for spec in specs] == [["ReadWriteOncePod"]] * 5


@pytest.mark.parametrize("driver", ["nfs", "csi"])
def test_volumes_that_share_a_directory_are_still_one_to_one(driver: str) -> None:
    asked = {
        "name": "web",
        "replicas": 3,
        "ordinals": {"start": 0},
        "nfs": {"server": "a", "path": "/srv", "sharedDirectory": True},
        "driver": driver,
        "claimTemplates": [{"name": "pvc", "storage": "1Gi"}],
    }
    pairs = render(asked).pairs
    assert {directory(pair) for pair in pairs} == {("a", "/srv")}
    assert len({pair.volume["metadata"]["name"] for pair in pairs}) == 3
    sources = [pair.volume["spec"].get("csi", {}).get("volumeHandle", "") for pair in pairs]
    assert len(set(sources)) == (3 if driver == "csi" else 1)
