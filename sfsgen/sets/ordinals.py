"""Which claim and which volume belong to which ordinal, and what ties them: decided once, here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress

from sfsgen.kubernetes.binder import Storage, size
from sfsgen.sets.found import FoundSet, FoundTemplate, Ordinal, TemplateKey
from sfsgen.sets.free_volumes import BySize, FreeVolumes
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.origins import lie_together
from sfsgen.sets.runs import gaps
from sfsgen.sets.volume_names import VolumeNames
from sfsgen.values.pairs import Claim, Key, Pair, Tie, Volume


class TemplateOrdinals:
    """The ordinals of one claim template; those are kept that have a claim or a volume."""

    def __init__(self, stateful_set: FoundSet, template: FoundTemplate, wanted: range) -> None:
        self.stateful_set = stateful_set
        self.template = template
        self.wanted = wanted
        self.by_number: dict[int, Ordinal] = {}

    def row(self, number: int) -> Ordinal:
        """Return an ordinal; there may be billions that have nothing."""
        return self.by_number.get(number) or Ordinal(self.stateful_set, self.template, number)

    @cached_property
    def claims(self) -> Mapping[int, Claim]:
        """The claims that are there."""
        return {number: each.claim for number, each in self.by_number.items() if each.claim}

    @cached_property
    def volumes(self) -> Mapping[int, Volume]:
        """The volumes that belong to a claim, or are reserved for one that is missing."""
        found = ((number, each.own_volume) for number, each in self.by_number.items())
        return {number: volume for number, volume in found if volume}

    @property
    def unreserved(self) -> Iterator[tuple[Ordinal, Volume]]:
        """The ordinals for whose missing claim a volume is there, which does not name it."""
        for row in self.by_number.values():
            if row.volume and not row.own_volume:
                yield row, row.volume

    def is_vacant(self, number: int) -> bool:
        """Return whether an ordinal that is looked at has neither claim nor volume."""
        return number in self.wanted and number not in self.by_number

    def give(self, number: int, volume: Volume, tie: Tie) -> None:
        """Put a volume into an ordinal's row."""
        self.by_number[number] = self.row(number)._replace(volume=volume, tie=tie)


class Pairing:
    """The claims and volumes of everything that exists, put together once; nothing in it changes.

    First comes what objects say, then what selectors and names say, then what the binder would do.
    """

    def __init__(self, inventory: Inventory, asked: Mapping[Key, range] | None = None) -> None:
        """`asked` gives ordinals to look at beside those of a set's replicas."""
        self.inventory = inventory
        self.names = VolumeNames(inventory)
        self._asked = asked or {}
        self._provisioned: dict[TemplateKey, bool] = {}
        self._static: dict[TemplateKey, bool] = {}

    @cached_property
    def pairs(self) -> Mapping[Key, Pair]:
        """The pairs by their claims; a claim for which no volume is meant is in none."""
        found, left = {}, []
        for key, claim in self.inventory.claims.items():
            if pair := self._tied(claim):
                found[key] = pair
            elif not (claim.volume_name or claim.selector) and self.inventory.wanting(key):
                left.append(claim)
        # What is left over goes to whoever comes first, as the binder would have it.
        for claim in left:
            row = self.inventory.wanting(claim.key)[0]
            volume = self.unnamed.take_like(claim.storage, row.template.name, row.number)
            if volume := volume or self.unnamed.take_fitting(claim.storage):
                found[claim.key] = Pair(claim, volume, Tie.CHANCE)
        return found

    def _tied(self, claim: Claim) -> Pair | None:
        """Return a claim with the volume that either of them, a selector or a name leads to."""
        volume: Volume | None
        if claim.volume_name:
            volume = self.inventory.volumes.get(claim.volume_name)
            tie = Tie.BOTH_SIDES if volume and volume.claim == claim.key else Tie.VOLUME_NAME
            tie = Tie.BOUND if claim.phase == "Bound" else tie
        elif volume := self.inventory.reserved(claim.key):
            tie = Tie.CLAIM_REF
        elif claim.selector:
            volume, tie = self.free.take_selected(claim.selector), Tie.SELECTOR
        else:
            volume, tie = self._take_named(claim.key), Tie.NAME
        return Pair(claim, volume, tie) if volume else None

    @property
    def ordinals(self) -> Sequence[TemplateOrdinals]:
        """The ordinals of every claim template of every set."""
        return list(self._by_template.values())

    @cached_property
    def _by_template(self) -> Mapping[TemplateKey, TemplateOrdinals]:
        found = {
            template.key: TemplateOrdinals(each, template, self._asked.get(each.key, each.ordinals))
            for each in self.inventory.stateful_sets
            for template in each.templates
        }
        for key, claim in self.inventory.claims.items():
            pair = self.pairs.get(key)
            volume, tie = (pair.volume, pair.tie) if pair else (None, Tie.NONE)
            for row in self.inventory.wanting(key):
                # By position, which is twice as fast: there may be many.
                filled = Ordinal(*row[:3], claim, volume, tie)
                found[row.template.key].by_number[row.number] = filled
        for key, volumes in self.inventory.reservations.items():
            for each in self.inventory.wanting(key):
                ordinals = found[each.template.key]
                if ordinals.row(each.number).volume is None:
                    ordinals.give(each.number, volumes[0], Tie.CLAIM_REF)
        self._add_named(found)
        for ordinals in found.values():
            self._add_fitting(ordinals)
        return found

    def _add_named(self, found: Mapping[TemplateKey, TemplateOrdinals]) -> None:
        """Give the ordinals without claim and volume those volumes that are named after them."""
        for volume in self.free.left_over():
            # Sets of one name in several namespaces have an equal right to it.
            vacant = [
                (rows, each.number)
                for each in self.names.meanings(volume)
                if (rows := found[each.template.key]).is_vacant(each.number)
            ]
            if len(vacant) == 1:
                ((rows, number),) = vacant
                rows.give(number, volume, Tie.NAME)
                self.free.take(volume.name)

    def _add_fitting(self, ordinals: TemplateOrdinals) -> None:
        """Give the ordinals without claim and volume those that their claims might get.

        Not where others have volumes of their own: these show how the missing ones are made.
        """
        template = ordinals.template
        has_its_own = any(
            each.volume and not each.is_guessed for each in ordinals.by_number.values()
        )
        if has_its_own or not (self._pooled and self._is_static(ordinals)):
            return
        vacant = gaps(ordinals.wanted, ordinals.by_number.keys())
        for number in (number for run in vacant for number in run):
            volume = self._pool.take_like(template.storage, template.name, number)
            volume = volume or self._pool.take_fitting(template.storage)
            if volume is None:
                return
            ordinals.give(number, volume, Tie.CHANCE)

    @cached_property
    def by_set(self) -> Sequence[tuple[FoundSet, Sequence[TemplateOrdinals]]]:
        """The sets that have claim templates, each with the ordinals of all of them."""
        found: dict[Key, list[TemplateOrdinals]] = {}
        for each in self.ordinals:
            found.setdefault(each.stateful_set.key, []).append(each)
        return [(each[0].stateful_set, each) for each in found.values()]

    @cached_property
    def by_volume(self) -> Mapping[str, Ordinal]:
        """The ordinals by the volumes that they have, or that are there for them."""
        rows = (row for each in self.ordinals for row in each.by_number.values())
        return {row.volume.name: row for row in rows if row.volume}

    def of(self, template: FoundTemplate) -> TemplateOrdinals:
        """Return the ordinals of a set's claim template."""
        return self._by_template[template.key]

    def is_provisioned(self, ordinals: TemplateOrdinals) -> bool:
        """Return whether a template's volumes come from a provisioner, or from elsewhere.

        So it is where nothing static is in sight: then none need be there. A template that names
        no class goes by the others of its set.
        """
        key = ordinals.template.key
        if key not in self._provisioned:
            is_static = self._is_static(ordinals)
            if not (is_static or ordinals.template.storage.storage_class):
                others = (self.of(each) for each in ordinals.stateful_set.templates)
                is_static = any(map(self._is_static, others))
            self._provisioned[key] = not is_static
        return self._provisioned[key]

    def _is_static(self, ordinals: TemplateOrdinals) -> bool:
        """Return whether anything says that the volumes of a template are made by hand.

        What is given to it afterwards changes nothing: it is made by hand, too.
        """
        key = ordinals.template.key
        if key not in self._static:
            self._static[key] = self._looks_static(ordinals)
        return self._static[key]

    def _looks_static(self, ordinals: TemplateOrdinals) -> bool:
        rows = ordinals.by_number.values()
        if any(each.volume for each in rows):
            return any(each.volume.is_static for each in rows if each.volume)
        template, replicas = ordinals.template, ordinals.stateful_set.replicas
        classes = {each.claim.storage.storage_class for each in rows if each.claim}
        classes.add(template.storage.storage_class)
        pinned = ordinals.stateful_set.manifest.at(*template.path, "spec", "volumeName")
        return bool(
            "" in classes
            or classes & self._static_classes
            or pinned
            or any(_is_for_static(each.claim) for each in rows if each.claim)
            or (classes == {None} and self._might_get(template.storage, replicas))
        )

    @cached_property
    def _static_classes(self) -> set[str | None]:
        """The classes that volumes have which were made by hand, and no others."""
        classes: dict[bool, set[str | None]] = {True: set(), False: {None, ""}}
        for each in self.inventory.volumes.values():
            classes[each.is_static].add(each.storage.storage_class)
        return classes[True] - classes[False]

    def _might_get(self, wanted: Storage, replicas: int) -> bool:
        """Return whether volumes of the pool are made for a claim template.

        That is shown by their size, or by there being one for each of several pods.
        """
        fitting = list(self._pooled.fitting(wanted))
        is_alike = any(entries[start][0] == size(wanted) for entries, start in fitting)
        return is_alike or sum(len(entries) - start for entries, start in fitting) >= replicas > 1

    @cached_property
    def _left_without(self) -> Mapping[Storage, int]:
        """What claims ask for that no set looks for and that no volume is meant for."""
        claims = (self.inventory.claims[each] for each in self.inventory.orphans)
        return Counter(
            each.storage
            for each in claims
            if not (each.volume_name or each.selector or each.key in self.pairs)
        )

    @cached_property
    def free(self) -> FreeVolumes:
        """The volumes that nobody has."""
        return FreeVolumes(each for each in self.inventory.volumes.values() if self._is_free(each))

    @cached_property
    def unnamed(self) -> FreeVolumes:
        """Those of them that are named after no claim of a set."""
        return FreeVolumes(
            each for each in self.free.left_over() if not any(self.names.meanings(each))
        )

    @cached_property
    def _pool(self) -> FreeVolumes:
        """The volumes on NFS servers that are named after no claim, and that no other claim needs.

        Others made by hand, local disks say, are often alike on purpose.
        """
        pool = FreeVolumes(each for each in self.unnamed.left_over() if each.is_remote)
        for storage, count in self._left_without.items():
            for _ in range(count):
                if pool.take_fitting(storage, is_last=True) is None:
                    break
        return pool

    def meant_for(self, claim: Claim, *, is_left: bool = False) -> Volume | None:
        """Return the static volume that was meant for a claim which is Bound to a provisioner's.

        It is free, or it may be what an earlier claim of this name has left; then the claim may be
        Lost by now. One in the directory that the claim has its data in takes nothing from it: it
        waits for `sfsgen adopt` to go on.
        """
        if not (claim.phase == "Bound" or (is_left and claim.was_bound)):
            return None
        has = self.inventory.volumes.get(claim.volume_name)
        if has and (has.is_static or (has.claim != claim.key and not is_left)):
            return None
        named = self.names.volume_of(claim)
        meant = [*self.inventory.reservations.get(claim.key, ()), *([named] if named else [])]
        is_free = (
            (each.phase == "Available" or (is_left and each.is_left))
            and each.is_static
            and each.claim in (None, claim.key)
            and self.inventory.holder(each) is None
            and not (has and lie_together(each, has))
            for each in meant
        )
        return next(compress(meant, is_free), None)

    def spare(self) -> list[Volume]:
        """Return the volumes made by hand that are left once all have theirs."""
        elsewhere = [each for each in self.unnamed.left_over() if not each.is_remote]
        left = (*elsewhere, *self._pool.left_over())
        return [each for each in left if each.claim is None and each.name not in self.by_volume]

    @cached_property
    def _pooled(self) -> BySize:
        """The volumes of the pool before any is given away."""
        return BySize(each for each in self._pool.left_over() if each.claim is None)

    def _is_free(self, volume: Volume) -> bool:
        if volume.phase not in ("", "Pending", "Available") or volume.name in self.inventory.takers:
            return False
        key = volume.claim
        # What a server holds may be reserved for a claim of a namespace that was not read.
        is_there = key and (
            key in self.inventory.claims or self.inventory.wanting(key) or volume.manifest.is_stored
        )
        return volume.is_static and not is_there

    def _take_named(self, claim: Key) -> Volume | None:
        """Return the free volume that is named after a set's claim, which is then taken."""
        for name in self.names.of_claim(claim):
            volume = self.inventory.volumes.get(name)
            if volume and self.names.claim_of(volume) == claim and self.free.take(name):
                return volume
        return None


def _is_for_static(claim: Claim) -> bool:
    """Return whether a claim names a volume, or waits for one though no default class came in."""
    return claim.names_static or (claim.phase == "Pending" and claim.storage.storage_class is None)
