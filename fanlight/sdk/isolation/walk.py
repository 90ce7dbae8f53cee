"""Copies a hook's arguments into plain data, whatever they are: bounded, without running any of their code.

Values arrive as they were: text, numbers, bytes, lists, tuples, sets and mappings keep their type, subclasses
of them become it; exceptions are rebuilt (see `failure`); any other object becomes a mapping of its fields
with its class under `__class__`. What is too deep, too much or too long is cut, and the cut is visible.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from fanlight.sdk.isolation import kinds

DEPTH = 8
NODES = 2_000
TEXT = 64 * 1024
ALL = 256 * 1024
CUT = "…"
# Marks what plain data cannot say; a tuple of the agent's own that begins like it is marked itself.
MARK = ...


class Walk:
    """One copy in the making: how many nodes and characters are left."""

    __slots__ = ("nodes", "room")

    def __init__(self) -> None:
        self.nodes = NODES
        self.room = ALL

    @property
    def size(self) -> int:
        """About the bytes of what was copied."""
        return ALL - self.room + 32 * (NODES - self.nodes)

    def copy(self, value: Any, depth: int = DEPTH) -> Any:
        """`value` as data that `marshal` can write."""
        self.nodes -= 1
        cls = type(value)
        if cls is str:
            return self._text(value)
        if cls is int or cls is bool or value is None or cls is float:
            return value if cls is not int else self._whole(value)
        if self.nodes < 0 or depth <= 0:
            return CUT
        return self._other(value, cls, depth - 1)

    def _other(self, value: Any, cls: type, depth: int) -> Any:
        kind = kinds.plain_kind(cls)
        if kind is str:
            return self._text(str.__str__(value))
        if kind is int:
            return self._whole(int.__int__(value))
        if kind is float:
            return float.__float__(value)
        if kind is bytes:
            return self._bytes(value)
        if kind is dict:
            return self.mapping(value, depth)
        if kind is not None:
            return self._sequence(kind, value, depth)
        if kinds.is_exception(cls):
            from fanlight.sdk.isolation.failure import pack

            return (MARK, "exception", pack(value, self, depth))
        return self._object(value, cls, depth)

    def mapping(self, value: Any, depth: int) -> Any:
        """A mapping; keys that are neither text nor number become text."""
        found: dict[Any, Any] = {}
        try:
            for key, item in islice(dict.items(value), max(0, self.nodes) + 1):
                if self.nodes <= 0:
                    found[CUT] = CUT
                    break
                name = self.copy(key, 1)
                found[name if type(name) in (str, int, float, bool, bytes) else CUT] = self.copy(item, depth)
        except RuntimeError:  # another thread changed it while it was read
            found[CUT] = CUT
        return found

    def _sequence(self, kind: type, value: Any, depth: int) -> Any:
        found: list[Any] = []
        try:
            for item in islice(_ITERATORS[kind](value), max(0, self.nodes) + 1):
                if self.nodes <= 0:
                    found.append(CUT)
                    break
                found.append(self.copy(item, depth))
        except RuntimeError:  # another thread changed it while it was read
            found.append(CUT)
        if kind is list:
            return found
        if kind is tuple:
            return (MARK, "tuple", found) if found and found[0] is MARK else tuple(found)
        return (MARK, "set" if kind is set else "frozenset", found)

    def _object(self, value: Any, cls: type, depth: int) -> Any:
        module, name = kinds.name_of(cls)
        fields = kinds.fields_of(value)
        if not fields:
            return self._text(f"<{module}.{name}>")
        found = self.mapping(fields, depth)
        return {"__class__": f"{module}.{name}", **found}

    def _text(self, value: str) -> str:
        most = min(TEXT, max(0, self.room))
        self.room -= min(len(value), most)
        return value if len(value) <= most else value[:most] + CUT

    def _bytes(self, value: Any) -> bytes:
        most = min(TEXT, max(0, self.room))
        copied = bytes.__getitem__(value, slice(0, most))
        self.room -= len(copied)
        return copied

    def _whole(self, value: int) -> Any:
        # A number of a million digits is a text of a million characters to whoever prints it.
        return value if -_HUGE < value < _HUGE else CUT


_HUGE = 1 << 4096
_ITERATORS: dict[type, Any] = {
    list: list.__iter__,
    tuple: tuple.__iter__,
    set: set.__iter__,
    frozenset: frozenset.__iter__,
}


def copy_arguments(arguments: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """A hook's arguments as plain data, and about how many bytes they are.

    >>> copy_arguments({"inputs": {"cities": ("Oslo", 3)}})[0]
    {'inputs': {'cities': ('Oslo', 3)}}
    """
    walk = Walk()
    return {key: walk.copy(value) for key, value in dict.items(arguments)}, walk.size


def restore(value: Any) -> Any:
    """What `copy_arguments` made, as the exporter gets it.

    >>> restore(copy_arguments({"names": {"Oslo"}})[0])
    {'names': {'Oslo'}}
    """
    cls = type(value)
    if cls is list:
        return [restore(item) for item in value]
    if cls is dict:
        return {key: restore(item) for key, item in value.items()}
    if cls is not tuple:
        return value
    if len(value) == 3 and value[0] is MARK:
        return _marked(value[1], value[2])
    return tuple([restore(item) for item in value])


def _marked(name: str, value: Any) -> Any:
    if name == "exception":
        from fanlight.sdk.isolation.failure import rebuild

        return rebuild(value)
    items = [restore(item) for item in value]
    if name == "tuple":
        return tuple(items)
    try:
        return set(items) if name == "set" else frozenset(items)
    except TypeError:  # an item that became a mapping has no hash
        return items
