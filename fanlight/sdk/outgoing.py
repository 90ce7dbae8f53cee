"""One turn of the pipeline: what to send now, in which order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.trace import ReadableSpan

from fanlight.sdk.backlog import Backlog, Item
from fanlight.sdk.drops import Drops
from fanlight.sdk.open_spans import OpenSpans
from fanlight.sdk.outbox import Outbox
from fanlight.sdk.payload import Payload, logs_payload, snapshot, spans_payload, tagged
from fanlight.sdk.records import WARN, Records
from fanlight.sdk.tags import Tags
from fanlight.sdk.tokens import coalesce

T = TypeVar("T")

REQUEST_ITEMS = 512
REQUEST_BYTES = 2 * 1024 * 1024
SNAPSHOTS = 128
"""Snapshots a request; open spans are mostly those with long inputs."""

REPORT_S = 10.0
NEVER = float("inf")
DROPPED = "fanlight.sdk.dropped"


class Outgoing:
    """For the pipeline's thread, or for whoever ends the process in its place."""

    def __init__(
        self,
        backlog: Backlog,
        outbox: Outbox,
        drops: Drops,
        tags: Tags,
        heartbeat_s: float,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._backlog = backlog
        self._outbox = outbox
        self._drops = drops
        self._tags = tags
        self._records = Records(tags.own)
        self._heartbeat_s = heartbeat_s
        self._report_at = 0.0
        self.in_child()

    def in_child(self) -> None:
        """Spans that are open in the parent are the parent's."""
        self._open = OpenSpans()
        self._heartbeat_at = self._now() + self._heartbeat_s

    def turn(self) -> None:
        """Send everything that is queued, say that open spans are alive, and some of what was kept."""
        # Starts first: whatever ends from now on comes behind its start.
        fresh = self._open.opened(self._backlog.take_starts())
        self._send_tokens()
        self._send_items(NEVER)
        self._send_snapshots(span for span in fresh if span.end_time is None)
        if self._outbox.has_recovered or self._now() >= self._heartbeat_at:
            self._outbox.has_recovered = False
            self._heartbeat_at = self._now() + self._heartbeat_s
            self._send_snapshots(self._open.alive())
        self._report()
        self._outbox.deliver()

    def last_turn(self, deadline: float) -> None:
        """The same at the end of the process; what has to wait longer than `deadline` is lost.

        A first batch goes whatever the time: a machine so busy that even this comes late loses no run's end.
        """
        self._open.opened(self._backlog.take_starts())
        self._send_tokens()
        self._send_items(deadline)
        self._send_snapshots(self._open.alive(), lost=True)
        self._backlog.close()
        self._report_at = 0.0
        self._report()
        self._outbox.close()

    def rest_s(self) -> float | None:
        """In how many seconds there is something to do; None = nothing until something comes."""
        now = self._now()
        dues = [self._outbox.rest_s()]
        if self._open:
            dues.append(0.0 if self._outbox.has_recovered else self._heartbeat_at - now)
        if self._drops.has_news:
            dues.append(self._report_at - now)
        return min((due for due in dues if due is not None), default=None)

    def _send_items(self, deadline: float) -> None:
        while items := self._backlog.take(REQUEST_ITEMS, REQUEST_BYTES):
            self._send(items)
            if self._now() > deadline:
                self._drops.add("exit", self._backlog.forget())
                return

    def _send(self, items: Sequence[Item]) -> None:
        spans = [item for item in items if isinstance(item, ReadableSpan)]
        self._open.ended(spans)
        records = [item for item in items if isinstance(item, ReadableLogRecord)]
        self._outbox.send(
            *self._encoded(spans_payload, self._tagged(spans)),
            *self._encoded(logs_payload, records),
            *(item for item in items if isinstance(item, Payload)),
        )

    def _send_snapshots(self, spans: Iterable[ReadableSpan], *, lost: bool = False) -> None:
        for some in _batches(spans, SNAPSHOTS):
            copies = [snapshot(span, self._tags.of(span.resource), lost=lost) for span in some]
            self._outbox.send(*self._encoded(spans_payload, copies), keep=lost)
            if self._outbox.is_away:
                # Nobody keeps them: they are said again when it may be back, which nothing else may ask for.
                self._heartbeat_at = min(self._heartbeat_at, self._now() + (self._outbox.rest_s() or 0.0))

    def _encoded(
        self, encode: Callable[[Sequence[T]], tuple[Payload | None, int]], items: Sequence[T]
    ) -> list[Payload]:
        payload, bad = encode(items) if items else (None, 0)
        self._drops.add("unencodable", bad)
        return [] if payload is None else [payload]

    def _send_tokens(self) -> None:
        records = coalesce(self._backlog.take_tokens(), self._records)
        self._outbox.send(*self._encoded(logs_payload, records))

    def _tagged(self, spans: Sequence[ReadableSpan]) -> list[ReadableSpan]:
        return [
            span if (resource := self._tags.of(span.resource)) is span.resource else tagged(span, resource)
            for span in spans
        ]

    def _report(self) -> None:
        """Tell the server what it will never get."""
        if not self._drops.has_news or self._now() < self._report_at:
            return
        self._report_at = self._now() + REPORT_S
        counts = {f"fanlight.dropped.{reason}": count for reason, count in self._drops.untold().items()}
        record = self._records.make(DROPPED, body="telemetry was lost", attributes=counts, severity=WARN)
        self._outbox.send(*self._encoded(logs_payload, [record]))


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
