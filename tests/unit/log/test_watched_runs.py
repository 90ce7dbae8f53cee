"""What watching finds in runs that go on, and how much of it is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.ingest import watching
from fanlight.ingest.watching import STANDSTILL_EVERY_S, Watcher
from fanlight.model.finding import OVER, Found
from fanlight.query.loops.detect import Limits
from fanlight.store.contract import RunKey

S = 10**9


@dataclass
class Scripted:
    """A store with an answer for each question; nothing for any other."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    noted: list[Found] = field(default_factory=list)

    def read(self, scope: Any, query: str, parameters: Any = None, fragments: Any = None) -> list[Any]:
        return self.answers.get(query, [])

    def read_operator(self, query: str, parameters: Any = None) -> list[Any]:
        return self.answers.get(query, [])

    def note_findings(self, found: list[Found], *, first_seq: int) -> None:
        self.noted += found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store() -> Scripted:
    return Scripted()


@pytest.fixture
def watcher(store: Scripted, clock: ManualClock) -> Watcher:
    told: Any = store
    return Watcher(told, clock, stuck_after_s=600, limits=Limits())


def test_of_a_long_loop_the_first_and_the_last_calls_are_named(
    store: Scripted, clock: ManualClock, watcher: Watcher
) -> None:
    calls = [
        ("t1", f"c{number:02}", "tool", "search", "planner", 7, 0, "", number * S, S // 2)
        for number in range(30)
    ]
    store.answers = {
        "watched_runs": [("t1", "t1", "running", 0, 30)],
        "watched_calls": calls[::-1],
        "watched_results": [(call[1], 9, "[7]") for call in calls],
    }
    watcher.changed([RunKey("p", "t1")], 1)
    [found] = watcher.look(2)
    assert (found.project_id, found.run_id, found.kind, found.state, found.at_ns) == (
        "p", "t1", "repeated_call", "open", clock.now_ns()
    )  # fmt: skip
    assert json.loads(found.data) == {
        "statement": "search was called 30 times in a row with the same arguments and gave the same result",
        "times": 30,
        "names": ["search"],
        "span_ids": [f"c{number:02}" for number in (*range(10), *range(20, 30))],
        "since_ns": 0,
    }
    assert store.noted == [found]


def test_a_run_of_which_nothing_is_known_is_not_said_to_stand_still(
    store: Scripted, clock: ManualClock, watcher: Watcher
) -> None:
    clock.advance(3_600)
    moved_ns = clock.now_ns() - 1_200 * S
    store.answers = {
        "standing_runs": [("p", "unknown", "unknown", 0), ("p", "t1", "t1", 0), ("p", "part", "t1", 0)],
        "last_progress": [("p", "t1", moved_ns, "c1", "chat gpt-4o", "llm")],
    }
    [found] = watcher.look(1)
    assert (found.run_id, found.kind, json.loads(found.data)) == (
        "t1",
        "stuck",
        {
            "statement": "nothing began or ended for 20 minutes; chat gpt-4o began last",
            "names": ["chat gpt-4o"],
            "span_ids": ["c1"],
            "since_ns": moved_ns,
        },
    )
    clock.advance(STANDSTILL_EVERY_S)
    assert watcher.look(2) == []  # it is told once
    store.answers["last_progress"] = [("p", "t1", clock.now_ns(), "c2", "chat gpt-4o", "llm")]
    clock.advance(STANDSTILL_EVERY_S)
    assert [(over.run_id, over.state) for over in watcher.look(3)] == [("t1", OVER)]


def test_beyond_so_many_open_findings_the_oldest_are_forgotten(
    store: Scripted, clock: ManualClock, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_FINDINGS", 2)
    runs = ["r1", "r2", "r3"]
    store.answers = {"open_findings": [("p", run, "f", "repeated_call", "{}") for run in runs]}
    watcher.changed([RunKey("p", "r1")], 1)
    assert watcher.look(1) == []
    clock.advance(10)
    store.answers["watched_runs"] = [(run, run, "succeeded", 0, 9) for run in runs]
    watcher.changed([RunKey("p", "r1")], 2)
    assert [(over.run_id, over.finding_id, over.state) for over in watcher.look(2)] == [
        ("r2", "f", OVER), ("r3", "f", OVER),
    ]  # fmt: skip
