"""Readers that resume by Last-Event-ID see everything once and in order, whatever happens to the server."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from benchmarks.server import Server
from tests.e2e.reliability.readers import Reader, Told
from tests.e2e.reliability.spans import Sent
from tests.e2e.reliability.traffic import HEADERS, Traffic

pytestmark = pytest.mark.timeout(900)

PER_REQUEST = 20
READERS = 3
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


def _make_project(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("POST", "/v1/logs", body=log_request(FIRST), headers=HEADERS).status == 200


@pytest.mark.parametrize("restarts", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_readers_that_resume_miss_nothing_and_see_nothing_twice(
    tmp_path: Path, sent: Sent, seed: int, restarts: int
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
            for _ in range(restarts):
                time.sleep(dice.uniform(0.2, 1.5))  # the moment of the restart, not a wait for anything
                if dice.random() < 0.3:
                    server.stop()
                else:
                    server.kill()
                server = Server(tmp_path / "data").start()
                logs.wait_acked(len(logs.ledger.acked) + 1)
            ledger, runs_ledger = logs.stop(), spans.stop()
            assert (ledger.wrong, runs_ledger.wrong) == ([], [])
            acked = bodies(ledger.acked)
            for reader in readers:
                reader.wait(lambda told: acked <= set(heard(told)))
    finally:
        server.end()
    for reader in readers:
        told = heard(reader.told)
        assert reader.told.gaps == []
        assert reader.told.seqs == sorted(set(reader.told.seqs)), "out of order, or told twice"
        assert len(told) == len(set(told)), "a record was told twice"
        assert set(told) <= bodies(ledger.sent | {FIRST})
        assert reader.told.connections > restarts
