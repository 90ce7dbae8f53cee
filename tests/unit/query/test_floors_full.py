"""Floors are forgotten when too many are remembered for one store."""

from __future__ import annotations

from typing import Any

from fanlight.clock import ManualClock
from fanlight.query.floors import MOST, newest_floor


class _Store:
    """Something to remember floors of."""


def test_with_too_many_floors_all_are_forgotten_and_found_anew() -> None:
    store: Any = _Store()
    clock = ManualClock()

    def told(rows: int, floor: int) -> int | None:
        return newest_floor(store, "weather", rows, lambda: floor, clock=clock)

    assert [told(rows, 1) for rows in range(MOST)] == [1] * MOST
    assert [told(rows, 2) for rows in (0, MOST - 1)] == [1, 1]
    assert told(MOST, 3) == 3
    assert [told(rows, 4) for rows in (0, MOST - 1, MOST)] == [4, 4, 3]
