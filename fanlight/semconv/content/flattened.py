"""Lists and objects that were sent as one attribute a leaf: `prefix.0.message.role`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_SEGMENTS = 16
"""A key is divided so often; what is left is one name."""

_LONGEST_INDEX = 12


class _Branch(dict[str, Any]):
    """What was divided, apart from objects that were sent as such."""


def unflattened(values: Mapping[str, Any], prefix: str) -> Any:
    """What lies below `prefix`, numbers as lists in their order; None when there is nothing.

    Holes close up, so that an index of a billion costs as much as any other. Where there are numbers at the
    top, nothing else counts there. Where a key is both a leaf and a branch, the leaf is named "".

    Example:
        >>> unflattened({"m.7.role": "user", "m.2.role": "system", "m.2.part.text": "hi", "n": 1}, "m")
        [{'role': 'system', 'part': {'text': 'hi'}}, {'role': 'user'}]
    """
    root = _Branch()
    start = f"{prefix}."
    for key, value in values.items():
        if key.startswith(start):
            _put(root, key[len(start) :].split(".", MOST_SEGMENTS), value)
    numbered = _Branch((key, below) for key, below in root.items() if _is_index(key))
    return _listed(numbered or root) if root else None


def _put(node: _Branch, path: list[str], value: Any) -> None:
    for segment in path[:-1]:
        below = node.get(segment)
        if not isinstance(below, _Branch):
            below = _Branch() if segment not in node else _Branch({"": below})
            node[segment] = below
        node = below
    leaf = path[-1]
    if isinstance(node.get(leaf), _Branch):
        node[leaf][""] = value
    else:
        node.setdefault(leaf, value)


def _listed(value: Any) -> Any:
    if not isinstance(value, _Branch):
        return value
    numbered = {key: below for key, below in value.items() if key}
    if numbered and all(_is_index(key) for key in numbered):
        return [_listed(numbered[key]) for key in sorted(numbered, key=int)]
    return {key: _listed(below) for key, below in value.items()}


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= _LONGEST_INDEX
