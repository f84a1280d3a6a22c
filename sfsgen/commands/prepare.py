"""`sfsgen prepare`: the directories of volumes, as a script for their server or as a Job."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from sfsgen import console
from sfsgen.commands import next_steps, parameters
from sfsgen.commands import prepare_parameters as own
from sfsgen.commands.laid import laid_out
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.nfs import server_fault
from sfsgen.plain_text import some
from sfsgen.preparing import asked
from sfsgen.preparing.directories import Directory, directories, left_out
from sfsgen.preparing.script import Task, script
from sfsgen.problems import InputError, Problem
from sfsgen.values.settings import RENDER, SETTINGS

if TYPE_CHECKING:
    from sfsgen.kubernetes.versions import Target

_ABOUT_DIRECTORIES = (
    *("NAME", "--replicas", "--namespace", "--start-ordinal", "--nfs-server", "--nfs-path"),
    *("--storage", "--shared-directory", "--claim-template", "--volume-name", "--volume"),
    *("--driver", "--image"),
)
_WITHOUT_USE = frozenset(each.option for each in SETTINGS) - {*_ABOUT_DIRECTORIES}
_MOST_SETS = 5  # that a title names


@parameters.with_settings(RENDER, own=("name",), without_use=_WITHOUT_USE)
def prepare(
    context: typer.Context,
    name: parameters.Names = None,
    replicas: str | None = None,
    filename: own.ValuesOrManifests = None,
    kustomize: parameters.Kustomize = None,
    namespace: str | None = None,
    everywhere: parameters.Everywhere = False,
    selector: parameters.Selector = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    *,
    owner: own.Owner = None,
    group: own.Group = None,
    mode: own.Mode = None,
    chown: own.Chown = False,
    within: own.Within = None,
    root: own.Root = None,
    for_server: own.ForServer = None,
    from_ordinal: own.DirectoriesFrom = None,
    exports: own.Exports = None,
    quota: own.Quota = False,
    job: own.AsJob = False,
    job_image: own.JobImage = None,
    allow_many: parameters.AllowMany = False,
    kube_version: parameters.KubeVersion = None,
    strict: parameters.Strict = False,
    **_settings: Any,
) -> None:
    """Print what makes the directories of volumes: a script for their NFS server, or a Job.

    The volumes are those that render, scale and volumes would print, by the same arguments, and
    those that are there. The script changes nothing that exists.

    \b
    sfsgen prepare web -r 3 --nfs-server nfs.example.com --storage 1Gi \\
      | ssh nfs.example.com sudo sh
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    given = context.params
    problems: list[Problem] = []
    target = parameters.chosen_target(kube_version, problems)
    bounds = asked.bounds(given, problems)
    problems += asked.excluded(given)
    problems += _wrong_clients(exports or ())
    if problems:
        raise InputError(*problems)
    laid = laid_out(given, target)
    made = directories(laid, bounds, problems)
    if not job or for_server is not None:
        made = asked.on_one_server(made, for_server, problems)
    problems += asked.faults_of_owners(made, bounds.owner, is_given=chown)
    problems += asked.unlimited(made) if quota else ()
    errors, cautions = console.split(dict.fromkeys(problems), strict=strict)
    if errors:
        raise InputError(*errors, *cautions)
    task = Task(
        f"sfsgen prepare: {_title(made)}", _notes(made, exports), bounds.root, chown, limits=quota
    )
    then = (
        _printed_jobs(made, task, job_image, target) if job else _printed(made, task, exports or ())
    )
    console.tell(*cautions)
    for each in (*left_out(laid), *task.notes):
        console.note(each)
    if not made:
        console.note("there is no directory to make")
    if then and next_steps.is_heard():
        next_steps.tell(then)


def _wrong_clients(clients: Sequence[str]) -> Iterator[Problem]:
    if clients:
        from sfsgen.preparing.exporting import wrong_clients

        yield from wrong_clients(clients)


def _title(made: Sequence[Directory]) -> str:
    names = list(dict.fromkeys(f"{each.laid.namespace}/{each.laid.set_name}" for each in made))
    servers = list(dict.fromkeys(each.server for each in made))
    return f"{some(names, _MOST_SETS)}, on {some(servers, _MOST_SETS)}"


def _notes(made: Sequence[Directory], clients: Sequence[str] | None) -> Sequence[str]:
    if not clients:
        return ()
    from sfsgen.preparing.exporting import notes

    return list(dict.fromkeys(notes(made)))


def _printed(made: Sequence[Directory], task: Task, clients: Sequence[str]) -> list[str]:
    """Print the script for a server, and return the commands that come next."""
    if not made:
        return []
    if clients:
        from sfsgen.preparing.exporting import exports

        task = task._replace(exports=list(exports(made, clients, task.root)))
    console.write_stdout(script(made, task))
    server = made[0].server
    # What was read may be anything, an option of ssh, say.
    is_host = not any(server_fault(server))
    return list(next_steps.piped_into(["ssh", server, "sudo", "sh"])) if is_host else []


def _printed_jobs(
    made: Sequence[Directory], task: Task, image: str | None, target: "Target"
) -> list[str]:
    """Print a Job for each namespace, and return the commands that come next."""
    from sfsgen.documents.yaml_writer import block
    from sfsgen.preparing.job import IMAGE, jobs

    made_jobs: list[dict[str, Any]] = []
    for namespace in dict.fromkeys(each.laid.namespace for each in made):
        here = [each for each in made if each.laid.namespace == namespace]
        its = task._replace(title=f"sfsgen prepare: {_title(here)}")
        made_jobs += jobs(here, its, image or IMAGE, target)
    console.write_stdout(f"---\n{block(each, 0)}\n" for each in made_jobs)
    waits = [_wait(each["metadata"]) for each in made_jobs]
    return [*next_steps.piped_into(["kubectl", "create", "-f", "-"]), *waits] if made_jobs else []


def _wait(metadata: Mapping[str, str]) -> str:
    name, namespace = metadata["name"], metadata["namespace"]
    return quoted(["kubectl", "wait", "--for=condition=complete", f"job/{name}", "-n", namespace])
