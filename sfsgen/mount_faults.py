"""What is wrong with mount options: what mount refuses, what hurts, and what does nothing.

Sources: nfs(5), mount(8), fs/nfs/fs_context.c, and mount.nfs of nfs-utils.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from sfsgen.mount_options import (
    FLAG,
    FLAVOURS,
    KINDS,
    LONGEST,
    NEGATABLE,
    NUMBER,
    NUMBERS,
    TRANSPORTS,
    VERSIONS,
    WORDS,
    Word,
    is_hard,
    local_locks,
    version_of,
    words,
)
from sfsgen.plain_text import quoted
from sfsgen.problems import nearest

_ALIKE = 0.8  # an option and what it is misspelt as
_WHOLE = re.compile(r"\+?(0[xX][0-9a-fA-F]+|[0-9]+)")
_SIZE = re.compile(r"([0-9]+)([kKmM])i?[bB]?")
_FACTORS = {"k": 1024, "m": 1024 * 1024}
_EXAMPLES = {"rsize": "1048576", "wsize": "1048576", "timeo": "600", "retrans": "2", "sec": "sys"}
_LATEST = "nfsvers=4.1"
_SIZES = frozenset(("rsize", "wsize", "bsize"))
_EITHER = frozenset(("fsc", "rdirplus"))  # a word, or with a value
_FOR_VERSION_3 = "lock nolock local_lock mountport mountproto mounthost mountaddr mountvers namlen"
_FOR_VERSION_4 = frozenset(("minorversion", "migration", "nomigration", "clientaddr"))
_OF_OTHERS = "uid gid umask fmask dmask mode file_mode dir_mode username"
_SUBJECTS: Mapping[str, str] = {
    **{f"no{each}": each for each in NEGATABLE.split()},
    **dict.fromkeys(("hard", "soft", "softerr"), "hard"),
    "rw": "ro",
    "fg": "bg",
    "async": "sync",
}


class Fault(NamedTuple):
    """What is wrong with one of some mount options.

    An error is what mount refuses for certain, a warning what it may refuse or what hurts, a note
    what does nothing.
    """

    severity: Literal["error", "warning", "note"]
    entry: int
    """The number of the entry in the list."""
    what: str
    fix: str


@lru_cache(maxsize=8)  # claim templates mostly have those of their set
def faults(options: tuple[str, ...], driver: str) -> tuple[Fault, ...]:
    """Return what is wrong with the mount options of a volume of a driver, "nfs" or "csi"."""
    return tuple(_faults(options, driver))


def _faults(options: Sequence[str], driver: str) -> Iterator[Fault]:
    if sum(len(each.encode()) + 1 for each in options) > LONGEST:
        what = f"the mount options have more than {LONGEST} bytes"
        yield Fault("error", 0, what, "give fewer: a mount takes no more")
        return
    found = words(options)
    sound = [each for each in found if not _own_fault(each, (), driver)]
    if all(each.text != "sloppy" for each in found):
        yield from filter(None, (_own_fault(each, sound, driver) for each in found))
    yield from _faults_together(sound, driver)


def _own_fault(word: Word, sound: Sequence[Word], driver: str) -> Fault | None:
    """Return what is wrong with an option by itself; it is mended so that it suits the others."""
    return _form_fault(word) or _key_fault(word, sound, driver) or _value_fault(word)


def _faults_together(sound: Sequence[Word], driver: str) -> Iterator[Fault]:
    """Yield what is wrong with options of which each by itself is one that mount takes."""
    yield from _version_faults(sound)
    yield from _contradictions(sound, driver)
    for each in sound:
        if each.key in ("intr", "nointr"):
            what = f"{each.key} does nothing: kernels ignore it since 2.6.25"
            yield Fault("note", each.entry, what, "remove it")
        elif each.text == "bg":
            what = (
                "bg: where the server does not answer at once, the pod starts without the mount, "
                "and writes to the node's disk"
            )
            yield Fault("warning", each.entry, what, "remove bg")


def _form_fault(word: Word) -> Fault | None:
    """Return what is wrong with an option that is no single word."""
    text = word.text.strip()
    if text.startswith("-"):
        rest = re.sub(r"^-+(options[ =]|o\s*)?", "", text)
        fix = f"write {quoted(rest)}" if rest in KINDS or "=" in rest else "leave it out"
        what = f"{quoted(word.text)} is an option of the command mount, not of a mount"
        return Fault("error", word.entry, what, fix)
    if '"' in word.text or not re.search(r"\s", word.text):
        return None
    if not text:
        return Fault("error", word.entry, "an option is blank, and mount refuses it", "remove it")
    what = f"{quoted(word.text)} holds a blank: mount takes it for one option, and refuses it"
    text = "=".join(map(str.strip, text.split("=")))
    parts = _apart(text)
    fix = f"write {quoted(parts[0])}"
    if len(parts) > 1:
        fix = f"write each as one word, an entry of its own: {', '.join(map(quoted, parts))}"
    return Fault("error", word.entry, what, fix)


def _apart(text: str) -> list[str]:
    """Return the options that blanks part in one entry; an option and its value are one."""
    found: list[str] = []
    for part in text.split():
        key = found[-1].rstrip(":") if found else ""
        takes_value = KINDS.get(key, FLAG) != FLAG and "=" not in part
        if takes_value and (part not in KINDS or part in WORDS.get(key, ())):
            found[-1] = f"{key}={part}"
        else:
            found.append(part)
    return found


def _key_fault(word: Word, sound: Sequence[Word], driver: str) -> Fault | None:
    """Return what is wrong with an option that NFS does not know."""
    key = word.key
    if key in KINDS or key.lower().startswith("x-"):
        return None
    if key in _OF_OTHERS.split():
        what = f"{quoted(key)} is no option of NFS: the server says whose the files are"
        fix = "remove it, and set owner and mode on the server"
        return Fault("error", word.entry, what, fix)
    if re.fullmatch(r"v[0-9](\.[0-9])?", key):
        return _no_version(word, key[1:])
    what = f"{quoted(key)} is no mount option of nfs(5) or mount(8)"
    near = nearest(key, (each for each in KINDS if len(each) > 1), _ALIKE)
    fix = "remove it, unless the nodes' kernel knows it: others refuse the mount"
    if near:
        fix = _written_right(word, near, sound, driver)
    return Fault("warning", word.entry, what, fix)


def _written_right(word: Word, near: str, sound: Sequence[Word], driver: str) -> str:
    """Return how an option is mended that is misspelt, so that none is told of what is written."""
    if near in ("soft", "softerr"):
        return "remove it" if is_hard(each.text for each in sound) else "write hard"
    text = near if word.value is None else f"{near}={word.value}"
    right = Word(word.entry, near, word.value, text)
    if fault := _value_fault(right):
        return fault.fix
    faults_now, then = (
        sum(1 for _ in _faults_together(each, driver)) for each in (sound, [*sound, right])
    )
    return "remove it" if then > faults_now or local_locks([text]) else f"write {text}"


def _value_fault(word: Word) -> Fault | None:
    """Return what is wrong with the value of a known option, or with that it has none."""
    key, value, kind = word.key, word.value, KINDS.get(word.key, "")
    if not kind or (key in _EITHER and value != "") or (kind == FLAG and value is None):
        return None
    if kind == FLAG:
        what = f"{key} takes no value, and {quoted(word.text)} is refused"
        return Fault("error", word.entry, what, f"write {key}")
    if not value:
        low = NUMBERS.get(key, (0, 0))[0]
        example = _EXAMPLES.get(key) or (str(low) if kind == NUMBER else _example(key))
        fix = f"write {key}={example}" if example else "write its value, or remove it"
        return Fault("error", word.entry, f"{key} needs a value, and is refused without", fix)
    return _number_fault(word, value) if kind == NUMBER else _text_fault(word, value)


def _text_fault(word: Word, value: str) -> Fault | None:
    key = word.key
    if key in ("nfsvers", "vers"):
        return None if value in VERSIONS else _no_version(word, value)
    given = value.split(":") if key == "sec" else [value]
    known = frozenset(FLAVOURS.split()) if key == "sec" else WORDS.get(key)
    wrong = [each for each in given if known and each not in known]
    if not known or not wrong:
        return None
    what = f"{quoted(wrong[0])} is nothing that {key} can be, and mount refuses it"
    near = nearest(wrong[0], known, _ALIKE)
    fix = f"write {key}={near}" if near else f"write one of {', '.join(sorted(known))}"
    return Fault("error", word.entry, what, fix)


def _example(key: str) -> str:
    return VERSIONS[3] if key in ("nfsvers", "vers") else min(WORDS.get(key, ("",)))


def _no_version(word: Word, value: str) -> Fault:
    if value.startswith("2"):
        what = "NFSv2 is gone from kernels and nfs-utils"
        return Fault("warning", word.entry, what, f"write {_LATEST}")
    what = f"there is no NFS version {quoted(value)}, and mount refuses it"
    return Fault("error", word.entry, what, f"write {_LATEST}, or another of {', '.join(VERSIONS)}")


def _number_fault(word: Word, value: str) -> Fault | None:
    key, (low, high) = word.key, NUMBERS[word.key]
    if not _WHOLE.fullmatch(value):
        what = f"{key} must be a whole number, not {quoted(value)}, and mount refuses it"
        size = _SIZE.fullmatch(value)
        fix = f"write {key}={_EXAMPLES.get(key, low)}, or another number"
        if size and key in _SIZES:
            fix = f"write {key}={int(size[1]) * _FACTORS[size[2].lower()]}"
        elif digits := re.match(r"[0-9]+", value):
            fix = f"write {key}={digits[0]}" + ", in tenths of a second" * (key == "timeo")
        severity: Literal["error", "warning"] = "warning" if key == "retry" else "error"
        return Fault(severity, word.entry, what, fix)
    number = int(value, 16) if "x" in value.lower() else int(value[:20])
    if low <= number <= high:
        return None
    what = f"{key} must be from {low} to {high}, not {quoted(value)}, and mount refuses it"
    nearer = low if number < low else high
    return Fault("error", word.entry, what, f"write {key}={nearer}, or another of these")


def _version_faults(found: Sequence[Word]) -> Iterator[Fault]:
    """Yield where options ask for several versions, or are not of the one that is asked for."""
    given = [each for each in found if version_of(each)]
    texts = list(dict.fromkeys(each.text for each in given))
    if len(texts) > 1:
        what = f"{' and '.join(texts)} both say the version: mount refuses more than one"
        yield Fault("error", given[-1].entry, what, f"keep {given[0].text} alone")
    major = version_of(given[0])[:1] if len(texts) == 1 else ""
    for each in found:
        is_udp = each.text in ("udp", "proto=udp", "proto=udp6")
        if major == "4" and is_udp:
            what = f"{each.text}: NFSv4 is not mounted over UDP, and mount refuses it"
            yield Fault("error", each.entry, what, f"write {each.text.replace('udp', 'tcp')}")
        elif is_udp:
            what = f"{each.text}: kernels since 5.6 refuse NFS over UDP, unless built for it"
            yield Fault("warning", each.entry, what, f"write {each.text.replace('udp', 'tcp')}")
        elif major == "4" and each.key in _FOR_VERSION_3.split():
            what = f"{each.text} is for NFSv3: NFSv4 ignores it"
            yield Fault("note", each.entry, what, "remove it")
        elif major == "3" and each.key in ("minorversion", "migration"):
            what = f"{each.text} is for NFSv4: mount refuses it beside {given[0].text}"
            yield Fault("error", each.entry, what, f"remove {each.text}, or write {_LATEST}")
        elif major == "3" and each.key in _FOR_VERSION_4:
            what = f"{each.text} is for NFSv4: NFSv3 ignores it"
            yield Fault("note", each.entry, what, "remove it")


def _contradictions(found: Sequence[Word], driver: str) -> Iterator[Fault]:
    """Yield the options of which one undoes another.

    Not hard and soft, nor several versions: others tell of these.
    """
    by_subject: dict[str, dict[str, Word]] = {}
    for each in found:
        about, said = _said(each)
        by_subject.setdefault(about, {}).setdefault(said, each)
    for said_of_it in by_subject.values():
        if len(said_of_it) > 1 and said_of_it.keys() != {"hard", "soft"}:
            given = list(said_of_it.values())
            # In-tree, Kubernetes sorts them (JoinMountOptions); of two, mount takes the last.
            wins = max(given, key=lambda each: each.text) if driver == "nfs" else given[-1]
            shown = " and ".join(each.text for each in given)
            why = ", since Kubernetes sorts them" * (driver == "nfs")
            what = f"{shown} contradict each other, and {wins.text} wins{why}"
            yield Fault("warning", given[-1].entry, what, "keep one of them")


def _said(word: Word) -> tuple[str, str]:
    """Return what an option is about, and what it says of that."""
    transport = word.value if word.key == "proto" else word.text
    if transport in TRANSPORTS:
        return "proto", transport.removesuffix("6")
    if word.key in ("nfsvers", "vers"):
        return "version", ""
    return _SUBJECTS.get(word.key, word.key), word.text
