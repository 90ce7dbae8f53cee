"""Attributes that say what was folded in an item, and the item's keys as they were sent.

A project may use so many different keys (`docs/how-to/limits.md`). Keys beyond stand in their places as
`fanlight.folded.key.1`, `.2`, ..., and one more attribute lists what they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

NAME = "fanlight.folded.name"
"""The name of the span, event, log record or metric as it was sent."""

KEYS = "fanlight.folded.keys"
"""The folded keys of the item as a list in JSON, in the order of their numbers."""

KEY = "fanlight.folded.key."
"""What a folded key begins with; its number follows, from 1."""


def unfolded(keys: Sequence[str], values: Sequence[str]) -> list[str]:
    """The keys as they were sent; those behind each other that are not folded are the same.

    Example:
        >>> unfolded(["n", "fanlight.folded.key.1", "fanlight.folded.keys"], ["7", "x", '["user.8"]'])
        ['n', 'user.8', 'fanlight.folded.keys']
    """
    if KEYS not in keys:
        return list(keys)
    sent = _listed(values[list(keys).index(KEYS)])
    return [sent.get(key, key) for key in keys]


def name_sent(name: str, keys: Sequence[str], values: Sequence[str]) -> str:
    """The name of an item with these attributes as it was sent.

    Example:
        >>> name_sent("GET /users/*", ["n", "fanlight.folded.name"], ["7", "GET /users/8"])
        'GET /users/8'
    """
    return values[list(keys).index(NAME)] if NAME in keys else name


def restored(
    keys: Sequence[str], values: Sequence[str], types: Sequence[int]
) -> Iterator[tuple[str, str, int]]:
    """The attributes of an item as they were sent, without what folding added.

    Example:
        >>> list(restored(["fanlight.folded.key.1", "fanlight.folded.keys"], ["x", '["user.8"]'], [1, 1]))
        [('user.8', 'x', 1)]
    """
    for key, value, type_ in zip(unfolded(keys, values), values, types, strict=True):
        if key not in (KEYS, NAME):
            yield key, value, type_


def _listed(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}  # somebody else's attribute by our name: it is shown as it is
    if not isinstance(found, list):
        return {}
    return {f"{KEY}{number}": key for number, key in enumerate(found, 1) if isinstance(key, str)}
