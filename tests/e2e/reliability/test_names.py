"""Too many names at a real server: every item is stored and counted, senders are told, memory is bounded."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from benchmarks.server import MIB, Server, free_port
from fanlight.ingest.receivers.otlp_grpc import SERVICES
from fanlight.model.signal import Signal
from tests.figures import Tell

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROTOBUF = {"content-type": "application/x-protobuf", "x-fanlight-project": "lab"}
AWAITED_S = 240.0
NOTE = (
    "project lab has more than 5 different names of spans (max_span_names): new ones are folded,"
    " nothing is lost; put what varies into attribute values, or raise the limit"
)


def spans(first: int, names: list[str]) -> bytes:
    """A request of a span of each name, over by now, all of traces of their own."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number, name in enumerate(names, first):
        now = time.time_ns()
        scope.spans.add(
            trace_id=number.to_bytes(16, "big"), span_id=number.to_bytes(8, "big"), name=name,
            start_time_unix_nano=now - 1_000, end_time_unix_nano=now,
        )  # fmt: skip
    body: bytes = request.SerializeToString()
    return body


def ask(server: Server, path: str) -> Any:
    with server.connect() as connection:
        answer = connection.request(
            "GET", f"/api/v1/projects/lab/{path}", headers={"host": f"127.0.0.1:{server.port}"}
        )
    assert answer.status == 200, (answer.status, answer.body)
    return json.loads(answer.body)


def make_project(server: Server) -> None:
    headers = {"content-type": "application/json", "host": f"127.0.0.1:{server.port}"}
    with server.connect() as connection:
        answer = connection.request("POST", "/api/v1/projects", body=b'{"name":"lab"}', headers=headers)
    assert answer.status == 201, answer.body


def post(server: Server, body: bytes) -> tuple[int, str]:
    """How many spans were rejected, and what was said."""
    with server.connect() as connection:
        answer = connection.request("POST", "/v1/traces", body=body, headers=PROTOBUF)
    assert answer.status == 200, answer.body
    return partial(answer.body)


def partial(body: bytes) -> tuple[int, str]:
    told = ExportTraceServiceResponse.FromString(body).partial_success
    return told.rejected_spans, told.error_message


def wait_until_stored(server: Server, spans: int) -> None:
    until = time.monotonic() + AWAITED_S
    while (found := ask(server, "stats")["spans"]) < spans:
        assert time.monotonic() < until, found
        time.sleep(0.1)


def wait_until_folded(server: Server, items: int) -> None:
    """Items can be read a moment before they are counted."""
    until = time.monotonic() + AWAITED_S
    while (found := limits(server)["max_span_names"]["refused"]) < items:
        assert time.monotonic() < until, found
        time.sleep(0.1)


def limits(server: Server) -> dict[str, Any]:
    return {each["name"]: each for each in ask(server, "limits")["items"]}


def test_names_with_ids_are_folded_counted_shown_and_told_to_their_senders(tmp_path: Path) -> None:
    port = free_port()
    server = Server(
        tmp_path / "data",
        environment={"FANLIGHT_MAX_SPAN_NAMES": "5"},
        options=("--otlp-grpc-port", str(port)),
    )
    with server:
        make_project(server)
        assert post(server, spans(1, ["plan", "answer"])) == (0, "")
        wait_until_stored(server, 2)
        assert limits(server)["max_span_names"]["used"] == 2
        post(server, spans(10, [f"GET /users/{number}" for number in range(100)]))
        wait_until_folded(server, 97)
        assert post(server, spans(500, ["plan"])) == (0, NOTE)
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            export = channel.unary_unary(f"/{SERVICES[Signal.TRACES]}/Export")
            metadata = (("x-fanlight-project", "lab"),)
            assert partial(export(spans(501, ["GET /users/x1"]), metadata=metadata, timeout=60)) == (0, NOTE)
        wait_until_folded(server, 98)
        wait_until_stored(server, 104)
        found = limits(server)["max_span_names"]
        assert (found["value"], found["used"], found["refused"]) == (5, 5, 98)
        assert found["examples"][0] == "GET /users/x1"
        traces = ask(server, "health")["signals"][0]
        assert (traces["stored"], traces["rejected"], traces["mended"]) == (
            104,
            {},
            {"over_max_span_names": 98},
        )
    with server:  # counting begins anew, what is stored stays folded
        assert (limits(server)["max_span_names"]["used"], ask(server, "stats")["spans"]) == (0, 104)


@pytest.mark.trust("T11")
def test_a_flood_of_long_names_is_stored_and_to_fold_them_takes_little_memory(
    tmp_path: Path, figure: Tell
) -> None:
    requests, each, long = 8, 3_000, 10_000
    peaks = {}
    for most in (0, 5_000):
        environment = {"FANLIGHT_MAX_SPAN_NAMES": str(most)}
        with Server(tmp_path / f"data{most}", environment=environment) as server:
            make_project(server)
            with server.watched(every_s=0.02) as usage:
                for first in range(1, requests * each, each):
                    names = [f"{one:08}".ljust(long, "x") for one in range(first, first + each)]
                    post(server, spans(first, names))
                wait_until_stored(server, requests * each)
            peaks[most] = usage.peak_bytes / MIB
            if most:
                wait_until_folded(server, requests * each - most)
                assert limits(server)["max_span_names"]["used"] == most
    grown = peaks[5_000] - peaks[0]
    figure(
        test="T11",
        what=f"memory to fold {requests * each:,} different names of {long // 1000} KB",
        target="+150 MiB at most over storing them as they come",
        value=f"{grown:+.0f} MiB",
        ok=grown <= 150,
    )
