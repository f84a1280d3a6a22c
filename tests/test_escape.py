"""No value escapes its place: all that is given comes back unchanged, or is refused."""

import copy
import itertools
import json
import os
import re
import shutil
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsgen.cli import app
from sfsgen.printing import rendering
from sfsgen.values import own_fields, vocabulary
from tests.api_server import ApiServer
from tests.program import Result, sfsgen
from tests.test_yaml_text import PLAIN, QUOTED, readings, texts, values

pytestmark = pytest.mark.without_libraries

# Names that Kubernetes takes, and that YAML takes for something else unless they are quoted.
TRAPS = [
    *("y", "n", "yes", "no", "on", "off", "true", "false", "null", "1", "010", "0x1f", "1e3"),
    *("0b11", "0o7", "10-30", "2001-01-01", "1-2-3t"),
]
# What the renderer prints in the place of an ordinal, before it fills in the real ones.
OPEN_ORDINALS = [str(each) for each in rendering.OPEN_ORDINALS]
OPTIONS = ["--replicas=2", "--nfs-server=nfs.example.com", "--storage=1Gi", "--kube-version=1.37"]
VALUES = {
    "name": "main-set",
    "replicas": 1,
    "nfs": {"server": "nfs.example.com"},
    "claimTemplates": [{"storage": "1Gi"}, {"name": "log", "storage": "1Gi", "mountPath": "/log"}],
    "env": [{"name": "A"}],
    "ports": [{"containerPort": 81}],
}
KINDS = {"Service": "svc", "PersistentVolume": "pv", "PersistentVolumeClaim": "pvc"}
CLAIM = "pvc-main-set-0"
MAIN = "sts.spec.template.spec.containers.0"
SCHEMA = vocabulary.schema()
PASSED_THROUGH = {
    "container": MAIN,
    "pod": "sts.spec.template",
    "statefulSet": "sts",
    "service": "svc",
    "persistentVolume": "pv",
    "persistentVolumeClaim": "pvc",
}
# What sfsgen writes itself, and refuses when it is passed through.
OWNED = {
    *("container.name", "container.image", "service.selector"),
    *("statefulSet.replicas", "statefulSet.ordinals", "statefulSet.serviceName"),
    *("statefulSet.selector", "statefulSet.template", "statefulSet.volumeClaimTemplates"),
    *("service.clusterIP", "service.clusterIPs", "service.externalName"),
    *(f"{key}.{field}" for key, fields in own_fields.OWNED.items() for field in fields),
    *("persistentVolume.csi", "persistentVolume.local", "persistentVolumeClaim.storageClassName"),
    *(
        f"{key}.metadata.{field}"
        for key in ("persistentVolume", "persistentVolumeClaim")
        for field in ("uid", "resourceVersion", "deletionTimestamp", "selfLink")
    ),
    "service.type",
    *(f"{key}.spec" for key in PASSED_THROUGH),
    *(
        f"{key}.metadata.{field}"
        for key in PASSED_THROUGH
        if key != "pod"
        for field in ("name", "namespace", "generateName")
    ),
}


class Place(NamedTuple):
    """Where TEXT is given, as an option and in a values file, and where it has to come out."""

    option: str
    values: str
    printed_at: str = ""
    given: str = "TEXT"
    printed: str = "TEXT"
    apart: str = ""
    """Characters at which the program takes a text apart: with them, other texts come out."""


PLACES = [
    Place("TEXT", "name", "sts.metadata.name"),
    Place("--namespace=TEXT", "namespace", "pv.spec.claimRef.namespace"),
    Place("--image=TEXT", "image", f"{MAIN}.image"),
    Place("--port=TEXT=81", "ports.0.name", f"{MAIN}.ports.0.name"),
    Place("--env=A=TEXT", "env.0.value", f"{MAIN}.env.0.value"),
    Place("--env=TEXT=a", "env.0.name", f"{MAIN}.env.0.name", apart="="),
    Place("--label=a=TEXT", "labels.a", "svc.metadata.labels.a"),
    Place("--annotation=a=TEXT", "annotations.a", "pvc.metadata.annotations.a"),
    Place("--service-name=TEXT", "serviceName", "svc.metadata.name"),
    Place("--pod-management-policy=TEXT", "podManagementPolicy", "sts.spec.podManagementPolicy"),
    Place("--update-strategy=TEXT", "updateStrategy.type", "sts.spec.updateStrategy.type"),
    Place("--nfs-server=TEXT", "nfs.server", "pv.spec.nfs.server"),
    Place(
        "--nfs-path=TEXT",
        "nfs.path",
        "pv.spec.nfs.path",
        "/aTEXT/{claim}",
        f"/aTEXT/{CLAIM}",
        "/{}",
    ),
    Place("--storage=TEXT", "claimTemplates.0.storage", "pvc.spec.resources.requests.storage"),
    Place("--access-mode=TEXT", "accessModes.0", "pv.spec.accessModes.0"),
    Place(
        "--reclaim-policy=TEXT",
        "persistentVolumeReclaimPolicy",
        "pv.spec.persistentVolumeReclaimPolicy",
    ),
    Place("--mount-option=TEXT", "mountOptions.0", "pv.spec.mountOptions.0"),
    Place(
        "--mount-path=TEXT",
        "claimTemplates.0.mountPath",
        f"{MAIN}.volumeMounts.0.mountPath",
        *("/TEXT", "/TEXT"),
    ),
    Place(
        "--claim-template=TEXT",
        "claimTemplates.0.name",
        "sts.spec.volumeClaimTemplates.0.metadata.name",
    ),
    Place(
        *("--volume-name=TEXT", "volumeName", "pv.metadata.name"),
        *("aTEXT-{claim}", f"aTEXT-{CLAIM}", "{}"),
    ),
    Place(
        "--volume=TEXT=1Gi:/log",
        "claimTemplates.1.name",
        "sts.spec.volumeClaimTemplates.1.metadata.name",
        apart="=",
    ),
    Place(
        "--volume=log=1Gi:TEXT",
        "claimTemplates.1.mountPath",
        f"{MAIN}.volumeMounts.1.mountPath",
        *("/TEXT", "/TEXT"),
    ),
    Place("--driver=TEXT", "driver"),
]


def text_options() -> list[str]:
    group: Any = typer.main.get_command(app)
    parameters = group.get_command(None, "render").params
    options = [max(each.opts, key=len) for each in parameters if not getattr(each, "is_flag", 0)]
    return [each for each in options if each.startswith("--")]


def unsaid(option: str) -> bool:
    return not any(place.option == option for place in PLACES)


# Every option with a text as it is, and those that take a text apart with one in each part.
FORMS = [
    *PLACES,
    *(Place(f"{each}=TEXT", "") for each in text_options() if unsaid(f"{each}=TEXT")),
    *(Place(option, "") for option in ("--label=TEXT=a", "--annotation=TEXT=a", "--port=a=TEXT")),
    *(Place(option, "") for option in ("--volume=log=TEXT:/log", "--volume=TEXT:/log")),
]
# How many objects are printed, or where, changes with them.
OTHERS_ARE_PRINTED = ("--replicas", "--only", "--from-ordinal", "--output-dir")
# The system passes no NUL in an argument. Empty texts have a test of their own.
arguments = st.one_of(st.sampled_from(TRAPS), texts).filter(lambda text: text and "\0" not in text)


@pytest.fixture(autouse=True, scope="module")
def _empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = os.getcwd()  # noqa: PTH109
    os.chdir(tmp_path_factory.mktemp("escape"))
    yield
    os.chdir(before)


def printed(result: Result) -> list[Any] | None:
    """Return what every reader reads, or None where the program refused to print."""
    assert "this is a bug" not in result.err
    assert "Traceback" not in result.err
    if result.status:
        assert (result.status, result.out) == (2, "")
        assert result.err
        return None
    first, *others = readings(result.out).values()
    assert all(repr(other) == repr(first) for other in others)
    json.dumps(first, ensure_ascii=False).encode()  # there is nothing in it that cannot be sent
    return first


def by_kind(objects: list[Any], pairs: int) -> dict[str, Any]:
    """Return the first object of each kind, once there are as many as wanted."""
    found = [each["kind"] for each in objects]
    services = found.count("Service")
    assert services <= 2  # none with an empty serviceName, two with clusterService
    wanted = [*["Service"] * services, *["PersistentVolume"] * pairs]
    assert found == [*wanted, *["PersistentVolumeClaim"] * pairs, "StatefulSet"]
    return {KINDS.get(each["kind"], "sts"): each for each in reversed(objects)}


def at(tree: Any, path: str) -> Any:
    for part in path.split("."):
        tree = tree[int(part)] if isinstance(tree, list) else tree[part]
    return tree


def put(tree: Any, path: str, value: object) -> Any:
    """Return a copy of a tree with a value at a path."""
    if not path:
        return value
    first, _, rest = path.partition(".")
    if not first.isdigit():
        fields = dict(tree or {})
        return {**fields, first: put(fields.get(first), rest, value)}
    index, entries = int(first), list(tree or [])
    entry = entries[index] if index < len(entries) else None
    return [*entries[:index], put(entry, rest, value), *entries[index + 1 :]]


def as_yaml(value: object) -> str:
    """Return YAML that all readers agree on: JSON, with all but ASCII escaped as YAML does it."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[^ -~]", lambda match: f"\\U{ord(match[0]):08x}", text)


def render_option(place: Place, text: str) -> Result:
    option = place.option.replace("TEXT", place.given).replace("TEXT", text)
    if not option.startswith("--"):
        return sfsgen(["render", *OPTIONS, "--", option])
    return sfsgen(["render", *OPTIONS, option, "--", "main-set"])


def render_values(values: object) -> Result:
    return sfsgen("render --kube-version 1.37 -f -", as_yaml(values))


def assert_in_place(place: Place, text: str, objects: dict[str, Any]) -> None:
    if place.printed_at and not set(text) & set(place.apart):
        assert at(objects, place.printed_at) == place.printed.replace("TEXT", text)


def test_every_option_that_takes_a_text_is_tried() -> None:
    assert {"--image", "--env", "--nfs-path", "--volume", "--output"} <= set(text_options())
    assert set(text_options()) <= {form.option.partition("=")[0] for form in FORMS}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.option)
@settings(max_examples=9)
@given(text=arguments)
def test_a_text_given_as_an_option_is_refused_or_in_its_place(form: Place, text: str) -> None:
    if form.option.startswith(("--output-dir", "--replicas")):
        text = re.sub(r"\.\.|/|_|[0-9]{3,}", "-", text)  # it shall stay here, and be quick
    objects = printed(render_option(form, text))
    if objects is not None and not form.option.startswith(OTHERS_ARE_PRINTED):
        pairs = 4 if form.option.startswith("--volume=") else 2
        assert_in_place(form, text, by_kind(objects, pairs))


@pytest.mark.parametrize(
    "place", [each for each in PLACES if each.printed_at], ids=lambda place: place.values
)
@settings(max_examples=9)
@given(text=st.one_of(st.sampled_from(TRAPS), texts).filter(bool))
def test_a_text_in_a_values_file_is_refused_or_in_its_place(place: Place, text: str) -> None:
    value = place.given.replace("TEXT", text)
    objects = printed(render_values(put(VALUES, place.values, value)))
    if objects is not None:
        assert_in_place(place, text, by_kind(objects, 2))


@pytest.mark.parametrize("text", TRAPS)
def test_names_that_yaml_takes_for_something_else_stay_names(text: str) -> None:
    names = {"name", "namespace", "image", "serviceName", "labels.a", "annotations.a"}
    names |= {"env.0.value", "claimTemplates.0.name", "mountOptions.0"}
    places = [place for place in PLACES if place.values in names]
    wanted: Any = VALUES
    for place in places:
        wanted = put(wanted, place.values, text)
    objects = printed(render_values(wanted))
    assert objects is not None
    for place in places:
        assert_in_place(place, text, by_kind(objects, 2))


@settings(max_examples=15)
@given(st.lists(arguments, min_size=1, max_size=20))
def test_environment_variables_and_annotations_hold_any_text(some: list[str]) -> None:
    given_as = {f"key{number}": text for number, text in enumerate(some)}
    options = [f"--env={key}={text}" for key, text in given_as.items()]
    options += [f"--annotation={key}={text}" for key, text in given_as.items()]
    objects = printed(sfsgen(["render", *OPTIONS, *options, "main-set"]))
    assert objects is not None
    env = [{"name": key, "value": text} for key, text in given_as.items()]
    assert at(by_kind(objects, 2), f"{MAIN}.env") == env
    assert all(each["metadata"]["annotations"] == given_as for each in objects)


@settings(max_examples=10)
@given(st.lists(texts, min_size=1, max_size=20))
def test_json_holds_the_same_texts_as_yaml(some: list[str]) -> None:
    annotations = {f"key{number}": text for number, text in enumerate(some)}
    wanted = as_yaml({**VALUES, "annotations": annotations})
    as_json = json.loads(sfsgen("render -f - -o json", wanted).out)["items"]
    assert as_json == printed(sfsgen("render -f -", wanted))
    assert as_json[0]["metadata"]["annotations"] == annotations


@pytest.mark.parametrize(
    "text",
    [*OPEN_ORDINALS[:2], " ".join(OPEN_ORDINALS), "0", "1", "{ordinal}", "pv-a-0", "{{ ordinal }}"],
)
def test_a_text_like_an_ordinal_is_no_ordinal(text: str) -> None:
    options = [*OPTIONS, f"--annotation=a={text}", f"--mount-option={text.replace(' ', ',')}"]
    for first in ("0", "9", "999999"):
        objects = printed(sfsgen(["render", *options, f"--start-ordinal={first}", "a"]))
        assert objects is not None
        assert all(each["metadata"]["annotations"] == {"a": text} for each in objects)
        ordinals = [int(first), int(first) + 1]
        names = [f"{prefix}-a-{ordinal}" for prefix in ("pv", "pvc") for ordinal in ordinals]
        assert [each["metadata"]["name"] for each in objects] == ["a", *names, "a"]
        assert all(
            each["spec"]["mountOptions"] == [text.replace(" ", ",")] for each in objects[1:3]
        )


@settings(max_examples=20)
@given(arguments.filter(lambda text: not set(text) & set("/{}") and text != "."))
def test_a_directory_behind_the_csi_driver_is_refused_or_in_its_place(text: str) -> None:
    options = [*OPTIONS, "--driver=csi", f"--nfs-path=/a/{text}/{text}{{ordinal}}"]
    objects = printed(sfsgen(["render", *options, "main-set"]))
    if objects is not None:
        attributes = at(by_kind(objects, 2), "pv.spec.csi.volumeAttributes")
        where = {"share": f"/a/{text}", "subDir": f"{text}0"}
        assert attributes == {"server": "nfs.example.com", **where}


@pytest.mark.parametrize("text", ["\0", "a\0-"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.values)
def test_only_an_annotation_may_hold_a_nul(place: Place, text: str) -> None:
    wanted = put(VALUES, place.values, place.given.replace("TEXT", text))
    objects = printed(render_values(wanted))
    assert (objects is not None) is (place.values == "annotations.a")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.option)
def test_a_text_that_is_not_utf_8_is_refused(form: Place) -> None:
    # Python passes the byte 0xFF of an argument on as half a surrogate pair.
    objects = printed(render_option(form, "a\udcff"))
    assert objects is None or form.option.startswith("--output-dir")


@pytest.mark.parametrize("option", [*text_options(), "NAME"])
def test_an_empty_option_is_refused_where_it_was_given(option: str) -> None:
    # An unset variable in a script: --namespace "$NAMESPACE"
    result = render_option(Place("TEXT" if option == "NAME" else f"{option}=TEXT", ""), "")
    assert printed(result) is None
    assert result.err.startswith(f"{option}: error: ")


@pytest.mark.parametrize("text", ["1_0", "\N{ARABIC-INDIC DIGIT THREE}", "3.0", "0x3", "three"])
@pytest.mark.parametrize("option", ["--replicas", "--partition", "--start-ordinal"])
def test_a_number_is_written_with_digits_only(option: str, text: str) -> None:
    assert printed(render_option(Place(f"{option}=TEXT", ""), text)) is None


def own_texts() -> list[str]:
    """Return the paths of all texts in a values file but those that are passed through."""
    found = {
        path
        for key, schema in SCHEMA["properties"].items()
        if key not in PASSED_THROUGH
        for path, text in leaves(sample(schema, itertools.repeat("TEXT"), key), key)
        if text == "TEXT"
    }
    return sorted(found)


LAWFUL = re.compile(
    r"pod\.(containers|initContainers|volumes)\.0\.name|(service|container)\.ports\.0\.name"
    r"|container\.env\.0\.(name|value)|.*\.volumeMounts\.0\.name|\w+\.metadata\.labels\..*"
)


def sample(
    schema: dict[str, Any], some: Iterator[str], path: str, inside: tuple[str, ...] = ()
) -> Any:
    """Return a value with all fields that a schema knows, with texts from an iterator."""
    if path in OWNED or schema.get("x-until", 37) < 37:
        return None
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        recurs = name in inside
        return None if recurs else sample(SCHEMA["$defs"][name], some, path, (*inside, name))
    if "enum" in schema or "x-quantity" in schema:
        return schema.get("enum", ["1Gi"])[0]
    kind = "string" if "string" in schema["type"] else schema["type"]
    if kind == "string":
        text = next(some)
        # Some names and labels are held to Kubernetes' rules.
        lawful = re.sub("[^a-z0-9]+", "-", path.lower()).strip("-")
        lawful = {
            "container.ports.0.name": "own",
            "container.env.0.value": text.replace("\0", ""),
        }.get(path, lawful)
        lawful = "pvc" if path.endswith("volumeMounts.0.name") else lawful
        return lawful if LAWFUL.fullmatch(path) else text
    if kind not in ("array", "object"):
        return True if kind == "boolean" else 1
    fields = schema.get("properties", {}) if kind == "object" else {"0": schema["items"]}
    found = {key: sample(each, some, f"{path}.{key}", inside) for key, each in fields.items()}
    found = {key: value for key, value in found.items() if value is not None}
    if isinstance(more := schema.get("additionalProperties"), dict):
        key = next(some)
        is_lawful = re.fullmatch(r"\w+\.metadata\.(labels|annotations)", path)
        found["example.com/a" if is_lawful else key] = sample(more, some, f"{path}.*", inside)
    return found if kind == "object" else list(found.values())


def leaves(tree: Any, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(tree, dict | list):
        for key, each in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(each, f"{path}.{key}")
    else:
        yield path, tree


def holds(tree: Any, part: Any) -> bool:
    """Return whether a tree holds another: with more fields here and there, and entries before."""
    if isinstance(part, dict):
        return all(key in tree and holds(tree[key], each) for key, each in part.items())
    if isinstance(part, list):
        return len(tree) >= len(part) and all(map(holds, tree[-len(part) :], part))
    return repr(tree) == repr(part)


def test_every_text_of_a_values_file_is_tried() -> None:
    some = {"name", "image", "nfs.path", "env.0.value", "claimTemplates.0.volumes.0.nfs.path"}
    assert some <= set(own_texts())


@settings(max_examples=120)
@given(st.sampled_from(own_texts()), texts)
def test_no_text_of_a_values_file_breaks_the_output(path: str, text: str) -> None:
    objects = printed(render_values(put(VALUES, path, text)))
    if objects is not None:
        by_kind(objects, 2)


@settings(max_examples=60)
@given(st.sampled_from([*SCHEMA["properties"], *(place.values for place in PLACES)]), values)
def test_no_value_of_another_type_breaks_the_program(path: str, value: object) -> None:
    printed(render_values(put(VALUES, path, value)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("accessModes", ["RWX", "RWY"]),
        ("accessModes", [1]),
        ("mountOptions", [1]),
        ("env", [1]),
        ("ports", [1]),
        ("claimTemplates", [1]),
        ("claimTemplates.0.accessModes", ["x"]),
        ("claimTemplates.0.volumes", [1]),
        ("pod.containers", [1]),
        ("labels", {"a": 1}),
    ],
)
def test_a_wrong_entry_is_told_once(path: str, value: object) -> None:
    result = render_values(put(VALUES, path, value))
    assert printed(result) is None
    assert result.err.count("error: ") == 1


@pytest.mark.parametrize("key", PASSED_THROUGH)
@pytest.mark.parametrize("nested", [False, True])
@settings(max_examples=4)
@given(some=st.lists(texts, min_size=1, max_size=40))
def test_what_is_passed_through_arrives_unchanged(key: str, nested: bool, some: list[str]) -> None:
    own = sample(SCHEMA["properties"][key], itertools.cycle(some), key)
    wanted = copy.deepcopy(own)
    if key != "container":
        metadata = own.pop("metadata")
        wanted = {"metadata": metadata, "spec": own}
        own = wanted if nested else {"metadata": metadata, **own}
    objects = printed(render_values({**VALUES, key: own}))
    assert objects is not None
    assert holds(at(by_kind(objects, 2), PASSED_THROUGH[key]), wanted)


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")
@settings(max_examples=3)
@given(st.lists(texts, min_size=1, max_size=80))
def test_kubectl_reads_every_text_as_it_was_given(some: list[str]) -> None:
    some += [*PLAIN, *QUOTED]
    annotations = {f"key{number}": text for number, text in enumerate(some)}
    env = [{"name": key, "value": text.replace("\0", "")} for key, text in annotations.items()]
    own = {"args": some, "resources": {"limits": dict.fromkeys(some, "1")}}
    result = render_values({**VALUES, "annotations": annotations, "env": env, "container": own})
    assert result.status == 0
    with ApiServer() as server:
        done = server.kubectl(
            *("create", "--dry-run=client", "--validate=false", "-o=json", "-f=-"), input=result.out
        )
    assert not done.stderr
    decoder, rest, objects = json.JSONDecoder(), done.stdout.strip(), []
    while rest:
        each, end = decoder.raw_decode(rest)
        objects.append(each)
        rest = rest[end:].lstrip()
    assert objects == printed(result)
    assert all(each["metadata"]["annotations"] == annotations for each in objects)
    container = at(by_kind(objects, 2), MAIN)
    assert (container["env"], container["args"]) == (env, some)
    assert container["resources"]["limits"].keys() == set(some)
