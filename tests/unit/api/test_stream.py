from __future__ import annotations

import asyncio

import pytest

from fanlight.catalog.keys import create_key, revoke_key
from fanlight.model.event import Event

from .conftest import Build, House, Wire, tell

PATH = "/api/v1/projects/default/stream?topics=logs"


def announce(house: House, *seqs: int) -> None:
    for seq in seqs:
        payload = b'{"topics":["logs"],"type":"log","seq":"%d","data":{}}' % seq
        house.events.append(Event(seq=seq, topics=frozenset({"logs"}), payload=payload, type="log"))
    house.broker.advance(seqs[-1], frozenset({"default"}))


def test_a_batch_ends_on_an_item_whose_seq_is_its_id(house: House) -> None:
    async def story() -> None:
        async with Wire(house.app, PATH, {}) as wire:
            assert await wire.message() == "retry: 1000\nid: e1.10"
            announce(house, 11, 12)
            assert await wire.message() == (
                "id: e1.12\nevent: batch\ndata: "
                '[{"topics":["logs"],"type":"log","seq":"11","data":{}},'
                '{"topics":["logs"],"type":"log","seq":"12","data":{}}]'
            )

    tell(story())


@pytest.mark.parametrize("by", ["header", "query"])
def test_a_reader_resumes_behind_the_last_id_it_has_seen(house: House, by: str) -> None:
    async def story() -> None:
        announce(house, 11, 12, 13)
        path = f"{PATH}&last_event_id=e1.12" if by == "query" else PATH
        headers = {"last-event-id": "e1.12"} if by == "header" else {}
        async with Wire(house.app, path, headers) as wire:
            assert await wire.message() == "retry: 1000\nid: e1.12"
            assert (await wire.message()).startswith("id: e1.13\nevent: batch\n")

    tell(story())


@pytest.mark.parametrize(
    ("given", "gap"),
    [
        ("e0.3", '{"reason":"other_store","after":"0","next":"10","missed":null}'),
        ("rubbish", '{"reason":"unknown_id","after":"0","next":"10","missed":null}'),
        ("e1.-4", '{"reason":"unknown_id","after":"0","next":"10","missed":null}'),
        ("e1.99999", '{"reason":"ahead","after":"99999","next":"10","missed":null}'),
    ],
)
def test_an_id_that_cannot_be_used_is_one_gap_and_then_live(house: House, given: str, gap: str) -> None:
    async def story() -> None:
        async with Wire(house.app, PATH, {"last-event-id": given}) as wire:
            assert await wire.message() == "retry: 1000\nid: e1.10"
            assert await wire.message() == f"id: e1.10\nevent: gap\ndata: {gap}"
            announce(house, 11)
            assert (await wire.message()).startswith("id: e1.11\nevent: batch\n")

    tell(story())


def test_a_quiet_stream_beats_and_its_place_moves_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanlight.api.stream.HEARTBEAT_S", 0.01)

    async def story() -> None:
        async with Wire(house.app, PATH, {}) as wire:
            await wire.message()
            assert await wire.message() == ": beat\nid: e1.10"
            house.broker.advance(99, frozenset({"another"}))
            while (beat := await wire.message()) == ": beat\nid: e1.10":
                pass
            assert beat == ": beat\nid: e1.99"

    tell(story())


def test_a_revoked_key_is_cut_off_at_a_heartbeat(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanlight.api.stream.HEARTBEAT_S", 0.01)
    key, text = create_key(house.catalog, "default", name="reader", scopes=["read"])

    async def story() -> None:
        async with Wire(house.app, PATH, {"authorization": f"Bearer {text.reveal()}"}) as wire:
            await wire.message()
            revoke_key(house.catalog, "default", key.id)
            house.clock.advance(4)
            async with asyncio.timeout(10):
                await wire._task
        assert house.broker.readers == 0

    tell(story())


def test_a_reader_that_hangs_up_is_forgotten(house: House) -> None:
    async def story() -> None:
        async with Wire(house.app, PATH, {}) as wire:
            await wire.message()
            assert house.broker.readers == 1
        assert house.broker.readers == 0

    tell(story())


def test_a_reader_that_takes_nothing_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanlight.api.stream.SEND_TIMEOUT_S", 0.01)

    async def story() -> None:
        wire = Wire(house.app, PATH, {})

        async def stall(message: dict[str, object]) -> None:
            if message["type"] == "http.response.body":
                await asyncio.Event().wait()

        wire._send = stall  # type: ignore[method-assign,assignment]
        async with wire, asyncio.timeout(10):
            await wire._task
        assert house.broker.readers == 0

    tell(story())


def test_the_end_of_the_server_ends_the_stream(house: House) -> None:
    async def story() -> None:
        async with Wire(house.app, PATH, {}) as wire:
            await wire.message()
            await house.broker.close()
            await wire._task
            assert wire.ended

    tell(story())


def test_one_reader_too_many_is_told_when_to_come_back(build: Build) -> None:
    house = build(stream_readers=1)

    async def story() -> None:
        async with Wire(house.app, PATH, {}) as first, Wire(house.app, PATH, {}) as second:
            await first.message()
            await second._task
            assert (first.status, second.status) == (200, 503)

    tell(story())


def test_a_stream_without_a_known_topic_is_refused(house: House) -> None:
    refused = house.ask("GET", "/api/v1/projects/default/stream?topics=everything")
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "'everything' is no topic"


def test_only_the_kinds_that_were_asked_for_are_sent(house: House) -> None:
    async def story() -> None:
        async with Wire(house.app, f"{PATH}&kinds=developer_log,room_event", {}) as wire:
            await wire.message()
            kinds = {11: "log", 12: "developer_log", 13: "metric", 14: "room_event"}
            house.events += [
                Event(seq=seq, topics=frozenset({"logs"}), payload=b'{"seq":"%d"}' % seq, type=kind)
                for seq, kind in kinds.items()
            ]
            house.broker.advance(14, frozenset({"default"}))
            assert await wire.message() == 'id: e1.14\nevent: batch\ndata: [{"seq":"12"},{"seq":"14"}]'

    tell(story())


@pytest.mark.parametrize(
    ("kinds", "said"), [("log,smoke", "'smoke' is no kind of item"), (",", "no kind is named")]
)
def test_kinds_that_are_none_are_refused(house: House, kinds: str, said: str) -> None:
    answer = house.ask("GET", f"{PATH}&kinds={kinds}")
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, said)


def test_a_gap_says_how_many_events_are_missed(house: House) -> None:
    async def story() -> None:
        announce(house, *range(11, 31))
        house.clock.advance(901)
        house.broker._oldest = lambda scope, since_ns: 26
        async with Wire(house.app, f"{PATH}&last_event_id=e1.12", {}) as wire:
            await wire.message()
            assert await wire.message() == (
                'id: e1.30\nevent: gap\ndata: {"reason":"too_old","after":"12","next":"30","missed":18}'
            )

    tell(story())
