"""The ready-made exporters where they usually run: in workers of their own, all of them at the same time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.unit.exporters.conftest import Receiver

AGENT = """
import json
from importlib.metadata import entry_points
from fanlight.sdk.isolation import Isolated, Limits, Target

NAMES = ("otlp", "langsmith", "sentry", "datadog", "jsonl")
points = {point.name: point.value for point in entry_points(group="charm.telemetry")}
patient = Limits(start_s=30, call_s=30, close_s=30, host_close_s=25)
isolated = Isolated([Target(name=name, value=points[name]) for name in NAMES], settings=patient)
isolated.emit("on_run_start", {"run_id": "local", "inputs": {"city": "Oslo"}})
isolated.emit("on_agent_action", {"tool": "search", "tool_input": "Oslo"})
isolated.emit("on_tool_start", {"tool_name": "search", "input_str": "Oslo"})
isolated.emit("on_tool_end", {"tool_name": "search", "output": "rain"})
isolated.emit("on_tool_start", {"tool_name": "buy", "input_str": "umbrella"})
isolated.emit("on_tool_error", {"tool_name": "buy", "error": ValueError("no money")})
for _ in range(3):
    isolated.emit("on_llm_new_token", {"token": "rain "})
isolated.emit("on_run_end", {"run_id": "local", "outputs": {"status": "error"}})
isolated.emit("on_error", {"run_id": "local", "error": RuntimeError("no umbrella")})
isolated.close(timeout_s=30)
print(json.dumps({report.name: [report.delivered, report.dropped] for report in isolated.reports()}))
"""


def test_each_gets_every_event_and_its_receiver_all_of_them(tmp_path: Path, receiver: Receiver) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dogstatsd:
        dogstatsd.bind(("127.0.0.1", 0))
        environ = {
            **os.environ,
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{receiver.url}/v1/traces",
            "LANGSMITH_ENDPOINT": receiver.url,
            "LANGSMITH_API_KEY": "key",
            "SENTRY_DSN": receiver.url.replace("http://", "http://public@") + "/42",
            "DD_DOGSTATSD_URL": f"udp://127.0.0.1:{dogstatsd.getsockname()[1]}",
            "FANLIGHT_JSONL": str(tmp_path / "run.jsonl"),
        }
        done = subprocess.run(
            [sys.executable, "-c", AGENT], env=environ, capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout) == {
            name: [11, 0] for name in ("otlp", "langsmith", "sentry", "datadog", "jsonl")
        }
        metrics = dogstatsd.recv(65_536)
    assert metrics.startswith(b"charm.action.count:1|c")
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert lines[-1]["error"] == {"type": "RuntimeError", "message": "no umbrella"}
    for path in ("/v1/traces", "/otel/v1/traces"):
        requests = [
            ExportTraceServiceRequest.FromString(each.body) for each in receiver.requests if each.path == path
        ]
        names = [
            span.name
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        assert sorted(names) == ["buy", "charm run", "model stream", "search"]
    sentry = b"".join(each.body for each in receiver.requests if each.path == "/api/42/envelope/")
    assert b"RuntimeError" in sentry
