"""Regular expressions of a project's own, by RE2: it never goes back, so none can take long.

It comes with pyarrow, which a server has and an agent need not have: nothing of the SDK imports this.
"""

from __future__ import annotations

import re
import secrets
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fanlight.errors import InvalidError

# What asks for what stands around it cannot be looked for in bytes of which the texts' bounds are unknown.
_ANCHORED = re.compile(r"\^|\$|\\[bBAzZ]")
_SIGN = f"\x02{secrets.token_hex(8)}\x03"
"""Set around each find; no text has it, for nobody knows it."""


class Patterns:
    """Finds `patterns`, each under its name.

    Example:
        >>> found = Patterns({"staff": "P-[0-9]{6}"})
        >>> found.places([b"ask P-123456 or P-654321", b"nobody"])
        [[(4, 12, 'staff'), (16, 24, 'staff')], []]
    """

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._patterns = dict(patterns)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def ranges(self, data: bytes, cuts: Sequence[int]) -> list[tuple[int, int]]:
        """Those of the parts between `cuts` in which something may lie; no text reaches over a cut."""
        import pyarrow.compute as pc

        if not self._patterns or not data:
            return []
        bounds = sorted({0, *cuts, len(data)})
        if any(_ANCHORED.search(pattern) for pattern in self._patterns.values()):
            return [(0, len(data))]
        rows = _strings(data, bounds)
        hit: Any = None
        for pattern in self._patterns.values():
            found = pc.match_substring_regex(rows, pattern)
            hit = found if hit is None else pc.or_(hit, found)
        return [(bounds[row], bounds[row + 1]) for row in pc.indices_nonzero(hit).to_pylist()]

    def places(self, texts: Sequence[bytes]) -> list[list[tuple[int, int, str]]]:
        """What lies in each of `texts`: starts, ends and the patterns' names."""
        import pyarrow.compute as pc

        bounds = [0]
        for text in texts:
            bounds.append(bounds[-1] + len(text))
        rows = _strings(b"".join(texts), bounds)
        places: list[list[tuple[int, int, str]]] = [[] for _ in texts]
        for name, pattern in self._patterns.items():
            hits = pc.indices_nonzero(pc.match_substring_regex(rows, pattern))
            signed = pc.replace_substring_regex(rows.take(hits), f"({pattern})", f"{_SIGN}\\1{_SIGN}")
            for row, text in zip(hits.to_pylist(), _texts(signed), strict=True):
                places[row] += [(start, end, name) for start, end in _between_signs(text)]
        return places


def check_pattern(name: str, pattern: str) -> None:
    """Whether a pattern can be looked for.

    Raises:
        InvalidError: it is no regular expression of RE2's, or it finds the empty text.

    Example:
        >>> check_pattern("staff", "(?<=P)[0-9]")
        Traceback (most recent call last):
        fanlight.errors.InvalidError: the pattern staff cannot be used: invalid perl operator: (?<=; ...
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = _strings(b"", [0, 0])
    try:
        # As it is used: in a group of ours.
        finds_nothing = pc.match_substring_regex(empty, f"({pattern})").to_pylist()[0]
        pc.match_substring_regex(empty, pattern)
    except (pa.ArrowInvalid, UnicodeEncodeError) as error:
        said = str(error).removeprefix("Invalid regular expression: ")
        raise InvalidError(
            f"the pattern {name} cannot be used: {said}",
            hint="RE2's syntax: without look-around and back-references",
        ) from None
    if finds_nothing:
        raise InvalidError(f"the pattern {name} finds the empty text", hint="let it ask for a character")


def _strings(data: bytes, bounds: Sequence[int]) -> Any:
    """Parts of `data` as strings of Arrow, without a copy and without asking whether they are UTF-8.

    `pyarrow.array` would import pandas first: seconds and 40 MiB, for the first who asks.
    """
    import pyarrow as pa

    buffers = [None, pa.py_buffer(array("i", bounds)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(bounds) - 1, buffers)


def _texts(strings: Any) -> list[bytes]:
    import pyarrow as pa

    found: list[bytes] = strings.cast(pa.binary()).to_pylist()
    return found


def _between_signs(text: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    for index, piece in enumerate(text.split(_SIGN.encode())):
        if index % 2 and piece:
            yield at, at + len(piece)
        at += len(piece)
