"""Metric points are put together piece by piece; a store that refuses is left alone for a while."""

from __future__ import annotations

from dataclasses import dataclass, field

from fanlight.clock import ManualClock
from fanlight.errors import StoreError
from fanlight.ingest.rollup import LOOK_EVERY_S, PAUSE_S, MetricRollup


@dataclass
class Refusing:
    """A store with so many pieces to do, which then refuses."""

    pieces: int
    asked: list[int] = field(default_factory=list)

    def roll_up_metrics(self, now_ns: int) -> bool:
        self.asked.append(now_ns)
        if len(self.asked) > self.pieces:
            raise StoreError("no room on the disk")
        return True


def test_a_piece_is_done_after_each_pause_and_a_refusal_is_followed_by_a_long_one(caplog) -> None:
    clock = ManualClock()
    store = Refusing(pieces=2)
    rollup = MetricRollup(store, clock)
    asked = []
    for pause_s in (0.0, PAUSE_S, 0.0, PAUSE_S, PAUSE_S, PAUSE_S, LOOK_EVERY_S):
        clock.advance(pause_s)
        rollup.step()
        asked.append(len(store.asked))
    assert asked == [0, 1, 1, 2, 3, 3, 4]
    assert (
        caplog.messages
        == ["metric points were not put together, they stay as they came: no room on the disk"] * 2
    )
