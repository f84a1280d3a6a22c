"""How long, and of which characters, the names of a set and of its Service may be, by minor."""

from sfsgen.kubernetes import versions
from sfsgen.kubernetes.names import label_fault
from sfsgen.kubernetes.versions import Target

# "<set>-<hash of 10 digits>" goes into a label of each pod, of 63 characters at most.
_LONGEST_SET_NAME = 52
_LONGEST_POD_NAME = 63
_LONGEST_OLD_SERVICE_NAME = 24


def set_name_fault(name: str, last_ordinal: int, target: Target) -> tuple[str, int]:
    """Return why pods of a set cannot come up by its name, or "", and the longest name.

    Source: the label controller-revision-hash from 1.7 on, before it the name of the pod.
    """
    if target.has(versions.REVISION_LABEL):
        longest = _LONGEST_SET_NAME
        fault = f"has {len(name)} characters; pods come up for {longest} at the most"
    else:
        longest = _LONGEST_POD_NAME - len(f"-{last_ordinal}")
        fault = (
            f"has {len(name)} characters; with the ordinal a pod's name has at most "
            f"{_LONGEST_POD_NAME}, which leaves {longest}"
        )
    return label_fault(name) or (fault if len(name) > longest else ""), longest


def service_name_fault(name: str, target: Target) -> str:
    """Return why a name is no Service's, or "" (RFC 1035 up to 1.35, RFC 1123 from 1.36 on)."""
    if fault := label_fault(name):
        return f"is no Service name: it {fault}"
    if name[0].isdigit() and not target.has(versions.DIGIT_FIRST_SERVICE):
        return "is no Service name: its first character is a digit"
    if len(name) > _LONGEST_OLD_SERVICE_NAME and not target.has(versions.LONG_SERVICE_NAME):
        return f"has {len(name)} characters; Kubernetes 1.3 takes {_LONGEST_OLD_SERVICE_NAME}"
    return ""
