"""The list of runs: windows that grow until a page is full, and texts that are looked up first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from fanlight.query.filter import compile_filter
from fanlight.query.page import encode_cursor
from fanlight.query.runs import FEW_RUNS, list_runs, root_spans

from .answers import MS, NO_SPAN, SCOPE, Answers, Rows, run_row


class Runs(Answers):
    """A store with runs that started at `starts` (in ms), of which those at `match` are found."""

    def __init__(self, starts: list[int], match: set[int], **more: Any) -> None:
        super().__init__(list_runs=self._list, runs_window=self._window, **more)
        self.starts = sorted(starts, reverse=True)
        self.match = match

    def _list(self, asked: Mapping[str, Any]) -> Rows:
        place = (asked["before_ns"], asked["before_id"])
        found = [
            run_row(f"r{at}", at=at)
            for at in self.starts
            if at in self.match and (at * MS, f"r{at}") < place and at * MS >= asked["floor_ns"]
        ]
        return found[: asked["limit"]]

    def _window(self, asked: Mapping[str, Any]) -> Rows:
        below = [at * MS for at in self.starts if at * MS < asked["before_ns"]]
        return [(below[asked["rows"] - 1],)] if len(below) >= asked["rows"] else []


def ids(store: Answers, **asked: Any) -> tuple[list[str], str | None]:
    page = list_runs(store, SCOPE, **asked)  # type: ignore[arg-type]
    return [run.id for run in page.items], page.next


def test_a_window_without_a_match_is_followed_by_a_larger_one() -> None:
    store = Runs([*range(1, 11)], {2})
    assert ids(store, limit=1) == (["r2"], None)
    assert store.asked == ["runs_window", "list_runs", "runs_window", "list_runs"]
    assert [(each["before_ns"], each.get("rows"), each.get("floor_ns")) for each in store.parameters[1:]] == [
        (2**63 - 1, None, 7 * MS),
        (7 * MS, 128, None),
        (7 * MS, None, 0),
    ]


def test_runs_of_two_windows_make_one_page_and_the_next_one_goes_on_behind_it() -> None:
    store = Runs([*range(1, 30)], {29, 9, 8})
    assert ids(store, limit=2) == (["r29", "r9"], encode_cursor("runs", 9 * MS, "r9"))
    assert ids(store, limit=2, cursor=encode_cursor("runs", 9 * MS, "r9")) == (["r8"], None)


@pytest.mark.parametrize(
    "asked",
    [
        {"since_ns": 9 * MS, "until_ns": 5 * MS},
        {"since_ns": 9 * MS, "cursor": encode_cursor("runs", 8 * MS, "r8")},
    ],
)
def test_where_no_time_is_left_nothing_is_asked(asked: dict[str, Any]) -> None:
    store = Runs([*range(1, 11)], {*range(1, 11)})
    assert (ids(store, **asked), store.asked) == (([], None), [])


def test_few_runs_that_hold_a_text_are_read_by_their_ids_at_once() -> None:
    held = [(f"r{number}",) for number in range(FEW_RUNS)]
    store = Runs([3], {3}, runs_with_text=held)
    assert ids(store, q="oslo") == (["r3"], None)
    assert store.asked == ["runs_with_text", "list_runs"]
    [lookup] = compile_filter(store, "runs", "oslo").lookups  # type: ignore[arg-type]
    assert store.parameters[1][lookup.name] == [row[0] for row in held]
    assert store.fragments[1] == {"filter": f"AND {lookup.term}"}


def test_with_more_runs_that_hold_a_text_each_window_looks_for_its_own() -> None:
    store = Runs([3], {3}, runs_with_text=[(f"r{number}",) for number in range(FEW_RUNS + 1)])
    assert ids(store, q="oslo") == (["r3"], None)
    assert store.asked == ["runs_with_text", "runs_window", "list_runs"]
    [lookup] = compile_filter(store, "runs", "oslo").lookups  # type: ignore[arg-type]
    assert store.parameters[2][lookup.name] == []
    assert store.fragments[2] == {"filter": f"AND {lookup.nested_term}"}


def test_root_spans_are_those_of_runs_that_have_one() -> None:
    store = Answers(root_spans=[("r1", "a" * 16), ("r2", NO_SPAN)])
    assert root_spans(store, SCOPE, ("r1", "r2", "r3")) == {"r1": "a" * 16}  # type: ignore[arg-type]
    assert store.parameters == [{"runs": ["r1", "r2", "r3"]}]


def test_root_spans_of_no_run_are_not_asked_for() -> None:
    store = Answers()
    assert (root_spans(store, SCOPE, []), store.asked) == ({}, [])  # type: ignore[arg-type]
