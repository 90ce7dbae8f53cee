"""A page of memory that a worker writes and the host reads: what the worker does, seen without its help."""

from __future__ import annotations

import mmap

_CALL, _DONE, _DELIVERED, _FAILED, _IN_A_ROW, _PHASE, _LENGTH, _WORDS = range(8)
STARTING, READY, BROKEN = 0, 1, 2
_TEXT_AT = _WORDS * 8
_MOST_TEXT = 2_000


class Page:
    """Counters of one worker process.

    `call` is the position of the event that a hook is in, 0 between calls; `done` the last one finished.
    Eight aligned bytes are written at once, so a reader never sees half a number.
    """

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, mmap.PAGESIZE)
        self.words = memoryview(self.memory)[:_TEXT_AT].cast("Q")

    @property
    def call(self) -> int:
        """The event that a hook is in; 0 for none."""
        return self.words[_CALL]

    @property
    def done(self) -> int:
        """The last event whose hook ended, well or not."""
        return self.words[_DONE]

    @property
    def delivered(self) -> int:
        """Hooks that returned."""
        return self.words[_DELIVERED]

    @property
    def failed(self) -> int:
        """Hooks that raised."""
        return self.words[_FAILED]

    @property
    def failures_in_a_row(self) -> int:
        """Hooks that raised since the last one that returned."""
        return self.words[_IN_A_ROW]

    @property
    def phase(self) -> int:
        """STARTING, READY, or BROKEN: the exporter could not be made."""
        return self.words[_PHASE]

    def become(self, phase: int) -> None:
        """Say how far the worker is."""
        self.words[_PHASE] = phase

    @property
    def error(self) -> str:
        """The last error's text."""
        length = min(self.words[_LENGTH], _MOST_TEXT)
        return bytes(self.memory[_TEXT_AT : _TEXT_AT + length]).decode("utf-8", "replace")

    def fail(self, text: str) -> None:
        """Leave the text of an error."""
        data = text.encode("utf-8", "replace")[:_MOST_TEXT]
        self.memory[_TEXT_AT : _TEXT_AT + len(data)] = data
        self.words[_LENGTH] = len(data)

    def close(self) -> None:
        """Unmap it, in a process that it does not belong to."""
        self.words.release()
        self.memory.close()


class Marks:
    """What the worker's loop writes for each event, kept to a few assignments."""

    def __init__(self, page: Page) -> None:
        self._words = page.words

    def begin(self, position: int) -> None:
        """A hook is about to be called."""
        self._words[_CALL] = position

    def delivered(self, position: int) -> None:
        """It returned."""
        words = self._words
        words[_DELIVERED] += 1
        if words[_IN_A_ROW]:
            words[_IN_A_ROW] = 0
        words[_DONE] = position
        words[_CALL] = 0

    def failed(self, position: int) -> None:
        """It raised."""
        words = self._words
        words[_FAILED] += 1
        words[_IN_A_ROW] += 1
        words[_DONE] = position
        words[_CALL] = 0

    def skipped(self, position: int) -> None:
        """It was not called: a hook that the exporter does not have."""
        self._words[_DONE] = position
        self._words[_CALL] = 0
