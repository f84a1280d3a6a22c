"""The nodes of a YAML text, each where it stands: an alias, too, and not where its anchor is."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import ScalarNode


def composed(text: str) -> Any:
    """Return the root of one document. Raises YAMLError where it is no plain YAML."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Composer
    return yaml.compose(text)


class _Composer(Composer):
    def compose_node(self, parent: Any, index: Any) -> Any:
        alias = self.parser.check_event(AliasEvent) and self.parser.peek_event()
        node = super().compose_node(parent, index)
        if not alias:
            return node
        value = node.value if isinstance(node, ScalarNode) else f"*{alias.anchor}"
        return ScalarNode(node.tag, value, alias.start_mark, alias.end_mark, style="*")
