"""What comes in from the wire and should not: refused in the protocol's own words, nothing lost or twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fanlight.access.participants import ParticipantTokens
from fanlight.cli.demo.server import running_server
from tests.fixtures.waiting import until

from .conftest import OTHER, PORTS, PROJECT, Guarded, Raw, raw

BURST = 10_000


def refused(url: str, headers: dict[str, str]) -> tuple[int, Any]:
    """The status and the error with which a handshake is refused."""

    async def story() -> tuple[int, Any]:
        with pytest.raises(InvalidStatus) as caught:
            async with connect(url, additional_headers=headers):
                raise AssertionError("nobody comes in here")
        response = caught.value.response
        assert response.headers["x-content-type-options"] == "nosniff"
        return response.status_code, json.loads(response.body)["error"]["message"]

    return asyncio.run(story())


def test_tokens_that_open_nothing_here_are_refused_before_the_connection(guarded: Guarded) -> None:
    def knock(token: str, room: str = "lobby", query: str = "") -> tuple[int, str]:
        status, told = refused(guarded.room_url(room, query), {"authorization": f"Bearer {token}"})
        return status, str(told)

    tokens, issuer = guarded.participants, guarded.issuer
    foreign = ParticipantTokens(b"the secret of another server")
    over = tokens.token(issuer, PROJECT, "lobby", may_log=True, lasts_s=-1)
    wrong = (403, "the participant's token is wrong or over")
    assert knock(over) == wrong
    assert knock(foreign.token(issuer, PROJECT, "lobby", may_log=True)) == wrong
    assert knock("eyJhbGciOiJub25lIn0.eyJuYW1lIjoiYSJ9.") == wrong
    elsewhere = tokens.token(issuer, PROJECT, "another-room", may_log=True)
    assert knock(elsewhere) == (404, "this is nothing that the token of a participant opens")
    assert knock(guarded.tokens["stranger"], query=f"project={PROJECT}") == (404, f"no project '{PROJECT}'")
    assert knock(guarded.tokens["read"], query=f"project={OTHER}") == (404, f"no project '{OTHER}'")
    assert knock("fl_nothing") == (403, "this is no key")
    ticket = refused(guarded.room_url("lobby", "ticket=flt_x"), {})
    assert ticket == (403, "the ticket is wrong, over, or was used")


@pytest.mark.parametrize("room", ["Lobby", "a_b", "a.b", "r" * 64, "%20", "caf%C3%A9", "..%2f", "%00"])
def test_a_room_that_cannot_be_is_not_found(guarded: Guarded, room: str) -> None:
    bearer = {"authorization": f"Bearer {guarded.tokens['read']}"}
    status, told = refused(guarded.room_url(room), bearer)
    assert (status, "cannot name a room" in told or "nothing is at" in told) == (404, True)


def test_a_page_of_another_site_comes_in_nowhere(guarded: Guarded) -> None:
    bearer = {"authorization": f"Bearer {guarded.tokens['read']}"}
    status, told = refused(guarded.room_url("lobby"), {**bearer, "origin": "http://evil.test"})
    assert (status, told) == (403, "a page of another site (http://evil.test) may not do this")
    status, told = refused(guarded.room_url("lobby"), {**bearer, "host": "evil.test"})
    assert (status, told) == (400, "this server does not go by the name 'evil.test'")


def test_a_page_of_our_own_comes_in_by_a_ticket_once(guarded: Guarded) -> None:
    ticket = guarded.post("tickets", {}).json()["ticket"]
    url = guarded.room_url("lobby", f"project={PROJECT}&ticket={ticket}")

    async def write(talk: Raw) -> str:
        await talk.log(1, {"from": "a page"})
        return (await talk.told())[1]

    assert raw(url, None, write, origin=guarded.url) == "__response__"
    assert refused(url, {})[0] == 403


def test_ten_thousand_logs_at_once_are_each_stored_once(guarded: Guarded) -> None:
    async def story(talk: Raw) -> dict[int, Any]:
        async def send() -> None:
            for number in range(BURST):
                await talk.log(number, {"number": number})

        sending = asyncio.create_task(send())
        answers = {}
        while len(answers) < BURST:
            message_id, _, header = await talk.told()
            answers[message_id] = header["type"]
        await sending
        return answers

    answers = raw(guarded.room_url("burst"), guarded.tokens["ingest"], story)
    assert answers == dict.fromkeys(range(BURST), "empty")
    assert [each["number"] for each in guarded.stored("burst", BURST)] == list(range(BURST))


def test_malformed_packets_end_the_connection_behind_what_was_understood(guarded: Guarded) -> None:
    head = (7).to_bytes(8)
    begun = head + bytes(4) + (2).to_bytes(4) + b"t"

    async def interleaved(talk: Raw) -> Any:
        await talk.log(1, {"n": 1})
        await talk.say(begun, (8).to_bytes(8) + (1).to_bytes(4) + b"x")
        answers = [await talk.told(), await talk.told()]
        return [(each[0], each[2].get("code")) for each in answers], await talk.ended()

    answers, ended = raw(guarded.room_url("hostile"), guarded.tokens["ingest"], interleaved)
    assert sorted(answers) == [(1, None), (8, 1002)]
    assert ended == (1002, "a packet of message 8 came before message 7 was whole")
    assert guarded.stored("hostile", 1) == [{"n": 1}]


async def _oversized(talk: Raw) -> Any:
    await talk.socket.send(bytes(17 * 1024))
    return await talk.ended()


async def _text(talk: Raw) -> Any:
    await talk.socket.send("hello")
    return await talk.ended()


async def _bomb(talk: Raw) -> Any:
    await talk.socket.send(bytes(8 * 1024 * 1024))  # 8 KiB on the wire
    return await talk.ended()


async def _pieces(talk: Raw) -> Any:
    with contextlib.suppress(ConnectionClosed):
        await talk.socket.send(b"" for _ in range(1_000))
    return await talk.ended()


async def _large_message(talk: Raw) -> Any:
    await talk.say((7).to_bytes(8) + bytes(4) + (2**32 - 1).to_bytes(4) + b"t")
    assert (await talk.told())[2]["code"] == 1002
    return await talk.ended()


@pytest.mark.parametrize(
    ("story", "code"),
    [(_oversized, 1009), (_bomb, 1009), (_pieces, 1008), (_text, 1002), (_large_message, 1009)],
)
def test_frames_and_messages_that_are_too_much_end_the_connection(
    guarded: Guarded, story: Any, code: int
) -> None:
    ended = raw(guarded.room_url("hostile"), guarded.tokens["ingest"], story)
    assert ended[0] == code, ended
    # The server goes on as if nothing had been.
    assert raw(guarded.room_url("hostile"), guarded.tokens["ingest"], _nothing) is None


async def _nothing(talk: Raw) -> None: ...


def test_data_of_every_kind_is_stored_or_refused_and_the_connection_goes_on(guarded: Guarded) -> None:
    deep: Any = "x"
    for _ in range(25):
        deep = [deep]
    given = {
        1: {"big": 2**70, "nan": float("nan"), "text": "h\u00e9\x00", "none": None},
        2: {"half": "\ud800", "list": [[{}], []]},
        3: {"deep": deep},
        4: {"text": "x" * (1024 * 1024)},
        5: {"last": True},
    }

    async def story(talk: Raw) -> dict[int, Any]:
        for message_id, data in given.items():
            await talk.log(message_id, data)
        return {told[0]: told[2].get("code") for told in [await talk.told() for _ in given]}

    answers = raw(guarded.room_url("kinds"), guarded.tokens["ingest"], story)
    assert answers == {1: None, 2: None, 3: 1002, 4: 1002, 5: None}
    assert guarded.stored("kinds", 3) == [
        {"big": str(2**70), "nan": "NaN", "text": "h\u00e9\x00", "none": None},
        {"half": "\ufffd", "list": [[{}], []]},
        {"last": True},
    ]


def test_a_server_that_stops_has_every_log_that_it_answered(tmp_path: Path) -> None:
    answered: set[int] = set()

    async def burst(talk: Raw) -> tuple[int, str]:
        sending = asyncio.create_task(_send_until_closed(talk))
        with contextlib.suppress(ConnectionClosed):
            while True:
                message_id, _, header = await talk.told()
                if header["type"] == "empty":
                    answered.add(message_id)
                    if len(answered) == 300:
                        server.process.terminate()
        await sending
        return await talk.ended()

    with running_server(tmp_path, PORTS) as server:
        ended = raw(f"{server.studio.replace('http', 'ws', 1)}/rooms/lobby", None, burst)
        server.process.wait(20)
    assert ended == (1012, "the server restarts")
    assert len(answered) >= 300
    with running_server(tmp_path, PORTS) as server:
        local = Guarded(url=server.studio, tokens={"owner": ""}, participants=None, issuer=None)  # type: ignore[arg-type]
        numbers = [each["number"] for each in until(lambda: _bodies(local, len(answered)))]
    assert len(set(numbers)) == len(numbers)
    assert answered <= set(numbers)


async def _send_until_closed(talk: Raw) -> None:
    with contextlib.suppress(ConnectionClosed):
        for number in range(10, 5_010):
            await talk.log(number, {"number": number})
            await asyncio.sleep(0)  # sending alone would never let the answers in


def _bodies(server: Guarded, count: int) -> list[Any]:
    url = f"{server.url}/api/v1/projects/default/logs"
    found: list[Any] = []
    cursor = ""
    while True:
        query = {"q": "event:fanlight.developer_log", "limit": "1000", "order": "asc"}
        page = httpx.get(url, params=query | ({"cursor": cursor} if cursor else {})).json()
        found += [each["body"] for each in page["items"]]
        cursor = page["next"]
        if not cursor:
            return found if len(found) >= count else []
