"""An engine in memory that keeps the store's contract: the first span of an id stays; one order of seqs."""

from __future__ import annotations

import bisect
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.clock import Clock
from fanlight.errors import StoreError
from fanlight.model.event import Event
from fanlight.model.project import ProjectScope
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.store.contract import Inserted, RunKey, Segment

PROJECT = "p"
RUNS = frozenset({"runs"})
POISON = "poison"
Key = tuple[str, str]


def keys_of(body: bytes) -> list[Key]:
    """(trace id, span id) of each span of a plain request."""
    return [
        (span.trace_id.hex(), span.span_id.hex())
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


class Engine:
    """Outlives every server. `fails` says whether the next call is refused for now."""

    epoch = "e"

    def __init__(self, dice: random.Random, clock: Clock, reached: Callable[[str], None]) -> None:
        self._dice, self._clock, self._reached = dice, clock, reached
        self.spans: dict[Key, int] = {}
        self.summaries: dict[RunKey, int] = {}
        self.received_ns: list[tuple[int, int]] = []
        self._events: list[tuple[int, Event]] = []
        self._tokens: dict[str, list[tuple[int, bytes]]] = {}
        self._seqs: set[int] = set()
        self.failing = 0.0

    def insert(self, segment: Segment) -> Inserted:
        self._may_fail()
        content = segment.path.read_bytes()
        walk = framing.walk(content)
        assert (walk.damaged, walk.torn) == ((), len(content)), "a segment is no valid stream"
        records = [(row.seq, framing.decode(content, row, segment.signal).plain) for row in walk.records]
        if segment.signal is not Signal.TRACES:
            return Inserted(stored=sum(row.items for row in walk.records))
        # The same token with other data would be dropped silently by the engine.
        assert self._tokens.setdefault(segment.token, records) == records, "one token names two things"
        if any(POISON.encode() in plain for _, plain in records):
            raise StoreError("the engine cannot take it")
        found = [(key, seq + place) for seq, plain in records for place, key in enumerate(keys_of(plain))]
        stored = 0
        for key, seq in found:
            if key not in self.spans:
                stored += 1
                self.spans[key] = seq
                self._add(seq, "span", {"key": key})
        if stored < len(found):
            self._reached("a span came again and was stored once")
        return Inserted(
            stored=stored,
            duplicates=len(found) - stored,
            projects=frozenset({PROJECT} if stored else ()),
            runs=frozenset(RunKey(PROJECT, trace) for (trace, _), _ in found),
        )

    def summarise(self, runs: Sequence[RunKey], *, first_seq: int) -> int:
        self._may_fail()
        for seq, run in enumerate(runs, first_seq):
            if (old := self.summaries.get(run)) is not None:
                self._events = [each for each in self._events if each[0] != old]
            self.summaries[run] = seq
            self._add(seq, "run", {"run": run.run_id})
        return len(runs)

    def lose_runs(
        self, *, silent_since_ns: int, first_seq: int, open_silent_since_ns: int = 0
    ) -> list[RunKey]:
        return []

    def last_seq(self) -> int:
        return max([0, *self.spans.values(), *self.summaries.values()])

    def _add(self, seq: int, type_: str, data: dict[str, Any]) -> None:
        payload = json.dumps({"seq": str(seq), "type": type_, **data}).encode()
        assert seq not in self._seqs, "two things have one sequence"
        self._seqs.add(seq)
        bisect.insort(self._events, (seq, Event(seq=seq, topics=RUNS, payload=payload, type=type_)), key=_seq)
        self.received_ns.append((self._clock.now_ns(), seq))

    def _may_fail(self) -> None:
        if self._dice.random() < self.failing:
            self._reached("the engine failed for a moment")
            raise StoreError("not now", retryable=True)

    def load(
        self, scope: ProjectScope, topics: frozenset[str], *, after: int, upto: int, limit: int,
        kinds: frozenset[str] = frozenset(), types: frozenset[str] = frozenset(),
    ) -> list[Event]:  # fmt: skip
        """`query.changes.list_changes`."""
        self._may_fail()
        return [event for seq, event in self._events if after < seq <= upto and event.type in types][:limit]

    def count(
        self, scope: ProjectScope, topics: frozenset[str], *, after: int, upto: int, types: frozenset[str]
    ) -> int:
        """`query.changes.count_changes`."""
        return sum(after < seq <= upto and event.type in types for seq, event in self._events)

    def oldest(self, scope: ProjectScope, since_ns: int) -> int:
        """`query.changes.oldest_seq`."""
        return min((seq for at, seq in self.received_ns if at >= since_ns), default=self.last_seq() + 1)


def _seq(row: tuple[int, Event]) -> int:
    return row[0]
