"""Readers that resume by Last-Event-ID see everything once and in order, whatever happens to the server."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from benchmarks.server import Server
from tests.e2e.reliability.readers import Reader, Told
from tests.e2e.reliability.spans import Sent
from tests.e2e.reliability.traffic import HEADERS, Traffic
from tests.figures import Tell

pytestmark = [pytest.mark.timeout(900), pytest.mark.trust("T19")]

PER_REQUEST = 20
READERS = 3
WINDOW_S = 1
"""How far back the stream of the server reaches that the last two tests share."""

FIRST = 10**9
"""The number of the request that makes the project, which must be there before a reader can ask for it."""


def log_request(number: int) -> bytes:
    """Request `number`: log records whose bodies are `number.0`, `number.1`, ..."""
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for place in range(PER_REQUEST):
        record = records.add(time_unix_nano=time.time_ns(), severity_number=9)
        record.body.string_value = f"{number}.{place}"
    return request.SerializeToString()


def bodies(numbers: set[int]) -> set[str]:
    return {f"{number}.{place}" for number in numbers for place in range(PER_REQUEST)}


def heard(told: Told) -> list[str]:
    return [event["data"]["body"] for event in told.events if event["type"] == "log"]


def has_heard(told: Told, wanted: set[str]) -> bool:
    """Whether all of `wanted` was told; to count is cheap, and most of the time says enough."""
    return len(told.events) >= len(wanted) and wanted <= set(heard(told))


def _make_project(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("POST", "/v1/logs", body=log_request(FIRST), headers=HEADERS).status == 200


@pytest.mark.parametrize("restarts", [3, pytest.param(40, marks=pytest.mark.slow)])
def test_readers_that_resume_miss_nothing_and_see_nothing_twice(
    tmp_path: Path, sent: Sent, seed: int, figure: Tell, restarts: int
) -> None:
    dice = random.Random(seed)
    server = Server(tmp_path / "data").start()

    def port() -> int:
        return server.port

    logs = Traffic(port=port, path="/v1/logs", render=log_request, seed=seed, connections=2, pause_s=0.005)
    spans = Traffic(
        port=port, path="/v1/traces", render=sent.body, seed=seed + 1, connections=1, pause_s=0.02
    )
    try:
        _make_project(server)
        with ExitStack() as stack:
            readers = [stack.enter_context(Reader(port=port, topics="logs,runs")) for _ in range(READERS)]
            for reader in readers:
                reader.wait(lambda told: told.connections > 0)
            stack.enter_context(logs)
            stack.enter_context(spans)
            for reader in readers:
                reader.wait(lambda told: bool(heard(told)))
            for ends in range(1, restarts + 1):
                time.sleep(dice.uniform(0.2, 1.5))  # the moment of the restart, not a wait for anything
                if dice.random() < 0.3:
                    server.stop()
                else:
                    server.kill()
                server = Server(tmp_path / "data").start()
                logs.wait_acked(len(logs.ledger.acked) + 1)
                for reader in readers:  # each is cut off by each end
                    reader.wait(lambda told, ends=ends: told.connections > ends)
            ledger, runs_ledger = logs.stop(), spans.stop()
            assert (ledger.wrong, runs_ledger.wrong) == ([], [])
            acked = bodies(ledger.acked)
            for reader in readers:
                reader.wait(lambda told: has_heard(told, acked))
    finally:
        server.end()
    gaps = sum(len(reader.told.gaps) for reader in readers)
    missing = sum(len(acked - set(heard(reader.told))) for reader in readers)
    twice = sum(len(told) - len(set(told)) for told in (heard(reader.told) for reader in readers))
    disordered = sum(reader.told.seqs != sorted(set(reader.told.seqs)) for reader in readers)
    for reader in readers:
        assert set(heard(reader.told)) <= bodies(ledger.sent | {FIRST})
    figure(
        test="T19",
        what=f"{READERS} readers that resume over {restarts} ends of the server (kill -9, some SIGTERM)",
        target="0 gaps, 0 missing, 0 twice, order kept",
        value=f"{len(acked):,}: {gaps} gaps, {missing} missing, {twice} twice, {disordered} out of order",
        ok=(gaps, missing, twice, disordered) == (0, 0, 0, 0),
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the project, whose stream reaches back for WINDOW_S."""
    data = tmp_path_factory.mktemp("stream") / "data"
    with Server(data, environment={"FANLIGHT_STREAM_WINDOW_S": f"{WINDOW_S}"}) as server:
        _make_project(server)
        yield server


def test_a_place_that_is_too_old_is_told_once_as_a_gap_and_the_stream_goes_on(
    server: Server, figure: Tell
) -> None:
    with Reader(port=lambda: server.port, topics="logs") as first:
        first.wait(lambda told: told.connections > 0)
        _send(server, 1)
        first.wait(lambda told: has_heard(told, bodies({1})))
        place = first.last_id
        _send(server, 2)
        first.wait(lambda told: has_heard(told, bodies({1, 2})))
    time.sleep(2 * WINDOW_S)  # what has to pass is time itself
    with Reader(port=lambda: server.port, topics="logs", after=place) as late:
        late.wait(lambda told: bool(told.gaps))
        _send(server, 3)
        late.wait(lambda told: has_heard(told, bodies({3})))
    [gap] = late.told.gaps
    assert (gap["reason"], gap["missed"]) == ("too_old", PER_REQUEST)
    # What cannot be told is read: the gap names how far.
    assert min(late.told.seqs) > int(gap["next"])
    figure(
        test="T19", what="a place older than the window", target="exactly one gap, then all that comes",
        value=f"1 gap of {gap['missed']}, then {len(heard(late.told))} of {PER_REQUEST}",
        ok=len(heard(late.told)) == PER_REQUEST,
    )  # fmt: skip


STRANGE_IDS = (
    "rubbish", "e.1", ".", "1", "e.-1", "e.1e9", "e." + "9" * 20, "e." + "9" * 21, "\u0661.\u0661", "x" * 150,
    "e.1.2.3", "' OR 1=1", "%00", "../..", "NaN.NaN",
)  # fmt: skip


def test_a_place_that_never_was_is_a_gap_and_harms_nobody(server: Server, figure: Tell) -> None:
    with Reader(port=lambda: server.port, topics="logs") as first:
        first.wait(lambda _: first.last_id is not None)
        epoch = str(first.last_id).rpartition(".")[0]
    places = [*(text.encode().decode("latin-1") for text in STRANGE_IDS), f"{epoch}.{2**62}", "other.5"]
    with ExitStack() as stack:
        late = [
            stack.enter_context(Reader(port=lambda: server.port, topics="logs", after=place))
            for place in places
        ]
        for reader in late:
            reader.wait(lambda told: bool(told.gaps))
        _send(server, 5)
        for reader in late:
            reader.wait(lambda told: has_heard(told, bodies({5})))
    reasons = sorted({gap["reason"] for reader in late for gap in reader.told.gaps})
    ends, told_last = [reader.told for reader in late], [f"5.{place}" for place in range(PER_REQUEST)]
    figure(
        test="T19", what=f"{len(places)} places that never were", target="one gap each, then all that comes",
        value=f"{sum(len(reader.told.gaps) for reader in late)} gaps ({', '.join(reasons)})",
        ok=all(len(told.gaps) == 1 and heard(told)[-PER_REQUEST:] == told_last for told in ends),
    )  # fmt: skip


def _send(server: Server, number: int) -> None:
    with server.connect() as connection:
        assert connection.request("POST", "/v1/logs", body=log_request(number), headers=HEADERS).status == 200
