"""What an input holds beside manifests is recognised, told of once, and stops nothing."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sfsgen.kubernetes.foreign import chart_around
from tests.program import findings, sfsgen, written

pytestmark = pytest.mark.without_libraries

GOOD = sfsgen("render web -r 2 --nfs-server nfs.example.com --storage 1Gi").out
SET = GOOD[GOOD.index("apiVersion: apps/v1") :]
CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {}\n"
VALUES = "name: db\nreplicas: 2\nnfs: {server: nfs.example.com}\nclaimTemplates: [{storage: 1Gi}]\n"
TEMPLATE = (
    "kind: Template\napiVersion: template.openshift.io/v1\nmetadata: {name: t}\nobjects: []\n"
)
STYLE = "--nfs-server nfs.example.com --nfs-path /exports"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Files beside a set; where what is told stands, what it says, and what mends it.
FOLDERS: dict[str, tuple[dict[str, str], str, str, str]] = {
    "a chart": (
        {
            "app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
            "app/values.yaml": "replicas: 3\n",
            "app/values-prod.yaml": "replicas: 5\n",
            "app/templates/set.yaml": "{{- if .Values.x }}\nkind: StatefulSet\n{{- end }}\n",
            "app/templates/service.yaml": CLAIM,
            "app/crds/crd.yaml": "a: [",
            "app/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\n",
            "app/charts/sub/templates/a.yaml": "metadata:\n  {{ .x }}\n",
        },
        *("app/Chart.yaml:1:1", "a chart", "`helm template ./app | sfsgen check -f -`"),
    ),
    "a template": (
        {"t/sts.yaml": "kind: StatefulSet\nmetadata:\n  name: {{ .Release.Name }}\n"},
        *("t/sts.yaml:3:1", "a template ({{ }})", "`helm template CHART | sfsgen check -f -`"),
    ),
    "a template of another engine": (
        {"t/sts.yaml": "kind: A\n{% if x %}\nmetadata: {name: a}\n{% endif %}\n"},
        *("t/sts.yaml:2:1", "a template", "`helm template CHART | sfsgen check -f -`"),
    ),
    "a kustomization": (
        {
            "k/kustomization.yaml": "patches: [{path: p.yaml}, {path: q.json}]\n"
            "patchesStrategicMerge: [r.yaml]\npatchesJson6902: [{path: s.yaml, target: {}}]\n"
            "replacements: [{path: t/u.yaml}]\nconfigurations: [c.yaml]\n"
            "transformers: [more]\nopenapi: {path: o.json}\n",
            **dict.fromkeys(("k/p.yaml", "k/r.yaml", "k/s.yaml", "k/t/u.yaml"), SET),
            **dict.fromkeys(("k/q.json", "k/more/x.yaml", "k/o.json", "k/c.yaml"), "[]"),
        },
        *("k/kustomization.yaml:1:1", "a kustomization"),
        "`kubectl kustomize ./k | sfsgen check -f -`",
    ),
    "overlays over one base": (
        {
            "k/base/kustomization.yml": "resources: [s.yaml]\n",
            "k/base/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n",
            "k/prod/Kustomization": "kind: Kustomization\nbases: [../base]\n"
            "apiVersion: kustomize.config.k8s.io/v1beta1\n",
        },
        *("k/prod/Kustomization:1:1", "a kustomization"),
        "`kubectl kustomize ./k/prod | sfsgen check -f -`",
    ),
    "a Template": (
        {"t.yaml": TEMPLATE},
        *("t.yaml:1:1", "a Template", "`oc process -f ./t.yaml --local | sfsgen check -f -`"),
    ),
    "a Template of JSON": (
        {"t.json": '{"kind": "Template", "apiVersion": "v1", "objects": [{"kind": "Pod"}]}'},
        *("t.json:1:1", "a Template", "`oc process -f ./t.json --local | sfsgen check -f -`"),
    ),
    "a Template that is no YAML": (
        {"t.yaml": "kind: Template\napiVersion: v1\nobjects: [{replicas: ${{REPLICAS}}}]\n"},
        *("t.yaml:3:1", "a Template", "`oc process -f ./t.yaml --local | sfsgen check -f -`"),
    ),
    "a values file of ours": (
        {"v.yaml": VALUES},
        *("v.yaml:1:1", "a values file", "`sfsgen render -f ./v.yaml | sfsgen check -f -`"),
    ),
    "values of a chart that is elsewhere": (
        {"values-x.yaml": "image: {tag: 1}\n"},
        *("values-x.yaml:1:1", "the values of a chart"),
        "`helm template CHART -f ./values-x.yaml | sfsgen check -f -`",
    ),
    "values of a chart by their words": (
        {"prod.yaml": "replicaCount: 3\n"},
        *("prod.yaml:1:1", "the values of a chart"),
        "`helm template CHART -f ./prod.yaml | sfsgen check -f -`",
    ),
    "values of us without a template": (
        {"v.yaml": "name: db\nreplicas: 2\n"},
        *("v.yaml:1:1", "a values file", "`sfsgen render -f ./v.yaml | sfsgen check -f -`"),
    ),
    "the settings of Prometheus": (
        {"prometheus.yml": "global: {scrape_interval: 15s}\nscrape_configs: []\n"},
        *("prometheus.yml:1:1", "it is no Kubernetes object", "leave it where another"),
    ),
    "what makes a file unreadable": (
        {"c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %NAME%}\n"},
        *(
            "c.yaml:3:1",
            "%NAME% is not filled in",
            "write what is meant in its pl",
        ),
    ),
    "what makes a mapping": (
        {"c.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n"},
        *("c.yaml:4:1", "{name} is not filled in", "write what is meant in its place"),
    ),
    "what makes a field invalid": (
        {"c.yaml": CLAIM.replace("{}", '{accessModes: ["<mode>"]}')},
        *("c.yaml:4:22", "accessModes[0]: <mode> is not filled in", "write what is meant in its"),
    ),
    "what makes a name": (
        {"c.yaml": CLAIM.replace("name: a", "name: '${NAME}-a'")},
        *("c.yaml:3:18", "metadata.name: ${NAME} is not filled in", "fill it in first"),
    ),
    "another program's": (
        {"docker-compose.yml": "services:\n  web: {image: a}\n---\nb: 1\n"},
        *("docker-compose.yml:1:1", "it is no Kubernetes object", "leave it where another"),
    ),
    "another program's list": (
        {".pre-commit.yaml": "- repo: a\n"},
        *(".pre-commit.yaml:1:1", "it is no Kubernetes object", "leave it where another"),
    ),
    "another program's JSON": (
        {"package.json": '{"name": "a", "version": "1"}'},
        *("package.json:1:1", "it is no Kubernetes object", "leave it where another"),
    ),
    "another program's words": (
        {"stack.yml": "Resources:\n  A: !Ref B\n"},
        *("stack.yml:1:1", "it is no Kubernetes object", "leave it where another"),
    ),
    "another program's dialect": (
        {"tsconfig.json": '// comment\n{\n  "a": 1, // other\n}\n'},
        *("tsconfig.json:1:1", "it is no Kubernetes object", "leave it where another"),
    ),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_it_is_told_of_once_and_stops_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, where, what, fix = FOLDERS[name]
    monkeypatch.chdir(tmp_path)
    written({**files, "set.yaml": GOOD}, tmp_path)
    done = sfsgen("check -f . --strict")
    assert (done.status, done.out.count("\n")) == (0, 2), done
    assert done.out.startswith(f"./{where}: note: ")
    assert what in done.out
    assert f"  fix: {fix.replace('check -f', 'check --strict -f')}" in done.out
    done = sfsgen(f"volumes -f . {STYLE}")
    assert (done.status, done.out) == (0, "")
    assert f"{where}: note: " in done.err
    assert "nothing is missing" in done.err
    assert sfsgen("check --ignore no-manifest -f .").out == ""


@pytest.mark.parametrize("name", FOLDERS)
def test_alone_it_is_not_called_right(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files, where, what, fix = FOLDERS[name]
    written(files, tmp_path)
    for command in ("check", f"volumes {STYLE}", f"scale web -r 3 {STYLE}"):
        done = sfsgen(f"{command} -f .")
        assert done.status == 2, done
        assert f"{where}: note: " in done.out + done.err
        assert what in done.out + done.err
        assert f"  fix: {fix.replace('check -f', f'{command} -f')}" in done.out + done.err
        assert "nothing wrong" not in done.err


@pytest.mark.parametrize(
    ("file", "text", "fix"),
    [
        ("Chart.yaml", "apiVersion: v2\nname: app\n", "`helm template . | sfsgen check -f -`"),
        ("templates/a.yaml", "{{ if x }}\n", "`helm template . | sfsgen check -f -`"),
        ("templates/_helpers.tpl", '{{ define "x" }}\n', "`helm template . | sfsgen check -f -`"),
        ("values.yaml", "a: 1\n", "`helm template . | sfsgen check -f -`"),
        ("values-x.yaml", "a: 1\n", "`helm template . -f values-x.yaml | sfsgen check -f -`"),
        ("env/a.yaml", "global: {}\n", "`helm template . -f env/a.yaml | sfsgen check -f -`"),
        ("kustomization.yaml", "resources: []\n", "`kubectl kustomize . | sfsgen check -f -`"),
        ("t.yaml", TEMPLATE, "`oc process -f t.yaml --local | sfsgen check -f -`"),
        ("v.yaml", VALUES, "`sfsgen render -f v.yaml | sfsgen check -f -`"),
    ],
)
def test_a_file_that_is_named_is_answered_with_the_command(
    file: str, text: str, fix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written({"Chart.yaml": "apiVersion: v2\nname: app\n", file: text}, tmp_path)
    done = sfsgen(["check", "-f", file])
    assert (done.status, done.out.count("note: ")) == (2, 1)
    assert f"  fix: {fix}\n" in done.out
    assert f"  fix: {fix}, or give --allow-empty" in done.err
    written({"set.yaml": SET}, tmp_path)
    done = sfsgen(f"volumes -f set.yaml -f {file} {STYLE} -o name")
    assert (done.status, done.out.count("persistentvolume/")) == (0, 2)
    assert fix.replace("check", f"volumes {STYLE} -o name") in done.err


@pytest.mark.parametrize(
    ("file", "text", "what", "fix"),
    [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: app\n",
            "nothing in it is looked at",
            "helm template .",
        ),
        ("t.yaml", TEMPLATE, "nothing in it is looked at", "oc process -f t.yaml --local"),
        ("v.yaml", VALUES, "nothing in it is looked at", "sfsgen render -f v.yaml"),
        (
            "set.yaml",
            SET.replace("  name: web", "  name: ${APP}", 1),
            "the StatefulSet in it is still to be filled in",
            "envsubst < set.yaml",
        ),
        (
            "app/templates/set.yaml",
            SET.replace("  name: web", "  name: '{{ .Release.Name }}'", 1),
            "the StatefulSet in it is still to be filled in",
            "helm template app",
        ),
    ],
)
def test_where_nothing_is_looked_at_the_command_that_looks_is_named(
    file: str, text: str, what: str, fix: str, folder: Path
) -> None:
    written({"app/Chart.yaml": "apiVersion: v2\nname: app\n", file: text}, folder)
    for command in ("check", "volumes", "scale web -r 3"):
        done = sfsgen(f"{command} -f {file}")
        assert done.status == 2
        shown = done.err[done.err.index(f"{file}: error: {what}\n") :]
        assert f"`{fix} | sfsgen {command} -f -`" in shown
        assert "NAME: " not in done.err


def test_a_gap_in_a_volume_hides_no_set(folder: Path) -> None:
    volumes = GOOD[GOOD.index("apiVersion: v1\nkind: PersistentVolume\n") :]
    volumes = volumes[: volumes.index("---")].replace("nfs.example.com", "${NFS}")
    written({"volumes.yaml": volumes}, folder)
    done = sfsgen("check -f volumes.yaml")
    assert (done.status, done.out.count("is not filled in")) == (2, 1)
    assert "fix: name a file with a StatefulSet, too" in done.err
    written({"web.yaml": SET.replace("  name: web", "  name: ${APP}", 1)}, folder)
    told = sfsgen("check -f volumes.yaml -f web.yaml").err
    assert "fix: fill it in first, such as with `envsubst < web.yaml | sfsgen check -f -`" in told


def test_volumes_tells_of_the_files_of_a_folder_once(folder: Path) -> None:
    others = {f"{each}.yml": "a: 1\n" for each in "abcdef"}
    written({"set.yaml": GOOD, **others}, folder)
    for command in ("check", "volumes", "scale web -r 3"):
        done = sfsgen(f"{command} -f .")
        assert done.status == 0
        told = done.out + done.err
        assert told.count("it is no Kubernetes object") == 1
        assert "; so it is in b.yml, c.yml, d.yml and 2 more" in told


def test_render_says_how_a_template_of_openshift_is_looked_at(folder: Path) -> None:
    written({"t.yaml": TEMPLATE}, folder)
    done = sfsgen("render -f t.yaml")
    assert done.status == 2
    assert "`oc process -f t.yaml --local | sfsgen check -f -`" in done.err
    assert "sfsgen check -f t.yaml" not in done.err


def test_the_command_is_the_one_that_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written({"t.yaml": TEMPLATE, "a b/kustomization.yaml": "{}", "set.yaml": GOOD}, tmp_path)
    done = sfsgen("scale web --filename=t.yaml -r 3 -f set.yaml -fa\\ b --namespace default")
    assert "| sfsgen scale web -r 3 --namespace default -f -`" in done.err
    assert "`kubectl kustomize 'a b' | sfsgen scale" in done.err
    edited = sfsgen("check --fix --strict -f 'a b'")
    assert "`kubectl kustomize 'a b' | sfsgen check --strict -f -`" in edited.err


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: 1\n", "it is no Kubernetes object: it has no apiVersion, no kind, no metadata"),
        ("- a\n", "the document is a list, not an object"),
        ("a: [\n", "this is not YAML"),
        ("kind: StatefulSet\nmetadata: {name: a}\n", "StatefulSet has no apiVersion"),
        ("apiVersion: v1\nmetadata: {name: a}\n", "the object has no kind"),
    ],
)
def test_what_is_named_and_known_to_nobody_is_an_error(text: str, what: str) -> None:
    (found,) = findings("-f", "-", stdin=text)
    assert (found["rule"], found["severity"]) == ("unreadable", "error")
    assert found["what"].startswith(what)


@pytest.mark.parametrize(
    "broken",
    [
        "kind: StatefulSet\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {}\n",
        "apiVersion: v1\nkind: ConfigMap\n  metadata: {name: a}\n",
        f"{GOOD}---\nspec: {{}}\n",
        f"{GOOD}---\napiVersion: v1\n  kind: x\n",
    ],
)
def test_what_is_meant_as_a_manifest_and_broken_is_an_error(broken: str, tmp_path: Path) -> None:
    written({"a.yaml": broken, "set.yaml": GOOD.replace(": web", ": www")}, tmp_path)
    found = [each for each in findings("-f", str(tmp_path)) if each["rule"] == "unreadable"]
    assert [each["severity"] for each in found] == ["error"]
    assert sfsgen(["volumes", "-f", str(tmp_path)]).status == 2


def test_the_templates_of_text_within_a_manifest_are_no_template() -> None:
    alert = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  a: 'on {{ $x }}'\n"
    found = findings("-f", "-", stdin=f"{GOOD}---\n{alert}---\nkind: [\n")
    assert [each["rule"] for each in found] == ["unreadable"]


def test_what_is_still_to_be_filled_in_is_not_called_missing() -> None:
    text = GOOD.replace("storage: 1Gi", "storage: ${SIZE}", 1)
    (found,) = findings("-f", "-", stdin=text)
    assert (found["rule"], found["severity"]) == ("no-manifest", "note")
    assert found["fix"].startswith("fill it in first, such as with `envsubst | sfsgen check ")


@pytest.mark.parametrize(
    ("server", "path", "told", "fix"),
    [
        ("${NFS_SERVER}", "/exports/0", ["server: ${NFS_SERVER}"], "envsubst < set.yaml | "),
        ("$NFS_SERVER", "/exports/0", ["server: $NFS_SERVER"], "envsubst < set.yaml | "),
        ("nfs.example.com", "/exports/${APP}/0", ["path: ${APP}"], "envsubst < set.yaml | "),
        ("nfs.example.com", "${ROOT}/0", ["path: ${ROOT}"], "envsubst < set.yaml | "),
        ("{{ .Values.nfs }}", "/exports/0", ["server: {{ .Values.nfs }}"], "helm template CHART |"),
        # envsubst fills in none of these.
        ("<NFS_SERVER>", "/exports/0", ["server: <NFS_SERVER>"], "write what is meant in its pla"),
        ("__NFS__", "/exports/0", ["server: __NFS__"], "write what is meant in its place"),
        ("nfs.example.com", "/exports/0", [], ""),
    ],
)
def test_where_a_volume_lies_may_be_still_to_be_filled_in(
    server: str, path: str, told: list[str], fix: str, folder: Path
) -> None:
    text = GOOD.replace("/exports/pv-web-0", "/exports/0")
    text = re.sub(r"(?m)(?<=    server: )nfs.example.com$", f'"{server}"', text, count=1)
    text = text.replace("path: /exports/0", f'path: "{path}"')
    (folder / "set.yaml").write_text(text)
    found = findings("-f", "set.yaml")
    assert [each["rule"] for each in found] == ["no-manifest"] * len(told)
    for each, what in zip(found, told, strict=True):
        assert each["what"].endswith(f"{what} is not filled in")
        assert fix in each["fix"]
    of_pod = SET.replace(
        "      containers:",
        f"      volumes: [{{name: a, nfs: {{server: '{server}', path: /a}}}}]\n      containers:",
    )
    (folder / "set.yaml").write_text(of_pod)
    rules = [each["rule"] for each in findings("-f", "set.yaml")]
    assert ("no-manifest" in rules) == ("example" not in server)
    assert "nfs-server" not in rules


@pytest.mark.parametrize("gap", ["${REPLICAS}", "<replicas>", '"{{ .Values.replicas }}"'])
def test_a_set_that_is_still_to_be_filled_in_is_not_called_right(gap: str) -> None:
    result = sfsgen("check -f -", stdin=SET.replace("replicas: 2", f"replicas: {gap}"))
    assert (result.status, result.out.count("is not filled in (no-manifest)")) == (2, 1)
    broken = SET.replace("replicas: 2", f"replicas: {gap}").replace("serviceName: web", "x: [", 1)
    assert sfsgen("check -f -", stdin=broken).status == 2


def test_a_file_that_is_none_of_ours_is_told_of_once() -> None:
    (found,) = findings("-f", "-", stdin="a: 1\n---\n- 1\n---\nb: 2\n")
    assert found["line"] == 1


def test_an_object_of_which_something_is_forgotten_is_no_chart() -> None:
    (found,) = findings("-f", "-", stdin=f"{GOOD}---\nserviceAccount: a\ncontainers: []\n")
    assert (found["rule"], found["severity"]) == ("unreadable", "error")


@pytest.mark.parametrize("inside", ["", "a/", "a/b/"])
@pytest.mark.parametrize("above", ["", "./", "../work/", "x/../"])
def test_the_chart_around_a_file_is_found_as_it_was_typed(
    inside: str, above: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"work/c/Chart.yaml": "", "work/c/a/b/v.yaml": "", "work/x/v.yaml": ""}
    written(files, tmp_path)
    monkeypatch.chdir(tmp_path / "work")
    assert chart_around(f"{above}c/{inside}v.yaml") == f"{above}c"
    assert chart_around(str(tmp_path / "work/c" / inside / "v.yaml")) == str(tmp_path / "work/c")
    assert chart_around(f"{above}x/{inside}v.yaml") == ""
    monkeypatch.chdir(tmp_path / "work/c/a/b")
    assert chart_around("v.yaml") == "../.."
    assert chart_around("./v.yaml") == "../.."


def test_the_lines_of_a_flux_kustomization_are_an_object(tmp_path: Path) -> None:
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n"
    written({"kustomization.yaml": flux, "set.yaml": GOOD}, tmp_path)
    assert findings("-f", str(tmp_path)) == []


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")
def test_the_command_for_a_kustomization_works(tmp_path: Path) -> None:
    files = {"kustomization.yaml": "resources: [set.yaml]\nnamespace: shop\n", "set.yaml": SET}
    written(files, tmp_path)
    note = next(each for each in findings("-f", str(tmp_path)) if each["rule"] == "no-manifest")
    command = note["fix"].strip("`").replace("sfsgen", f"{shlex.quote(sys.executable)} -m sfsgen")
    command = command.replace("--allow-empty -o json -f -", f"-f - {STYLE}").replace(
        " check ", " volumes "
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    assert done.stdout.count(b"namespace: shop") == 4
