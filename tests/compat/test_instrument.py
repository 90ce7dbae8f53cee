"""`fanlight.configure(instrument=...)` with instrumentations as their users install them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import python_with

ROOT = Path(__file__).parents[2]
LIGHT = ["opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http", "platformdirs"]
PACKAGES = [
    *LIGHT,
    "openai",
    "openinference-instrumentation-openai",
    "opentelemetry-instrumentation-openai",
    "openinference-instrumentation-langchain",
    "opentelemetry-instrumentation-httpx",
]
"""Two instrumentations of one library, one whose library is not there, and one of an HTTP client."""

AGENT = """
import json, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import openai
import fanlight
from fanlight.sdk.providers import active
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

fanlight.configure(service_name="agent", endpoint="http://127.0.0.1:9", instrument=CHOSEN)
spans = InMemorySpanExporter()
active().traces.add_span_processor(SimpleSpanProcessor(spans))
answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "gpt-4o", "choices": [{"index": 0,
          "finish_reason": "stop", "message": {"role": "assistant", "content": "Cold."}}],
          "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}}
class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())
    def log_message(self, *_): pass
model = HTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=model.serve_forever, daemon=True).start()
client = openai.OpenAI(api_key="x", base_url=f"http://127.0.0.1:{model.server_port}")
with fanlight.run("weather"):
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Oslo?"}])
print(json.dumps([[span.name, span.instrumentation_scope.name, (span.attributes or {}).get(
    "llm.token_count.prompt")] for span in spans.get_finished_spans()]))
"""


@pytest.fixture(scope="module")
def python() -> Path:
    return python_with(PACKAGES)


def spans_of(python: Path, chosen: Any) -> tuple[list[Any], str]:
    """Spans of one call of a model with these instrumentations, and what was said on stderr."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FANLIGHT_SPOOL": "off"}
    done = subprocess.run(
        [python, "-c", AGENT.replace("CHOSEN", repr(chosen))],
        env=environ, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def test_auto_takes_openinference_where_two_cover_a_library_and_leaves_http_clients(python: Path) -> None:
    spans, said = spans_of(python, "auto")
    assert spans == [
        ["ChatCompletion", "openinference.instrumentation.openai", 9],
        ["weather", "fanlight", None],
    ]
    # It is installed without its library, which is nothing to warn of.
    assert "langchain" not in said


def test_an_http_client_is_instrumented_when_it_is_named_and_unknown_names_are_said(python: Path) -> None:
    spans, said = spans_of(python, ["httpx2", "nonsense"])
    assert [scope for _, scope, _ in spans] == ["opentelemetry.instrumentation.httpx", "fanlight"]
    assert "no instrumentation of 'nonsense' is installed; install its package" in said


def test_without_it_nothing_is_instrumented(python: Path) -> None:
    spans, _ = spans_of(python, ())
    assert [name for name, _, _ in spans] == ["weather"]
