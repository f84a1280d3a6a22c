"""Where the main container mounts a claim template: at one path, at several, or nowhere."""

from sfsgen.documents.document import Path
from sfsgen.plain_text import quoted
from sfsgen.values.model import Fields
from sfsgen.values.tree import Values


def mounts_of(values: Values, template: Path, name: str) -> tuple[Fields, ...]:
    """Return the volumeMounts of the claim template of a name at a path."""
    if values.get(*template, "mounts") is None:
        mount = {"mountPath": _mount_path(values, (*template, "mountPath"))}
        if sub_path := values.get(*template, "subPath"):
            mount["subPath"] = _sub_path(values, (*template, "subPath"), sub_path)
        given: list[Fields] = [mount]
    else:
        given = list(_several(values, template))
    is_read_only = values.get(*values.inherited(template, "nfs", "readOnly"))
    read_only = {"readOnly": True} if is_read_only else {}
    return tuple({"name": name, **each, **read_only} for each in given)


def _several(values: Values, template: Path) -> list[Fields]:
    for word in ("mountPath", "subPath"):
        if values.get(*template, word) is not None:
            what = f"{word} and mounts exclude each other"
            values.fault((*template, word), what, "say all of it in mounts", key=True)
    for path, mount in values.entries(*template, "mounts"):
        _mount_path(values, (*path, "mountPath"))
        for word in ("subPath", "subPathExpr"):
            _sub_path(values, (*path, word), mount.get(word, ""))
        if mount.get("subPath") and mount.get("subPathExpr"):
            what = "subPath and subPathExpr exclude each other"
            values.fault((*path, "subPathExpr"), what, "remove one", key=True)
    return [mount for _, mount in values.entries(*template, "mounts")]


def _mount_path(values: Values, path: Path) -> str:
    text = values.text(path)
    fault = ""
    if not text.startswith("/"):
        fault = "is not an absolute path"
    elif ":" in text or not text.isprintable():
        fault = 'holds a ":" or a control character, which a mount path cannot'
    values.check(path, text, fault, "write it as /var/lib/data")
    return text


def _sub_path(values: Values, path: Path, text: str) -> str:
    if text.startswith("/") or ".." in text.split("/"):
        fix = "write it as pgdata"
        values.fault(path, f"{quoted(text)} leads out of the volume", fix)
    return text
