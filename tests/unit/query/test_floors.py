"""The floor of the newest page is found once and believed for some seconds."""

from collections.abc import Callable
from typing import Any

from fanlight.clock import ManualClock
from fanlight.query.floors import KEPT_S, newest_floor


class _Store:
    """Something to remember floors of."""


def _finder(floors: list[int | None]) -> Callable[[], int | None]:
    return lambda: floors.pop(0)


def test_a_floor_is_asked_for_again_once_it_is_old() -> None:
    store: Any = _Store()
    clock = ManualClock()
    floors: list[int | None] = [100, None, 300]
    told = []
    for _ in range(6):
        told.append(newest_floor(store, "weather", 200, _finder(floors), clock=clock))
        clock.advance(KEPT_S / 2)
    assert (told, floors) == ([100, 100, None, None, 300, 300], [])


def test_projects_lengths_and_stores_have_floors_of_their_own() -> None:
    one: Any = _Store()
    two: Any = _Store()
    floors: list[int | None] = [1, 2, 3, 4]
    find = _finder(floors)
    asked = [(one, "a", 200), (one, "b", 200), (one, "a", 40), (two, "a", 200), (one, "a", 200)]
    clock = ManualClock()
    assert [newest_floor(*which, find, clock=clock) for which in asked] == [1, 2, 3, 4, 1]
