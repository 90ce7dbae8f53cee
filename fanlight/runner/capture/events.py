"""Charm's events within a line of text.

A line may hold several, behind and between other text, under either prefix; a prefix inside an event's own
strings belongs to that event. What looks like an event and is none stays text: nothing is dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PREFIXES = ("__CHARM_EVENT__", "::CHARM_EVENT::")
MAX_TYPE_LENGTH = 64

_PREFIX = re.compile("|".join(map(re.escape, PREFIXES)))
_SPACE = re.compile(r"[ \t]*")


class _NotStrict(Exception):  # noqa: N818 - a turn in the parse, not an error
    pass


def _refuse(_: str) -> Any:
    raise _NotStrict


_STRICT = json.JSONDecoder(parse_constant=_refuse)
_LENIENT = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Found:
    """An event in a line. `original` is set when it was no strict JSON; `text` is then its strict form."""

    type: str
    text: str
    value: Mapping[str, Any]
    original: str | None = None


def parse_line(line: str) -> Iterator[Found | str]:
    """The events of `line`, and the text around them, in their order.

    Example:
        >>> for part in parse_line('hm __CHARM_EVENT__{"type": "delta", "content": "a"} ::CHARM_EVENT::[1]'):
        ...     print(part if isinstance(part, str) else (part.type, part.text))
        hm
        ('delta', '{"type": "delta", "content": "a"}')
         ::CHARM_EVENT::[1]
    """
    text_from = at = 0
    while (prefix := _PREFIX.search(line, at)) is not None:
        found, end = event_at(line, prefix.end())
        if isinstance(found, Found):
            yield from _text(line, text_from, prefix.start())
            yield found
            text_from = end
        at = end
    yield from _text(line, text_from, len(line))


def event_at(line: str, start: int) -> tuple[Found | None, int]:
    """The event whose JSON begins at `start`, or None, and where to go on."""
    match = _SPACE.match(line, start)
    begin = match.end() if match else start
    if line[begin : begin + 1] not in ("{", "["):
        return None, start
    try:
        value, end = _STRICT.raw_decode(line, begin)
        original = None
    except _NotStrict:
        try:
            value, end = _LENIENT.raw_decode(line, begin)
        except (ValueError, RecursionError):
            return None, start
        original = line[begin:end]
    except (ValueError, RecursionError):
        return None, start
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or not _is_type(kind):
        return None, end
    text = line[begin:end] if original is None else strict_text(value)
    return Found(kind, text, value, original), end


def _is_type(kind: str) -> bool:
    return 0 < len(kind) <= MAX_TYPE_LENGTH and kind.isascii() and kind.isprintable()


def strict_text(value: Any) -> str:
    """`value` as Charm writes JSON, with null for what JSON has no word for (NaN, Infinity).

    Example:
        >>> strict_text({"content": float("nan"), "more": [float("inf"), "é"]})
        '{"content": null, "more": [null, "é"]}'
    """
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value


def _text(line: str, start: int, end: int) -> Iterator[str]:
    if line[start:end].strip():
        yield line[start:end]
