"""Label selectors, as Kubernetes' API objects hold them."""

from collections.abc import Mapping
from typing import Any

OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def is_met(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether labels meet a selector; an operator that is not known meets nothing.

    A value that is not written is the empty one.
    Source: apimachinery/pkg/apis/meta/v1, LabelSelectorAsSelector.
    """
    equal = selector.get("matchLabels") or {}
    return all(
        key in labels and (labels[key] or "") == (value or "") for key, value in equal.items()
    ) and all(_is_expression_met(each, labels) for each in selector.get("matchExpressions") or ())


def _is_expression_met(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = expression.get("key") or "", expression.get("values") or ()
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False
