"""Limits that change while somebody sends, and projects that are forgotten when there are too many."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import QuotaError
from fanlight.ingest import limits
from fanlight.ingest.limits import Quotas
from fanlight.model.limits import TABLE, Limits
from fanlight.model.signal import Signal
from fanlight.otlp.limits import Limits as Caps

UNLIMITED = {limit.name: 0.0 for limit in TABLE}


@dataclass
class Sender:
    """Sends spans into projects; `set` changes the limits of lab. Ten seconds of a rate may come at once."""

    rates: Limits = field(default_factory=lambda: Limits(UNLIMITED))
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.quotas = Quotas(lambda: self.rates, Caps(), burst_s=10.0, clock=self.clock)

    def set(self, **own: float) -> None:
        self.rates = Limits(UNLIMITED, {"lab": own})

    def send(self, spans: int, project: str = "lab") -> int:
        """0 when they were taken, else how many seconds to wait."""
        try:
            self.quotas.of(project).take(Signal.TRACES, spans, 100)
        except QuotaError as refused:
            return refused.retry_after_s
        return 0


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.mark.parametrize(("rate", "wait_s"), [(10, 10), (100, 1), (5, 20), (1, 60)])
def test_what_is_owed_stays_owed_under_another_rate_and_is_paid_at_that(
    sender: Sender, rate: float, wait_s: int
) -> None:
    sender.set(spans_per_s=10)
    assert (sender.send(200), sender.send(1)) == (0, 10)  # 100 spans are owed
    sender.set(spans_per_s=rate)
    assert sender.send(1) == wait_s
    sender.clock.advance(100 / rate + 0.001)
    assert sender.send(1) == 0


def test_a_rate_that_is_taken_away_holds_nobody_up_and_one_that_is_new_begins_full(sender: Sender) -> None:
    sender.set(spans_per_s=10)
    assert (sender.send(200), sender.send(1)) == (0, 10)
    sender.set()
    assert (sender.send(1_000), sender.send(1_000)) == (0, 0)
    sender.set(spans_per_s=10)
    assert (sender.send(110), sender.send(1)) == (0, 1)
    assert sender.quotas.use_of("lab")[1] == {"spans_per_s": 2}


def test_of_too_many_projects_all_are_forgotten_and_begin_again(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_REMEMBERED", 2)
    sender.set(spans_per_s=10)
    assert (sender.send(200), sender.send(1, "attic"), sender.send(1)) == (0, 0, 10)
    assert sender.send(5, "cellar") == 0
    used = [sender.quotas.use_of(name)[0]["spans_per_s"] for name in ("lab", "attic", "cellar")]
    assert (used, sender.send(1)) == ([0.0, 0.0, 0.5], 0)
