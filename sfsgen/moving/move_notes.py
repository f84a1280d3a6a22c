"""What the owner of a set should know, or see to, before it is moved."""

from collections.abc import Iterator, Sequence

from sfsgen.kubernetes.quantities import nano_units
from sfsgen.moving.copying import Copy, moved_of, needed
from sfsgen.moving.wanted import Shall, Wanted
from sfsgen.nfs import NfsDirectory
from sfsgen.plain_text import listed
from sfsgen.plans.doing import Doing
from sfsgen.sets.inventory import parents
from sfsgen.sets.ordinals import Pairing
from sfsgen.storage_drivers import reclaimed
from sfsgen.values.pairs import Volume


def notes_of(doing: Doing, wanted: Wanted, *, same_data: bool, is_set_new: bool) -> Iterator[str]:
    """Yield what the owner should know."""
    changed = [
        each for each in wanted.pairs if each.is_elsewhere or each.has_another_claim or each.fields
    ]
    elsewhere = [each for each in changed if each.is_elsewhere]
    copies = needed([Copy(each.volume, each.lies) for each in elsewhere])
    if not same_data and len(moved_of(copies)) < len(copies):
        yield "the old directories stay as they are; delete them once all is well"
    stateful_set = wanted.stateful_set
    if changed and not stateful_set.replicas:
        yield (
            f"{stateful_set.name} is at 0 replicas, and stays so: was it an earlier run that "
            "stopped it, run that script again instead, or scale it up afterwards"
        )
    for each in elsewhere:
        policy = each.new_volume["spec"]["persistentVolumeReclaimPolicy"]
        hurts = reclaimed(each.lies.driver, policy)
        if each.lies.driver != each.volume.driver and hurts:
            yield f"{each.volume.name} keeps its policy {policy}, and {hurts}"
            break
    yield from _of_data(doing.pairing, elsewhere)
    yield from _smaller(changed)
    if any("mountOptions" in each.fields and not _is_restarted(each) for each in changed):
        namespace, name = wanted.stateful_set.key
        words = ["rollout", "restart", f"statefulset/{name}"]
        command = doing.cures.access.kubectl.command(*words, namespace=namespace)
        yield f"mount options count from the next start of a pod on: {command}"
    if elsewhere or is_set_new or any(each.has_another_claim for each in changed):
        yield (
            "write the same into your manifests or your values file: what they say now the server "
            "refuses"
        )


def _of_data(pairing: Pairing, elsewhere: Sequence[Shall]) -> Iterator[str]:
    """Yield who else has to do with data that goes elsewhere."""
    if is_shared(elsewhere):
        yield "ordinals share a directory, so all pods are stopped together"
    if others := [other.name for each in elsewhere for other in beside(pairing, elsewhere, each)]:
        names = listed(list(dict.fromkeys(others)))
        yield f"{names} have their data there too, and stay: see that nobody writes there meanwhile"
    if same := [each.volume.name for each in elsewhere if _keeps_its_handle(each)]:
        yield (
            f"the handle of {listed(same)} stays: before the last copy see that no node has it "
            "mounted any more, for a node knows a volume by its handle"
        )
    if left := list(_left_behind(pairing, elsewhere)):
        yield f"{listed(left)} stay where they are, for their claims are gone"


def beside(pairing: Pairing, moving: Sequence[Shall], shall: Shall) -> Iterator[Volume]:
    """Yield the volumes in the directory of one that goes, or below it, that do not go."""
    place, goes = shall.volume.place, {each.volume.name for each in moving if each.is_elsewhere}
    for other in pairing.inventory.overlaps(shall.volume):
        if other.name not in goes and len(other.place.path) >= len(place.path):
            yield other


def is_shared(moving: Sequence[Shall]) -> bool:
    """Return whether ordinals have one directory, or one has its own in that of another one.

    Then none goes while others write there.
    """
    return bool(shared_places(moving))


def shared_places(moving: Sequence[Shall]) -> set[NfsDirectory]:
    """Return the directories in which, below which or above which several ordinals lie."""
    numbers: dict[NfsDirectory, set[int]] = {}
    elsewhere = [(each.volume.place, each.row.number) for each in moving if each.is_elsewhere]
    for place, number in elsewhere:
        numbers.setdefault(place, set()).add(number)
    found: set[NfsDirectory] = set()
    for place, number in elsewhere:
        around = [each for each in (place, *parents(place)) if numbers.get(each, set()) - {number}]
        found.update([place, *around] if around else ())
    return found


def _keeps_its_handle(shall: Shall) -> bool:
    """Return whether a volume is the same one to a node, though it lies elsewhere.

    What is staged on a node is found by driver and handle (kubernetes, pkg/volume/csi,
    makeDeviceMountPath), and unmounted a moment after the last pod has gone.
    """
    old, new = (
        each["spec"].get("csi") or {} for each in (shall.volume.manifest.value, shall.new_volume)
    )
    fields = "driver", "volumeHandle"
    return bool(new) and all(old.get(each) == new.get(each) for each in fields)


def _left_behind(pairing: Pairing, elsewhere: Sequence[Shall]) -> Iterator[str]:
    """Yield the volumes of the same claim templates that no claim has."""
    for template in {each.row.template.key: each.row.template for each in elsewhere}.values():
        for row in pairing.of(template).by_number.values():
            if row.volume and row.claim is None:
                yield row.volume.name


def _is_restarted(shall: Shall) -> bool:
    return shall.row.is_wanted and (shall.is_elsewhere or shall.has_another_claim)


def _smaller(changed: Sequence[Shall]) -> Iterator[str]:
    for each in changed:
        old = each.volume.storage.storage
        new = each.new_volume["spec"]["capacity"]["storage"]
        if old and nano_units(new) < nano_units(old):
            yield (
                f"{each.volume.name} has {old}, and {new} is less: NFS holds nobody to a size, so "
                "see that the data is not more"
            )
            return
