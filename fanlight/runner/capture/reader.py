"""The capture of one run: pieces of bytes in, whatever they mean out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fanlight.clock import SYSTEM, Clock
from fanlight.redact import Redactor
from fanlight.runner.backend import Channel
from fanlight.runner.capture.events import Found, parse_line, strict_text
from fanlight.runner.capture.flood import Flood, Rate
from fanlight.runner.capture.items import Event, Flooded, Hook, Item, Line, Stream
from fanlight.runner.capture.lines import RawLine, Splitter
from fanlight.runner.capture.masking import Masking
from fanlight.runner.capture.pipe import MAX_MESSAGE_BYTES, OPENING, Pipe

FLOODS = frozenset({"delta", "thinking"})
"""Types of events that may come in floods. Every other event is kept, however many there are."""

TERMINAL = frozenset({"final", "error", "internal_run_finished"})
"""Types of events that end a run: of each the first one holds, and a verified one before any other."""

CHANNELS: tuple[Channel, ...] = ("stdout", "stderr", "events")
RATE = Rate()


class Capture:
    """Reads what one child writes. However its bytes are cut into pieces, the same items come out.

    Example:
        >>> capture = Capture(nonce="n")
        >>> items = capture.feed("stdout", b'::CHARM_EVENT::{"type": "status"}\\n')
        >>> [(item.type, item.verified) for item in items]
        [('status', False)]
        >>> capture.close()
        []
    """

    def __init__(
        self, nonce: str, redactor: Redactor | None = None, *, clock: Clock = SYSTEM, rate: Rate = RATE
    ) -> None:
        self._masking = Masking(redactor or Redactor())
        self._pipe = Pipe(nonce)
        self._mark = f"{OPENING}{nonce}::".encode()
        self._splitters = {
            "stdout": Splitter(),
            "stderr": Splitter(),
            "events": Splitter(MAX_MESSAGE_BYTES),
        }
        self._floods = {name: Flood(rate, clock) for name in CHANNELS}
        self._line_seqs: dict[Stream, int] = {"stdout": 0, "stderr": 0}
        self._event_seq = 0
        self._ended: set[tuple[str, bool]] = set()
        self.bytes = 0

    @property
    def missing(self) -> int:
        """Messages of the own pipe that never came."""
        return self._pipe.missing

    def feed(self, channel: Channel, data: bytes) -> list[Item]:
        """What is whole by now."""
        self.bytes += len(data)
        return [item for raw in self._splitters[channel].feed(data) for item in self._read(channel, raw)]

    def close(self) -> list[Item]:
        """What was left without a newline, and what floods left out."""
        items = [
            item
            for channel in CHANNELS
            for raw in self._splitters[channel].close()
            for item in self._read(channel, raw)
        ]
        for held in self._masking.held():
            items += self._event(held, verified=True)
        return items + self.flooded()

    def say(self, event: Mapping[str, Any]) -> list[Item]:
        """An event of the runner itself, in its place among the others."""
        text = strict_text(event)
        found = Found(str(event["type"]), text, event)
        return list(self._event(self._masking.event(found), verified=True))

    def flooded(self) -> list[Item]:
        """What floods left out since the last time."""
        found: list[Item] = []
        for stream in CHANNELS:
            items, size = self._floods[stream].take_counts()
            if items:
                found.append(Flooded(stream=stream, items=items, bytes=size))
        return found

    def _read(self, channel: Channel, raw: RawLine) -> Iterator[Item]:
        if channel == "events":
            yield from self._message(raw)
        elif (at := raw.data.find(self._mark)) >= 0:
            # Behind a print without its newline, where the own messages have to share stdout.
            if at:
                yield from self._line(channel, RawLine(raw.data[:at]))
            yield from self._message(RawLine(raw.data[at:], raw.cut_bytes))
        else:
            yield from self._line(channel, raw)

    def _message(self, raw: RawLine) -> Iterator[Item]:
        found = None if raw.cut_bytes else self._pipe.read(raw.data.decode("utf-8", "replace"))
        if isinstance(found, Found):
            yield from self._event(self._masking.event(found), verified=True)
        elif isinstance(found, Hook):
            yield self._masking.hook(found)
        else:
            yield from self._line("stdout", raw)

    def _line(self, stream: Stream, raw: RawLine) -> Iterator[Item]:
        cut = raw.cut_bytes
        for part in parse_line(self._masking.line(raw)):
            if isinstance(part, Found):
                yield from self._event(part, verified=False)
            else:
                yield from self._text(stream, part, cut)
                cut = 0
        if cut:
            yield from self._text(stream, "", cut)

    def _text(self, stream: Stream, text: str, cut_bytes: int = 0) -> Iterator[Line]:
        self._line_seqs[stream] += 1
        if self._floods[stream].keeps(len(text)):
            yield Line(seq=self._line_seqs[stream], stream=stream, text=text, cut_bytes=cut_bytes)

    def _event(self, found: Found, *, verified: bool) -> Iterator[Item]:
        if found.type in TERMINAL:
            if (found.type, verified) in self._ended:
                # A wrapper and what runs it both end a run: the second one is kept as text.
                yield from self._text("stdout", found.text)
                return
            self._ended.add((found.type, verified))
        for each in self._masking.deltas(found):
            if each.type in FLOODS and not self._floods["events"].keeps(len(each.text)):
                continue
            self._event_seq += 1
            yield Event(
                seq=self._event_seq,
                type=each.type,
                text=each.text,
                value=each.value,
                verified=verified,
                original=each.original,
            )
