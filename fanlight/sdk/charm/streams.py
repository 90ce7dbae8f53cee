"""Streamed text of one run: the tokens of one answer become one model span."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fanlight.sdk.snapshot import MAX_TEXT
from fanlight.sdk.spans import Span, tracer

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span as OtelSpan


@dataclass(slots=True)
class _Stream:
    span: OtelSpan
    live: Span
    pieces: list[str] = field(default_factory=list)
    characters: int = 0
    count: int = 0


class Streams:
    """The open streams, one a thread: answers that are streamed at once are told apart.

    `text` is what all of them said. The hooks do not tell when a model is called: its span starts at the last
    moment at which something else ended, so that the time to the first token is right but for the agent's own
    work in between.
    """

    def __init__(self, masked: Callable[[Any], str]) -> None:
        self._masked = masked
        self._open: dict[int, _Stream] = {}
        self._parent: Context | None = None
        self._since_ns: int | None = None
        self.text = ""

    def begin(self, parent: Context) -> None:
        """The run that streams belong to from now on."""
        self._parent = parent
        self.text = ""
        self.mark()

    def mark(self) -> None:
        """Something has ended: a model may be called now."""
        self._since_ns = time.time_ns()

    def token(self, text: str) -> None:
        """A piece of the answer that this thread's model gives."""
        stream = self._open.get(threading.get_ident()) or self._start()
        stream.count += 1
        # A secret that is split into several tokens is masked in the whole text only.
        stream.live.token(self._masked(text))
        if stream.characters <= MAX_TEXT:
            stream.pieces.append(text)
            stream.characters += len(text)

    def end(self) -> None:
        """What was streamed is whole."""
        for stream in self._open.values():
            text = self._masked("".join(stream.pieces))
            self.text = (self.text + text)[:MAX_TEXT]
            stream.span.set_attribute("fanlight.output", text)
            stream.span.set_attribute("charm.stream.pieces", stream.count)
            stream.live.stream_ended()
            stream.span.end()
        if self._open:
            self._open.clear()
            self.mark()

    def _start(self) -> _Stream:
        span = tracer().start_span(
            "model stream",
            context=self._parent,
            start_time=self._since_ns,
            attributes={"fanlight.kind": "llm", "gen_ai.operation.name": "chat"},
        )
        span.add_event("first token")
        stream = self._open[threading.get_ident()] = _Stream(span, Span(span))
        return stream
