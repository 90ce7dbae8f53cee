"""Where a dialect keeps content: rows of a table, one a place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fanlight.semconv.content.sent import Sent

FIELDS = (
    "system", "input", "output", "tools", "documents", "query", "call_name", "call_id", "arguments", "result",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """`value` gives what was sent for `field` or None; `name` is the attribute or event that it is in.

    How a value is read depends on its field alone (`reading`), so a source never interprets it.
    """

    field: str
    name: str
    value: Callable[[Sent], Any]


def attribute(field: str, key: str) -> Source:
    """One attribute: text, JSON, or a structured value."""
    return Source(field, key, lambda sent: sent.value(key))


def attributes(field: str, *keys: str) -> tuple[Source, ...]:
    """Several attributes, of which the first that is there counts."""
    return tuple(attribute(field, key) for key in keys)


def flattened(field: str, prefix: str) -> Source:
    """Attributes `prefix.0...`, `prefix.1...`, as the list that they are."""
    return Source(field, prefix, lambda sent: sent.below(prefix))
