"""Values of the agent as JSON text, taken without running any of the agent's code.

Only exact built-in types are walked: a subclass, or any other object, is named by its class and left alone,
so that no `__str__`, `__repr__` or `__iter__` of the host runs, blocks or raises here.
"""

from __future__ import annotations

import json
import math
from typing import Any

MAX_DEPTH = 8
MAX_NODES = 2_000
MAX_TEXT = 64 * 1024
CUT = "…"


def text_of(value: Any) -> str:
    """`value` as text: text as it is, anything else as JSON; bounded in depth, nodes and length.

    Example:
        >>> text_of("hello"), text_of({"city": "Oslo", "days": (1, 2)}), text_of(object())
        ('hello', '{"city": "Oslo", "days": [1, 2]}', '"<object>"')
        >>> endless = []
        >>> endless.append(endless)
        >>> text_of(endless)
        '[[[[[[[["…"]]]]]]]]'
    """
    if type(value) is str:
        return _cut(value)
    return _cut(json.dumps(_Walk().copy(value, MAX_DEPTH), ensure_ascii=False))


def attribute_of(value: Any) -> Any:
    """`value` as an OpenTelemetry attribute: scalars and lists of one scalar type stay, else `text_of`.

    Example:
        >>> attribute_of(3), attribute_of(["a", "b"]), attribute_of({"a": 1})
        (3, ['a', 'b'], '{"a": 1}')
    """
    if type(value) in (bool, float) or (type(value) is int and -(2**63) <= value < 2**63):
        return value
    if type(value) in (list, tuple) and value and len(value) <= MAX_NODES:
        kinds = {type(item) for item in value}
        if len(kinds) == 1 and kinds <= {str, bool, int, float}:
            return list(value)
    return text_of(value)


class _Walk:
    def __init__(self) -> None:
        self.nodes = 0

    def copy(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        kind = type(value)
        if kind is str:
            return _cut(value)
        if value is None or kind in (bool, int):
            return value
        if kind is float:
            return value if math.isfinite(value) else repr(value)
        if self.nodes > MAX_NODES or depth == 0:
            return CUT
        if kind is dict:
            return {
                self._key(key): self.copy(item, depth - 1) for key, item in list(value.items())[:MAX_NODES]
            }
        if kind in (list, tuple, set, frozenset):
            return [self.copy(item, depth - 1) for item in list(value)[:MAX_NODES]]
        return f"<{kind.__name__}>"

    @staticmethod
    def _key(key: Any) -> str:
        return (
            _cut(key)
            if type(key) is str
            else str(key)
            if type(key) in (int, bool, float)
            else f"<{type(key).__name__}>"
        )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + CUT
