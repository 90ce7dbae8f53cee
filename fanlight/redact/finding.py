"""Where any of many literals stand in bytes.

A server looks through everything that it takes, so there a library's vector search does it, in a fortieth of
the time. Inside an agent nothing but the standard library is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Found = list[tuple[int, int]]
"""Offset, and which literal, by offset."""


VECTOR_BYTES, PLAIN_BYTES = 256 * 1024, 16 * 1024
"""What is looked through at once: a few hundred microseconds, for which other threads wait."""


class Finder:
    """Finds `literals`. Where one begins within another, at least the one that begins first is told.

    `piece_bytes` is how much should be looked through at once. With `first` the vector search looks for so
    many of the shortest ones by themselves: two passes over few literals may take less than one over many.

    Example:
        >>> Finder([b"sk-", b"://"]).find(b"https://x sk-1")
        [(5, 1), (10, 0)]
    """

    def __init__(self, literals: Sequence[bytes], *, first: int = 0) -> None:
        self._find, self.piece_bytes = (
            _search(tuple(literals), first) if literals else (_nothing, VECTOR_BYTES)
        )

    def find(self, data: bytes) -> Found:
        """Offsets and literals, by offset."""
        return self._find(data)


def _nothing(data: bytes) -> Found:
    return []


def _search(literals: tuple[bytes, ...], first: int) -> tuple[Callable[[bytes], Found], int]:
    try:
        import ahocorasick_rs  # noqa: F401
    except ModuleNotFoundError:
        return (lambda data: _plain_find(literals, data)), PLAIN_BYTES
    # In order of length: a group with a short one is held to that one's length.
    order = sorted(range(len(literals)), key=lambda index: len(literals[index]))
    groups = (order[:first], order[first:]) if first else (order,)
    finds = [_vector_find(literals, group) for group in groups if group]
    if len(finds) == 1:
        return finds[0], VECTOR_BYTES
    return (lambda data: sorted(found for find in finds for found in find(data))), VECTOR_BYTES


def _vector_find(literals: tuple[bytes, ...], group: Sequence[int]) -> Callable[[bytes], Found]:
    from ahocorasick_rs import BytesAhoCorasick, MatchKind

    # Only of the leftmost one is the vector search made; "standard" takes four times as long.
    automaton = BytesAhoCorasick([literals[index] for index in group], matchkind=MatchKind.LeftmostLongest)
    find = automaton.find_matches_as_indexes
    return lambda data: [(start, group[number]) for number, start, _ in find(data)]


def _plain_find(literals: Sequence[bytes], data: bytes) -> Found:
    found: list[tuple[int, int, int]] = []
    for index, literal in enumerate(literals):
        at = data.find(literal)
        while at >= 0:
            found.append((at, -len(literal), index))
            at = data.find(literal, at + len(literal))
    kept: Found = []
    free = 0
    for at, minus_length, index in sorted(found):
        if at >= free:
            kept.append((at, index))
            free = at - minus_length
    return kept
