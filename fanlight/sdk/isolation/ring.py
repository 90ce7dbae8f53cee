"""Where the agent's threads leave events: bounded, without a lock, and with every loss counted."""

from __future__ import annotations

import itertools
from collections import deque
from typing import Any, NamedTuple


class Token(NamedTuple):
    """One piece of streamed text, and its number among all events."""

    order: int
    text: str


class Event(NamedTuple):
    """One call of a hook with packed arguments; `size` is about its bytes."""

    order: int
    hook: str
    arguments: dict[str, Any]
    size: int


_entry = tuple.__new__
"""Makes a named tuple at half the cost of calling its class, which is a function of Python."""


class Ring:
    """Two bounded queues, so that a flood of tokens never pushes out the start or the end of a run.

    Appending takes no lock: any thread, a signal handler too, may do it at any moment. `deque(maxlen)` drops
    its oldest entry without a word, so losses are found by counting: numbers given out, less what was taken.
    """

    __slots__ = ("_asked", "_in", "_numbers", "_out", "_refused", "_taken", "_tokens_in", "_tokens_out",
                 "events", "half", "most_bytes", "tokens")  # fmt: skip

    def __init__(self, most_events: int, most_bytes: int) -> None:
        self.tokens: deque[Token] = deque(maxlen=most_events)
        self.events: deque[Event] = deque(maxlen=most_events)
        self.half = most_events // 2
        self.most_bytes = most_bytes
        self._numbers = itertools.count()
        self._asked = 0
        self._taken = 0
        self._in = self._out = self._tokens_in = self._tokens_out = 0
        self._refused = itertools.count()

    def put_token(self, text: str) -> bool:
        """Append streamed text; True when the reader should wake."""
        self._tokens_in += len(text)
        if self._tokens_in - self._tokens_out > self.most_bytes:
            self._tokens_in -= len(text)
            next(self._refused)
            return True
        self.tokens.append(_entry(Token, (next(self._numbers), text)))
        return len(self.tokens) > self.half

    def put(self, hook: str, arguments: dict[str, Any], size: int) -> bool:
        """Append a call of a hook; True when the reader should wake."""
        self._in += size
        if self._in - self._out > self.most_bytes:
            self._in -= size
            next(self._refused)
            return True
        self.events.append(_entry(Event, (next(self._numbers), hook, arguments, size)))
        return len(self.events) > self.half

    @property
    def full(self) -> bool:
        """Whether an event would be refused for its bytes, so that packing it is wasted."""
        return self._in - self._out > self.most_bytes

    def refuse(self) -> None:
        """Count an event that was not even packed."""
        next(self._refused)

    def take(self) -> list[Token | Event]:
        """Whatever was put before this call, in order. For one reader only.

        The bound keeps what depends on each other in order: an event that is put while this runs waits for
        the next call, even when its neighbour of the other queue is already here.
        """
        bound = next(self._numbers)
        self._asked += 1
        taken: list[Token | Event] = [*_until(self.tokens, bound), *_until(self.events, bound)]
        for entry in taken:
            if type(entry) is Token:
                self._tokens_out += len(entry.text)
            elif type(entry) is Event:
                self._out += entry.size
        taken.sort(key=_order)
        self._taken += len(taken)
        if not taken and not self.tokens and not self.events:
            # What `maxlen` pushed out was never subtracted; an empty ring holds nothing.
            self._in, self._tokens_in = self._out, self._tokens_out
        return taken

    @property
    def dropped(self) -> int:
        """Events that were put and are neither taken nor still here; exact when no thread is inside `put`."""
        given = _peek(self._numbers) - self._asked
        lost = given - self._taken - len(self.tokens) - len(self.events)
        return max(0, lost) + _peek(self._refused)


def _order(entry: Token | Event) -> int:
    return entry.order


def _until(queue: deque[Any], bound: int) -> list[Any]:
    found = []
    while queue:
        try:
            entry = queue.popleft()
        except IndexError:  # `maxlen` pushed it out in between
            break
        if entry.order > bound:
            # At `maxlen` this pushes out the newest, which is counted too.
            queue.appendleft(entry)
            break
        found.append(entry)
    return found


def _peek(numbers: itertools.count[int]) -> int:
    # The number that comes next, without taking it.
    return int(repr(numbers)[len("count(") : -1])
