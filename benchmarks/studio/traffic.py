"""What Studio is shown: wide traces, and log records at a steady rate, as OTLP/JSON."""

from __future__ import annotations

import json
import secrets
import threading
import time
from typing import Any

from benchmarks.client import Connection
from benchmarks.server import PROJECT, Server

MS = 1_000_000
CALLS = 24
SPANS_A_REQUEST = 5_000
TICK_S = 0.05
_HEADERS = {"content-type": "application/json", "x-fanlight-project": PROJECT}


def send_trace(server: Server, spans: int) -> str:
    """Send one trace of an agent with steps of 24 calls; its id."""
    trace_id, start_ns = secrets.token_hex(16), time.time_ns() - 60_000 * MS
    made = _spans(spans, trace_id, start_ns)
    with server.connect() as connection:
        for at in range(0, spans, SPANS_A_REQUEST):
            scope = {"scope": {"name": "bench"}, "spans": made[at : at + SPANS_A_REQUEST]}
            _post(connection, "traces", {"resourceSpans": [{"resource": _RESOURCE, "scopeSpans": [scope]}]})
    return trace_id


def wait_for_spans(server: Server, count: int, *, timeout_s: float = 120.0) -> None:
    """Wait until so many spans can be read."""
    until = time.monotonic() + timeout_s
    with server.connect() as connection:
        while time.monotonic() < until:
            answer = connection.request("GET", f"/api/v1/projects/{PROJECT}/stats")
            if answer.status == 200 and json.loads(answer.body)["spans"] >= count:
                return
            time.sleep(0.1)
    raise RuntimeError(f"{count:,} spans could not be read after {timeout_s} s")


class Sending:
    """Sends log records at a steady rate from a thread while the block runs; `sent` counts them."""

    def __init__(self, server: Server, *, rate: int) -> None:
        self.sent = 0
        self._server, self._records = server, round(rate * TICK_S)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)

    def __enter__(self) -> Sending:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _send(self) -> None:
        due = time.monotonic()
        with self._server.connect() as connection:
            while not self._done.is_set():
                scope = {"scope": {"name": "bench"}, "logRecords": self._tick()}
                _post(connection, "logs", {"resourceLogs": [{"resource": _RESOURCE, "scopeLogs": [scope]}]})
                due += TICK_S
                self._done.wait(max(0.0, due - time.monotonic()))

    def _tick(self) -> list[dict[str, Any]]:
        now = time.time_ns()
        first = self.sent
        self.sent += self._records
        return [
            {
                "timeUnixNano": str(now + at),
                "severityNumber": 17 if (first + at) % 50 == 0 else 9,
                "body": {"stringValue": f"step {first + at} of the plan was looked at and found to be good"},
                "attributes": _attributes({"place": at, "tool": "search"}),
            }
            for at in range(self._records)
        ]


def _attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    def encode(value: Any) -> dict[str, Any]:
        return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}

    return [{"key": key, "value": encode(value)} for key, value in values.items()]


_RESOURCE = {"attributes": _attributes({"service.name": "bench"})}


def _spans(count: int, trace_id: str, start_ns: int) -> list[dict[str, Any]]:
    top = _span(trace_id, "", "invoke_agent researcher", start_ns, 60_000)
    made = [top]
    while len(made) < count:
        begins = start_ns + 6 * MS * len(made) * 10_000 // max(count, 10_000)
        step = _span(trace_id, top["spanId"], f"step {len(made)}", begins, 140)
        made.append(step)
        calls = range(min(CALLS, count - len(made)))
        made += [_span(trace_id, step["spanId"], f"call {at}", begins + 5 * MS * at, 5) for at in calls]
    return made


def _span(trace_id: str, parent: str, name: str, start_ns: int, takes_ms: int) -> dict[str, Any]:
    return {
        "traceId": trace_id, "spanId": secrets.token_hex(8), "parentSpanId": parent, "name": name, "kind": 1,
        "startTimeUnixNano": str(start_ns), "endTimeUnixNano": str(start_ns + takes_ms * MS),
        "attributes": _attributes({"gen_ai.operation.name": "execute_tool"}),
    }  # fmt: skip


def _post(connection: Connection, signal: str, body: dict[str, Any]) -> None:
    answer = connection.request("POST", f"/v1/{signal}", body=json.dumps(body).encode(), headers=_HEADERS)
    if answer.status != 200:
        raise RuntimeError(f"{signal} were answered with {answer.status}: {answer.body[:200]!r}")
