"""Mount options: which NFS knows, what each may be, and what a list of them asks for.

Sources: nfs(5), mount(8), fs/nfs/fs_context.c, and mount.nfs of nfs-utils.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

LOCAL_LOCKS = "locks hold on one node only: after a failover two pods can hold the same lock"
LONGEST = 4095  # bytes: mount(2) takes a page
FLAG, NUMBER, TEXT = "flag", "number", "text"
_OPTION = re.compile(r'(?:[^",]++|"[^"]*+"?)++')  # what stands between commas, but for quoted ones
_LARGEST = 2**32 - 1
VERSIONS = ("3", "4", "4.0", "4.1", "4.2")
TRANSPORTS = frozenset(("tcp", "tcp6", "udp", "udp6", "rdma", "rdma6"))
FLAVOURS = "none null sys krb5 krb5i krb5p lkey lkeyi lkeyp spkm3 spkm3i spkm3p"
_FLAGS = (
    "bg fg hard soft softerr rdma sloppy tcp udp "
    "defaults ro rw sync async dirsync remount users nousers user nouser owner group _netdev "
    "nofail silent loud strictatime nostrictatime lazytime nolazytime relatime norelatime"
)
NEGATABLE = (
    "ac acl cto fsc intr lock migration posix rdirplus resvport sharecache softreval "
    "trunkdiscovery alignwrite atime diratime auto dev exec suid mand iversion symfollow"
)
# The lowest and the highest number that the kernel takes.
NUMBERS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(["acdirmax", "acdirmin", "acregmax", "acregmin", "actimeo"], (0, _LARGEST)),
    **dict.fromkeys(["bsize", "rsize", "wsize", "namlen", "retry"], (0, _LARGEST)),
    **dict.fromkeys(("port", "mountport"), (0, 65535)),
    "timeo": (1, 2**31 - 1),
    "retrans": (0, 2**31 - 1),
    "nconnect": (1, 16),
    "max_connect": (1, 16),
    "minorversion": (0, 2),
    "mountvers": (1, 3),
}
WORDS: Mapping[str, frozenset[str]] = {
    "nfsvers": frozenset(VERSIONS),
    "vers": frozenset(VERSIONS),
    "proto": TRANSPORTS,
    "mountproto": TRANSPORTS - {"rdma", "rdma6"},
    "lookupcache": frozenset(("all", "none", "pos", "positive")),
    "local_lock": frozenset(("all", "flock", "posix", "none")),
    "write": frozenset(("lazy", "eager", "wait")),
    "xprtsec": frozenset(("none", "tls", "mtls")),
}
_TEXTS = (
    "addr clientaddr mountaddr mounthost sec source comment context fscontext defcontext "
    "rootcontext cert_serial privkey_serial fatal_neterrors"
)
KINDS: Mapping[str, str] = {
    **dict.fromkeys(_FLAGS.split(), FLAG),
    **dict.fromkeys(NEGATABLE.split(), FLAG),
    **{f"no{each}": FLAG for each in NEGATABLE.split()},
    **dict.fromkeys((f"v{each}" for each in VERSIONS), FLAG),
    **dict.fromkeys(NUMBERS, NUMBER),
    **dict.fromkeys((*WORDS, *_TEXTS.split()), TEXT),
}
"""What each option is: a word alone, or one with a number or a text."""


class Word(NamedTuple):
    """One option, and in which entry of the list it stands: an entry may hold several."""

    entry: int
    key: str
    value: str | None
    text: str


def words(options: Iterable[str]) -> list[Word]:
    """Return the options of a list, of which mount makes one text with commas between."""
    return _words(tuple(options))


@lru_cache  # the volumes of a set have the same
def _words(options: tuple[str, ...]) -> list[Word]:
    found = []
    for entry, text in enumerate(options):
        for each in _OPTION.findall(text):
            key, equals, value = each.partition("=")
            found.append(Word(entry, key, value if equals else None, each))
    return found


def is_soft(options: Iterable[str]) -> bool:
    """Return whether mount options make a soft mount."""
    return any(each.text == "soft" for each in words(options))


def is_hard(options: Iterable[str]) -> bool:
    """Return whether mount options ask for a hard mount."""
    return any(each.text == "hard" for each in words(options))


def is_read_only(options: Iterable[str]) -> bool:
    """Return whether mount options make a mount read-only."""
    given = {each.text for each in words(options)}
    return "ro" in given and "rw" not in given


def version(options: Iterable[str]) -> str:
    """Return the version of NFS that mount options ask for, or ""."""
    return next(filter(None, map(version_of, words(options))), "")


def version_option(options: Iterable[str]) -> str:
    """Return the option that says the version of NFS, or ""."""
    return next((each.text for each in words(options) if version_of(each)), "")


def local_locks(options: Iterable[str]) -> str:
    """Return the option by which locks hold on one node only, "" where NFSv4 has none such."""
    if version(options).startswith("4"):
        return ""
    for each in words(options):
        if each.text == "nolock" or (each.key == "local_lock" and each.value not in (None, "none")):
            return each.text
    return ""


def version_of(word: Word) -> str:
    """Return the version of NFS that an option asks for, or ""."""
    if word.key in ("nfsvers", "vers"):
        return word.value or ""
    return word.key[1:] if word.key.startswith("v") and word.key[1:] in VERSIONS else ""
