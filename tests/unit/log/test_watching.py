"""Watching running runs: its place in the writer's turn, its price, and that nothing is stopped by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import StoreError
from fanlight.ingest.watching import PAUSE_FACTOR, Watcher
from fanlight.model.finding import Found
from fanlight.query.loops.detect import Limits
from fanlight.store.contract import RunKey

Make = Callable[..., Any]
KEY = RunKey("p", "r")
FOUND = Found(project_id="p", run_id="r", finding_id="f", kind="stuck", state="open", at_ns=1, data="{}")


@dataclass
class FakeWatcher:
    """Finds something in every run that changed."""

    told: list[tuple[list[RunKey], int]] = field(default_factory=list)
    looked: list[int] = field(default_factory=list)

    def changed(self, runs: Iterable[RunKey], first_seq: int) -> None:
        self.told.append((list(runs), first_seq))

    def look(self, first_seq: int) -> Sequence[Found]:
        self.looked.append(first_seq)
        return [FOUND] * len(self.told[-1][0]) if self.told else []


def test_findings_get_the_sequences_behind_the_summaries_and_are_announced(
    make_log: Make, make_writer: Make, store: Any, batch: Make, append: Make
) -> None:
    log, watcher = make_log(), FakeWatcher()
    told = make_writer(log, watcher=watcher)
    told.writer.open()
    append(log, batch("r:a"), batch("r:b"))
    told.drain()
    [summary_seq] = store.summaries.values()
    assert watcher.told == [([KEY], summary_seq)]
    assert watcher.looked[-1] == summary_seq + 1
    assert told.announced[-1] == (summary_seq + 1, ["p"])


@dataclass
class SlowStore:
    """Each question takes `seconds`; it answers nothing, or refuses."""

    clock: ManualClock
    seconds: float = 0.1
    asked: list[str] = field(default_factory=list)
    refuses: Exception | None = None

    def read(self, scope: Any, query: str, parameters: Any = None, fragments: Any = None) -> list[Any]:
        return self._answer(query)

    def read_operator(self, query: str, parameters: Any = None) -> list[Any]:
        return self._answer(query)

    def _answer(self, query: str) -> list[Any]:
        self.asked.append(query)
        self.clock.advance(self.seconds)
        if self.refuses is not None:
            raise self.refuses
        return []


def make_watcher(store: SlowStore) -> Watcher:
    return Watcher(store, store.clock, stuck_after_s=600, limits=Limits())  # type: ignore[arg-type]


def test_watching_takes_one_second_in_twenty_at_most() -> None:
    store = SlowStore(ManualClock())
    watcher = make_watcher(store)
    for _ in range(1_000):
        watcher.changed([KEY], 1)
        watcher.look(1)
        store.clock.advance(0.05)
    assert 0 < watcher.spent_s <= store.clock.monotonic() / PAUSE_FACTOR


def test_what_changed_meanwhile_is_looked_at_once_the_pause_is_over() -> None:
    store = SlowStore(ManualClock())
    watcher = make_watcher(store)
    watcher.changed([KEY], 1)
    watcher.look(1)
    store.asked.clear()
    watcher.changed([KEY], 7)
    watcher.look(8)
    assert store.asked == []
    store.clock.advance(10)
    watcher.look(9)
    assert store.asked == ["watched_runs"]


def test_nothing_is_asked_when_nothing_changed() -> None:
    store = SlowStore(ManualClock())
    watcher = make_watcher(store)
    store.clock.advance(5)
    assert watcher.look(1) == ()
    assert store.asked == []


@pytest.mark.parametrize("refusal", [StoreError("busy", retryable=True), StoreError("broken")])
def test_a_look_that_fails_stops_nothing_and_is_made_up_for(refusal: StoreError) -> None:
    store = SlowStore(ManualClock(), refuses=refusal)
    watcher = make_watcher(store)
    watcher.changed([KEY], 1)
    assert watcher.look(1) == ()
    store.refuses = None
    store.asked.clear()
    store.clock.advance(10)
    watcher.look(2)
    assert store.asked == ["open_findings", "watched_runs"]


def test_a_surprise_stops_nothing_either() -> None:
    store = SlowStore(ManualClock(), refuses=ZeroDivisionError())
    watcher = make_watcher(store)
    watcher.changed([KEY], 1)
    assert watcher.look(1) == ()
