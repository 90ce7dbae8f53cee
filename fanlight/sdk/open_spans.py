"""Spans that have started and not ended: what the heartbeat repeats."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, Span

MAX_OPEN = 4_096


class OpenSpans:
    """For the pipeline's thread alone.

    They are held weakly: a span that the agent dropped without an end is no longer alive, and is not said to
    be. Beyond `most`, the oldest are forgotten.
    """

    def __init__(self, most: int = MAX_OPEN) -> None:
        self._spans: dict[int, weakref.ref[Span]] = {}
        self._most = most

    def __bool__(self) -> bool:
        return bool(self._spans)

    def opened(self, spans: Iterable[Span]) -> list[Span]:
        """Remember those that are still open and sampled; they are given back."""
        fresh = [span for span in spans if span.end_time is None and span.get_span_context().trace_flags & 1]
        for span in fresh:
            self._spans[span.get_span_context().span_id] = weakref.ref(span)
        while len(self._spans) > self._most:
            del self._spans[next(iter(self._spans))]
        return fresh

    def ended(self, spans: Iterable[ReadableSpan]) -> None:
        """Forget these."""
        for span in spans:
            if span.context is not None:
                self._spans.pop(span.context.span_id, None)

    def alive(self) -> Iterator[Span]:
        """Those that are open now."""
        for span_id, reference in list(self._spans.items()):
            span = reference()
            if span is None or span.end_time is not None:
                self._spans.pop(span_id, None)
            else:
                yield span
