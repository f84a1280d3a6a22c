"""What a set needs and the input lacks: `render` would print something else in its place."""

from collections.abc import Iterator

from sfsgen.describing.belongings import Belongings
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.plain_text import some
from sfsgen.problems import Problem

_SHOWN = 2  # names of volumes


def absences(there: Belongings) -> Iterator[Problem]:
    """Yield the governing Service and the volumes that are meant, and were not read."""
    found = there.stateful_set
    where = found.manifest.where(("spec", "serviceName"))
    if found.service_name and there.governing is None:
        yield Problem(where, *_service(there), "warning")
    if names := volumes_not_read(there):
        where = found.manifest.where(found.templates[0].path)
        what = f"the volumes of its claims ({some(names, _SHOWN)}) were not read, and render would "
        fix = "read them too (`kubectl get pv -o yaml`), or render with --only service,statefulset"
        yield Problem(where, f"{what}print others of these names", fix, "warning")


def volumes_not_read(there: Belongings) -> list[str]:
    """Return the names of volumes that claims of a set have, and that are not in the input."""
    rows = [row for rows in there.rows for row in rows]
    claims = [row.claim for row in rows if row.claim and row.volume is None]
    return [each.volume_name for each in claims if each.volume_name]


def _service(there: Belongings) -> tuple[str, str]:
    found = there.stateful_set
    name, services = found.service_name, there.inventory.services.values()
    same = [each.manifest for each in services if each.manifest.name == name]
    if any(not each.at("metadata", "namespace") for each in same):
        what = f"the Service {name} names no namespace, and the set is in {found.namespace}"
        return f"{what}: it is not taken for the set's", f"give {quoted(['-n', found.namespace])}"
    what = f"the Service {name} is not in the input: render prints a headless one of this name"
    return what, "read it too, or render with --only pv,pvc,statefulset"
