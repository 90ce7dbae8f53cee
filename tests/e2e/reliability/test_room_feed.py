"""The feed of a room over a real server: nothing is missed or told twice, in whatever way a reader pauses."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmarks.console.room import EVENTS_PER_TICK, ROOM, mark_of, tick
from benchmarks.server import PROJECT, Server
from tests.e2e.reliability.readers import Reader, Told

pytestmark = pytest.mark.timeout(300)

TOPIC = f"room:{ROOM}"
KINDS = {"log", "developer_log", "service", "metric", "span", "run"}
HEADERS = {"content-type": "application/x-protobuf", "x-fanlight-project": PROJECT}


def send(server: Server, *numbers: int) -> set[int]:
    """Ticks of a busy room, each answered with 200; the marks of their events."""
    with server.connect() as connection:
        for number in numbers:
            for request in tick(number, at_ns=time.time_ns()):
                answer = connection.request("POST", request.path, body=request.body, headers=HEADERS)
                assert answer.status == 200
    return {number * EVENTS_PER_TICK + place for number in numbers for place in range(EVENTS_PER_TICK)}


def report_service(server: Server) -> None:
    """A service of the room runs."""
    path = f"/api/v1/projects/{PROJECT}/rooms/{ROOM}/services/api"
    body = b'{"kind": "process", "state": "running"}'
    with server.connect() as connection:
        answer = connection.request("PUT", path, body=body, headers={"content-type": "application/json"})
        assert answer.status == 200


def marks(told: Told) -> list[int]:
    """The marks of what was told, but of the first tick: it makes the project and may come too early."""
    found = (mark_of(event) for event in told.events)
    return [mark for mark in found if mark is not None and mark >= EVENTS_PER_TICK]


def kinds(told: Told) -> set[str]:
    return {event["type"] for event in told.events}


def test_every_kind_is_resumed_across_a_kill_and_by_a_reader_that_left(tmp_path: Path) -> None:
    server = Server(tmp_path / "data").start()
    try:
        send(server, 0)
        sent: set[int] = set()
        with Reader(port=lambda: server.port, topics=TOPIC) as stays:
            stays.wait(lambda told: told.connections > 0)
            sent |= send(server, 1)
            stays.wait(lambda told: sent <= set(marks(told)))
            with Reader(port=lambda: server.port, topics=TOPIC, after=stays.last_id) as leaves:
                leaves.wait(lambda told: told.connections > 0)
            sent |= send(server, 2)
            report_service(server)
            server.kill()
            server = Server(tmp_path / "data").start()
            sent |= send(server, 3)
            expected = sorted(sent)
            stays.wait(lambda told: sorted(marks(told)) == expected and kinds(told) >= KINDS)
        missed = [mark for mark in expected if mark >= 2 * EVENTS_PER_TICK]
        with Reader(port=lambda: server.port, topics=TOPIC, after=leaves.last_id) as returns:
            returns.wait(
                lambda told: sorted(marks(leaves.told) + marks(told)) == missed and kinds(told) >= KINDS
            )
    finally:
        server.end()
    for reader in (stays, returns):
        assert reader.told.gaps == []
        assert reader.told.seqs == sorted(set(reader.told.seqs)), "out of order, or told twice"


def test_a_reader_that_keeps_its_connection_and_reads_nothing_for_a_while_misses_nothing(
    tmp_path: Path,
) -> None:
    with Server(tmp_path / "data") as server:
        send(server, 0)
        with (
            Reader(port=lambda: server.port, topics=TOPIC) as watches,
            Reader(port=lambda: server.port, topics=TOPIC) as pauses,
        ):
            for reader in (watches, pauses):
                reader.wait(lambda told: told.connections > 0)
            pauses.reads.clear()
            sent = send(server, *range(1, 13))
            watches.wait(lambda told: sent <= set(marks(told)))
            pauses.reads.set()
            pauses.wait(lambda told: sent <= set(marks(told)))
    for reader in (watches, pauses):
        assert (reader.told.gaps, reader.told.connections) == ([], 1)
        assert reader.told.seqs == sorted(set(reader.told.seqs))
        assert sorted(marks(reader.told)) == sorted(sent)
