"""The OpenAPI document is true: schemathesis asks a real server whatever the document allows, and more."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.client import Connection
from benchmarks.server import Server

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
TRACE, SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"

pytestmark = pytest.mark.timeout(300)


def send_a_trace(server: Server) -> None:
    now = time.time_ns()
    span = {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "plan trip",
        "startTimeUnixNano": str(now - 10**9),
        "endTimeUnixNano": str(now),
    }
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    with Connection(server.port) as connection:
        answer = connection.request(
            "POST", "/v1/traces", body=body, headers={"content-type": "application/json"}
        )
        assert answer.status == 200
        until = time.monotonic() + 10
        while b'"spans":1' not in connection.request("GET", "/api/v1/projects/default/stats").body:
            assert time.monotonic() < until
            time.sleep(0.02)


@pytest.mark.parametrize("examples", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_no_request_fails_the_server_or_is_answered_otherwise_than_described(
    tmp_path: Path, examples: int
) -> None:
    server = Server(tmp_path / "data").start()
    try:
        send_a_trace(server)
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"http://127.0.0.1:{server.port}/api/v1/openapi.json",
            "--checks",
            ",".join(CHECKS),
            "--phases",
            "examples,coverage,fuzzing",
            # A stream never ends; its own tests speak to it.
            "--exclude-path-regex",
            "stream$",
            "--max-examples",
            str(examples),
            "--max-response-time",
            "2",
            "--workers",
            "1",
            "--generation-database",
            "none",
            # A merge is judged by the same requests each time; the campaign looks for others.
            *(["--seed", "1"] if examples == 10 else []),
        ]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
        assert ran.returncode == 0, ran.stdout[-6_000:]
    finally:
        server.stop()
