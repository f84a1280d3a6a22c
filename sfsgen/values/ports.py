"""The ports of the main container, which its Services name too."""

from sfsgen.documents.document import Path
from sfsgen.kubernetes import names
from sfsgen.plain_text import brief, quoted
from sfsgen.values.model import Fields
from sfsgen.values.tree import Values

_DEFAULT = {"name": "http", "containerPort": 80}
_LARGEST = 65_535
_PROTOCOLS = ("TCP", "UDP", "SCTP")


def ports_of(values: Values) -> list[Fields]:
    """Return the ports that the values say, noting their faults; by default one."""
    if values.get("ports") is None:
        return [_DEFAULT]
    ports: list[Fields] = []
    numbers, taken = set(), set()
    for path, given in values.whole_entries("ports"):
        number, protocol = given["containerPort"], given.get("protocol", "TCP")
        check_port(values, (*path, "containerPort"), number)
        values.choice((*path, "protocol"), _PROTOCOLS)
        name = given.get("name", f"{protocol.lower()}-{number}")
        fault = names.port_name_fault(name)
        values.check((*path, "name"), name, fault, names.label_fix(name, 15))
        if (number, protocol) in numbers:
            what = f"port {brief(number)} is given twice"
            values.fault((*path, "containerPort"), what, "give it once")
        elif name in taken:
            what = f"two ports are named {quoted(name)}"
            values.fault((*path, "name"), what, "give each its own name")
        numbers.add((number, protocol))
        taken.add(name)
        ports.append({"name": name, **given})
    return ports


def check_port(values: Values, path: Path, number: int) -> None:
    """Note where a number is none of a port."""
    if not 1 <= number <= _LARGEST:
        values.fault(path, f"{brief(number)} is no port", "write 1 to 65535")
