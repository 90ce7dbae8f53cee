"""What is masked in bytes that hold many texts, by overwriting at equal length.

Nothing is moved, so whatever frames the texts stays true. Which bytes are a text, only who knows the frame
can say: `Search` gives ranges in which something may lie, and looks closely at one text at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fanlight.redact.finding import Finder
from fanlight.redact.forms import forms_of
from fanlight.redact.shapes import FINDER, OPENINGS, token_at

if TYPE_CHECKING:
    from fanlight.redact.personal import Personal

TOKEN, SECRET = "token", "secret"
"""Kinds besides those of personal data: what has the shape of a well-known token, what was declared."""

MOST_TRIES = 100_000
"""So many beginnings are looked at in one request; what comes behind and has one is masked whole."""

_LONGEST_OPENING = max(len(opening) for opening, _ in OPENINGS)
_WORDS = rb"[a-z._]+"

Place = tuple[int, int, str]
"""Start, end and kind of something to mask."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is looked for: the shapes of tokens always, the exact values of `secrets`, `personal` data.

    Example:
        >>> mask_text(b"it is hunter2-hunter2", Rules(["hunter2-hunter2"]))
        b'it is ***************'
    """

    forms: tuple[bytes, ...]
    personal: Personal | None
    _finder: Finder

    def __init__(self, secrets: Iterable[str] = (), personal: Iterable[str] = ()) -> None:
        forms = {form.encode("utf-8", "surrogatepass") for secret in secrets for form in forms_of(secret)}
        object.__setattr__(self, "forms", tuple(sorted(forms, key=lambda form: (-len(form), form))))
        object.__setattr__(self, "personal", _personal(personal))
        object.__setattr__(self, "_finder", Finder(self.forms))

    def search(self, data: bytes) -> Search:
        """A search through `data`, which may hold many texts."""
        return Search(self, data)

    def secrets_in(self, data: bytes) -> Iterator[int]:
        """Offsets of declared values in `data`."""
        if self.forms:
            longest = len(self.forms[0])
            yield from (at for at, _ in _piecewise(self._finder, data, longest))


class Search:
    """One request's worth of looking: what it may cost is bounded whatever it is given."""

    def __init__(self, rules: Rules, data: bytes) -> None:
        self._rules = rules
        self._data = data
        self._tries_left = MOST_TRIES

    def ranges(self) -> list[tuple[int, int]]:
        """Where to look closely, by offset: only texts that reach into one of these can hold anything."""
        found = [(at, at + 1) for at in self._rules.secrets_in(self._data)]
        found += self._tokens()
        if self._rules.personal:
            found += self._bounded(self._rules.personal.ranges(self._data))
        return sorted(found)

    def places(self, start: int, end: int, *, is_key: bool = False) -> list[Place]:
        """What to mask in the text `data[start:end]`: by offset in `data`, none within another.

        In a key, no personal data and no declared value that is nothing but small letters is looked for: the
        names of attributes are made of such words.
        """
        text = self._data[start:end]
        found = [*self._token_places(text), *self._secret_places(text, is_key=is_key)]
        if self._rules.personal and not is_key:
            found += [(*_whole(text, a, b), kind) for a, b, kind in self._rules.personal.places(text)]
        return [(start + a, start + b, kind) for a, b, kind in _merged(found)]

    def _tokens(self) -> Iterator[tuple[int, int]]:
        data = self._data
        openings = (
            (at, at + 1)
            for at, index in _piecewise(FINDER, data, _LONGEST_OPENING)
            # Without its text's bounds: whatever has the shape within them has it here.
            if OPENINGS[index][1].match(data, at, len(data))
        )
        return self._bounded(openings)

    def _bounded(self, found: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        for start, end in found:
            self._tries_left -= 1
            if self._tries_left < 0:
                yield start, len(self._data)
                return
            yield start, end

    def _token_places(self, text: bytes) -> Iterator[Place]:
        for at, index in _piecewise(FINDER, text, _LONGEST_OPENING):
            self._tries_left -= 1
            if self._tries_left < 0:
                yield 0, len(text), TOKEN
                return
            if place := token_at(text, at, OPENINGS[index][1], 0, len(text)):
                yield *place, TOKEN

    def _secret_places(self, text: bytes, *, is_key: bool) -> Iterator[Place]:
        # One pass for all forms first: a project may declare hundreds of values, each with twenty of them.
        if next(self._rules.secrets_in(text), None) is None:
            return
        for form in self._rules.forms:
            at = text.find(form)
            if at >= 0 and is_key and re.fullmatch(_WORDS, form):
                continue
            while at >= 0:
                yield at, at + len(form), SECRET
                at = text.find(form, at + len(form))


def _personal(kinds: Iterable[str]) -> Personal | None:
    if not (wanted := frozenset(kinds)):
        return None
    # An agent never asks for any: it need not wait for their patterns either.
    from fanlight.redact.personal import Personal

    return Personal(wanted)


def overwrite(data: bytearray, places: Sequence[Place], start: int, end: int) -> None:
    """Mask `places`, found in the text `data[start:end]`.

    Signs become stars. The number of a card that stands in JSON as a number becomes nines, or what is around
    it could not be read any more.
    """
    for a, b, kind in places:
        is_number = (
            kind == "card"
            and data[a:b].isdigit()
            and data[max(start, a - 9) : a].rstrip().endswith((b":", b",", b"["))
            and data[b : min(end, b + 9)].lstrip().startswith((b",", b"}", b"]"))
        )
        data[a:b] = (b"9" if is_number else b"*") * (b - a)


def mask_text(text: bytes, rules: Rules) -> bytes:
    """One text, masked at equal length."""
    places = rules.search(text).places(0, len(text))
    masked = bytearray(text)
    overwrite(masked, places, 0, len(text))
    return bytes(masked)


def _piecewise(finder: Finder, data: bytes, longest: int) -> Iterator[tuple[int, int]]:
    """As `finder.find`, whatever the size of `data`: a hostile one holds millions of beginnings."""
    size = finder.piece_bytes
    if len(data) <= size:
        yield from finder.find(data)
        return
    for piece in range(0, len(data), size):
        for at, index in finder.find(data[piece : piece + size + longest - 1]):
            if at < size:
                yield piece + at, index


def _whole(text: bytes, start: int, end: int) -> tuple[int, int]:
    """The range, grown to whole characters of UTF-8."""
    while start and text[start] & 0xC0 == 0x80:
        start -= 1
    while end < len(text) and text[end] & 0xC0 == 0x80:
        end += 1
    return start, end


def _merged(places: Iterable[Place]) -> list[Place]:
    merged: list[Place] = []
    for start, end, kind in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
        else:
            merged.append((start, end, kind))
    return merged
