"""The client of rooms: where it goes, and what it does when a room is slow, full or gone."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from typing import Any

import pytest

import fanlight
from fanlight.rooms.toolkits import OPEN, close_chunk, log_chunk
from fanlight.sdk.faults import fault_counts
from fanlight.sdk.rooms import developer
from fanlight.sdk.rooms.address import Address, find_address
from fanlight.sdk.rooms.developer import Developer, RoomLogEvent
from fanlight.sdk.rooms.error import RoomError

FULL, UNANSWERED = "room.developer full", "room.developer unanswered"


@pytest.mark.parametrize(
    ("environ", "url", "headers"),
    [
        ({}, "ws://127.0.0.1:4319/rooms/lobby", {}),
        ({"FANLIGHT_URL": "https://lights/fan/"}, "wss://lights/fan/rooms/lobby", {}),
        ({"FANLIGHT_URL": "lights:4319"}, "ws://lights:4319/rooms/lobby", {}),
        (
            {"MESHAGENT_ROOM_URL": "wss://mesh", "MESHAGENT_API_URL": "https://api", "MESHAGENT_TOKEN": "t"},
            "wss://mesh/rooms/lobby",
            {"authorization": "Bearer t"},
        ),
        (
            {"MESHAGENT_API_URL": "https://api", "MESHAGENT_API_KEY": "k", "MESHAGENT_PROJECT_ID": "p"},
            "wss://api/rooms/lobby",
            {"authorization": "Bearer k", "x-fanlight-project": "p"},
        ),
    ],
)
def test_what_is_not_given_comes_from_the_environment(
    environ: Mapping[str, str], url: str, headers: Mapping[str, str]
) -> None:
    assert find_address("lobby", environ=environ) == Address(url, headers)
    assert find_address(environ={**environ, "MESHAGENT_ROOM": "lobby"}) == Address(url, headers)
    given = find_address("lobby", endpoint="http://here", key="fl_1", project="q", environ=environ)
    assert given == Address(
        "ws://here/rooms/lobby", {"authorization": "Bearer fl_1", "x-fanlight-project": "q"}
    )


def test_a_room_without_a_name_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MESHAGENT_ROOM", raising=False)
    with pytest.raises(RoomError, match="no room is named"):
        fanlight.room()


def test_a_room_that_was_not_entered_has_no_developer_toolkit() -> None:
    room = fanlight.room("lobby")
    assert (room.name, room.session, room.participant) == ("", "", "")
    with pytest.raises(RoomError, match="was not entered"):
        room.developer.info("x")


def test_the_package_that_rooms_need_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "websockets.asyncio.client", None)

    async def story() -> None:
        async with fanlight.room("lobby"):
            raise AssertionError("nobody comes in here")

    with pytest.raises(RoomError, match=r"pip install 'fanlight\[rooms\]'"):
        asyncio.run(story())


class Room:
    """Stands for a connection: answers when it is told to."""

    def __init__(self) -> None:
        self.ended: asyncio.Future[RoomError] = asyncio.get_running_loop().create_future()
        self.answering = asyncio.Event()
        self.asked: list[Mapping[str, Any]] = []
        self.told: list[Mapping[str, Any]] = []
        self.chunks: Any = None

    async def ask(self, type_: str, header: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(header)
        await self.answering.wait()
        return OPEN

    async def tell(self, type_: str, header: Mapping[str, Any]) -> None:
        self.told.append(header)

    def listen(self, call_id: str, chunks: Any) -> None:
        self.chunks = chunks

    def leave(self, call_id: str) -> None:
        self.chunks = None


def record(number: int) -> Any:
    return log_chunk("c", "info", {"n": number}, {"participant": "ann"})


def event(number: int) -> RoomLogEvent:
    return RoomLogEvent(type="info", data={"n": number}, participant="ann")


def test_a_follower_that_is_too_slow_is_told_how_much_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(developer, "MAX_QUEUED", 2)

    async def story() -> list[RoomLogEvent]:
        room = Room()
        room.answering.set()
        events = Developer(room).logs()  # type: ignore[arg-type]
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        for number in range(5):
            room.chunks(record(number))
        heard = [await first] + [await anext(events) for _ in range(2)]
        await events.aclose()  # type: ignore[attr-defined]
        assert [each["chunk"]["method"] for each in room.told] == ["close"]
        return heard

    gap = RoomLogEvent(type="fanlight.gap", data={"missed": 3})
    assert asyncio.run(story()) == [gap, event(3), event(4)]


def test_a_stream_that_the_server_closes_ends_behind_what_came() -> None:
    async def story() -> list[RoomLogEvent]:
        room = Room()
        room.answering.set()
        events = Developer(room).logs()  # type: ignore[arg-type]
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        for chunk in (record(1), record(2), close_chunk("c")):
            room.chunks(chunk)
        heard = [await first, *[each async for each in events]]
        assert room.told == []
        return heard

    assert asyncio.run(story()) == [event(1), event(2)]


def test_a_stream_fails_with_its_connection_behind_what_came() -> None:
    async def story() -> list[RoomLogEvent]:
        room = Room()
        room.answering.set()
        events = Developer(room).logs()  # type: ignore[arg-type]
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        room.chunks(record(1))
        room.chunks(record(2))
        room.ended.set_result(RoomError("the connection to the room ended (1012)"))
        heard = [await first, await anext(events)]
        with pytest.raises(RoomError, match=r"ended \(1012\)"):
            await anext(events)
        return heard

    assert asyncio.run(story()) == [event(1), event(2)]


def test_logs_that_nobody_waits_for_are_bounded_counted_and_never_raise(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(developer, "MAX_UNANSWERED", 3)
    before = fault_counts()

    async def story() -> list[Any]:
        room = Room()
        writing = Developer(room)  # type: ignore[arg-type]
        for number in range(5):
            writing.log_nowait(type="x", data={"n": number})
        await writing.finish(0.01)
        return [each["arguments"]["json"]["data"]["n"] for each in room.asked]

    with caplog.at_level(logging.WARNING, "fanlight"):
        assert asyncio.run(story()) == [0, 1, 2]
    dropped = {name: fault_counts()[name] - before.get(name, 0) for name in (FULL, UNANSWERED)}
    assert (dropped, caplog.messages) == ({FULL: 2, UNANSWERED: 3}, [])


def test_methods_say_what_meshagents_say() -> None:
    async def story() -> list[Any]:
        room = Room()
        room.answering.set()
        writing = Developer(room)  # type: ignore[arg-type]
        await writing.log(type="custom", data={"a": 1})
        writing.info("m")
        writing.warning("m", extra={"b": 2})
        writing.error("m", extra=None)
        await writing.finish(1)
        return [(each["toolkit"], each["tool"], each["arguments"]["json"]) for each in room.asked]

    assert asyncio.run(story()) == [
        ("developer", "log", {"type": "custom", "data": {"a": 1}}),
        ("developer", "info", {"message": "m", "extra": {}}),
        ("developer", "warning", {"message": "m", "extra": {"b": 2}}),
        ("developer", "error", {"message": "m", "extra": {}}),
    ]
