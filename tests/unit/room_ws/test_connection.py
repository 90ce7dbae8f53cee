"""What a participant may say, what becomes of it, and how the connection ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from fanlight.api.room_ws import connection as connections
from fanlight.api.room_ws import outbox
from fanlight.api.room_ws.connection import MAX_STREAMS
from fanlight.api.room_ws.writing import MAX_WAITING
from fanlight.errors import ForbiddenError, OverloadError
from fanlight.live.batch import Batch, Gap
from fanlight.model.event import Event
from fanlight.rooms.messages import Body
from fanlight.rooms.packets import MAX_MESSAGE_BYTES, Message, packets_of

from .conftest import CLOSE, OPEN, Talk, invocation, play

EMPTY = {"type": "empty"}


def endings(talk: Talk) -> dict[str, int]:
    return dict(talk.traffic._counts["endings"])


def requests(talk: Talk) -> dict[str, int]:
    return dict(talk.traffic._counts["requests"])


def test_whoever_comes_in_is_told_where_they_are_and_who_they_are() -> None:
    async def story() -> list[tuple[int, str, Body]]:
        talk = Talk()
        going = asyncio.create_task(talk.connection.talk())
        told = [await talk.told(), await talk.told()]
        talk.leave()
        await going
        return told

    ready = {"room_name": "lobby", "room_url": "ws://here/rooms/lobby", "session_id": "s1"}
    init = {"type": "init", "participantId": "p1", "attributes": {}}
    assert asyncio.run(story()) == [(1, "room_ready", Body(ready)), (2, "connected", Body(init))]


def test_logs_that_wait_become_one_request_and_each_is_answered_once_that_is_kept() -> None:
    async def story(talk: Talk) -> None:
        talk.keeping.clear()
        talk.log(1)
        while not talk.incoming.empty():
            await asyncio.sleep(0)
        for number in range(2, 6):
            talk.log(number, n=number)
        while not talk.incoming.empty():
            await asyncio.sleep(0)
        assert talk.rest() == []
        talk.keeping.set()
        assert await talk.answers(5) == dict.fromkeys(range(1, 6), EMPTY)
        talk.leave()

    talk = play(story)
    assert [[each.message_id for each in batch] for batch in talk.kept] == [[1], [2, 3, 4, 5]]
    times = [each.at_ns for batch in talk.kept for each in batch]
    assert times == sorted(set(times))
    assert (requests(talk), endings(talk)) == ({"kept": 5}, {"gone": 1})


@pytest.mark.parametrize(
    ("failing", "text", "reason"),
    [
        (OverloadError("the server is full"), "the server is full", "overload"),
        (OSError(28, "No space left"), "the log cannot be written: No space left", "disk"),
        (RuntimeError("secret"), "the server failed; its log tells more", "internal"),
    ],
)
def test_logs_that_were_not_kept_are_answered_with_why(failing: Exception, text: str, reason: str) -> None:
    async def story(talk: Talk) -> None:
        talk.log(1)
        assert await talk.answers(1) == {1: {"type": "error", "text": text, "code": 1008}}
        talk.leave()

    assert requests(play(story, failing=failing)) == {reason: 1}


def test_logs_of_a_client_that_left_without_waiting_are_kept() -> None:
    async def story(talk: Talk) -> None:
        talk.log(1)
        talk.log(2)
        talk.leave()

    assert sum(map(len, play(story).kept)) == 2


@pytest.mark.parametrize(
    ("code", "reason"), [(1001, "gone"), (1006, "gone"), (1011, "unread"), (1009, "broken"), (1002, "broken")]
)
def test_what_ends_a_connection_below_the_protocol_is_counted_and_what_came_is_kept(
    code: int, reason: str
) -> None:
    async def story(talk: Talk) -> None:
        talk.log(1)
        talk.leave(code)

    talk = play(story)
    assert (sum(map(len, talk.kept)), talk.closed, endings(talk)) == (1, None, {reason: 1})


REFUSALS: list[tuple[str, Callable[[Talk], None], int]] = [
    ("not_found", lambda talk: talk.ask(7, invocation("list", {}, toolkit="storage")), 1003),
    ("not_found", lambda talk: talk.ask(7, {}, "room.list_toolkits"), 1003),
    ("invalid_request", lambda talk: talk.ask(7, invocation("log", {"type": "empty"})), 1002),
    ("invalid", lambda talk: talk.log(7, **{str(n): n for n in range(10_001)}), 1002),
    ("cut", lambda talk: talk.say(*packets_of(Message(7, "room.invoke_tool", b"\xff" * 9))), 1002),
    ("header", lambda talk: talk.say(*packets_of(Message(7, "x", bytes(7) + b"\x01{"))), 1002),
]


@pytest.mark.parametrize(("reason", "ask", "code"), REFUSALS)
def test_a_request_that_is_wrong_is_answered_and_the_connection_goes_on(
    reason: str, ask: Callable[[Talk], None], code: int
) -> None:
    async def story(talk: Talk) -> None:
        ask(talk)
        [answer] = (await talk.answers(1)).values()
        assert (answer["type"], answer["code"]) == ("error", code)
        talk.log(8)
        assert await talk.answers(1) == {8: EMPTY}
        talk.leave()

    assert requests(play(story)) == {reason: 1, "kept": 1}


def test_what_was_not_granted_is_denied_by_the_protocols_code() -> None:
    async def story(talk: Talk) -> None:
        talk.log(1)
        talk.ask(2, invocation("logs", OPEN))
        denied = {"type": "error", "text": "developer.logs not granted", "code": 1001}
        assert await talk.answers(2) == {1: denied, 2: denied}
        # MeshAgent's client closes the stream that it did not get.
        talk.ask(3, {"tool_call_id": "c1", "chunk": CLOSE}, "room.tool_call_request_chunk")
        talk.leave()

    talk = play(story, may_write=False, may_follow=False)
    assert (talk.rest(), talk.kept, requests(talk)) == ([], [], {"permission_denied": 2})


HEAD = (7).to_bytes(8)
BROKEN: list[tuple[str, list[bytes], int, bool]] = [
    ("short", [b"bad"], 1002, False),
    ("stray", [HEAD + (1).to_bytes(4) + b"x"], 1002, True),
    ("type", [HEAD + bytes(8)], 1002, True),
    (
        "interleaved",
        [(8).to_bytes(8) + bytes(4) + (2).to_bytes(4) + b"t", HEAD + bytes(8) + b"t"],
        1002,
        True,
    ),
    ("order", [HEAD + bytes(4) + (2).to_bytes(4) + b"t", HEAD + (2).to_bytes(4) + b"x"], 1002, True),
    ("too_large", [HEAD + bytes(4) + (MAX_MESSAGE_BYTES // 1024 + 1).to_bytes(4) + b"t"], 1009, True),
]


@pytest.mark.parametrize(("reason", "packets", "code", "is_named"), BROKEN)
def test_packets_that_break_the_protocol_end_the_connection_behind_what_was_understood(
    reason: str, packets: list[bytes], code: int, is_named: bool
) -> None:
    async def story(talk: Talk) -> None:
        talk.log(1)
        talk.say(*packets)
        talk.log(2)

    talk = play(story)
    answers = {message.id: json.loads(message.payload[8:]) for message in talk.rest()}
    assert set(answers) == ({1, 7} if is_named else {1})
    assert [answers[each]["code"] for each in answers if each == 7] == [1002] * is_named
    assert sum(map(len, talk.kept)) == 1
    assert talk.closed is not None
    assert talk.closed["code"] == code
    assert endings(talk) == {reason: 1}


def test_text_frames_are_refused() -> None:
    async def story(talk: Talk) -> None:
        talk.incoming.put_nowait({"type": "websocket.receive", "text": "hello"})

    talk = play(story)
    assert talk.closed == {
        "type": "websocket.close", "code": 1002, "reason": "packets are binary, and this is text",
    }  # fmt: skip


def batch(seq: int, type_: str) -> Batch:
    log = {
        "id": "x", "time": "2026-01-01T00:00:00.000000001Z", "type": "custom", "level": "info",
        "data": {"message": "hello"},
    }  # fmt: skip
    payload = json.dumps({"type": type_, "seq": str(seq), "data": log}).encode()
    return Batch((Event(seq=seq, topics=frozenset({"room:lobby"}), payload=payload, type=type_),))


def test_a_follower_hears_logs_until_the_call_is_closed() -> None:
    async def story(talk: Talk) -> None:
        talk.ask(1, invocation("logs", {**OPEN, "native": True}))
        assert await talk.answers(1) == {1: OPEN}
        [stream] = talk.streams
        stream.items.put_nowait(batch(1, "span"))
        stream.items.put_nowait(batch(2, "developer_log"))
        stream.items.put_nowait(Gap(reason="too_old", after=3, upto=9, missed=4))
        heard = [(await talk.told())[2] for _ in range(2)]
        assert [(each.header["chunk"]["headers"]["type"], json.loads(each.data)) for each in heard] == [
            ("custom", {"message": "hello"}),
            ("fanlight.gap", {"reason": "too_old", "missed": 4}),
        ]
        talk.ask(2, {"tool_call_id": "c1", "chunk": CLOSE}, "room.tool_call_request_chunk")
        assert (await talk.told())[2].header["chunk"] == {**CLOSE, "status_code": 1000}
        assert stream.is_closed
        talk.leave()

    play(story)


def test_a_stream_that_the_server_ends_is_closed_and_its_name_is_free_again() -> None:
    async def story(talk: Talk) -> None:
        for turn in (1, 2):
            talk.ask(turn, invocation("logs", OPEN))
            assert await talk.answers(1) == {turn: OPEN}
            talk.streams[-1].items.put_nowait(None)
            assert (await talk.told())[2].header["chunk"]["method"] == "close"
        talk.leave()

    play(story)


def test_a_stream_that_fails_is_closed_and_the_connection_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async def story(talk: Talk) -> None:
        talk.ask(1, invocation("logs", OPEN))
        assert await talk.answers(1) == {1: OPEN}
        broken = Event(seq=1, topics=frozenset(), payload=b"{}", type="log")
        talk.streams[-1].items.put_nowait(Batch((broken,)))
        assert (await talk.told())[2].header["chunk"]["method"] == "close"
        talk.log(2)
        assert await talk.answers(1) == {2: EMPTY}
        talk.leave()

    play(story)
    assert caplog.messages == ["a stream of developer logs failed"]


def test_streams_are_bounded_and_each_has_its_own_name() -> None:
    async def story(talk: Talk) -> None:
        for number in range(MAX_STREAMS):
            talk.ask(number, invocation("logs", OPEN, f"c{number}"))
        assert set(map(str, (await talk.answers(MAX_STREAMS)).values())) == {str(OPEN)}
        talk.ask(100, invocation("logs", OPEN, "c0"))
        talk.ask(101, invocation("logs", OPEN, "another"))
        codes = {number: answer["code"] for number, answer in (await talk.answers(2)).items()}
        assert codes == {100: 1004, 101: 1008}
        talk.leave()

    talk = play(story)
    assert len(talk.streams) == MAX_STREAMS
    assert all(stream.is_closed for stream in talk.streams)


def test_whoever_sends_faster_than_the_log_takes_is_read_from_no_further() -> None:
    sent = 2 * MAX_WAITING + 100

    async def story(talk: Talk) -> None:
        talk.keeping.clear()
        for number in range(sent):
            talk.log(number)
        before = -1
        while before != (before := talk.incoming.qsize()):
            await asyncio.sleep(0.02)
        left = talk.incoming.qsize() // 2  # a message is two packets
        assert left >= sent - 2 * MAX_WAITING - 2
        talk.keeping.set()
        assert set(await talk.answers(sent)) == set(range(sent))
        talk.leave()

    assert sum(map(len, play(story).kept)) == sent


def test_a_client_that_never_reads_is_cut_off_and_what_it_sent_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "SEND_TIMEOUT_S", 0.05)

    async def story(talk: Talk) -> None:
        talk.log(1)

    talk = play(story, takes=False)
    assert (sum(map(len, talk.kept)), talk.closed, endings(talk)) == (1, None, {"unread": 1})


def test_whoever_loses_the_right_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CHECK_S", 0.02)

    async def story(talk: Talk) -> None:
        talk.revoked = ForbiddenError("the session was killed")

    talk = play(story)
    assert talk.closed == {"type": "websocket.close", "code": 1008, "reason": "the session was killed"}
    assert endings(talk) == {"forbidden": 1}


def test_a_server_that_stops_answers_what_it_has_taken_and_says_so() -> None:
    async def story(talk: Talk) -> None:
        talk.keeping.clear()
        talk.log(1)
        while not talk.incoming.empty():
            await asyncio.sleep(0)
        talk.traffic.stopping.set()
        await asyncio.sleep(0.02)
        talk.keeping.set()
        assert await talk.answers(1) == {1: EMPTY}

    talk = play(story)
    assert talk.closed == {"type": "websocket.close", "code": 1012, "reason": "the server restarts"}


def test_a_server_takes_so_many_participants_and_none_once_it_stops() -> None:
    async def story() -> None:
        talk = Talk()
        talk.traffic._most = 1
        with talk.traffic.connected():
            with pytest.raises(OverloadError, match="1 participants are connected"), talk.traffic.connected():
                pass
            closing = asyncio.create_task(talk.traffic.close())
            await asyncio.sleep(0)
            assert not closing.done()
        await closing
        with pytest.raises(OverloadError, match="the server stops"), talk.traffic.connected():
            pass

    asyncio.run(story())
