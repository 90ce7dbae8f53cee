"""`otlp` and `langsmith` against a receiver of OTLP over HTTP, as their requests really leave a process."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from fanlight.sdk.exporters.langsmith import LangSmithExporter
from tests.unit.exporters.conftest import Receiver, Tell

TRACE = "0af7651916cd43dd8448eb211c80319c"


def spans_of(receiver: Receiver) -> dict[str, Span]:
    """The spans that arrived, by name."""
    requests = [ExportTraceServiceRequest.FromString(request.body) for request in receiver.requests]
    return {
        span.name: span
        for request in requests
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    }


def said(span: Span) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in span.attributes}


def test_a_run_its_tools_and_its_stream_reach_a_collector(receiver: Receiver, tell: Tell) -> None:
    tell("otlp", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url, OTEL_SERVICE_NAME="weather",
         OTEL_EXPORTER_OTLP_HEADERS="x-team=a")  # fmt: skip
    assert {request.path for request in receiver.requests} == {"/v1/traces"}
    assert receiver.requests[0].headers["x-team"] == "a"
    spans = spans_of(receiver)
    run = spans["weather"]
    below = {name: span.parent_span_id == run.span_id for name, span in spans.items()}
    assert below == {"weather": False, "search": True, "buy": True, "model stream": True}
    assert run.parent_span_id == b""
    assert said(run) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "weather",
        "input.value": '{"city": "Oslo"}',
        "output.value": '{"status": "error", "message": "no umbrella"}',
        "charm.status": "error",
        "error.type": "RuntimeError",
    }
    assert said(spans["search"]) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
        "gen_ai.tool.call.arguments": "weather Oslo",
        "gen_ai.tool.call.result": "rain",
    }
    assert said(spans["model stream"]) == {
        "gen_ai.operation.name": "chat",
        "output.value": "It will rain.",
        "charm.stream.pieces": 3,
    }
    assert (run.status.code, run.status.message) == (2, "no umbrella")
    assert (spans["buy"].status.code, spans["buy"].status.message) == (2, "no money")
    assert [event.name for event in run.events] == ["agent action", "exception"]


def test_a_run_below_a_runner_keeps_its_trace_but_not_its_key(receiver: Receiver, tell: Tell) -> None:
    tell("otlp", TRACEPARENT=f"00-{TRACE}-b7ad6b7169203331-01", FANLIGHT_KEY="fl_secret",
         OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
         OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20fl_secret,x-team=a",
         OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{receiver.url}/vendor/traces")  # fmt: skip
    [request] = receiver.requests
    assert request.path == "/vendor/traces"
    assert request.headers["x-team"] == "a"
    assert "fl_secret" not in str(request.headers)
    run = spans_of(receiver)["charm run"]
    assert (run.trace_id.hex(), run.parent_span_id.hex()) == (TRACE, "b7ad6b7169203331")


def test_content_stays_at_home_when_the_environment_says_so(receiver: Receiver, tell: Tell) -> None:
    tell("otlp", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
         OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="false")  # fmt: skip
    [request] = receiver.requests
    assert all(word not in request.body for word in (b"Oslo", b"umbrella\n", b"rain"))


def test_langsmith_gets_its_path_headers_and_kinds(receiver: Receiver, tell: Tell) -> None:
    tell("langsmith", LANGSMITH_ENDPOINT=receiver.url, LANGSMITH_API_KEY="lsv2_1",
         LANGSMITH_PROJECT="weather",
        LANGSMITH_WORKSPACE_ID="w1",
         OTEL_SERVICE_NAME="oslo", FANLIGHT_RUN_ID=TRACE, TRACEPARENT=f"00-{TRACE}-b7ad6b7169203331-01",
         OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20fl_secret")  # fmt: skip
    [request] = receiver.requests
    assert request.path == "/otel/v1/traces"
    assert request.headers["x-api-key"] == "lsv2_1"
    assert request.headers["langsmith-project"] == "weather"
    assert request.headers["x-tenant-id"] == "w1"
    assert "authorization" not in request.headers
    spans = spans_of(receiver)
    assert spans["oslo"].parent_span_id == b""
    assert said(spans["oslo"]) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "oslo",
        "langsmith.span.kind": "chain",
        "langsmith.trace.name": "oslo",
        "langsmith.metadata.fanlight_run_id": TRACE,
        "gen_ai.prompt": '{"city": "Oslo"}',
        "gen_ai.completion": '{"status": "error", "message": "no umbrella"}',
        "charm.status": "error",
        "error.type": "RuntimeError",
    }
    assert {name: said(span)["langsmith.span.kind"] for name, span in spans.items()} == {
        "oslo": "chain", "search": "tool", "buy": "tool", "model stream": "llm",
    }  # fmt: skip
    assert said(spans["search"])["gen_ai.completion"] == '{"output": "rain"}'


def test_langsmith_without_a_key_says_so() -> None:
    with pytest.raises(ValueError, match="LANGSMITH_API_KEY is not set"):
        LangSmithExporter({})


@pytest.mark.parametrize("name", ["otlp", "langsmith"])
def test_a_receiver_that_never_answers_delays_neither_hooks_nor_exit(
    name: str, receiver: Receiver, tell: Tell
) -> None:
    receiver.hangs.set()
    began = time.monotonic()
    told = tell(name, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url, LANGSMITH_ENDPOINT=receiver.url,
                LANGSMITH_API_KEY="1")  # fmt: skip
    # It waits 30 s before it answers; the exporter's own limit is 10 s, and a stock exit waits for it.
    assert told.hooks_s < 5
    assert time.monotonic() - began < 9


def test_several_exporters_whose_receivers_hang_leave_together(receiver: Receiver) -> None:
    receiver.hangs.set()
    code = """
import subprocess
import sys
import time
from fanlight.sdk.exporters.otlp import OtlpExporter
from fanlight.sdk.exporters.langsmith import LangSmithExporter
for kind in (OtlpExporter, LangSmithExporter):
    for service in ("a", "b", "c"):
        exporter = kind({"OTEL_SERVICE_NAME": service, "LANGSMITH_API_KEY": "1", "LANGSMITH_ENDPOINT": URL,
                         "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": URL})
        exporter.on_run_start(run_id="local", inputs={})
        exporter.on_run_end(run_id="local", outputs={"status": "success"})
""".replace("URL", repr(receiver.url))
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
    # One after the other they would take six seconds, and each of them its sender's ten.
    assert time.monotonic() - began < 5
