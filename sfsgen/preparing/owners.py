"""As whom the pods of a set write: owner, group and mode that a directory needs for them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sfsgen.plain_text import joined
from sfsgen.sets.pod_volumes import only_reads

ROOT = "0"
_ALONE, _TOGETHER = "0750", "2770"
_NOTHING: Mapping[str, Any] = {}


class Owner(NamedTuple):
    """What a directory is to have; "" is what nobody asks for."""

    user: str = ""
    group: str = ""
    mode: str = ""

    def __str__(self) -> str:
        said = (("owner", self.user), ("group", self.group), ("mode", self.mode))
        return ", ".join(f"{word} {each}" for word, each in said if each)


class Writers(NamedTuple):
    """As whom the containers write that mount a claim template."""

    users: tuple[str, ...]
    """Those of the containers, "" where its image says it."""
    groups: tuple[str, ...]
    shared_group: str
    """The group in which all of them are, "" where there is none."""
    has_fs_group: bool
    is_left_alone: bool
    """Whether the kubelet changes nothing of a directory that has the fsGroup already."""
    by_sub_path: bool
    """Whether a part of the volume is mounted, which the kubelet makes where it is not there."""
    only_read: bool
    """Whether their images as a rule only read."""

    @property
    def is_unknown(self) -> bool:
        """Whether they write, and nothing says as whom."""
        return not (any(self.users) or self.shared_group or self.only_read)

    @property
    def is_root(self) -> bool:
        """Whether one of them is said to be root."""
        return ROOT in self.users

    @property
    def disagreement(self) -> str:
        """The users of which no owner and no group could be made, as a sentence lists them."""
        if len(self.users) < 2 or self.shared_group or len(self.groups) == 1:  # noqa: PLR2004
            return ""
        return joined([each or "whom its image says" for each in self.users])

    def owner(self, asked: Owner) -> Owner:
        """Return what a directory is to have; what is asked for wins."""
        # Several users share a directory by its group, and one alone needs none.
        of_groups = self.groups[0] if len(self.groups) == 1 else ""
        group = asked.group or self.shared_group or of_groups
        user = asked.user or self.users[0]
        is_shared = asked.group or self.shared_group or (group and len(self.users) > 1)
        mode = _TOGETHER if is_shared else _ALONE if user else ""
        return Owner(user, group, asked.mode or mode)


def writers(pod: Mapping[str, Any], template: str) -> Writers:
    """Return as whom the containers of a pod's spec write into a claim template's volumes.

    Those that end before the others start are passed over: they often are root, to give away what
    is there.
    """
    context = _mapping(pod.get("securityContext"))
    mounting = list(_mounting(pod, template))
    contexts = [_mapping(each.get("securityContext")) for each, _ in mounting] or [_NOTHING]
    users = dict.fromkeys(_number({**context, **_said(each)}, "runAsUser") for each in contexts)
    groups = dict.fromkeys(_number({**context, **_said(each)}, "runAsGroup") for each in contexts)
    fs_group = _number(context, "fsGroup")
    return Writers(
        tuple(users),
        tuple(groups) if all(groups) else (),
        fs_group or _supplemental(context),
        bool(fs_group),
        context.get("fsGroupChangePolicy") == "OnRootMismatch",
        any(mount.get("subPath") or mount.get("subPathExpr") for _, mount in mounting),
        all(only_reads(each) for each, _ in mounting),
    )


def _mounting(
    pod: Mapping[str, Any], template: str
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield the containers that write into a claim template's volume, each with its mount."""
    for container in _entries(pod.get("containers")):
        for mount in _entries(container.get("volumeMounts")):
            if mount.get("name") == template and mount.get("readOnly") is not True:
                yield container, mount


def _said(context: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in context.items() if each is not None}


def _number(context: Mapping[str, Any], key: str) -> str:
    value = context.get(key)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _supplemental(context: Mapping[str, Any]) -> str:
    """Return the one group that pods get beside their own, by which in-tree NFS is shared."""
    found = context.get("supplementalGroups")
    only = found[0] if isinstance(found, list | tuple) and len(found) == 1 else None
    return _number({"group": only}, "group")


def _entries(value: Any) -> list[Mapping[str, Any]]:
    return [_mapping(each) for each in value] if isinstance(value, list | tuple) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NOTHING
