"""The parameters of `prepare` alone: what directories are to be, and how they are made."""

from functools import partial
from typing import Annotated

from sfsgen.commands.parameters import option

_of_directories = partial(option, "The directories")
_of_way = partial(option, "How they are made")

ValuesOrManifests = Annotated[
    list[str] | None,
    option(
        "What exists",
        "--filename",
        "-f",
        metavar="FILE",
        text="Values files, or manifests, or a folder of these; - for stdin; repeatable. Default: "
        "the set that --storage and other options describe, else the live cluster.",
    ),
]
Owner = Annotated[
    str | None,
    _of_directories("--owner", metavar="USER", text="Their owner. Default: the set's runAsUser."),
]
Group = Annotated[
    str | None,
    _of_directories(
        "--group",
        metavar="GROUP",
        text="Their group. Default: the set's fsGroup, a single supplementalGroups, or runAsGroup.",
    ),
]
Mode = Annotated[
    str | None,
    _of_directories(
        "--mode",
        metavar="MODE",
        text="As 0750. Default: 2770 where they are shared by a group, 0750 where an owner is "
        "known, else 0755.",
    ),
]
Chown = Annotated[
    bool,
    _of_directories(
        "--chown", text="Give directories that are there their owner, group and mode, too."
    ),
]
Within = Annotated[
    str | None,
    _of_directories(
        "--within",
        metavar="DIR",
        text="The export, which must be there; nothing outside is touched. Default: the path up to "
        "its first placeholder, else what all directories lie in.",
    ),
]
Root = Annotated[
    str | None,
    _of_directories(
        "--root", metavar="DIR", text="Where the server has what clients mount as /. Default: /."
    ),
]
DirectoriesFrom = Annotated[
    str | None,
    _of_directories("--from-ordinal", metavar="N", text="Those of the ordinals from N on."),
]
ForServer = Annotated[
    str | None,
    _of_directories("--for", metavar="SERVER", text="Only the directories on one of the servers."),
]
AsJob = Annotated[
    bool,
    _of_way("--job", text="A Kubernetes Job that mounts the exports and makes the directories."),
]
JobImage = Annotated[
    str | None,
    _of_way("--job-image", metavar="IMAGE", text="Has a shell. Default: busybox:1.37."),
]
Exports = Annotated[
    list[str] | None,
    _of_way(
        "--exports",
        metavar="CIDR",
        text="Export them to the nodes of a network, too, by a file in /etc/exports.d; repeatable.",
    ),
]
Quota = Annotated[
    bool, _of_way("--quota", text="Hold each to the size of its volume, too, by XFS quotas.")
]
