"""What waits when an occupancy ends is told, and however many sessions are idle, all of them end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanlight.catalog import sittings
from fanlight.catalog.database import open_catalog
from fanlight.catalog.projects import create_project
from tests.unit.rooms.test_occupancy import IDLE_S, House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    catalog = open_catalog("", tmp_path)
    create_project(catalog, "p")
    yield House(catalog)
    catalog.close()


@pytest.mark.parametrize("started", [True, False])
def test_whoever_closes_it_has_told_what_waited(house: House, started: bool) -> None:
    house.is_full = True
    house.run(lambda: house.occupancy.open("p", "lobby"))
    assert house.told == []
    house.is_full = False
    house.run(*([house.occupancy.start] if started else []), house.occupancy.close)
    assert house.events() == [("room.started", 0.0)]


def test_more_idle_sessions_than_are_ended_at_once_all_end_in_one_step(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sittings, "MOST_ENDED", 2)
    rooms = [f"room {number}" for number in range(5)]
    for room in rooms:
        house.run(lambda room=room: house.occupancy.open("p", room))  # type: ignore[misc]
    house.told.clear()
    house.step(IDLE_S + 1)
    assert sorted((room, type_) for _, room, type_, _, _ in house.told) == [
        (room, "room.ended") for room in rooms
    ]
    assert {(session.room, session.ended_by) for session in house.sessions()} == {
        (room, "idle") for room in rooms
    }
