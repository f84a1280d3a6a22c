"""What `check` advises works: on invented broken sets its steps mend what they are for.

`SFSGEN_SETS=20000 pytest tests/test_advice_works.py` looks at so many sets.
"""

import copy
import os
import random
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from sfsgen.checking.inspection import inspect
from sfsgen.checking.ruleset import some_rules
from sfsgen.commands.missing import ABOUT_ROWS, is_alone, sides_of
from sfsgen.findings.scene import Look, Scene
from sfsgen.kubernetes.kubectl import Access
from sfsgen.sets.reading import inventory
from tests.control_plane import CLAIM, STATEFUL_SET, VOLUME, ControlPlane, Object
from tests.program import Result, findings, rendered, sfsgen

pytestmark = pytest.mark.without_libraries

_SETS = int(os.environ.get("SFSGEN_SETS", "200"))
_A_TEST = 20  # sets
_MOST_CURES = 20  # one after the other, until nothing is left to carry out
Found = dict[str, Any]
Fault = Callable[[ControlPlane, random.Random], object]


_BEGINNINGS = [
    rendered("web -r 3 --nfs-server nfs --nfs-path /e --storage 1Gi"),
    rendered("web -r 2 --nfs-server nfs --nfs-path /e --storage 1Gi --access-mode ReadWriteOnce"),
    rendered("db -r 2 -n shop --nfs-server nfs --nfs-path /e --storage 2Gi"),
]


def _any(plane: ControlPlane, kind: str, chance: random.Random) -> Object:
    return chance.choice(plane.of_kind(kind) or [{"metadata": {}, "spec": {}}])


def _delete(kind: str) -> Fault:
    def fault(plane: ControlPlane, chance: random.Random) -> None:
        if found := plane.of_kind(kind):
            each = chance.choice(found)["metadata"]
            del plane.objects[kind, each.get("namespace", ""), each["name"]]

    return fault


def _change(kind: str, change: Callable[[Object, random.Random], object]) -> Fault:
    return lambda plane, chance: change(_any(plane, kind, chance), chance)


def _remake(kind: str, *fields: str) -> Fault:
    """Return how an object is deleted and made again, without some fields of its spec."""

    def fault(plane: ControlPlane, chance: random.Random) -> None:
        if not (found := plane.of_kind(kind)):
            return
        each = copy.deepcopy(chance.choice(found))
        metadata = each["metadata"]
        del plane.objects[kind, metadata.get("namespace", ""), metadata["name"]]
        metadata.pop("annotations", None)
        for field in fields:
            each["spec"].pop(field, None)
        plane.create(each)

    return fault


def _reference(**fields: str | None) -> Callable[[Object, random.Random], None]:
    def change(volume: Object, _: random.Random) -> None:
        reference = volume["spec"].setdefault("claimRef", {})
        for key, each in fields.items():
            if each is None:
                reference.pop(key, None)
            else:
                reference[key] = each

    return change


def _spec(**fields: Any) -> Callable[[Object, random.Random], None]:
    return lambda each, _: each["spec"].update(copy.deepcopy(fields))


def _without(field: str) -> Callable[[Object, random.Random], object]:
    return lambda each, _: each["spec"].pop(field, None)


def _second_volume(plane: ControlPlane, chance: random.Random) -> None:
    """Make another volume like one that is there, on a directory of its own."""
    volume = copy.deepcopy(_any(plane, VOLUME, chance))
    name = chance.choice(["spare", "nfs-web-1", "web-pv-0", "pv-web-7"])
    if not volume["metadata"] or (VOLUME, "", name) in plane.objects:
        return
    volume["metadata"] = {"name": name}
    volume["spec"]["nfs"]["path"] = f"/e/{name}"
    reference = volume["spec"].pop("claimRef", None)
    if reference and chance.random() < 0.3:
        volume["spec"]["claimRef"] = {**reference, "uid": ""}
    plane.create(volume)


def _rename_volumes(plane: ControlPlane, chance: random.Random) -> None:
    """Delete all volumes, and make them again under names that count, unreserved."""
    head, first = chance.choice([("nfs-web-", 0), ("web-pv-", 1), ("pv", 1), ("pv-db-", 0)])
    for number, each in enumerate(plane.of_kind(VOLUME), first):
        del plane.objects[VOLUME, "", each["metadata"]["name"]]
        spec = {key: value for key, value in each["spec"].items() if key != "claimRef"}
        plane.create({**each, "metadata": {"name": f"{head}{number}"}, "spec": spec})


def _another_volume(plane: ControlPlane, chance: random.Random) -> None:
    """Make a claim again so that it names any volume."""
    claim = copy.deepcopy(_any(plane, CLAIM, chance))
    volume = _any(plane, VOLUME, chance)["metadata"].get("name", "gone")
    if claim["metadata"]:
        del plane.objects[CLAIM, claim["metadata"]["namespace"], claim["metadata"]["name"]]
        claim["metadata"].pop("annotations", None)
        claim["spec"]["volumeName"] = volume
        plane.create(claim)


def _no_class_in_template(stateful_set: Object, _: random.Random) -> None:
    for each in stateful_set["spec"]["volumeClaimTemplates"]:
        each["spec"].pop("storageClassName", None)


def _a_number(volume: Object, chance: random.Random) -> None:
    reference = volume["spec"].get("claimRef", {})
    if "name" in reference:
        reference["name"] = f"{reference['name'][:-1]}{chance.randrange(4)}"
        reference.pop("uid", None)


_FAULTS: dict[str, Fault] = {
    "second volume": _second_volume,
    "volumes of other names": _rename_volumes,
    "claim made again, naming any volume": _another_volume,
    "claimRef of any ordinal": _change(VOLUME, _a_number),
    "claim template without class": _change(STATEFUL_SET, _no_class_in_template),
    "claim with a selector": _change(CLAIM, _spec(selector={"matchLabels": {"disk": "a"}})),
    "larger claim": _change(CLAIM, _spec(resources={"requests": {"storage": "5Gi"}})),
    "claim of other modes": _change(CLAIM, _spec(accessModes=["ReadWriteOnce"])),
    "policy Recycle": _change(VOLUME, _spec(persistentVolumeReclaimPolicy="Recycle")),
    "fewer replicas": _change(STATEFUL_SET, _spec(replicas=1)),
    "all claims deleted": lambda plane, chance: [
        _delete(CLAIM)(plane, chance) for _ in plane.of_kind(CLAIM)
    ],
    "claim deleted": _delete(CLAIM),
    "volume deleted": _delete(VOLUME),
    "claim made again": _remake(CLAIM),
    "claim made again, naming no volume": _remake(CLAIM, "volumeName"),
    "claim made again, naming nothing": _remake(CLAIM, "volumeName", "storageClassName"),
    "volume made again": _remake(VOLUME),
    "volume made again, reserved for nobody": _remake(VOLUME, "claimRef"),
    "claimRef gone": _change(VOLUME, _without("claimRef")),
    "uid gone": _change(VOLUME, _reference(uid=None)),
    "uid of an earlier claim": _change(VOLUME, _reference(uid="an-earlier-one")),
    "claimRef without namespace": _change(VOLUME, _reference(namespace=None, uid=None)),
    "claimRef of another namespace": _change(VOLUME, _reference(namespace="other", uid=None)),
    "claimRef of another name": _change(VOLUME, _reference(name="pvc-other-0", uid=None)),
    "smaller volume": _change(VOLUME, _spec(capacity={"storage": "1Mi"})),
    "volume with a class": _change(VOLUME, _spec(storageClassName="fast")),
    "volume of other modes": _change(VOLUME, _spec(accessModes=["ReadOnlyMany"])),
    "policy Delete": _change(VOLUME, _spec(persistentVolumeReclaimPolicy="Delete")),
    "more replicas": _change(STATEFUL_SET, _spec(replicas=4)),
}


def broken_set(seed: int) -> tuple[ControlPlane, list[str]]:
    """Return a set in which some things have gone wrong, one after the other."""
    chance = random.Random(seed)  # noqa: S311
    plane = ControlPlane(chance.choice(_BEGINNINGS), chance.choice(["", "standard"]))
    plane.settle()
    names = chance.choices(list(_FAULTS), k=chance.randint(1, 3))
    for name in names:
        _FAULTS[name](plane, chance)
        if chance.random() < 0.7:
            plane.settle()
    plane.settle()
    return plane, names


def broken_sets(first: int) -> Iterator[tuple[int, ControlPlane, list[str]]]:
    """Yield the sets of one test, each with its seed and what has gone wrong in it."""
    for seed in range(first, first + _A_TEST):
        yield seed, *broken_set(seed)


def found_in(plane: ControlPlane, file: Path) -> list[Found]:
    """Return the errors and warnings that `check` finds."""
    file.write_text(plane.dump())
    return [each for each in findings("-f", str(file)) if each["severity"] != "note"]


def printed_for(step: Found) -> Result:
    """Return what sfsgen prints for a step that creates what a set lacks."""
    words = shlex.split(step["command"])
    assert words[words.index("|") :] == ["|", "kubectl", "create", "-f", "-"]
    return sfsgen(words[1 : words.index("|")])


def carried_out(plane: ControlPlane, found: Found) -> ControlPlane:
    """Return what becomes of a cluster once the steps of a finding are taken."""
    made = copy.deepcopy(plane)
    for step in found["steps"]:
        if step["verb"] == "create" and step["value"] is None:
            printed = printed_for(step)
            # What is wrong with another ordinal may have to be mended first.
            assert printed.status == 0 or (not printed.out and "error: " in printed.err)
            for each in yaml.safe_load_all(printed.out):
                made.create(each)
            if not printed.out:
                break
        elif not made.carry_out(step):
            break
    made.settle()
    return made


def errors(found: Sequence[Found]) -> Counter[tuple[str, str]]:
    """Return the errors that there are, by rule and object; one may tell of several ordinals."""
    return Counter(
        (each["rule"], name)
        for each in found
        if each["severity"] == "error"
        for name in {
            side["name"]
            for side in (each["object"], *each["related"])
            if side["kind"] == each["object"]["kind"]
        }
    )


def directories(plane: ControlPlane) -> dict[str, str]:
    """Return the directory of each claim that is Bound."""
    volumes = {each["metadata"]["name"]: each["spec"] for each in plane.of_kind(VOLUME)}
    return {
        each["metadata"]["name"]: volumes[each["spec"]["volumeName"]]["nfs"]["path"]
        for each in plane.of_kind(CLAIM)
        if each["status"]["phase"] == "Bound"
    }


def harm(before: ControlPlane, after: ControlPlane) -> Iterator[str]:
    """Yield the claims that have lost their directory, or have another one."""
    now = directories(after)
    for claim, path in directories(before).items():
        if now.get(claim) != path:
            yield f"{claim} had {path}, and has {now.get(claim)}"


# Once a volume is a claim's, it shows that it does not fit, that by its number it is another's,
# that there is another one for the claim, or that a claim which named it has its own to be freed.
_UNCOVERED = {
    "access-modes",
    "class",
    "crossed",
    "released",
    "size",
    "two-volumes",
    "unequal-pair",
}


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_no_cure_makes_things_worse(first: int, tmp_path: Path) -> None:
    file = tmp_path / "dump.json"
    for seed, plane, names in broken_sets(first):
        before = found_in(plane, file)
        dump = file.read_text()
        for each in before:
            file.write_text(dump)
            after = carried_out(plane, each)
            later = found_in(after, file)
            story = seed, names, each["rule"], each["what"], each["fix"]
            if after.dump() != plane.dump():
                assert each["what"] not in [other["what"] for other in later], story
            new = errors(later) - errors(before)
            assert not [rule for rule, _ in new if rule not in _UNCOVERED], (story, new)
            assert not list(harm(plane, after)), (story, list(harm(plane, after)))


def _is_for_its_owner(found: Found) -> bool:
    """Return whether only the owner of the data can say what is to be done."""
    if found["steps"] and found["steps"][-1]["value"] is None:
        # How new volumes are to be named, and where they lie, what is there may not show.
        return "give --" in printed_for(found["steps"][-1]).err
    return found["rule"] == "crossed" or any(
        words in found["fix"]
        for words in (
            "create the volume",  # its directory is known to nobody else
            "add name",  # of the claim, or of its namespace
            "that is meant",
            "copy the data",
            "prints another pair",
        )
    )


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_cure_upon_cure_ends_in_a_clean_check(first: int, tmp_path: Path) -> None:
    file = tmp_path / "dump.json"
    for seed, broken, names in broken_sets(first):
        plane = broken
        for _ in range(_MOST_CURES):
            found = found_in(plane, file)
            later = (carried_out(plane, each) for each in found if each["steps"])
            changed = next((each for each in later if each.dump() != plane.dump()), None)
            if changed is None:
                break
            plane = changed
        left = [each for each in found if each["severity"] == "error"]
        told = [(each["rule"], each["what"], each["fix"]) for each in left]
        # Where its owner is asked, another ordinal may have to wait for it.
        assert not left or any(map(_is_for_its_owner, left)), (seed, names, told)


def _as_written(plane: ControlPlane) -> str:
    """Return the objects as their owner has them in a file, without what a server adds."""
    objects = copy.deepcopy(list(plane.objects.values()))
    for each in objects:
        del each["metadata"]["uid"]
        each.pop("status", None)
        each["metadata"].pop("annotations", None)
    return yaml.safe_dump_all(objects)


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_edits_of_files_make_nothing_worse(first: int, tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    for seed, plane, names in broken_sets(first):
        file.write_text(_as_written(plane))
        before = findings("-f", str(file))
        mended = sfsgen(["check", "--fix", "-f", str(file)])
        once, after = file.read_text(), findings("-f", str(file))
        assert "bug" not in mended.err, (seed, names)
        assert not errors(after) - errors(before), (seed, names)
        # What would bring an error, such as one that was hidden, is left to the owner.
        is_left = "nothing is written: its edits would bring errors" in mended.err
        assert is_left or not [each for each in after if each["edits"]], (seed, names)
        sfsgen(["check", "--fix", "-f", str(file)])
        assert file.read_text() == once, (seed, names)


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_of_sound_ordinals_no_rule_tells(first: int, tmp_path: Path) -> None:
    """Neither `scale` nor `volumes` loads the rules for them."""
    file, looked_at = tmp_path / "dump.json", 0
    for seed, plane, names in broken_sets(first):
        file.write_text(plane.dump())
        access = Access((str(file),))
        found = inventory(access)
        seen = Scene(found, Look((), (), {}, None, access))
        rows = [each.row(number) for each in seen.pairing.ordinals for number in range(5)]
        sound = [row for row in rows if row.is_sound and is_alone(row, seen)]
        sides = {id(each) for row in sound for each in sides_of(row)}
        told = inspect(seen, some_rules(ABOUT_ROWS), sides) if sides else []
        assert not [each for each in told if each.severity != "note"], (seed, names)
        looked_at += len(sound)
    assert looked_at


def _found(file: Path, *more: str) -> dict[str, Found]:
    """Return the findings in a file, the last of each rule."""
    return {each["rule"]: each for each in findings("-f", str(file), *more)}


def _settled(change: Callable[[ControlPlane], object], file: Path) -> dict[str, Found]:
    """Return what is found in a set of three once something has changed, by rule."""
    plane = ControlPlane(_BEGINNINGS[0])
    plane.settle()
    change(plane)
    file.write_text(plane.dump())
    return _found(file)


def test_steps_as_data_lack_no_safeguard(tmp_path: Path) -> None:
    """Whoever carries out the data, and not the commands, is as safe."""
    file, chance = tmp_path / "dump.json", random.Random(1)  # noqa: S311

    def without_class(plane: ControlPlane) -> None:
        _FAULTS["claim template without class"](plane, chance)

    steps = _settled(without_class, file)["class"]["steps"]
    assert (steps[0]["verb"], steps[0]["value"]) == ("delete", {"propagationPolicy": "Orphan"})
    assert steps[0]["command"].endswith("--cascade=orphan -n default")

    def with_selector(plane: ControlPlane) -> None:
        _FAULTS["claim with a selector"](plane, chance)

    steps = _settled(with_selector, file)["unequal-pair"]["steps"]
    verbs = [(each["verb"], each["kind"]) for each in steps]
    claim = "PersistentVolumeClaim"
    assert verbs[:3] == [("wait", "Pod"), ("delete", claim), ("wait", claim)]

    def made_again(plane: ControlPlane) -> None:
        _FAULTS["claim made again"](plane, chance)
        plane.settle()

    look, patch = _settled(made_again, file)["released"]["steps"]
    assert (look["verb"], look["value"]) == ("look", patch["value"][0]["value"])


def test_a_label_that_is_another_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "dump.json"
    plane = ControlPlane(_BEGINNINGS[0])
    for each in plane.of_kind(CLAIM)[:1]:
        each["spec"] |= {"selector": {"matchLabels": {"disk": "a"}}}
        del each["spec"]["volumeName"]
    for each in plane.of_kind(VOLUME)[:1]:
        each["metadata"]["labels"] = {"disk": "b"}
        del each["spec"]["claimRef"]
    file.write_text(plane.dump())
    assert _found(file)["claim-selector"]["fix"].startswith(
        "kubectl label pv pv-web-0 disk=a --overwrite"
    )


@pytest.mark.parametrize("order", [("test", "shop"), ("shop", "test")])
def test_a_set_gets_names_that_another_namespace_does_not_have(
    order: tuple[str, str], tmp_path: Path
) -> None:
    """Where both sets would name their volumes alike, whichever of them comes first."""
    file = tmp_path / "sets.yaml"
    sets = {name: rendered(f"web -r 1 -n {name} --nfs-server nfs --storage 1Gi") for name in order}
    bare = [each for each in sets["test"] if each["kind"] in ("Service", STATEFUL_SET)]
    sets["test"] = bare
    file.write_text(yaml.safe_dump_all([each for name in order for each in sets[name]]))
    fix = _found(file)["missing-volume"]["fix"]
    # What shop's volumes show is nothing of test's.
    assert "--nfs-server HOST" in fix
    assert "--volume-name 'pv-{namespace}-{name}-{ordinal}'" in fix


def test_half_a_finding_is_not_edited(tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    objects = copy.deepcopy(_BEGINNINGS[0])
    for each in objects:
        each["metadata"].pop("namespace", None)
        each["spec"].pop("claimRef", None)
        each["spec"].pop("volumeName", None)
    file.write_text(yaml.safe_dump_all(objects))
    assert not sfsgen(["check", "--diff", "-f", str(file)]).out
    assert sfsgen(["check", "--diff", "-f", str(file), "-n", "default"]).out


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ({"uid": "an-earlier-one"}, "remove uid and resourceVersion from the claimRef of pv-web-0"),
        ({}, "create pv-web-0, then `kubectl annotate pvc pvc-web-0"),
        (None, "write `claimRef: {"),
    ],
)
def test_a_lost_claim_whose_volume_is_in_a_file(
    reference: Object | None, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "dump.json"
    plane = ControlPlane(_BEGINNINGS[0])
    plane.settle()
    (volume, *_) = plane.of_kind(VOLUME)
    del plane.objects[VOLUME, "", "pv-web-0"]
    plane.settle()
    del volume["metadata"]["uid"], volume["status"], volume["spec"]["claimRef"]["uid"]
    volume["spec"]["claimRef"] |= reference or {}
    if reference is None:
        del volume["spec"]["claimRef"]
    plane.objects[VOLUME, "", "pv-web-0"] = volume
    file.write_text(plane.dump())
    fix = _found(file)["lost"]["fix"]
    assert fix.startswith(words)
    assert "create pv-web-0, then `kubectl annotate pvc pvc-web-0 pv.kubernetes.io/bind-comp" in fix


def test_the_disk_of_a_provisioner_is_no_rival_of_the_volume_that_was_meant(tmp_path: Path) -> None:
    """As the cure of bound-elsewhere leaves it: claims gone, disks kept, replicas 0."""
    plane, file = ControlPlane(_BEGINNINGS[0]), tmp_path / "dump.json"
    plane.settle()
    for each in plane.of_kind(VOLUME):
        disk = copy.deepcopy(each)
        disk["metadata"] = {
            "name": f"disk-{each['metadata']['name']}",
            "annotations": {"pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com"},
        }
        del each["spec"]["claimRef"]["uid"]
        plane.create(disk)
    for each in plane.of_kind(CLAIM):
        del plane.objects[CLAIM, "default", each["metadata"]["name"]]
    plane.of_kind(STATEFUL_SET)[0]["spec"]["replicas"] = 0
    for each in plane.of_kind(VOLUME):
        phase = "Released" if "disk" in each["metadata"]["name"] else "Available"
        each["status"] = {"phase": phase}
    file.write_text(plane.dump())
    printed = sfsgen(f"scale web --replicas 3 -f {file}")
    claims = list(yaml.safe_load_all(printed.out))
    assert [each["spec"]["volumeName"] for each in claims] == [f"pv-web-{n}" for n in range(3)]
    assert not [each for each in found_in(plane, file) if each["rule"] == "released"]
