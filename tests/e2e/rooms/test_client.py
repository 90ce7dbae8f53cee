"""Our own client: the five methods of developer logs, as MeshAgent's SDK has them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider

import fanlight
from fanlight.sdk import faults
from tests.fixtures.waiting import until

from .conftest import PROJECT, Guarded

EXTRA = {"ms": 1200}


def test_the_five_methods_write_follow_and_store_logs_tied_to_their_span(guarded: Guarded) -> None:
    tracer = TracerProvider().get_tracer("test")
    token = guarded.participants.token(guarded.issuer, PROJECT, "five", may_log=True, role="agent")

    async def story() -> tuple[list[Any], str, int]:
        async with fanlight.room("five", endpoint=guarded.url, key=token) as room:
            assert room.name == "five"
            events = room.developer.logs()
            following = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)  # it has asked by now, and requests are served in their order
            with tracer.start_as_current_span("work") as span:
                await room.developer.log(
                    type="custom", data={"message": "hello", "deep": {"list": [1, None]}}
                )
            room.developer.log_nowait(type="later", data={"n": 2})
            room.developer.info("fine")
            room.developer.warning("slow", extra=EXTRA)
            room.developer.error("broken", extra={})
            heard = [await following]
            heard += [await anext(events) for _ in range(4)]
            await events.aclose()
            inside = until(lambda: guarded.get(f"sessions/{room.session}"))
            assert inside["participants"] == {"agent": 1}
            return heard, room.session, span.get_span_context().trace_id

    heard, session, trace_id = asyncio.run(asyncio.wait_for(story(), 30))
    wanted = [
        ("custom", {"message": "hello", "deep": {"list": [1, None]}}),
        ("later", {"n": 2}),
        ("info", {"message": "fine"}),
        ("warning", {"message": "slow", "extra": EXTRA}),
        ("error", {"message": "broken"}),
    ]
    assert [(each.type, each.data) for each in heard] == wanted
    assert {each.participant for each in heard} == {"weather-agent"}
    assert [each.trace_id for each in heard] == [f"{trace_id:032x}", "", "", "", ""]
    stored = guarded.records(f"session:{session} event:fanlight.developer_log", 5)
    assert [(each["severity_text"], each["body"]) for each in stored] == wanted
    assert [each["level"] for each in stored] == ["info", "info", "info", "warn", "error"]
    assert {(each["service"], each["room"]) for each in stored} == {("weather-agent", "five")}
    until(lambda: guarded.get(f"sessions/{session}")["participants"] == {})


def test_whoever_may_not_is_told_by_code_1001_and_only_where_somebody_waits(
    guarded: Guarded, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "_counts", Counter())  # what is said once a process was not yet said

    async def story(key: str, project: str | None = None) -> list[int | None]:
        codes = []
        async with fanlight.room("denied", endpoint=guarded.url, key=key, project=project) as room:
            for ask in (
                room.developer.log(type="info", data={}),
                anext(room.developer.logs()),
            ):
                with pytest.raises(fanlight.RoomError) as caught:
                    await ask
                codes.append(caught.value.code)
            room.developer.info("nobody waits")
        return codes

    without = guarded.participants.token(guarded.issuer, PROJECT, "denied", may_log=False)
    with caplog.at_level(logging.WARNING, "fanlight"):
        assert asyncio.run(story(guarded.tokens["viewer"])) == [1001, 1001]
        assert asyncio.run(story(without)) == [1001, 1001]
    assert caplog.messages == ["telemetry: room.developer failed (RoomError); the program goes on"]


def test_a_key_that_may_only_send_writes_and_does_not_follow(guarded: Guarded) -> None:
    async def story() -> int | None:
        async with fanlight.room("sending", endpoint=guarded.url, key=guarded.tokens["ingest"]) as room:
            await room.developer.log(type="info", data={"n": 1})
            with pytest.raises(fanlight.RoomError) as caught:
                await anext(room.developer.logs())
            return caught.value.code

    assert asyncio.run(story()) == 1001
    assert guarded.stored("sending", 1) == [{"n": 1}]


@pytest.mark.parametrize(
    ("room", "who", "told"),
    [
        ("lobby", "nobody", "sign in, or present a key"),
        ("lobby", "execute", "has no list right"),
        ("No-Room", "read", "cannot name a room"),
    ],
)
def test_whoever_is_not_let_in_is_told_why(guarded: Guarded, room: str, who: str, told: str) -> None:
    async def story() -> None:
        async with fanlight.room(room, endpoint=guarded.url, key=guarded.tokens.get(who)):
            raise AssertionError("nobody comes in here")

    with pytest.raises(fanlight.RoomError, match=told):
        asyncio.run(story())


def test_a_server_that_is_not_there_is_named() -> None:
    async def story() -> None:
        async with fanlight.room("lobby", endpoint="http://127.0.0.1:9"):
            raise AssertionError("nothing is there")

    with pytest.raises(fanlight.RoomError, match=r"ws://127\.0\.0\.1:9/rooms/lobby cannot be reached"):
        asyncio.run(story())
