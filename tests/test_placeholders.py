"""Placeholders in variables and commands: filled in, by Kubernetes where pods differ, or told."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.program import Result, rendered, sfsgen

pytestmark = pytest.mark.without_libraries

Fields = dict[str, Any]

SET = "web -r 2 -n shop --nfs-server nfs.example.com --storage 1Gi --port http=80 --port raft=7000"
HOSTS = "web-0.web.shop.svc,web-1.web.shop.svc"
POD = {"fieldRef": {"fieldPath": "metadata.name"}}
ORDINAL = {"fieldRef": {"fieldPath": "metadata.labels['apps.kubernetes.io/pod-index']"}}

# What is the same for all pods is written out.
ALIKE = [
    ("{peers}", HOSTS),
    ("<{peers}>", f"<{HOSTS}>"),
    ("{service}.{namespace}", "web.shop"),
    ("{name}/{replicas}", "web/2"),
    ("{port}", "80"),
    ("{port:raft}", "7000"),
    ('{"n":{replicas},"s":["{service}"]}', '{"n":2,"s":["web"]}'),
    ("{peers:{pod}}", "web-0,web-1"),
    ("{peers:{ordinal}@{host}:{port:raft}}", "0@web-0.web.shop.svc:7000,1@web-1.web.shop.svc:7000"),
    ("{peers:{pod} ...}", "web-0 web-1"),
    ("{peers:{pod};...}", "web-0;web-1"),
    ("{peers:n.{ordinal} = r@{pod}\n...}", "n.0 = r@web-0\nn.1 = r@web-1"),
    ('{peers:"{pod}",...}', '"web-0","web-1"'),
    ("{peers:{pod}...}", "web-0...,web-1..."),
    ("{peers:{brace}{pod}}", "{web-0,{web-1"),
    ("{brace}peers}", "{peers}"),
    ("{brace}peers:{name}}", "{peers:web}"),
    ("{brace}port:}", "{port:}"),
    ('[{peers:{brace}"id":{ordinal}{endbrace},...}]', '[{"id":0},{"id":1}]'),
    ("{brace}{name}{endbrace}", "{web}"),
    ("{peers:{id}={ordinal}}", "1=0,2=1"),
    ("/{id}", "/{id}"),
    ("{brace}{service}}", "{web}"),
    ("{brace}brace}", "{brace}"),
]
# What was in braces before, and is another's, stays as it is.
OTHERS = [
    *("${peers}", "$(peers)", "{{peers}}", "{{ .peers }}", "%{name}", "#{name}", r"\{name\}"),
    *("{other}", "{Peers}", "{ peers }", "{}", "{", "}", '{"peers": 1}', "{host: 1}"),
    *(
        "$({pod})",
        "%{http_code}",
        "{0}",
        "{a,b}",
        "{ordinal",
    ),
]
# What each pod has of its own comes from a variable that Kubernetes sets.
OWN = [
    ("{pod}", POD),
    ("{ordinal}", ORDINAL),
    ("x{pod}", "x$(POD_NAME)"),
    ("{ordinal}{ordinal}", "$(POD_ORDINAL)$(POD_ORDINAL)"),
    ("{host}", "$(POD_NAME).web.shop.svc"),
    ("http://{host}:{port}", "http://$(POD_NAME).web.shop.svc:80"),
]


def _container(result: list[Fields], index: int = 0) -> Fields:
    found: Fields = result[-1]["spec"]["template"]["spec"]["containers"][index]
    return found


def _of(values: Fields, options: str = "") -> Fields:
    whole = {"name": "web", "replicas": 2, "nfs": {"server": "a"}, **values}
    whole.setdefault("claimTemplates", [{"storage": "1Gi"}])
    made = sfsgen(f"render -f - --only statefulset {options}", json.dumps(whole))
    assert made.status == 0, made.err
    found: Fields = yaml.safe_load(made.out)["spec"]["template"]["spec"]
    return found


def _by_option(text: str) -> list[Fields]:
    made = sfsgen(["render", *SET.split(), "--only", "statefulset", "--env", f"A={text}"])
    assert made.status == 0, made.err
    env: list[Fields] = _container([yaml.safe_load(made.out)])["env"]
    return env


@pytest.mark.parametrize(("text", "expected"), ALIKE)
def test_what_is_alike_for_all_pods_is_written_out(text: str, expected: str) -> None:
    assert _by_option(text) == [{"name": "A", "value": expected}]


@pytest.mark.parametrize("text", OTHERS)
def test_other_braces_stay(text: str) -> None:
    assert _by_option(text) == [{"name": "A", "value": text}]


@pytest.mark.parametrize(("text", "expected"), OWN)
def test_what_a_pod_has_of_its_own_comes_from_its_fields(text: str, expected: Any) -> None:
    *_, last = _by_option(text)
    key = "value" if isinstance(expected, str) else "valueFrom"
    assert last == {"name": "A", key: expected}


def test_a_variable_stands_before_those_that_name_it() -> None:
    env = _by_option("{pod}-{ordinal}")
    assert [each["name"] for each in env] == ["POD_NAME", "POD_ORDINAL", "A"]
    assert [each["valueFrom"] for each in env[:2]] == [POD, ORDINAL]


MINE = {"name": "ME", "valueFrom": POD}
WHOLE = {"name": "ME", "value": "{pod}"}
ADDED = {"name": "POD_NAME", "valueFrom": POD}
# What the user has: variables, a command; what becomes of them.
ENVIRONMENTS = [
    ([MINE, {"name": "A", "value": "x{pod}"}], [], ["ME", "A"], "x$(ME)"),
    (
        [{"name": "ME", "value": "{pod}"}, {"name": "A", "value": "x{pod}"}],
        [],
        ["ME", "A"],
        "x$(ME)",
    ),
    ([{"name": "A", "value": "x{pod}"}, MINE], [], ["POD_NAME", "A", "ME"], "x$(POD_NAME)"),
    ([{"name": "A", "value": "x{pod}"}, ADDED], [], ["POD_NAME", "A"], "x$(POD_NAME)"),
    ([MINE], ["{pod}", "{ordinal}"], ["POD_ORDINAL", "ME"], "$(ME)"),
    ([], ["{pod}"], ["POD_NAME"], "$(POD_NAME)"),
    ([], ["{peers}"], None, "web-0.web.default.svc,web-1.web.default.svc"),
]


@pytest.mark.parametrize(("env", "args", "names", "expected"), ENVIRONMENTS)
def test_a_variable_of_the_users_own_serves(
    env: list[Fields], args: list[str], names: list[str] | None, expected: str
) -> None:
    given = {"env": env, "args": args} if args else {"env": env}
    pod = _of({"container": given, "pod": {"containers": [{"name": "b", "image": "b", **given}]}})
    for made in pod["containers"]:
        found = made.get("env")
        assert (found and [each["name"] for each in found]) == (names or found)
        texts = made.get("args") or [each.get("value") for each in found]
        assert expected in texts


@pytest.mark.parametrize("word", ["command", "args"])
@pytest.mark.parametrize("place", ["container", "containers", "initContainers", "spec"])
def test_commands_of_every_container_are_filled_in(word: str, place: str) -> None:
    given: Fields = {word: ["sh", "{pod} {name}"]}
    beside: Fields = {"name": "b", "image": "b", **given}
    values: dict[str, Fields] = {
        "container": {"container": given},
        "containers": {"pod": {"containers": [beside]}},
        "initContainers": {"pod": {"initContainers": [beside]}},
        "spec": {"pod": {"spec": {"initContainers": [beside]}}},
    }[place]
    pod = _of(values)
    found = (
        pod[place if place in pod else "initContainers"]
        if place != "container"
        else pod["containers"]
    )
    assert found[-1][word] == ["sh", "$(POD_NAME) web"]
    assert found[-1]["env"] == [ADDED]


@pytest.mark.parametrize("replicas", [1, 2, 5])
@pytest.mark.parametrize("start", [0, 3])
def test_the_peers_are_those_of_the_replicas(replicas: int, start: int) -> None:
    made = rendered(f"{SET} -r {replicas} --start-ordinal {start} --env A={{peers:{{pod}}}}")
    names = [f"web-{each}" for each in range(start, start + replicas)]
    assert _container(made)["env"][0]["value"] == ",".join(names)


# What begins as a placeholder and is none: what is told.
SLIPS = {
    "{peers:}": "there is no placeholder in it",
    "{peers:x}": "there is no placeholder in it",
    "{peers:{pod}": 'error: "{peers:{pod}" cannot be read: it is not closed, or',
    '[{peers:{"id":"{pod}"}}]': "in it a brace is {brace}, and one that closes is {endbrace}",
    "{peers:{x": "cannot be read",
    "{port:}": "names no port",
    "{port:7000}": "write {port}, {port:NAME} or the number",
    "{port:A}": "names no port",
    "{host:80}": "write {host}:80; a program's own brace is {brace}",
    "{service:{port}}": "write {service}:{port}; a program's",
}


@pytest.mark.parametrize("text", SLIPS)
@pytest.mark.parametrize("around", ["{}", "{{pod}}{}", "x{} {{peers}}"])
def test_what_begins_as_a_placeholder_and_is_none_is_refused(text: str, around: str) -> None:
    made = sfsgen(["render", *SET.split(), "--env", f"A={around.format(text)}"])
    assert (made.status, made.out) == (2, "")
    assert made.err.count("error: ") == 1
    assert SLIPS[text] in made.err


@pytest.mark.parametrize("text", [f"{each} x" for each in SLIPS])
def test_of_a_set_that_exists_it_comes_back(text: str) -> None:
    made = rendered(f"{SET} --env A=x")
    made[-1]["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = text
    said = sfsgen("init --from -", json.dumps({"kind": "List", "apiVersion": "v1", "items": made}))
    again = sfsgen("render -f - --only sts", said.out)
    assert _container([yaml.safe_load(again.out)])["env"] == [{"name": "A", "value": text}]


@pytest.mark.parametrize(("start", "expected"), [(0, "1,2"), (1, "1,2"), (3, "3,4")])
def test_ids_begin_with_1_or_are_the_ordinals(start: int, expected: str) -> None:
    made = rendered(f"{SET} --start-ordinal {start} --env A={{peers:{{id}}}}")
    assert _container(made)["env"] == [{"name": "A", "value": expected}]


# As YAML reads them, and how they are mended.
UNQUOTED = {
    "value: {pod}": 'not {pod}, which YAML takes for {}\n  fix: put it in quotes: "{pod}"\n',
    "value: {port:http}": 'put it in quotes: "{port:http}"',
    "value: {peers:{pod}}": "put a text that begins with { in quotes, or mend the text",
    "value: {pod}-x": "put a text that begins with { in quotes, or mend the text",
    "value: {a: b}": "fix: write a text\n",
    "value: [{a: b}": "fix: mend the text there",
}


@pytest.mark.parametrize("line", UNQUOTED)
def test_what_stands_in_no_quotes_is_told(line: str) -> None:
    text = f"name: web\nreplicas: 1\nenv:\n- name: A\n  {line}\n- name: B\n"
    made = sfsgen("render -f - --nfs-server a --storage 1Gi", text)
    assert (made.status, made.out) == (2, "")
    assert UNQUOTED[line] in made.err
    in_list = sfsgen("render -f - --nfs-server a --storage 1Gi", "container: {args: [a, {pod}]}")
    assert "container.args[1] must be a string, not {pod}" in in_list.err


TAKEN = {"name": "POD_NAME", "value": "x"}
NO_SERVICE = {"serviceName": ""}
# What is said beside the text, the minor, and what is told.
REFUSED = [
    ("{ordinal}", {}, "1.27", "Kubernetes 1.28 or later is needed"),
    ("x{ordinal}", {}, "1.27", "${POD##*-}"),
    ("{service}", NO_SERVICE, "1.36", "serviceName is empty"),
    ("{host}", NO_SERVICE, "1.36", "serviceName is empty"),
    ("{peers}", NO_SERVICE, "1.36", "{peers} needs a governing Service"),
    ("{peers:{host}}", NO_SERVICE, "1.36", "serviceName is empty"),
    ("{port:x}", {}, "1.36", "there are {port:http}"),
    ("{port}", {"ports": []}, "1.36", "there are none"),
    ("{peers:{hots}}", {}, "1.36", "{hots} is not a placeholder"),
    ("{peers:{pod}\a}", {}, "1.36", "control character"),
    ("{peers}", {"replicas": 10_000}, "1.36", "longer than the 131071 bytes"),
    ("{peers:{x}}", {"replicas": 2**31 - 1}, "1.36", "{x} is not a placeholder"),
    ("{peers:{pod}}", {"replicas": 2**31 - 1}, "1.36", "longer than"),
    ("{name}" * 600_000, {}, "1.36", "more than 1000000 characters"),
    (
        "{pod}.",
        {"container": {"env": [{"name": "POD_NAME", "value": "x"}]}},
        "1.36",
        "another name",
    ),
]


@pytest.mark.parametrize(("text", "more", "minor", "told"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_filled_in_is_refused(
    text: str, more: Fields, minor: str, told: str
) -> None:
    whole = {
        "name": "web",
        "replicas": 2,
        "nfs": {"server": "a"},
        "claimTemplates": [{"storage": "1Gi"}],
        "env": [{"name": "A", "value": text}],
        **more,
    }
    made = sfsgen(f"render -f - --only sts --allow-many --kube-version {minor}", json.dumps(whole))
    assert (made.status, made.out) == (2, "")
    assert made.err.count("error: ") == 1
    assert told in made.err


def test_in_older_minors_the_pods_name_is_there() -> None:
    pod = _of({"env": [{"name": "A", "value": "{pod}"}]}, "--kube-version 1.9")
    assert pod["containers"][0]["env"] == [{"name": "A", "valueFrom": POD}]


def test_what_is_filled_in_is_told() -> None:
    made = sfsgen(
        ["render", *SET.split(), "--env", "A={peers:{pod}}{pod}{brace}", "--env", "B={x}"]
    )
    assert "filled in: {peers}, {pod}; a program's own brace is {brace}\n" in made.err
    made = sfsgen(["render", *SET.split(), "--env", "A={brace}", "--env", "B={x}"])
    assert "filled in" not in made.err


WORDS = st.sampled_from(
    [
        *(text for text, _ in (*ALIKE, *OWN)),
        *OTHERS,
        *SLIPS,
        "peers:",
        "{peers:",
        "{",
        "}",
        "$",
        "pod}",
        " ",
    ]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map("".join)


@given(text=TEXTS)
def test_a_set_that_exists_keeps_its_braces(text: str) -> None:
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "serviceName": "web",
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "initContainers": [{"name": "a", "image": "a", "command": [text]}],
                    "containers": [
                        {"name": "web", "image": "a", "env": [{"name": "A", "value": text}]},
                        {"name": "b", "image": "b", "args": [text]},
                    ],
                },
            },
            "volumeClaimTemplates": [
                {
                    "metadata": {"name": "pvc"},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        "storageClassName": "",
                        "resources": {"requests": {"storage": "1Gi"}},
                    },
                }
            ],
        },
    }
    said = sfsgen("init --from -", json.dumps(manifest))
    made: Result = sfsgen("render -f - --only statefulset", said.out)
    assert made.status == 0, made.err
    pod = yaml.safe_load(made.out)["spec"]["template"]["spec"]
    assert pod["initContainers"][0]["command"] == [text]
    assert pod["containers"][0]["env"] == [{"name": "A", "value": text}]
    assert pod["containers"][1]["args"] == [text]


def test_rendered_variables_come_back() -> None:
    first = sfsgen(["render", *SET.split(), "--env", "A=x{pod}", "--env", "B={peers}{ordinal}"])
    said = sfsgen("init --from -", first.out)
    again = sfsgen("render -f -", said.out)
    assert again.out == first.out
