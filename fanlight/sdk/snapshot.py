"""Values of the agent as JSON text, taken without running any of the agent's code.

Only exact built-in types are walked: a subclass, or any other object, is named by its class and left alone,
so that no `__str__`, `__repr__` or `__iter__` of the host runs, blocks or raises here.
"""

from __future__ import annotations

import json
import math
from itertools import islice
from typing import Any

MAX_DEPTH = 8
MAX_NODES = 2_000
MAX_TEXT = 64 * 1024
MAX_JSON = 256 * 1024
MAX_BITS = 4_096
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
    return _cut(json.dumps(_Walk().copy(value, MAX_DEPTH), ensure_ascii=False), MAX_JSON)


def attribute_of(value: Any) -> Any:
    """`value` as an OpenTelemetry attribute: scalars and lists of one scalar type stay, else `text_of`.

    Example:
        >>> attribute_of(3), attribute_of(["a", "b"]), attribute_of({"a": 1})
        (3, ['a', 'b'], '{"a": 1}')
    """
    if type(value) in (bool, float) or _is_int64(value):
        return value
    if type(value) in (list, tuple) and 0 < len(value) <= MAX_NODES:
        items = list(value)
        kinds = {type(item) for item in items}
        if kinds in ({bool}, {float}) or (kinds == {int} and all(map(_is_int64, items))):
            return items
        if kinds == {str} and sum(map(len, items)) <= MAX_TEXT:
            return [_cut(item) for item in items]
    return text_of(value)


def structure_of(value: Any) -> Any:
    """`value` as a log record's body can hold it: mappings and lists in each other, bounded as `text_of`.

    Example:
        >>> structure_of({"city": "Oslo", "days": (1, {"n": 2**64}), "it": object()})
        {'city': 'Oslo', 'days': [1, {'n': '18446744073709551616'}], 'it': '<object>'}
    """
    return _fitting(_Walk().copy(value, MAX_DEPTH))


def _fitting(value: Any) -> Any:
    """The same with whole numbers beyond 64 bits, which OTLP cannot hold, as text."""
    if type(value) is dict:
        return {key: _fitting(member) for key, member in value.items()}
    if type(value) is list:
        return list(map(_fitting, value))
    return str(value) if type(value) is int and not _is_int64(value) else value


class _Walk:
    """One walk: it ends after so many values and characters, whatever it is given."""

    def __init__(self) -> None:
        self.nodes = 0
        self.room = MAX_JSON

    def copy(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        kind = type(value)
        if value is None or kind is bool:
            return value
        if self.nodes > MAX_NODES or self.room <= 0:
            return CUT
        if kind is str:
            return self._text(value)
        if kind is int:
            return value if value.bit_length() <= MAX_BITS else f"<int of {value.bit_length()} bits>"
        if kind is float:
            return value if math.isfinite(value) else repr(value)
        if depth == 0:
            return CUT
        return self._members(value, kind, depth - 1)

    def _members(self, value: Any, kind: type, depth: int) -> Any:
        try:
            if kind is dict:
                pairs = list(islice(value.items(), MAX_NODES))
                return {self._key(key): self.copy(item, depth) for key, item in pairs}
            if kind in (list, tuple, set, frozenset):
                return [self.copy(item, depth) for item in list(islice(value, MAX_NODES))]
        except RuntimeError:
            # Another thread of the agent changes it at this moment.
            return CUT
        return f"<{kind.__name__}>"

    def _key(self, key: Any) -> str:
        if type(key) is str:
            return self._text(key)
        copied = self.copy(key, 0)
        return copied if isinstance(copied, str) else json.dumps(copied)

    def _text(self, text: str) -> str:
        kept = _cut(text)
        self.room -= len(kept)
        return kept


def _is_int64(value: Any) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _cut(text: str, most: int = MAX_TEXT) -> str:
    """At most so many characters, each of which can be written as UTF-8."""
    kept = text if len(text) <= most else text[: most - 1] + CUT
    return kept if kept.isascii() else kept.encode("utf-8", "replace").decode("utf-8")
