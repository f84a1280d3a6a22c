"""What stands in the wrong place of a command line is answered with the one that was meant."""
# ruff: noqa: E501  # a case a line

import shlex
from pathlib import Path

import pytest

from tests.program import Result, sfsgen, written

SET = "render web -r 1 --nfs-server nfs.example.com --storage 1Gi"
MANIFEST = sfsgen(SET).out
TEMPLATE = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "web.fullname" . }}
spec:
  {{- if .Values.replicas }}
  replicas: {{ .Values.replicas }}
  {{- end }}
"""
QUOTED_TEMPLATE = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: "{{ .Release.Name }}"\n'
CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
CHART_VALUES = "image: {repository: nginx, tag: '1'}\nreplicaCount: 1\n"
FILES = {
    "web.yaml": MANIFEST,
    "my web.yaml": MANIFEST,
    "web.json": sfsgen(f"{SET} -o json").out,
    "k8s/web.yaml": MANIFEST,
    "deep/er/web.yaml": MANIFEST,
    "empty/notes.txt": "",
    "dump": MANIFEST,
    "kust/kustomization.yaml": "resources: [web.yaml]\n",
    "kust/web.yaml": MANIFEST,
    "kust/odd.yaml": "resources: [web.yaml]\nimages: []\n",
    "chart/Chart.yaml": CHART,
    "chart/values.yaml": CHART_VALUES,
    "chart/named.yaml": "name: web\nreplicas: 3\nimage: {repository: nginx}\n",
    "kust/part.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
    "chart/templates/set.yaml": TEMPLATE,
    "chart/templates/quoted.yaml": QUOTED_TEMPLATE,
    "loose.yaml": TEMPLATE,
    "vals/web.yaml": sfsgen("init").out,
    "list.json": '{"apiVersion": "v1", "kind": "List", "items": []}',
    "array.yaml": f"- {MANIFEST.split('---')[1].strip().replace(chr(10), chr(10) + '  ')}\n",
    "half.yaml": "kind: StatefulSet\nmetadata: {name: web}\n",
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(FILES, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")  # no kubectl: what asks a cluster fails otherwise


def _told(result: Result) -> list[tuple[str, str]]:
    """Return what is wrong, and how to mend it, of a run that could not do it."""
    assert (result.status, result.out) == (2, "")
    lines = result.err.splitlines()
    return list(
        zip(lines[::2], (each.removeprefix("  fix: ") for each in lines[1::2]), strict=True)
    )


@pytest.mark.parametrize(
    ("command", "fix"),
    [
        # A file in the place of a name.
        ("check web.yaml", "sfsgen check -f web.yaml"),
        ("check ./web.yaml", "sfsgen check -f ./web.yaml"),
        ("check 'my web.yaml'", "sfsgen check -f 'my web.yaml'"),
        ("check nothing.yml -o json", "sfsgen check -o json -f nothing.yml"),
        ("check nothing.json", "sfsgen check -f nothing.json"),
        ("check -", "sfsgen check -f -"),
        # No option stands behind `--`.
        ("check -n shop -- ./web.yaml", "sfsgen check -n shop -f ./web.yaml"),
        ("show -- ./web.yaml other", "sfsgen show -f ./web.yaml -- other"),
        ("show -- a/b", "sfsgen show -n a -- b, if that is its namespace"),
        ("check -n shop web.yaml", "sfsgen check -n shop -f web.yaml"),
        ("volumes web.yaml --nfs-server n", "sfsgen volumes --nfs-server n -f web.yaml"),
        ("volumes ./k8s", "sfsgen volumes -f ./k8s"),
        ("scale web.yaml -r 3", "sfsgen scale NAME -r 3 -f web.yaml, with the name of its set for NAME"),
        ("render vals/web.yaml -r 3", "sfsgen render -r 3 -f vals/web.yaml"),
        ("render nothing.yaml", "sfsgen render -f nothing.yaml"),
        ("render web.yaml", "`sfsgen check -f web.yaml` looks at it, `sfsgen volumes -f web.yaml` prints what its sets lack"),
        ("check chart/templates/set.yaml", "`helm template chart | sfsgen check -f -`"),
        ("check web.yaml k8s/web.yaml", "sfsgen check -f web.yaml -f k8s/web.yaml"),
        ("check -f web.yaml k8s/web.yaml 'my web.yaml' --strict", "sfsgen check -f web.yaml --strict -f k8s/web.yaml -f 'my web.yaml'"),
        ("render -f web.yaml vals/web.yaml k8s/web.yaml", "sfsgen render -f web.yaml -f vals/web.yaml -f k8s/web.yaml"),
        ("scale web -r 3 web.yaml", "sfsgen scale web -r 3 -f web.yaml"),
        ("check ''", "name a set, or leave it out"),
        # Nothing but a file.
        ("web.yaml", "`sfsgen check -f web.yaml` looks at it, `sfsgen volumes -f web.yaml` prints what its sets lack"),
        ("./chart", "`helm template ./chart | sfsgen check -f -`"),
        ("nothing.yaml -o json", "sfsgen check -f nothing.yaml -o json"),
        ("-f web.yaml", "write a command before it: sfsgen check -f web.yaml"),
        # A folder that can be a name as well.
        ("check k8s", "`sfsgen check -f k8s` looks at it; `sfsgen check sts/k8s` looks at the set in a cluster"),
        ("check deep", "`sfsgen check -f deep` looks at it; `sfsgen check sts/deep` looks at the set in a cluster"),
        ("check dump", "`sfsgen check -f dump` looks at it; `sfsgen check sts/dump` looks at the set in a cluster"),
        ("volumes kust", "`kubectl kustomize kust | sfsgen volumes -f -`; `sfsgen volumes sts/kust` looks at the set in a cluster"),
        ("check chart", "`helm template chart | sfsgen check -f -`; `sfsgen check sts/chart` looks at the set in a cluster"),
        # An address.
        ("check https://example.com/x.yaml", "curl -fsSL https://example.com/x.yaml | sfsgen check -f -"),
        ("check -f https://example.com/x.yaml -o json", "curl -fsSL https://example.com/x.yaml | sfsgen check -o json -f -"),
        ("check -f 'https://example.com/x?a=1&b=2'", "curl -fsSL 'https://example.com/x?a=1&b=2' | sfsgen check -f -"),
        ("check -f https://github.com/a/b/blob/main/x.yaml", "curl -fsSL https://github.com/a/b/raw/main/x.yaml | sfsgen check -f -"),
        ("check -f github.com/a/b/blob/main/x.yaml", "curl -fsSL https://github.com/a/b/raw/main/x.yaml | sfsgen check -f -"),
        ("check raw.githubusercontent.com/a/b/x.yaml", "curl -fsSL https://raw.githubusercontent.com/a/b/x.yaml | sfsgen check -f -"),
        ("check --kubeconfig https://example.com/x", "name what lies on this machine"),
        ("render web --output-dir s3://b/x", "name what lies on this machine"),
        ("volumes -fhttp://example.com/x.yaml", "curl -fsSL http://example.com/x.yaml | sfsgen volumes -f -"),
        ("scale web -r 3 --filename=s3://b/x.yaml", "aws s3 cp s3://b/x.yaml - | sfsgen scale web -r 3 -f -"),
        ("render -f gs://b/x.yaml", "gcloud storage cat gs://b/x.yaml | sfsgen render -f -"),
        ("check -f file:///x.yaml", "cat /x.yaml | sfsgen check -f -"),
        ("check -f oci://example.com/web", "helm template oci://example.com/web | sfsgen check -f -"),
        ("check -f git@example.com:a/b.git", "git clone git@example.com:a/b.git FOLDER && sfsgen check -f FOLDER, with a name of your own for FOLDER"),
        ("check -f git://example.com/b", "git clone git://example.com/b FOLDER && sfsgen check -f FOLDER, with a name of your own for FOLDER"),
        ("check -f git::https://example.com/b", "git clone https://example.com/b FOLDER && sfsgen check -f FOLDER, with a name of your own for FOLDER"),
        # What is no values file.
        ("render -f web.yaml", "`sfsgen check -f web.yaml` looks at it, `sfsgen volumes -f web.yaml` prints what its sets lack"),
        ("render -f 'my web.yaml'", "`sfsgen check -f 'my web.yaml'` looks at it, `sfsgen volumes -f 'my web.yaml'` prints what its sets lack"),
        ("render -f web.json", "`sfsgen check -f web.json` looks at it, `sfsgen volumes -f web.json` prints what its sets lack"),
        ("render -f list.json", "`sfsgen check -f list.json` looks at it, `sfsgen volumes -f list.json` prints what its sets lack"),
        ("render -f array.yaml", "`sfsgen check -f array.yaml` looks at it, `sfsgen volumes -f array.yaml` prints what its sets lack"),
        ("render -f half.yaml", "`sfsgen check -f half.yaml` looks at it, `sfsgen volumes -f half.yaml` prints what its sets lack"),
        ("render -f k8s", "`sfsgen check -f k8s` looks at it, `sfsgen volumes -f k8s` prints what its sets lack"),
        ("render -f kust", "`kubectl kustomize kust | sfsgen check -f -`"),
        ("render -f kust/odd.yaml", "`kubectl kustomize kust | sfsgen check -f -`"),
        ("render -f kust/kustomization.yaml", "`kubectl kustomize kust | sfsgen check -f -`"),
        ("render -f chart", "`helm template chart | sfsgen check -f -`"),
        ("render -f chart/Chart.yaml", "`helm template chart | sfsgen check -f -`"),
        ("render -f chart/values.yaml", "`helm template chart -f chart/values.yaml | sfsgen check -f -`"),
        ("render -f chart/named.yaml", "`helm template chart -f chart/named.yaml | sfsgen check -f -`"),
        ("render -f kust/part.yaml", "`kubectl kustomize kust | sfsgen check -f -`"),
        ("render -f chart/templates/set.yaml", "`helm template chart | sfsgen check -f -`"),
        ("render -f chart/templates/quoted.yaml", "`helm template chart | sfsgen check -f -`"),
        ("render -f loose.yaml", "`helm template CHART | sfsgen check -f -`, with the chart's name or folder for CHART"),
        ("render -f vals", "sfsgen render -f vals/web.yaml"),
        ("init -f web.yaml", "`sfsgen init --from web.yaml` prints its sets as values"),
        ("init web.yaml", "`sfsgen init --from web.yaml` prints its sets as values"),
        ("init web", "say where the set is: --from FILE, or --from live"),
        ("init --from web.yaml web.yaml", "sfsgen init --from web.yaml --from web.yaml"),
        ("init new.yaml", "sfsgen init > new.yaml"),
        ("schema x.json", "sfsgen schema > x.json"),
        # Names as kubectl takes them, and as it does not.
        ("check deploy/web", "name a StatefulSet, as sts/NAME or by NAME alone"),
        ("volumes deployments.apps/web", "name a StatefulSet, as sts/NAME or by NAME alone"),
        ("scale pod/web-0 -r 2", "name a StatefulSet, as sts/NAME or by NAME alone"),
        ("render deploy/web -r 2", "sfsgen render web -r 2"),
        ("check shop/web", "sfsgen check web -n shop, if that is its namespace"),
        ("scale sts web -r 3", "write sts/web"),
        ("check StatefulSet web", "write StatefulSet/web"),
        # Commands and options.
        ("rendr web", "write sfsgen render web"),
        ("chek -f 'a b'", "write sfsgen check -f 'a b'"),
        ("foo", "there are: render, scale, volumes, prepare, show, recover, adopt, move, check, fn, post-render, init, schema, completion, help"),
        ("version", "write sfsgen --version"),
        ("-V", "write --version"),
        ("get sts", "that is sfsgen show: see sfsgen help show"),
        ("template web", "that is sfsgen render: see sfsgen help render"),
        ("apply -f web.yaml", "give kubectl what sfsgen prints: sfsgen changes nothing in a cluster"),
        ("check --dry-run", "leave it out: sfsgen changes nothing in a cluster"),
        ("check -R -f .", "leave it out: a folder is read with all that lies below it"),
        ("scale --name web -r 2", "write the name alone, without --name"),
        ("schema --name web", "`sfsgen schema --help` lists those that there are"),
        ("render web --size 1Gi", "write --storage"),
        ("check --size 1Gi", "`sfsgen check --help` lists those that there are"),
        ("render --values web.yaml", "write --filename"),
        ("render -f web.yaml --set replicas=5", "give each value by its own option, as --replicas 5"),
        ("adopt web -y", "leave it out: nothing is asked"),
        ("scale web 5", "write --replicas 5"),
        ("-n shop check web", "write it after the command: sfsgen check -n shop web"),
        ("check --foo", "`sfsgen check --help` lists those that there are"),
        ("render web --storge 1Gi", "write --storage"),
        ("render web --server n", "write --nfs-server"),
        ("check --file x", "write --filename"),
        ("check -Z", "`sfsgen check --help` lists those that there are"),
        ("check -f", "write -f FILE, with what you mean for FILE"),
        ("scale web --replicas", "write --replicas N, with what you mean for N"),
        ("check --strict=true", "write --strict, or leave it out"),
        ("check -f web.yaml --context a", "leave out --context, or -f to look at the cluster; --live compares files with it"),
        ("volumes -f web.yaml --kubeconfig a", "leave out --kubeconfig, or -f to look at the cluster"),
        ("scale web -r 2 -f web.yaml --context a", "leave out --context, or -f to look at the cluster"),
    ],
)  # fmt: skip
def test_one_problem_with_the_command_that_was_meant(command: str, fix: str) -> None:
    ((_, told),) = _told(sfsgen(command))
    assert told == fix


def test_a_manifest_on_stdin_is_no_values_file() -> None:
    ((what, fix),) = _told(sfsgen("render -f -", MANIFEST))
    assert what.startswith("stdin:2:1: error: it is a Kubernetes manifest, ")
    assert fix.startswith("`sfsgen check -f -` looks at it")


@pytest.mark.parametrize(
    "text",
    [
        "name: web\nreplicas: 1\nnfs: {server: n.example.com}\nclaimTemplates: [{storage: 1Gi}]\nannotations: {t: '{{ .Values.x }}'}\n",
        "name: web\nreplicas: 1\nnfs: {server: n.example.com}\nclaimTemplates: [{storage: 1Gi}]\nenv: [{name: A, value: '{{- with secret }}'}]\n",
        "name: web\nreplicas: 1\nnfs: {server: n.example.com}\nclaimTemplates: [{storage: 1Gi}]\nimage: nginx\n",
    ],
)
def test_what_a_values_file_may_hold_is_left_alone(text: str) -> None:
    assert sfsgen("render -f -", text).status == 0


@pytest.mark.parametrize(
    "text",
    [
        "name: [",
        "nfs: {\nimage: '{{ .x }}'\n",
        "resources: {limits: {}}\n",
        "global: {",
        "kind: web\n",
        "metadata: {}\n",
    ],
)
def test_what_is_nothing_else_is_a_values_file_with_mistakes(text: str) -> None:
    told = sfsgen("render -f -", text)
    assert told.status == 2
    assert "render takes values files" not in told.err


@pytest.mark.parametrize("kind", ["sts", "statefulset", "statefulsets", "StatefulSet", "STS", "statefulset.apps", "statefulsets.v1.apps", "sts.apps"])  # fmt: skip
def test_a_name_has_its_kind_before_it_as_kubectl_takes_it(kind: str) -> None:
    for command in ("check", "volumes", "scale -r 1"):
        bare = sfsgen(f"{command} web -f web.yaml")
        assert bare.status == 0
        assert sfsgen(f"{command} {kind}/web -f web.yaml") == bare
    assert sfsgen(SET.replace("web", f"{kind}/web")).out == MANIFEST


def test_every_unknown_option_is_told_at_once() -> None:
    told = _told(sfsgen("render web --storge 1Gi --foo -x -n=shop --nfs-sever n -r"))
    assert [where.partition(":")[0] for where, _ in told] == ["--storge", "--foo", "-x", "--nfs-sever", "-r"]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("-n=shop", "-n shop"),
        ("-r=3", "-r 3"),
        ("-nshop", "-n shop"),
        ("--namespace=shop", "-n shop"),
        ("-o=json", "-o json"),
        ("-n==", "-n ="),
        ("-r=", "-r ''"),
        ("-r=-1", "--replicas=-1"),
    ],
)
def test_a_short_option_takes_its_value_as_with_kubectl(typed: str, meant: str) -> None:
    assert sfsgen(f"{SET} {typed}") == sfsgen(f"{SET} {meant}")


def test_a_file_is_given_as_kubectl_takes_it() -> None:
    assert sfsgen("check -f=web.yaml") == sfsgen("check -f web.yaml")
    assert sfsgen("check -f=web.yaml").status == 0


@pytest.mark.parametrize("command", ["check", "volumes"])
@pytest.mark.parametrize("name", ["nothere", "empty", "sts/k8s"])
def test_what_is_no_file_is_looked_for_in_the_cluster(command: str, name: str) -> None:
    assert sfsgen(f"{command} {name}").err.startswith("kubectl: error: it is not on the PATH")


def test_beside_files_a_name_is_a_name() -> None:
    result = sfsgen("check k8s -f k8s")
    assert 'there is no StatefulSet "k8s"' in result.err


def test_commands_that_are_advised_can_be_run() -> None:
    for command in ("check 'my web.yaml'", "check k8s", "render -f 'my web.yaml'"):  # fmt: skip
        ((_, fix),) = _told(sfsgen(command))
        for line in [each for each in fix.split("`") if each.startswith("sfsgen ")]:
            if "sts/" not in line:
                assert sfsgen(shlex.split(line)[1:]).status == 0, line
