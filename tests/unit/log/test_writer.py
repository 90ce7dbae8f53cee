"""The writer stores everything once, tells of it when it can be read, and lets nothing stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import OverloadError, StoreError
from fanlight.ingest.sequence import BLOCK
from fanlight.ingest.writer import _ExpiredError
from fanlight.model.signal import Signal
from fanlight.store.contract import RunKey, Segment

Make = Callable[..., Any]

FRAME_BYTES = 80
"""A record is its body and about so much."""


def test_a_generation_is_stored_summed_up_announced_and_released(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    append(log, batch("r1:a"), batch("r2:a"), batch("log", signal=Signal.LOGS))
    told.drain()
    assert store.calls == [
        ("insert", Signal.TRACES, ["r1:a", "r2:a"]),
        ("insert", Signal.LOGS, ["log"]),
        ("summarise", ["log", "r1", "r2"]),
    ]
    assert told.announced == [(0, []), (3, ["p"]), (6, ["p"])]  # items first, then their summaries
    assert sorted(store.summaries.values()) == [4, 5, 6]
    assert log.backlog_bytes == 0
    assert told.ledger.counts == {("stored", "traces"): 2, ("stored", "logs"): 1}


def test_summaries_are_rebuilt_at_once_and_then_once_a_second(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    clock = ManualClock()
    log = make_log()
    told = make_writer(log, clock=clock)
    told.writer.open()
    store.summarise = spend(store.summarise, clock, seconds=0.3)
    for number in range(3):
        append(log, batch(f"r:{number}"))
        told.drain()
    assert [call[0] for call in store.calls] == ["insert", "summarise", "insert", "insert"]
    assert len(told.announced) == 5
    assert log.backlog_bytes > 0  # not released before its summaries are rebuilt
    clock.advance(3)
    told.drain()
    assert store.calls[-1] == ("summarise", ["r"])
    assert told.announced[-1][0] == store.summaries[RunKey("p", "r")]
    assert log.backlog_bytes == 0


def spend(call: Make, clock: ManualClock, *, seconds: float) -> Make:
    def spent(*arguments: Any, **named: Any) -> Any:
        clock.advance(seconds)
        return call(*arguments, **named)

    return spent


def test_watermarks_only_rise_and_cover_what_was_told(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    for number in range(10):
        append(log, batch(f"r{number % 3}:{number}"))
        told.drain()
        assert told.announced[-1][0] >= store.last_seq()
    marks = [mark for mark, _ in told.announced]
    assert marks == sorted(marks)


def test_a_store_that_fails_for_a_while_loses_nothing(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    failures = [StoreError("code 241", retryable=True), OSError("disk"), MemoryError()]

    def refuse(segment: Segment, texts: list[str]) -> None:
        if failures:
            raise failures.pop()

    store.refuse = refuse
    append(log, batch("a"), batch("b"))
    told.drain()
    assert sorted(store.rows) == ["a", "b"]
    assert log.parked.list() == []


def test_a_frozen_store_leads_to_503_at_the_cap_and_drains_when_it_thaws(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log(max_backlog_bytes=3_000, segment_bytes=500)
    told = make_writer(log)
    told.writer.start()
    store.gate.clear()
    outcomes: list[Any] = []
    while not any(isinstance(outcome, OverloadError) for outcome in outcomes):
        outcomes += append(log, *(batch(f"r:{len(outcomes) + n}") for n in range(5)))
    acknowledged = [f"r:{n}" for n, outcome in enumerate(outcomes) if isinstance(outcome, int)]
    # What waits to be written is counted without its frame.
    assert log.backlog_bytes <= 3_000 + 5 * FRAME_BYTES
    store.gate.set()
    assert told.writer.stop(drain=True)
    assert sorted(store.rows) == sorted(acknowledged)
    assert log.backlog_bytes == 0


def test_stopping_without_draining_leaves_the_rest_for_the_next_start(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.start()
    tried = threading.Event()

    def refuse(segment: Segment, texts: list[str]) -> None:
        tried.set()
        raise StoreError("not now", retryable=True)

    store.refuse = refuse
    append(log, batch("a"))
    assert tried.wait(10)
    assert told.writer.stop(drain=False)
    log.close()
    assert store.rows == {}
    store.refuse = lambda segment, texts: None
    again = make_log()
    later = make_writer(again)
    later.writer.open()
    later.drain()
    assert list(store.rows) == ["a"]
    assert [projects for _, projects in later.announced] == [["p"], ["p"], []]
    assert again.backlog_bytes == 0


def test_a_replay_sums_up_again_what_the_last_process_did_not(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    store.summarise_error = StoreError("down", retryable=True)
    append(log, batch("r:a"))
    told.writer._expired.set()  # the process ends while summaries fail
    with pytest.raises(_ExpiredError):
        told.drain()
    assert list(store.rows) == ["r:a"]
    log.close()
    store.summarise_error = None
    again = make_log()
    later = make_writer(again)
    later.writer.open()
    later.drain()
    assert store.summaries[RunKey("p", "r")] >= 2**32
    assert later.ledger.counts == {("duplicates", "traces"): 1}


def test_a_long_replay_sums_up_and_releases_as_it_goes_and_tells_of_summaries_at_its_end(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log(segment_bytes=1)
    log.open()
    for number in range(3):
        append(log, batch(f"r{number}:a", project=f"p{number}"))
    log.close()
    clock = ManualClock()
    again = make_log()
    told = make_writer(again, clock=clock)
    told.writer.open()
    waiting = [again.backlog_bytes]
    for _ in range(3):
        assert told.writer.turn()
        waiting.append(again.backlog_bytes)
        clock.advance(60)
    assert waiting == sorted(waiting, reverse=True)
    assert len(set(waiting)) == 4  # each generation went as soon as its runs were summed up
    items = [store.rows[f"r{number}:a"] for number in range(3)]
    summaries = [store.summaries[RunKey("p", f"r{number}")] for number in range(3)]
    assert items + summaries == sorted(items + summaries)
    assert [watermark for watermark, _ in told.announced] == [*items, summaries[2], summaries[2]]


def test_lost_runs_are_looked_for_now_and_then_and_announced(
    make_log: Make, make_writer: Make, store: Any
) -> None:
    clock = ManualClock(wall_ns=1_000 * 10**9)
    log = make_log()
    told = make_writer(log, clock=clock)
    told.writer.open()
    store.lost = [RunKey("q", "r")]
    told.drain()
    assert store.calls == []
    clock.advance(5)
    told.drain()
    assert store.calls == [("lose_runs", (1_005 - 300) * 10**9, (1_005 - 50) * 10**9)]
    assert told.announced == [(0, []), (1, ["q"])]


def test_what_came_while_the_writer_was_busy_is_no_silence(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    clock = ManualClock(wall_ns=1_000 * 10**9)
    log = make_log()
    told = make_writer(log, clock=clock)
    told.writer.open()
    store.insert = spend(store.insert, clock, seconds=100)
    append(log, batch("r:a"))
    clock.advance(5)
    assert told.writer.turn()
    assert [call[0] for call in store.calls] == ["insert", "summarise", "lose_runs"]
    assert store.calls[-1] == ("lose_runs", (1_005 - 300) * 10**9, (1_005 - 50) * 10**9)


def test_silence_is_read_from_summaries_that_were_rebuilt_before(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    clock = ManualClock()
    log = make_log()
    told = make_writer(log, clock=clock)
    told.writer.open()
    store.summarise = spend(store.summarise, clock, seconds=4.8)
    append(log, batch("r:a"))
    told.drain()
    clock.advance(0.3)
    append(log, batch("r:b"))
    told.drain()
    assert [call[0] for call in store.calls] == ["insert", "summarise", "insert", "summarise", "lose_runs"]


def test_a_poison_record_alone_is_parked_and_its_neighbours_are_stored(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    store.refuse = refuse_poison
    append(log, *(batch(text, items=4) for text in ("a", "b", "poison 1", "c", "d", "e", "poison 2")))
    told.drain()
    assert sorted(store.rows) == ["a", "b", "c", "d", "e"]
    entries = log.parked.list()
    assert [(e.name, e.project, e.items, e.reason) for e in entries] == [
        ("traces-00000000000000000009", "p", 4, "cannot parse poison 1"),
        ("traces-00000000000000000025", "p", 4, "cannot parse poison 2"),
    ]
    assert told.ledger.counts == {("stored", "traces"): 5, ("parked", "traces"): 8}
    assert log.backlog_bytes == 0
    assert [p.name for p in entries and log._directory.iterdir() if "piece" in p.name] == []


def refuse_poison(segment: Segment, texts: list[str]) -> None:
    for text in texts:
        if text.startswith("poison"):
            raise StoreError(f"cannot parse {text}")
        if text.startswith("surprise"):
            raise ZeroDivisionError("who would have thought")


def test_a_surprise_inside_the_store_costs_only_the_record_that_causes_it(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    store.refuse = refuse_poison
    append(log, batch("a"), batch("surprise"), batch("b"))
    told.drain()
    assert sorted(store.rows) == ["a", "b"]
    assert [entry.reason for entry in log.parked.list()] == ["ZeroDivisionError: who would have thought"]


def test_a_replay_after_a_crash_in_the_middle_of_a_bisect_gives_the_same(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    append(log, *(batch(text) for text in ("a", "b", "c", "poison", "d", "e")))
    for inserts in range(1, 12):
        store.refuse = die_after(inserts)
        try:
            told.drain()
        except KeyboardInterrupt:
            log.close()
            log = make_log()
            told = make_writer(log)
            told.writer.open()
    store.refuse = refuse_poison
    told.drain()
    assert sorted(store.rows) == ["a", "b", "c", "d", "e"]
    assert [entry.reason for entry in log.parked.list()] == ["cannot parse poison"]
    assert log.backlog_bytes == 0


def die_after(inserts: int) -> Callable[[Segment, list[str]], None]:
    left = iter(range(inserts))

    def refuse(segment: Segment, texts: list[str]) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        refuse_poison(segment, texts)

    return refuse


def test_an_announcement_that_fails_stops_nothing(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    told.writer._announce = lambda watermark, projects: 1 // 0
    append(log, batch("a"))
    told.drain()
    assert list(store.rows) == ["a"]
    assert log.backlog_bytes == 0


def test_a_run_that_cannot_be_summed_up_costs_only_itself(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    summarise = store.summarise

    def refuse(runs: Any, *, first_seq: int) -> int:
        if RunKey("p", "bad") in runs:
            raise StoreError("cannot sum up")
        return summarise(runs, first_seq=first_seq)

    store.summarise = refuse
    append(log, *(batch(f"{run}:x") for run in ("a", "bad", "c", "d")))
    told.drain()
    assert store.summaries == {RunKey("p", "a"): 5, RunKey("p", "c"): 6, RunKey("p", "d"): 7}
    assert log.backlog_bytes == 0


def test_sequences_of_summaries_lie_in_the_block_of_their_generation(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log = make_log()
    told = make_writer(log)
    told.writer.open()
    append(log, batch("r:a"))
    told.drain()
    assert append(log, batch("r:b")) == [2 + BLOCK]
    assert store.summaries == {RunKey("p", "r"): 2}
