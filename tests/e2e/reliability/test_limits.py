"""Limits and sampling at a real server: sent away with the time to wait, taken after it, nothing lost."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.client import Answer, Connection
from benchmarks.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

BASE = "/api/v1/projects"
PROTOBUF = {"content-type": "application/x-protobuf"}
AWAITED_S = 240.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    environment = {"FANLIGHT_THIN_EVERY_S": "1", "FANLIGHT_BURST_S": "1"}
    with Server(tmp_path / "data", environment=environment) as found:
        yield found


def ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    with server.connect() as connection:
        headers = {"content-type": "application/json", "host": f"127.0.0.1:{server.port}"}
        answer = connection.request(
            method, path, body=json.dumps(body).encode() if body is not None else b"", headers=headers
        )
    assert answer.status in (200, 201), (answer.status, answer.body)
    return json.loads(answer.body)


def spans(first: int, count: int, *, failed: bool = False) -> bytes:
    """A request of so many traces of one span each, over by now."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number in range(first, first + count):
        now = time.time_ns()
        span = scope.spans.add(
            trace_id=number.to_bytes(16, "big"), span_id=number.to_bytes(8, "big"), name=f"span {number}",
            start_time_unix_nano=now - 1_000, end_time_unix_nano=now,
        )  # fmt: skip
        span.status.code = 2 if failed else 0
    body: bytes = request.SerializeToString()
    return body


def send(connection: Connection, body: bytes, project: str = "lab") -> Answer:
    headers = {**PROTOBUF, "x-fanlight-project": project}
    return connection.request("POST", "/v1/traces", body=body, headers=headers)


def wait_for(server: Server, path: str, wanted: Any) -> None:
    """Until `wanted` says yes to what `path` answers."""
    until = time.monotonic() + AWAITED_S
    while not wanted(found := ask(server, "GET", path)):
        assert time.monotonic() < until, found
        time.sleep(0.1)


def test_whoever_is_over_is_told_when_to_come_again_and_is_taken_then(server: Server) -> None:
    ask(server, "POST", BASE, {"name": "lab"})
    ask(server, "PUT", f"{BASE}/lab", {"limits": {"spans_per_s": 50}})
    with server.connect() as connection:
        until = time.monotonic() + AWAITED_S
        first, sent = 1, 0
        while (answer := send(connection, spans(first, 100))).status == 200:  # until the setting is seen
            first, sent = first + 100, sent + 100
            assert time.monotonic() < until
        assert (answer.status, int(answer.headers["retry-after"]) > 0) == (429, True)
        assert send(connection, spans(1, 1), project="attic").status == 200
        while (answer := send(connection, spans(first, 100))).status == 429:
            time.sleep(int(answer.headers["retry-after"]))
            assert time.monotonic() < until
        assert answer.status == 200
    wait_for(server, f"{BASE}/lab/stats", lambda found: found["spans"] == sent + 100)
    limits = {each["name"]: each for each in ask(server, "GET", f"{BASE}/lab/limits")["items"]}
    health = ask(server, "GET", f"{BASE}/lab/health")["signals"][0]
    refused = limits["spans_per_s"]["refused"]
    assert refused >= 1
    assert health["refused"] == {"over_spans_per_s": refused}


def test_questions_and_streams_have_their_limits_too(server: Server) -> None:
    ask(server, "POST", BASE, {"name": "lab"})
    with server.connect() as connection:
        assert send(connection, spans(1, 20)).status == 200
    wait_for(server, f"{BASE}/lab/stats", lambda found: found["runs"] == 20)
    trace = f"{BASE}/lab/traces/{1:032x}"
    ask(server, "PUT", f"{BASE}/lab", {"limits": {"max_query_rows": 2, "max_streams": 1}})
    headers = {"host": f"127.0.0.1:{server.port}"}
    until = time.monotonic() + AWAITED_S
    with server.connect() as connection:
        while (answer := connection.request("GET", trace, headers=headers)).status == 200:
            assert time.monotonic() < until
            time.sleep(0.2)
        assert (answer.status, json.loads(answer.body)["error"]["message"]) == (
            400,
            "the question would look at more than 2 rows",
        )
    with socket.create_connection(("127.0.0.1", server.port)) as stream, server.connect() as other:
        path = f"{BASE}/lab/stream?topics=runs"
        stream.sendall(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        assert b" 200 " in stream.recv(4_096)
        refused = other.request("GET", path, headers=headers)
        assert (refused.status, refused.headers["retry-after"]) == (429, "5")


def test_a_finished_run_that_is_not_kept_loses_its_steps_and_stands_in_every_total(server: Server) -> None:
    ask(server, "POST", BASE, {"name": "lab"})
    with server.connect() as connection:
        # One request, for two messages behind each other are one: runs of a second are summed up when
        # ten times as long has passed as the first took.
        assert send(connection, spans(1, 20) + spans(21, 5, failed=True)).status == 200
    wait_for(server, f"{BASE}/lab/stats", lambda found: found["runs"] == 25)
    ask(server, "PUT", f"{BASE}/lab/sampling", {"tail_rate": 0, "tail_after_s": 10})
    wait_for(server, f"{BASE}/lab/stats", lambda found: found["spans"] == 5)
    found = ask(server, "GET", f"{BASE}/lab/sampling")
    assert (found["traces_thinned"], found["spans_thinned"]) == (20, 20)
    assert ask(server, "GET", f"{BASE}/lab/stats")["runs"] == 25
    assert ask(server, "GET", f"{BASE}/lab/usage/activity")["total"]["spans"] == 25


def test_traces_that_are_not_taken_are_counted_and_whatever_failed_is_stored(server: Server) -> None:
    ask(server, "POST", BASE, {"name": "lab"})
    ask(server, "PUT", f"{BASE}/lab/sampling", {"head_rate": 0})
    with server.connect() as connection:
        until, first = time.monotonic() + AWAITED_S, 1
        while ask(server, "GET", f"{BASE}/lab/sampling")["spans_sampled"] == 0:  # until the setting is seen
            assert send(connection, spans(first, 1)).status == 200
            first += 1
            assert time.monotonic() < until
        before = first - 2  # the last of those was the first that was not taken
        assert send(connection, spans(10_000, 9)).status == 200
        assert send(connection, spans(20_000, 3, failed=True)).status == 200
    wait_for(server, f"{BASE}/lab/stats", lambda found: found["spans"] == before + 3)
    counts = ask(server, "GET", f"{BASE}/lab/health")["signals"][0]
    assert (counts["sampled"], counts["received"]) == ({"head": 10}, before + 13)
