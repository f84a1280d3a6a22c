"""Values of other types, of any length and in any number end in an error at their place, or render."""
# ruff: noqa: E501  # a case a line

import re

import pytest

from sfsgen.documents.yaml_reader import read
from sfsgen.kubernetes.versions import Target
from sfsgen.values.collisions import Claimant, collisions
from sfsgen.values.shape import faults as shape_faults
from sfsgen.values.stateful_set import build
from sfsgen.values.tree import Values
from tests import hostile_values
from tests.program import Result, sfsgen
from tests.test_refusals import WEB, refused

pytestmark = pytest.mark.without_libraries

SET = "name: {name}\nreplicas: {replicas}\nnfs: {{server: a}}\nclaimTemplates: [{{storage: 1Gi}}]\n"
LONG = 90_000


def render(text: str, options: str = "") -> Result:
    return sfsgen(f"render -f - -o name {options}", text)


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_a_file_that_is_nearly_good_is_refused_at_its_places_or_rendered(first: int) -> None:
    for seed in range(first, first + 50):
        command, given, result = hostile_values.render(seed)
        assert list(hostile_values.faults(result)) == [], (seed, command, given)


def test_some_of_the_files_are_good_and_most_are_not() -> None:
    statuses = [hostile_values.render(seed)[2].status for seed in range(80)]
    assert 0 < statuses.count(0) < 40


# What stands in line 5 of the file, and the columns at which alone something is told.
TOLD_ONCE = [
    # a value of another type, where what is around it cannot do without
    ("service: {ports: [{name: x, port: '80'}]}", [35]),
    ("service: {ports: [{port: '80'}]}", [26]),
    ("service: {ports: [{name: 1, port: 81}]}", [26]),
    ("service: {ports: [~, {name: b, port: 81}]}", [19]),
    ("ports: [{containerPort: '80'}, {containerPort: 81}]", [25]),
    ("ports: [{name: 1, containerPort: 80}, {name: tcp-80, containerPort: 81}]", [16]),
    ("ports: [{containerPort: 53, protocol: 1}, {containerPort: 53}]", [39]),
    ("pod: {containers: [{name: 1, image: a}]}", [27]),
    ("pod: {containers: [{name: yes, image: a}, {name: yes, image: a}]}", [27, 50]),
    ("pod: {initContainers: [{name: on, image: a}]}", [31]),
    ("pod: {containers: [{name: a, image: 1}], initContainers: [{name: b, image: x}]}", [37]),
    ("pod: {containers: [3, {name: a, image: b}]}", [20]),
    ("pod: {volumes: [{name: 1}], containers: [{name: a, image: b, volumeMounts: [{name: c, mountPath: /c}]}]}", [24]),
    ("pod: {volumes: 1}\ncontainer: {volumeMounts: [{name: c, mountPath: /c}]}", [16]),
    ("container: {volumeMounts: [{name: 1, mountPath: /c}]}", [35]),
    ("container: {volumeMounts: [{name: c}]}", [28]),
    ("container: {env: [{name: 1, value: a}], ports: [{containerPort: x}]}", [26, 65]),
    ("env: [{name: 1}, {name: A, value: 1}, ~]", [14, 35, 39]),
    ("mountOptions: [1, hard, ~]", [16, 25]),
    ("accessModes: [1]", [15]),
    ("updateStrategy: {rollingUpdate: 3}", [33]),
    ("updateStrategy: {rollingUpdate: {partition: 99999999999}}", [45]),
    ("ordinals: {start: 99999999999}", [19]),
    ("ordinals: 1", [11]),
    # one fault hides no other
    ("service: {ports: [{name: x, port: '80'}, {name: A_B, port: 82}]}", [35, 49]),
    ("pod: {containers: [{name: 1, image: a}, {name: B, image: a}]}", [27, 48]),
    ("pod: {containers: [{name: 1, image: a, volumeMounts: [{name: v, mountPath: /v}]}, {name: c, image: a, volumeMounts: [{name: v, mountPath: /v}]}]}", [27, 125]),
    ("env: [{name: A, value: 1}, {name: B}, {name: B}]", [24]),
    # names that Kubernetes refuses, in the user's own fields too
    ("pod: {volumes: [{name: A}]}", [24]),
    ('pod: {volumes: [{name: "a\\tb"}]}', [24]),
    ('pod: {containers: [{name: "\\e[31m", image: a}]}', [27]),
    ("container: {ports: [{name: A_B, containerPort: 81}]}", [28]),
    ("container: {ports: [{containerPort: 0}]}", [37]),
    ("container: {env: [{name: A=B}]}", [26]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "columns"), TOLD_ONCE)
def test_a_value_that_cannot_be_used_is_told_of_once_and_nothing_that_follows_from_it(
    text: str, columns: list[int]
) -> None:
    told = [problem.where for problem in refused(render(f"{WEB}{text}\n"))]
    assert told == [f"stdin:5:{column}" for column in columns]


TEMPLATES = [
    ("[{storage: 1Gi, nfs: {server: 1}}]", ["4:47"]),
    ("[{storage: 1Gi, nfs: 3}]", ["4:38"]),
    ("[1, {storage: 1Gi}]", ["4:18"]),
    ("[{storage: true}]", ["4:28"]),
    ("[{name: 1, storage: 1Gi}, {name: pvc, storage: 1Gi, mountPath: /b}]", ["4:25"]),
    ("[{storage: 1Gi, volumes: [{ordinal: x}, {ordinal: 0, nfs: {path: q}}]}]", ["4:53", "4:82"]),
    ("[{storage: 1Gi, volumes: [~, 1, {nfs: {path: /q}}]}]", ["4:43", "4:46", "4:49"]),
    ("[{storage: 1Gi, mountOptions: [~]}]", ["4:48"]),
    ("[{storage: 1Gi, accessModes: {a: b}}]", ["4:46"]),
    ("1", ["4:17"]),
]


@pytest.mark.parametrize("options", ["", "--storage 1Gi", "--nfs-server a", "--volume b=1Gi:/b"])
@pytest.mark.parametrize(("templates", "places"), TEMPLATES)
def test_a_claim_template_that_cannot_be_used_is_told_of_once_whatever_the_options_say(
    templates: str, places: list[str], options: str
) -> None:
    text = WEB.replace("[{storage: 1Gi}]", templates)
    told = [each.where for each in refused(render(text, options)) if each.where[:2] != "--"]
    assert told == [f"stdin:{place}" for place in places]


# Long values, each in the place of a good one; what is told of them stays short.
LONG_VALUES = [
    ("name: web", f"name: {'a-' * LONG}"),
    ("name: web", f"name: {'A' * LONG}"),
    ("name: web", f"name: [{', '.join('a' * LONG)}]"),
    ("replicas: 3", f"replicas: '{'3' * LONG}'"),
    ("nfs.example.com", "a." * LONG),
    ("nfs.example.com", f"'{':' * LONG}'"),
    ("nfs.example.com", f"'nfs://a/{'b' * LONG}'"),
    ("/exports", "/a" * LONG),
    ("/exports", "a" * LONG),
    ("/exports", f"'/{'{volume}' * 9_000}'"),
    ("/exports", f"'/{'{' * LONG}'"),
    ("1Gi", f"'{'1' * LONG}x'"),
    ("1Gi", f"1Gi, name: {'A' * LONG}"),
    ("1Gi", f"1Gi, mountPath: {'a' * LONG}"),
    ("1Gi", f"1Gi, volumeName: {'a' * LONG}"),
    ("1Gi", f"1Gi, volumeName: '{'{claim}' * 9_000}'"),
    ("1Gi", f"1Gi, volumeName: '{'{x}' * 9_000}'"),
    ("1Gi", f"1Gi, {'a' * LONG}: 1"),
    ("1Gi", f"1Gi, mountOptions: [{'a' * LONG}]"),
    ("1Gi", f"1Gi, mountOptions: [{', '.join('a' * 9_000)}]"),
    ("1Gi", f"1Gi, volumes: [{{ordinal: {'9' * 900}, nfs: {{path: {'a' * LONG}}}}}]"),
    ("name: web", f"name: web\nnamespace: {'A' * LONG}"),
    ("name: web", f"name: web\nserviceName: {'A' * LONG}"),
    ("name: web", f"name: web\nimage: '{'a ' * LONG}'"),
    ("name: web", f"name: web\nenv: [{{name: '{'a=' * LONG}'}}]"),
    ("name: web", f"name: web\nlabels: {{'{'a ' * LONG}': b}}"),
    ("name: web", f"name: web\nlabels: {{a: '{'b ' * LONG}'}}"),
    ("name: web", f"name: web\nannotations: {{a: {'b' * 300_000}}}"),
    ("name: web", f"name: web\nports: [{{name: {'a' * LONG}, containerPort: {'9' * 900}}}]"),
    ("name: web", f"name: web\nservice: {{type: {'a' * LONG}}}"),
    ("name: web", f"name: web\nservice: {{ports: [{{name: '{'a-' * LONG}', port: {'9' * 900}}}]}}"),
    ("name: web", f"name: web\npod: {{containers: [{{name: '{'a-' * LONG}', image: a}}]}}"),
    ("name: web", f"name: web\npod: {{volumes: [{{name: '{'a-' * LONG}'}}]}}"),
    ("name: web", f"name: web\ncontainer: {{volumeMounts: [{{name: {'a' * LONG}, mountPath: a}}]}}"),
    ("name: web", f"name: web\ndriver: {'a' * LONG}"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "long"), LONG_VALUES, ids=range(len(LONG_VALUES)))
def test_a_long_value_is_not_told_at_length(good: str, long: str) -> None:
    assert good in WEB
    result = render(WEB.replace(good, long))
    assert refused(result)
    assert len(result.err) < 2500


def test_a_value_is_shown_on_one_line() -> None:
    text = WEB.replace("1Gi", '"\\e[31m1\\nGi\\u2028"')
    (problem,) = refused(render(text))
    assert problem.what == r'"\x1b[31m1\nGi\u2028" is not a Kubernetes quantity'


MANY = 1500
# What is given many times, so many problems of it, and a part of each.
MANY_TIMES = [
    ("claimTemplates:\n" + "- {storage: 1}\n" * MANY, 2 * MANY - 2, "two claim templates|mounted"),
    ("ports: [" + "{name: a, containerPort: 1}, " * MANY + "]", MANY - 1, "twice"),
    ("container: {env: [" + "{name: A}, " * MANY + "]}", MANY - 1, "clashes"),
    ("pod: {containers: [" + "{name: a, image: b}, " * MANY + "]}", MANY - 1, "clashes"),
    ("pod: {volumes: [" + "{name: a}, " * MANY + "]}", MANY - 1, "two volumes"),
    ("container: {volumeMounts: [" + "{name: b, mountPath: /b}, " * MANY + "]}", 2 * MANY - 1, "no volume|clashes"),
    ("labels: {" + ", ".join(f"a{number}: b c" for number in range(MANY)) + "}", MANY, "of the label"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "count", "part"), MANY_TIMES)
def test_what_is_wrong_many_times_is_told_of_once_each_and_the_first_of_them(
    text: str, count: int, part: str
) -> None:
    kept = WEB if "claimTemplates" not in text else WEB.partition("claimTemplates")[0]
    result = render(f"{kept}{text}\n")
    lines = result.err.splitlines()
    assert lines[-1] == f"sfsgen: and {count - 200} more: mend these first"
    assert len(lines) == 2 * 200 + 1
    assert all(re.search(part, line) for line in lines[:-1:2])


def test_after_many_faults_of_shape_a_document_is_given_up() -> None:
    text = f"{WEB}container: {{args: [{', '.join('1' * 5000)}]}}\n"
    problems = refused(render(text))
    assert len(problems) == 101
    assert problems[0].what.startswith("this is not all")
    (document,) = read(text, "f")
    assert len(list(shape_faults(document, Target()))) == 101


@pytest.mark.parametrize("sets", [1, 9])
@pytest.mark.parametrize("entry", ["1", "{name: A}"])
def test_aliases_that_stand_for_many_values_are_refused(entry: str, sets: int) -> None:
    count = 400 // sets**0.5  # in each set, so that all of them together are as many
    entries = ", ".join([entry] * int(count))
    containers = "".join(
        f"  - {{name: a{each}, image: b, env: *c}}\n" for each in range(int(count))
    )
    text = f"{WEB}env: &c [{entries}]\npod:\n  containers:\n{containers}"
    (problem,) = refused(render("---\n".join([text] * sets)))
    assert "more than 100000 values" in problem.what


def test_an_alias_is_as_good_as_what_it_stands_for() -> None:
    text = f"{WEB}env: &c [{{name: A}}]\npod: {{containers: [{{name: a, image: b, env: *c}}]}}\n"
    assert render(text).status == 0
    result = sfsgen("render -f - --env A=1 --env B=2", text)
    assert result.out.count("- name: A\n") == 2
    assert result.out.count("- name: B\n") == 1


def claimants(count: int, text: str) -> list[Claimant]:
    """Return sets that differ in the word NUMBER of a text."""
    found = []
    for number in range(count):
        (document,) = read(text.replace("NUMBER", str(number)), "f")
        each = build(Values(Target(), document))
        found.append(
            Claimant(each.name, each.namespace, each.services, each.ordinals, each.claim_templates)
        )
    return found


TWO_SHARED = (
    "[{storage: 1, nfs: {path: /a}}, {name: b, storage: 1, mountPath: /b, nfs: {path: /b}}]"
)
COLLIDING = [
    ("name: web", {"name": 299}),
    ("name: a{N}\nserviceName: x", {"serviceName": 299}),
    ("name: a{N}\nvolumeName: 'pv-{ordinal}'", {"volumeName": 299, "path": 299}),
    ("name: a\nnamespace: b{N}", {"volumeName": 299, "path": 299}),
    ("name: a{N}\nnfs: {server: a, path: '/srv/{ordinal}'}", {"path": 299}),
    ("name: a{N}\nnfs: {server: a, path: '/srv/{ordinal}'}\nreplicas: 2147483647", {"path": 299}),
    ("name: a{N}\nnfs: {server: a, path: /srv, sharedDirectory: true}", {}),
    (f"name: a{{N}}\nnfs: {{server: a, sharedDirectory: true}}\nclaimTemplates: {TWO_SHARED}", {}),
    ("name: a{N}\nnfs: {server: a, path: '/{name}/{ordinal}'}\nordinals: {start: {N}}", {}),
]


@pytest.mark.parametrize(("text", "expected"), COLLIDING)
def test_a_set_is_told_of_one_collision_of_each_kind(text: str, expected: dict[str, int]) -> None:
    lines = {line.split(":")[0]: line for line in SET.format(name="a", replicas=2).splitlines()}
    lines |= {line.split(":")[0]: line for line in text.replace("{N}", "NUMBER").splitlines()}
    found = list(collisions(claimants(300, "\n".join(lines.values()))))
    assert {key: sum(each.path[-1] == key for each in found) for key in expected} == expected
    assert len(found) == sum(expected.values())


def test_two_sets_of_billions_of_ordinals_are_compared_by_their_names() -> None:
    sets = [SET.format(name=name, replicas=2**31 - 1) for name in ("a", "a-1", "a1")]
    result = render("---\n".join(sets), "--from-ordinal 2147483640 --only pv")
    assert result.status == 0, result.err
    assert result.out.count("\n") == 3 * 7
    meeting = "---\n".join(f"{each}volumeName: '{{name}}{{ordinal}}'\n" for each in sets)
    directory, name = refused(render(meeting, "--allow-many"))
    assert directory.what == "a1-0 and a-10 (pvc, pvc) share the directory /exports/a10"
    assert name.what == 'a1-0 and a-10 want the volume "a10"'


def test_patterns_that_nobody_could_compare_are_refused() -> None:
    templates = []
    for number in range(1, 2**10):
        parts = ["5" if number >> bit & 1 else "{ordinal}" for bit in range(10)]
        name = f"{{ordinal}}-{'-'.join(parts)}-{number:04}"
        templates.append(
            f"- {{name: a{number}, storage: 1, mountPath: /{number}, volumeName: '{name}'}}"
        )
    text = WEB.partition("claimTemplates")[0].replace("replicas: 3", "replicas: 2000000000")
    result = render("\n".join([text, "claimTemplates:", *templates, ""]))
    assert "in too many ways do ordinals and digits stand side by side" in result.err
    assert "put a letter or - between {ordinal} and digits" in result.err
    assert result.status == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("labels: {TEXTS}", "6:9"),
        ("annotations: {TEXTS}", "6:14"),
        (f"annotations: {{a: {'x' * 100_000}}}", "6:14"),
        ("mountOptions: [OPTIONS]", "6:15"),
    ],
)
def test_what_all_claim_templates_carry_is_bounded(text: str, place: str) -> None:
    text = text.replace("TEXTS", ", ".join(f"a{number}: b" for number in range(900)))
    text = text.replace("OPTIONS", ", ".join(["a"] * 900))
    few = ", ".join(f"{{name: a{number}, storage: 1, mountPath: /{number}}}" for number in range(9))
    many = ", ".join(
        f"{{name: a{number}, storage: 1, mountPath: /{number}}}" for number in range(200)
    )
    kept, _, _ = WEB.partition("claimTemplates")
    (problem,) = refused(render(f"{kept}\nclaimTemplates: [{many}]\n{text}\n"))
    assert problem.where == f"stdin:{place}"
    assert problem.what.endswith("together they are too many to print")
    assert render(f"{kept}\nclaimTemplates: [{few}]\n{text}\n").status == 0


def test_a_path_that_becomes_too_long_is_refused() -> None:
    text = WEB.replace("/exports", f"'/{'{namespace}' * 9}'") + f"namespace: {'a' * 63}\n"
    (problem,) = refused(render(text))
    assert problem.where == "stdin:3:38"
    assert "filled in, the path is longer than" in problem.what
