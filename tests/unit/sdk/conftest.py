"""An OTLP receiver in a thread, to see what really leaves, and programs in processes of their own."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Receiver:
    """What arrived: requests by path, with the headers of the last one.

    `spans` are those that have ended, `starts` the snapshots of open ones.
    """

    url: str = ""
    spans: list[Any] = field(default_factory=list)
    starts: list[Any] = field(default_factory=list)
    logs: list[Any] = field(default_factory=list)
    metrics: list[Any] = field(default_factory=list)
    resources: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """Keep one request."""
        self.headers = headers
        if path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.resources.append(plain(resource.resource.attributes))
                spans = [span for scope in resource.scope_spans for span in scope.spans]
                self.spans += [span for span in spans if span.end_time_unix_nano]
                self.starts += [span for span in spans if not span.end_time_unix_nano]
        elif path == "/v1/logs":
            for logged in ExportLogsServiceRequest.FromString(body).resource_logs:
                self.logs += [record for scope in logged.scope_logs for record in scope.log_records]
        elif path == "/v1/metrics":
            for measured in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                self.metrics += [metric for scope in measured.scope_metrics for metric in scope.metrics]

    def tree(self) -> list[tuple[str, str | None]]:
        """(name, name of the parent) of every span, sorted by name."""
        names = {span.span_id: span.name for span in self.spans}
        return sorted((span.name, names.get(span.parent_span_id)) for span in self.spans)


def plain(attributes: Any) -> dict[str, Any]:
    """OTLP attributes as a mapping of Python values."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in attributes}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            time.sleep(found.delay_s)
            found.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


@dataclass(frozen=True)
class Ended:
    """A program that ended."""

    status: int
    stdout: str
    stderr: str
    seconds: float


@pytest.fixture
def program() -> Callable[..., Ended]:
    """Run Python code in a process of its own, with nothing of this one's telemetry environment."""

    def run(code: str, **environ: str) -> Ended:
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FANLIGHT_", "OTEL_", "MESHAGENT_"))
        }
        clean["FANLIGHT_SPOOL"] = "off"
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", code], env={**clean, **environ}, capture_output=True, text=True, timeout=60
        )
        return Ended(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    return run
