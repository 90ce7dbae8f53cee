"""JSON values out of texts: bounded, and always fit to be sent as JSON again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

MOST_DEPTH = 64
"""Values nested deeper stay the text that they were."""

MOST_NODES = 100_000
"""So many members of lists and objects are read of one value."""

MAX_SAFE_INTEGER = 2**53 - 1

MOST_CHARACTERS = 16 * 1024 * 1024
"""So many characters of text of one span are read."""


class TooDeepError(ValueError):
    """A value is nested deeper than MOST_DEPTH."""


class Budget:
    """How many members and characters may still be read; `spent` once something was left out."""

    __slots__ = ("_characters", "_nodes", "spent")

    def __init__(self, nodes: int = MOST_NODES, characters: int = MOST_CHARACTERS) -> None:
        self._nodes = nodes
        self._characters = characters
        self.spent = False

    def take(self, members: int) -> int:
        """For how many of so many further members there is room."""
        room = min(members, self._nodes)
        self._nodes -= room
        self.spent = self.spent or room < members
        return room

    def text(self, text: str) -> str:
        """`text`, valid and as much of it as there is room for."""
        if len(text) > self._characters:
            self.spent = True
            text = text[: self._characters]
        self._characters -= len(text)
        return whole_text(text)

    def holds(self, text: str) -> bool:
        """Whether there is room for the whole of `text`."""
        return len(text) <= self._characters


_nested: ContextVar[Budget | None] = ContextVar("nested", default=None)


def parsed(text: str, budget: Budget) -> Any:
    """The list, object or quoted text that `text` is as JSON, else `text` itself, as far as the budget goes.

    Example:
        >>> parsed('{"n": NaN, "big": 9007199254740993}', Budget()), parsed("[oops", Budget())
        ({'n': 'NaN', 'big': '9007199254740993'}, '[oops')
        >>> parsed('"{\\\\"doubled\\\\": true}"', Budget()), parsed('"yes" or "no"', Budget())
        ({'doubled': True}, '"yes" or "no"')
    """
    for _ in range(2):
        if text[:64].lstrip()[:1] not in ("{", "[", '"') or not budget.holds(text):
            break
        try:
            found = json.loads(text, parse_constant=_constant)
            if not isinstance(found, str):
                return tidy(found, budget)
        except (ValueError, RecursionError):
            break
        text = found
    return budget.text(text)


def data_of(value: Any) -> Any:
    """`value` as the data it stands for: JSON of any kind in a text is parsed, once more when it was doubled.

    For arguments of tools. A text that is too much to be shown as data stays a text.

    Example:
        >>> data_of('{"q": 1}'), data_of('"{\\\\"q\\\\": 1}"'), data_of("true"), data_of("plain words")
        ({'q': 1}, {'q': 1}, True, 'plain words')
    """
    for _ in range(2):
        if not isinstance(value, str):
            break
        value = _scalar_or_parsed(value)
    return value


def list_or_object(value: Any) -> Any:
    """`value`, parsed when it is the text of a list or an object that is not too much."""
    if not isinstance(value, str):
        return value
    budget = _nested.get() or Budget()
    if budget.spent:
        return value
    found = parsed(value, budget)
    return value if budget.spent else found


@contextmanager
def one_budget() -> Iterator[None]:
    """Inside of it, what is JSON in texts of JSON counts together: past MOST_NODES such texts stay texts."""
    token = _nested.set(Budget())
    try:
        yield
    finally:
        _nested.reset(token)


def tidy(value: Any, budget: Budget, depth: int = 0) -> Any:
    """A copy of `value` that is valid JSON: no NaN, no lone surrogates, no number that JavaScript would bend.

    Lists and objects end where the budget does. Raises TooDeepError.
    """
    if isinstance(value, str):
        return budget.text(value)
    if not isinstance(value, dict | list):
        return _scalar(value)
    if depth >= MOST_DEPTH:
        raise TooDeepError
    room = budget.take(len(value))
    if isinstance(value, list):
        return [tidy(item, budget, depth + 1) for item in islice(value, room)]
    members = islice(value.items(), room)
    return {whole_text(str(key)): tidy(item, budget, depth + 1) for key, item in members}


def whole_text(text: str) -> str:
    r"""`text` with halves of surrogate pairs joined, or replaced where the other half is missing.

    Example:
        >>> whole_text("\ud83d\ude00 \ud83d").encode()
        b'\xf0\x9f\x98\x80 \xef\xbf\xbd'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _scalar_or_parsed(text: str) -> Any:
    start = text[:64].lstrip()[:1]
    if start in ("{", "["):
        return list_or_object(text)
    if not start or start not in '"-0123456789tfn':
        return text
    try:
        return tidy(json.loads(text, parse_constant=_constant), Budget())
    except (ValueError, RecursionError):
        return text


def _constant(name: str) -> str:
    return name


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            return value
        # Python refuses to write out what is longer.
        return str(value) if value.bit_length() < 10_000 else None
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return whole_text(str(value))
