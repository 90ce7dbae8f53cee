"""Thinning finished runs: a project a step, told only of what is new, and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from fanlight.errors import StoreError
from fanlight.ingest.thinning import MARGIN_MS, MS, Thinner
from fanlight.model.sampling import ALL, Sampling
from fanlight.model.signal import Signal
from fanlight.store.contract import Thinning

HALF = Sampling(tail_rate=0.5, tail_after_s=300)
NOW_MS = 1_790_000_000_000


@dataclass
class Thinned:
    """A store and a ledger that note what is thinned; `gone` spans go each time."""

    gone: int = 0
    refuses: StoreError | None = None
    is_behind: bool = False
    settings: Mapping[str, Sampling] = field(default_factory=dict)
    asked: list[Thinning] = field(default_factory=list)
    counted: list[tuple[Signal, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        store: Any = self
        self.thinner = Thinner(store, lambda: self.settings, self, is_behind=lambda: self.is_behind)

    def thin(self, asked: Thinning) -> int:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append(asked)
        return self.gone

    def thinned(self, signal: Signal, items: int, reason: str) -> None:
        self.counted.append((signal, items, reason))

    def step(self, now_ms: int = NOW_MS) -> bool:
        return self.thinner.step(now_ms * MS)


def test_each_project_that_keeps_a_share_has_its_turn_and_then_the_round_is_over() -> None:
    thinned = Thinned(settings={"lab": HALF, "all": Sampling(), "attic": HALF})
    steps = [thinned.step() for _ in range(3)]
    assert (steps, [asked.project_id for asked in thinned.asked]) == (
        [True, False, True], ["attic", "lab", "attic"]
    )  # fmt: skip


@pytest.mark.parametrize("settings", [{}, {"all": Sampling(), "head": Sampling(head_rate=0.1)}])
def test_where_every_project_keeps_its_runs_the_store_is_not_asked(settings: Mapping[str, Sampling]) -> None:
    thinned = Thinned(settings=settings)
    assert (thinned.step(), thinned.asked) == (False, [])


def test_while_generations_wait_nothing_is_decided() -> None:
    thinned = Thinned(settings={"lab": HALF}, is_behind=True)
    assert (thinned.step(), thinned.asked) == (False, [])
    thinned.is_behind = False
    thinned.step()
    assert [asked.project_id for asked in thinned.asked] == ["lab"]


def test_a_look_begins_a_margin_before_the_end_of_the_one_before() -> None:
    thinned = Thinned(settings={"lab": HALF})
    thinned.step()
    thinned.step(NOW_MS + 10_000)
    assert thinned.asked == [
        Thinning(project_id="lab", threshold=ALL // 2, now_ms=NOW_MS, heard_until_ms=NOW_MS - 300_000),
        Thinning(
            project_id="lab",
            threshold=ALL // 2,
            now_ms=NOW_MS + 10_000,
            heard_until_ms=NOW_MS - 290_000,
            heard_from_ms=NOW_MS - MARGIN_MS - 300_000,
            marked_from_ms=NOW_MS - MARGIN_MS,
        ),
    ]


def test_after_other_settings_everything_is_looked_at_again() -> None:
    thinned = Thinned(settings={"lab": HALF})
    thinned.step()
    thinned.settings = {"lab": Sampling(tail_rate=0.25, tail_after_s=300)}
    thinned.step(NOW_MS + 10_000)
    again = thinned.asked[1]
    assert (again.threshold, again.heard_from_ms, again.marked_from_ms) == (ALL // 4 * 3, 0, 0)


def test_a_project_that_the_store_refuses_is_thinned_the_next_time() -> None:
    thinned = Thinned(settings={"attic": HALF, "lab": HALF}, refuses=StoreError("busy", retryable=True))
    with pytest.raises(StoreError, match="busy"):
        thinned.step()
    thinned.refuses = None
    assert [thinned.step(), thinned.step()] == [True, False]
    assert [(asked.project_id, asked.heard_from_ms) for asked in thinned.asked] == [("attic", 0), ("lab", 0)]


@pytest.mark.parametrize(
    ("gone", "removed", "counted"), [(0, 0, []), (7, 14, [(Signal.TRACES, 7, "tail")] * 2)]
)
def test_spans_that_went_are_counted_for_their_project(
    gone: int, removed: int, counted: list[tuple[Signal, int, str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "fanlight.ingest.thinning")
    thinned = Thinned(settings={"lab": HALF}, gone=gone)
    thinned.step()
    thinned.step()
    assert (thinned.thinner.removed_of("lab"), thinned.thinner.removed_of("attic")) == (removed, 0)
    assert thinned.counted == counted
    said = [f"{gone} spans of finished runs of project lab are not kept"] * len(counted)
    assert [record.getMessage() for record in caplog.records] == said


def test_a_filter_that_cannot_be_read_any_more_keeps_everything(caplog: pytest.LogCaptureFixture) -> None:
    wrong = Sampling(tail_rate=0.0, tail_keep="no_such_field:7")
    thinned = Thinned(settings={"attic": wrong, "lab": HALF})
    assert [thinned.step(), thinned.step()] == [True, False]
    assert [asked.project_id for asked in thinned.asked] == ["lab"]
    assert "project attic keeps everything: its filter tail_keep cannot be read" in caplog.text
