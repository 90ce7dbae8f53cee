"""Traces while they go on: whatever the order of snapshots, heartbeats, reports and ends, one result."""

from __future__ import annotations

import itertools
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from fanlight.clock import ManualClock
from fanlight.model.project import ProjectScope
from fanlight.query.changes import list_changes
from fanlight.query.logs import list_logs
from fanlight.query.tokens import get_tokens
from fanlight.query.traces import get_trace

from .telemetry import NOW_NS, SECOND_NS, any_value, pairs, span, traces

HOME = ProjectScope("default")
TRACE = f"{1:032x}"
RUN = "SELECT status, name, span_count FROM runs FINAL"
CLOCK = ManualClock(wall_ns=NOW_NS + 100 * SECOND_NS)


def comes(store: Any, log: Any, at: int, *spans: Any) -> None:
    inserted = store.insert(log.segment(traces(*spans), received_ns=NOW_NS + at * SECOND_NS))
    store.summarise(list(inserted.runs), first_seq=log.next_seq)
    log.next_seq += 1_000


def seen(store: Any, clock: ManualClock = CLOCK, *, trace: int = 1) -> dict[str, str]:
    columns = get_trace(store, HOME, f"{trace:032x}", clock=clock).columns
    return dict(zip(columns.name, columns.state, strict=True))


def test_the_end_is_the_same_in_any_order_of_arrival(store, log, rows):
    orders = list(itertools.permutations(range(5)))[::17]
    # A trace an order, all of them at once.
    told = [arrivals(trace) for trace, _ in enumerate(orders, start=1)]
    for step in range(5):
        comes(
            store,
            log,
            60 + step,
            *(each for made, order in zip(told, orders, strict=True) for each in made[order[step]]),
        )
    for trace, order in enumerate(orders, start=1):
        assert seen(store, trace=trace) == {"root": "finished", "step": "finished"}, order
    assert rows(RUN) == [("success", "root", 2)] * len(orders)


def arrivals(trace: int) -> list[list[Span]]:
    return [
        [
            span("root", trace=trace, number=1, took=0),
            span("step", trace=trace, number=2, parent=1, at=1, took=0),
        ],
        [span("root", trace=trace, number=1, took=0)],
        [span("step", trace=trace, number=2, parent=1, at=1, took=0, fanlight__state="lost")],
        [span("step", trace=trace, number=2, parent=1, at=1)],
        [span("root", trace=trace, number=1, took=20)],
    ]


def test_an_open_span_is_lost_by_silence_or_by_word_and_comes_back_with_a_heartbeat(store, log):
    comes(store, log, 60, span("root", number=1, took=0), span("step", number=2, parent=1, at=1, took=0))
    assert seen(store) == {"root": "open", "step": "open"}
    assert seen(store, ManualClock(wall_ns=NOW_NS + 111 * SECOND_NS)) == {"root": "lost", "step": "lost"}
    comes(store, log, 61, span("step", number=2, parent=1, at=1, took=0, fanlight__state="lost"))
    assert seen(store) == {"root": "open", "step": "lost"}
    comes(store, log, 62, span("step", number=2, parent=1, at=1, took=0))
    assert seen(store) == {"root": "open", "step": "open"}


def test_children_of_a_parent_that_has_not_come_stand_below_its_placeholder_until_it_does(store, log):
    comes(store, log, 60, span("child", number=2, parent=1, at=1, took=3))
    found = get_trace(store, HOME, TRACE, clock=CLOCK)
    assert (found.columns.state, found.columns.parent_span_id) == (
        ["missing", "finished"],
        [None, f"{1:016x}"],
    )
    assert (found.span_count, found.columns.duration_ns[0]) == (1, 3 * SECOND_NS)
    comes(store, log, 61, span("root", number=1))
    assert seen(store) == {"root": "finished", "child": "finished"}


def test_streamed_text_is_an_event_of_its_run_and_no_log(store, log):
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for index, text in ((2, "a time"), (0, "Once upon ")):
        record = records.add(
            time_unix_nano=NOW_NS, event_name="fanlight.token", trace_id=bytes.fromhex(TRACE),
            span_id=(2).to_bytes(8, "big"),
            attributes=pairs({"fanlight.token.index": index, "fanlight.token.count": 2}),
        )  # fmt: skip
        record.body.CopyFrom(any_value(text))
    store.insert(log.segment(request))
    asked = {"after": 0, "upto": 10**9, "limit": 10}
    events = list_changes(store, HOME, frozenset({f"run:{TRACE}", "logs"}), **asked)
    assert [(b'"type":"token"' in event.payload, event.topics) for event in events] == [
        (True, frozenset({f"run:{TRACE}"}))
    ] * 2
    assert list_changes(store, HOME, frozenset({"logs"}), **asked) == []
    assert list_logs(store, HOME).items == []
    assert len(list_logs(store, HOME, q="event:fanlight.token").items) == 2
    tokens = get_tokens(store, HOME, TRACE, f"{2:016x}")
    assert (tokens.text, tokens.first_index, tokens.next_index) == ("Once upon a time", 0, 4)
