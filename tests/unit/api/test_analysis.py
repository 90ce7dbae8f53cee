"""Routes that explain and compare runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import House

PROJECT = "/api/v1/projects/default"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NO_SPAN = "0" * 16
BEGIN_NS = 1_790_000_000_000_000_000


def answer(house: House, path: str) -> Any:
    told = house.ask("GET", f"{PROJECT}/{path}")
    return told.status_code, told.json()


@pytest.fixture
def stored(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A run of two spans: an agent, and a tool that failed it."""
    from fanlight.model.run import Run, RunStatus
    from fanlight.query import steps
    from fanlight.query.diff import reader

    run = Run(
        id=TRACE, trace_id=TRACE, name="plan", status=RunStatus.ERROR, agent="planner",
        started_at="2026-09-21T14:13:20.000000000Z", duration_ms=9.0,
    )  # fmt: skip
    monkeypatch.setattr(steps, "get_run", lambda store, scope, run_id: run)
    monkeypatch.setattr(reader, "list_runs", lambda *_, **__: type("Page", (), {"items": []}))
    house.store.answers["trace_place"] = [(BEGIN_NS, BEGIN_NS + 9, 0)]
    house.store.answers["run_steps"] = [
        row("a", None, "agent", "plan", ""),
        row("b", "a", "tool", "fetch", "refused"),
    ]
    house.store.answers["run_error_logs"] = [(BEGIN_NS, 7, 17, "fetch failed", 1, NO_SPAN, "", "")]
    return house


def row(span_id: str, parent: str | None, kind: str, name: str, message: str) -> tuple[Any, ...]:
    """One row of run_steps.sql."""
    return (
        span_id, parent, TRACE, name, kind, "", name if kind == "tool" else "", "", "svc", "finished", 2,
        "ConnectError" if message else "", message, 0, "", BEGIN_NS, 9_000_000, 0, 0, 0, "", 1, 5, "text",
        10, None, None,
    )  # fmt: skip


def test_a_failure_names_its_cause_and_the_way_to_the_symptom(stored: House) -> None:
    status, told = answer(stored, f"runs/{TRACE}/failure")
    assert status == 200
    assert told["verdict"] == "failed"
    assert told["cause"] == {
        "kind": "connection",
        "statement": "fetch failed: ConnectError: refused",
        "confidence": "medium",
        "span_id": "b",
        "log_id": None,
    }
    assert [link["span_id"] for link in told["chain"]] == ["b", "a"]
    assert told["symptom"]["span_id"] == "a"


def test_a_run_against_itself_is_the_same(stored: House) -> None:
    status, told = answer(stored, f"runs/{TRACE}/diff/{TRACE}?changed=true")
    assert status == 200
    assert (told["same"], told["changed"], told["steps"], told["differences"]) == (2, 0, [], [])


def test_a_median_of_nothing_says_what_to_do(stored: House) -> None:
    status, told = answer(stored, f"runs/{TRACE}/diff?median=20")
    assert (status, told["error"]["message"]) == (404, f"planner has no finished run before {TRACE}")


@pytest.mark.parametrize("query", ["median=0", "median=101", "median=x", "medium=5"])
def test_a_median_that_is_none_is_refused(stored: House, query: str) -> None:
    status, told = answer(stored, f"runs/{TRACE}/diff?{query}")
    assert (status, told["error"]["code"]) == (400, "invalid")


@pytest.mark.parametrize("path", ["runs/4bf9/failure", "runs/4bf9/diff/4bfa", "runs/4bf9/diff"])
def test_an_unknown_run_is_a_404(house: House, path: str) -> None:
    status, told = answer(house, path)
    assert (status, told["error"]["message"]) == (404, "no run 4bf9 in project default")


def test_findings_are_pages_newest_first(house: House) -> None:
    said = {"statement": "search was called 4 times", "times": 4, "since_ns": BEGIN_NS, "names": ["search"],
            "span_ids": ["b"]}  # fmt: skip
    house.store.answers["run_findings"] = [
        (seq, TRACE, f"f{seq}", "repeated_call", "open", BEGIN_NS // 1_000_000, json.dumps(said))
        for seq in (9, 8)
    ]
    status, told = answer(house, f"findings?run={TRACE}&state=open&limit=1")
    assert status == 200
    assert told["items"] == [
        {
            "id": "f9", "run_id": TRACE, "kind": "repeated_call", "state": "open", "times": 4,
            "names": ["search"],
            "at": "2026-09-21T14:13:20.000000000Z", "since": "2026-09-21T14:13:20.000000000Z",
            "statement": "search was called 4 times", "span_ids": ["b"],
        }
    ]  # fmt: skip
    assert told["next"]


def test_a_state_that_no_finding_has_is_refused(house: House) -> None:
    status, told = answer(house, "findings?state=closed")
    assert (status, told["error"]["hint"]) == (400, "it is open or over")
