"""What can wait is done piece by piece; a store that refuses and a clock that leaps are left alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from fanlight.clock import ManualClock
from fanlight.errors import StoreError
from fanlight.ingest.chore import PAUSE_S, Chore


@dataclass
class Refusing:
    """A store with so many pieces to do, which then refuses."""

    pieces: int
    asked: list[int] = field(default_factory=list)

    def sweep(self, now_ns: int) -> bool:
        self.asked.append(now_ns)
        if len(self.asked) > self.pieces:
            raise StoreError("no room on the disk")
        return True


def test_a_piece_is_done_after_each_pause_and_a_refusal_is_followed_by_a_long_one(caplog) -> None:
    clock = ManualClock()
    store = Refusing(pieces=2)
    chore = Chore("sweeping", store.sweep, every_s=3_600, clock=clock)
    asked = []
    for pause_s in (0.0, PAUSE_S, 0.0, PAUSE_S, PAUSE_S, PAUSE_S, 3_600):
        clock.advance(pause_s)
        chore.step()
        asked.append(len(store.asked))
    assert asked == [0, 1, 1, 2, 3, 3, 4]
    assert caplog.messages == ["sweeping: not done, to be tried again: no room on the disk"] * 2


HOUR_NS = 3_600 * 10**9
YEAR_NS = 365 * 24 * HOUR_NS


def test_a_clock_that_leaps_ahead_is_followed_an_hour_a_minute_and_one_that_falls_back_at_once() -> None:
    clock, store = ManualClock(), Refusing(pieces=99)
    chore = Chore("removing", store.sweep, every_s=60, clock=clock)
    began_ns = clock.now_ns()
    clock.advance(PAUSE_S)
    chore.step()
    clock.wall_ns += YEAR_NS
    for _ in range(3):
        clock.advance(60)
        chore.step()
    clock.wall_ns -= YEAR_NS + HOUR_NS
    clock.advance(60)
    chore.step()
    after_min = [round((asked - began_ns) / 60e9, 2) for asked in store.asked]
    assert after_min == [0.01, 60.01, 120.01, 180.01, -56.0 + 0.01]


def test_time_that_passes_as_it_should_is_followed_exactly() -> None:
    clock, store = ManualClock(), Refusing(pieces=99)
    chore = Chore("removing", store.sweep, every_s=60, clock=clock)
    for _ in range(4):
        clock.advance(60)
        chore.step()
        assert store.asked[-1] == clock.now_ns()
