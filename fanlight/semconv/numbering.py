"""Small numbers for everything that a dialect says about an attribute's key.

A span has some twenty attributes and the dialects read some two hundred keys, so looking each key up by its
text would cost more than decoding the span. One pass turns keys into numbers, and the rest compares those.

What a key can stand for is a **slot**: a canonical scalar, the span's kind, a sign of failure. A **code** is
a slot and a place in the order in which its keys are asked: `slot * 1024 + place`. Codes that are sorted have
the best candidate of each slot first. A key's **number** is its first code; a key that stands in more slots
has further codes, its echoes. Keys with content have numbers from `CONTENT` on, and no code.

Example:
    >>> numbering = number((Dialect(name="acme", rank=1, attributes={"agent": ("acme.agent", "who")}),))
    >>> numbering.slot("agent") * PLACES, numbering.numbers
    (15360, {'acme.agent': 15360, 'who': 15361})
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from fanlight.semconv.dialect import AMOUNTS, COUNTS, SCALARS, Dialect
from fanlight.semconv.registry import dialects

PLACES = 1024
CONTENT = 60_000
NOBODY = 65_535
"""The number of a key that nobody reads."""
SLOTS = ("kind", *COUNTS, *AMOUNTS, "first_token", *SCALARS, "present", "failure", "object")
"""In the order of their numbers, from 1. Counts and costs follow each other: they are compared as a range."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """`codes` of each key that stands for something, `contents` of each that only holds content."""

    codes: Mapping[str, tuple[int, ...]]
    contents: Mapping[str, int]
    dialect_of: Mapping[int, str]

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each key."""
        return {key: codes[0] for key, codes in self.codes.items()} | {
            key: place for key, place in self.contents.items() if key not in self.codes
        }

    @property
    def echoes(self) -> list[dict[int, int]]:
        """Further codes by number: those of keys in two slots, those of keys in three, and so on."""
        most = max(map(len, self.codes.values()), default=1)
        return [
            {codes[0]: codes[round_] for codes in self.codes.values() if len(codes) > round_}
            for round_ in range(1, most)
        ]

    def slot(self, name: str) -> int:
        """The number of a slot."""
        return SLOTS.index(name) + 1

    def code(self, slot: str, key: str) -> int:
        """The code of `key` in `slot`."""
        wanted = self.slot(slot)
        return next(code for code in self.codes[key] if code // PLACES == wanted)


@cache
def numbering() -> Numbering:
    """The numbering of every dialect there is."""
    return number(dialects())


def number(of: Iterable[Dialect]) -> Numbering:
    """The numbering of these dialects, in their order."""
    codes: dict[str, list[int]] = {}
    dialect_of: dict[int, str] = {}
    places = dict.fromkeys(SLOTS, 0)
    contents: dict[str, int] = {}
    for dialect in of:
        for slot, key in _meanings(dialect):
            base = (SLOTS.index(slot) + 1) * PLACES
            if any(code - code % PLACES == base for code in codes.get(key, ())):
                continue  # Somebody before it says the same of this key.
            if places[slot] == PLACES:
                continue  # Ten dialects of a hundred keys each; the rest of them is left out.
            code = base + places[slot]
            places[slot] += 1
            codes.setdefault(key, []).append(code)
            dialect_of[code] = dialect.name
        for key in (*dialect.inputs, *dialect.outputs, *dialect.arguments, *dialect.searched):
            contents.setdefault(key, CONTENT + len(contents))
    return Numbering({key: tuple(found) for key, found in codes.items()}, contents, dialect_of)


def _meanings(dialect: Dialect) -> Iterator[tuple[str, str]]:
    for rule in dialect.kinds:
        if rule.names or rule.unknown:
            yield "kind", rule.key
        if rule.present:
            yield "present", rule.key
    for name, keys in dialect.attributes.items():
        yield from ((name, key) for key in keys)
    yield from (("first_token", key) for key in dialect.first_token)
    yield from (("failure", key) for key in dialect.failures)
    yield from (("object", key) for key in dialect.objects)
