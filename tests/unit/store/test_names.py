"""How many names a project uses: counted up to its limits, in so much memory."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from fanlight.clock import ManualClock
from fanlight.model.limits import NAMED, TABLE, Limits
from fanlight.model.signal import Signal
from fanlight.store import names as module
from fanlight.store.names import Names

DAY_S = 86_400.0


class House:
    """Names of projects with the limits `own`; nobody else has any."""

    def __init__(self, **own: dict[str, float]) -> None:
        self.clock = ManualClock()
        self.limits = Limits({limit.name: 0 for limit in TABLE}, own)
        self.names = Names(lambda: self.limits, self.clock)

    def use(self, *names: int, limit: str = "max_tools", project: str = "lab") -> list[int]:
        """What of these names is beyond."""
        return self.names.take([(project, limit, names)])

    def used(self, limit: str = "max_tools", project: str = "lab") -> float:
        return self.names.use_of(project)[0][limit]


def test_names_beyond_the_limit_are_told_and_those_before_stay_known() -> None:
    house = House(lab={"max_tools": 3})
    assert [house.use(1, 2), house.use(2, 3, 4, 5, 4), house.use(1, 2, 3), house.use(5)] == [
        [],
        [4, 5],
        [],
        [5],
    ]
    assert house.used() == 3


def test_each_project_and_each_sort_of_names_is_counted_for_itself() -> None:
    house = House(lab={"max_tools": 1, "max_agents": 1}, attic={"max_tools": 1})
    assert [
        house.use(1),
        house.use(2, limit="max_agents"),
        house.use(3, project="attic"),
        house.use(4),
        house.use(5, 6, project="nobody"),
    ] == [[], [], [], [4], []]
    assert house.names.use_of("lab")[0] == {"max_tools": 1, "max_agents": 1}
    assert house.names.use_of("nobody") == ({}, {})


def test_a_name_that_is_used_every_day_keeps_its_place_and_one_used_once_gives_it_back() -> None:
    house = House(lab={"max_tools": 2})
    assert house.use(1, 99) == []
    house.clock.advance(DAY_S)
    assert (house.use(1, 3), house.used()) == ([3], 2)  # 99 was used yesterday
    house.clock.advance(DAY_S)
    assert (house.use(1, 3), house.used()) == ([], 2)
    house.clock.advance(2 * DAY_S)
    assert house.used() == 0
    house.clock.advance(-9 * DAY_S)
    assert (house.use(7, 8, 9), house.used()) == ([9], 2)


def test_a_limit_that_is_raised_lets_more_in_and_one_that_is_lowered_forgets_nobody() -> None:
    house = House(lab={"max_tools": 1})
    assert house.use(1, 2) == [2]
    house.limits = Limits(house.limits.server, {"lab": {"max_tools": 2}})
    assert house.use(2) == []
    house.limits = Limits(house.limits.server, {"lab": {"max_tools": 1}})
    assert (house.use(1, 2, 3), house.used()) == ([3], 2)


def test_beyond_the_names_there_is_room_for_a_tenth_as_many_shapes() -> None:
    house = House(lab={"max_tools": 200}, small={"max_tools": 1})
    assert house.names.take_shapes([("lab", "max_tools", range(30))]) == frozenset(range(20))
    assert house.names.take_shapes([("lab", "max_tools", [19, 29])]) == {19}
    assert house.names.take_shapes([("small", "max_tools", range(30))]) == frozenset(range(10))
    assert house.used() == 0


def test_the_names_of_whoever_stored_last_are_kept_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_KNOWN", 10)
    house = House(lab={"max_tools": 50}, attic={"max_tools": 50})
    house.use(*range(8))
    house.use(*range(8), project="attic")
    assert [house.used(), house.used(project="attic")] == [0, 8]
    house.use(*range(40), project="attic")
    assert house.used(project="attic") == 40  # it is alone


def test_of_a_million_names_nothing_stays_in_memory_but_those_that_the_limit_lets_in() -> None:
    most = 5_000
    house = House(lab={"max_tools": most})
    house.use(*range(most))
    gc.collect()
    tracemalloc.start()
    try:
        for first in range(1_000_000, 2_000_000, 100_000):
            found = range(first, first + 100_000)
            beyond = house.names.take([("lab", "max_tools", found)])
            assert len(beyond) == len(found)
            del beyond
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (house.used(), grown < 100_000) == (most, True), grown


def test_senders_are_told_for_a_minute_which_limit_it_is_and_no_name() -> None:
    house = House(lab={"max_tools": 1_500, "max_services": 2})
    assert (house.names.are_folded, house.names.note("lab", Signal.TRACES)) == (False, "")
    house.names.folded({("lab", "max_tools"): 7})
    assert house.names.are_folded
    assert house.names.note("lab", Signal.TRACES) == (
        "project lab has more than 1,500 different tools (max_tools): new ones are folded, nothing is lost;"
        " put what varies into attribute values, or raise the limit"
    )
    assert [house.names.note(*of) for of in (("lab", Signal.LOGS), ("attic", Signal.TRACES))] == ["", ""]
    assert house.names.use_of("lab")[1] == {"max_tools": 7}
    house.clock.advance(60)
    assert (house.names.are_folded, house.names.note("lab", Signal.TRACES)) == (False, "")


def test_nothing_is_asked_of_a_segment_when_nobody_has_a_limit() -> None:
    assert [House(lab={"max_tools": 1}).names.are_limited(signal) for signal in Signal] == [
        True,
        False,
        False,
    ]
    every = {limit: 1.0 for limits in NAMED.values() for limit in limits}
    assert all(House(lab=every).names.are_limited(signal) for signal in Signal)


def test_looking_at_the_use_after_days_forgets_nobodys_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KNOWN", 10)
    house = House(lab={"max_tools": 9}, attic={"max_tools": 9})
    for _ in range(3):
        for project in ("lab", "attic"):
            house.use(1, 2, 3, 4, project=project)
        assert (house.used(), house.used(project="attic")) == (4, 4)
        house.clock.advance(2 * DAY_S)
        assert (house.used(), house.used(project="attic")) == (0, 0)
