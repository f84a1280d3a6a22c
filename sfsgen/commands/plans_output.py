"""What the commands print that plan: plans in words, as scripts, as objects and as data."""

import re
import sys
from collections.abc import Iterator, Sequence

from sfsgen import console
from sfsgen.kubernetes.kubectl import Kubectl, quoted
from sfsgen.plain_text import listed
from sfsgen.plans.plan import Plan

FORMATS = ("words", "sh", "yaml", "json")
_NOT_UNDERSTOOD = 1


def printed(plans: Sequence[Plan], output: str, kubectl: Kubectl) -> int:
    """Print plans, tell what is not understood, and return the exit status."""
    unknown = [plan for plan in plans if plan.unknown]
    for plan in unknown:
        for each in plan.unknown:
            console.say(f"{plan.name}: {each}")
    if unknown:
        names = listed([plan.name for plan in unknown])
        console.note(f"no step is printed for {names}: not all of it is understood; sfsgen check")
    known = [plan for plan in plans if not plan.unknown]
    busy = [plan for plan in known if plan.phases or plan.notes or plan.objects]
    for plan in known:
        if plan not in busy:
            is_so = "has its volumes" if plan.command == "recover" else "is so already"
            console.note(f"nothing is to be done: {plan.name} {is_so}")
    if busy:
        write = console.write_words if output == "words" else console.write_stdout
        write(_text(busy, output, kubectl))
    return _NOT_UNDERSTOOD if unknown else 0


def _text(plans: Sequence[Plan], output: str, kubectl: Kubectl) -> Iterator[str]:
    if output == "words":
        from sfsgen.plans.explained import explained

        return explained(plans, _printing(kubectl))
    if output == "json":
        from sfsgen.plain_text import as_json
        from sfsgen.plans.plan import as_data

        return iter([as_json({"plans": [as_data(each) for each in plans]}, 2), "\n"])
    if output == "sh":
        return _script(plans, kubectl)
    return _objects(plans)


def _printing(kubectl: Kubectl) -> str:
    """Return the command that was typed, as it prints the objects that are created."""
    words, kept = sys.argv[1:], list[str]()
    while words:
        word = words.pop(0)
        if word in ("-o", "--output"):
            words[:1] = []
        elif not re.match("--output=|-o.", word):
            kept.append(word)
    for option, value in kubectl.options:  # of a cluster that was chosen by kubectl itself
        if value is not None and not any(each.split("=")[0] == option for each in kept):
            kept += [option, value]
    piped = " <FILE" if {"-", "-f-", "--filename=-"} & {*kept} else ""
    return quoted(["sfsgen", *kept, "-o", "yaml"]) + piped


def _script(plans: Sequence[Plan], kubectl: Kubectl) -> Iterator[str]:
    from sfsgen.plans.script import script

    for plan in plans:
        for note in plan.notes:
            console.note(note)
    busy = [plan for plan in plans if plan.phases]
    return script(busy, kubectl) if busy else iter(())


def _objects(plans: Sequence[Plan]) -> Iterator[str]:
    """Yield the objects that plans create, as a cluster should get them."""
    from sfsgen.documents.yaml_writer import block

    for plan in plans:
        for note in plan.notes:
            console.note(note)
        if any(not (each.step and each.step.verb == "create") for each in plan.actions):
            console.note(
                f"{plan.name}: these are the objects alone, and the plan has other steps, too, "
                "which -o words says and -o sh does"
            )
    for plan in plans:
        for each in plan.created:
            yield f"---\n{block(each, 0)}\n"
