"""The OpenAPI document is true: schemathesis asks a real server whatever the document allows, and more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.client import Connection
from benchmarks.server import Server
from tests.figures import Tell
from tests.fixtures.waiting import until

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

pytestmark = [pytest.mark.timeout(900), pytest.mark.trust("T10")]

LEAN, DEEP = 3, 200
"""Most examples of each operation, or of stories over several: in a merge, and in the campaign."""

EACH = "examples,coverage,fuzzing"

PARTS = {
    "reading, a to l": "^GET .*/projects/[^/]+/[a-l]",
    "reading, m to r": "^GET .*/projects/[^/]+/[m-r]",
    "reading, the rest": "^GET (?!.*/projects/[^/]+/[a-r])",
    "changing": "^(POST|PUT|PATCH|DELETE) ",
}
"""Operations of a test of the campaign, by method and path: ten minutes are not enough for all of them."""

WITHIN_S = 2

EXCLUDED = "(stream|deletions)$"
METHODS = {"get", "put", "post", "patch", "delete"}


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
        until(lambda: b'"spans":1' in connection.request("GET", "/api/v1/projects/default/stats").body)


def count_operations(server: Server, named: str) -> int:
    """How many operations that are `named` so the description has; those that are not asked are left out."""
    with Connection(server.port) as connection:
        paths = json.loads(connection.request("GET", "/api/v1/openapi.json").body)["paths"]
    asked = [
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        if not re.search(EXCLUDED, path)
        for method in methods.keys() & METHODS
    ]
    return sum(re.search(named, name) is not None for name in asked)


@pytest.mark.parametrize(
    ("phases", "part", "examples"),
    [
        pytest.param(EACH, "", LEAN, id="lean"),
        pytest.param("stateful", "", DEEP, id="stateful", marks=pytest.mark.slow),
        *(pytest.param(EACH, part, DEEP, id=part, marks=pytest.mark.slow) for part in PARTS),
    ],
)
def test_no_request_fails_the_server_or_is_answered_otherwise_than_described(
    tmp_path: Path, seed: int, figure: Tell, phases: str, part: str, examples: int
) -> None:
    server = Server(tmp_path / "data").start()
    try:
        send_a_trace(server)
        named = PARTS.get(part, "")
        operations = count_operations(server, named)
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"http://127.0.0.1:{server.port}/api/v1/openapi.json",
            "--checks",
            ",".join(CHECKS),
            "--phases",
            phases,
            # A stream never ends, and what was erased cannot be asked for; their own tests speak to them.
            "--exclude-path-regex",
            EXCLUDED,
            *(("--include-name-regex", named) if part else ()),
            "--max-examples",
            str(examples),
            "--max-response-time",
            f"{WITHIN_S}",
            "--workers",
            "1",
            "--generation-database",
            "none",
            # A merge is judged by the same requests each time; the campaign looks for others.
            "--seed",
            str(seed if examples == DEEP else 1),
        ]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=880, check=False)
        print("\n".join(line[:300] for line in ran.stdout.splitlines())[-20_000:])
    finally:
        server.stop()
    found = re.search(r"([\d,]+) generated", ran.stdout)
    tried = int(found[1].replace(",", "")) if found else 0
    figure(
        test="T10",
        what=f"schemathesis, {part or phases}: up to {examples} examples of each",
        target=f"0 x 5xx, 0 answers unlike the description, none over {WITHIN_S} s",
        value=f"{tried:,} requests to {operations} operations, "
        f"{'0' if ran.returncode == 0 else 'some'} not so",
        ok=ran.returncode == 0 and tried >= operations,
    )
