"""Shows spans when they start: OpenTelemetry's hooks, reduced to putting a reference into a queue.

Whatever costs time (copying, encoding, sending) happens in the pipeline's thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import SpanProcessor

from fanlight.sdk import guarding
from fanlight.sdk.backlog import ITEM_BYTES, Backlog, weigh
from fanlight.sdk.faults import note
from fanlight.sdk.payload import attributes_of

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from fanlight.sdk.pipeline import Pipeline


class StartSpanProcessor(SpanProcessor):
    """Sends a snapshot of each span soon after it started, and the whole span when it ended.

    Spans that the sampler leaves out are not sent. A guard that found its limit passed raises here, at the
    start of the next span.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._backlog: Backlog = pipeline.backlog
        # In a forked child: when it was born. Spans from before then are its parent's to send.
        self._born_ns = 0
        pipeline.on_fork(self._in_child)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Queue the span for its snapshot."""
        self._backlog.put_start(span)
        if guarding.guards:
            guarding.started(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Queue the whole span."""
        try:
            if not span.context.trace_flags & 1:
                return
            if self._born_ns and (span.start_time or 0) < self._born_ns:
                return
            self._backlog.put(span, weight_of(span))
            if guarding.guards:
                guarding.ended(span)
        except Exception as error:
            note("end of a span", error)

    def shutdown(self) -> None:
        """Send what is queued, for a bounded time."""
        self._pipeline.close()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is queued now. True when the server took it all."""
        return self._pipeline.flush(timeout_millis / 1_000)

    def _in_child(self, born_ns: int) -> None:
        self._born_ns = born_ns


def weight_of(span: ReadableSpan) -> int:
    """About how many bytes the span keeps alive.

    A microsecond of every span is spent here, so it reads what OpenTelemetry keeps rather than the views that
    it makes of it.
    """
    total = ITEM_BYTES
    for value in attributes_of(span).values():
        kind = type(value)
        if kind is str:
            total += len(value)
        elif kind not in _SMALL:
            total += weigh(value)
    if getattr(span, "_events", True):
        for event in span.events:
            total += ITEM_BYTES + sum(map(weigh, (event.attributes or {}).values()))
    return total


_SMALL = (int, float, bool)
