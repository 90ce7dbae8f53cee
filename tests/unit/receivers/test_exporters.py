"""The real OpenTelemetry exporters against a real server: nothing of theirs is special to Fanlight."""

import asyncio
import socket
import threading
import time

import pytest
import uvicorn
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from fanlight.ingest.receivers.otlp_grpc import start_grpc
from fanlight.model.batch import Coding
from fanlight.model.signal import Signal

READY_S = 20


class Server:
    """uvicorn and gRPC in one loop of a thread, as the server runs them."""

    def __init__(self, receiver):
        self.receiver = receiver
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(READY_S)

    async def _run(self):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.http_port = listening.getsockname()[1]
            config = uvicorn.Config(
                self.receiver.app, http="httptools", lifespan="off", log_level="error", access_log=False
            )
            self._uvicorn = uvicorn.Server(config)
            own = self.receiver
            grpc_server, self.grpc_port = await start_grpc("127.0.0.1:0", own.gate, own.intake)
            serving = asyncio.create_task(self._uvicorn.serve(sockets=[listening]))
            while not self._uvicorn.started:
                await asyncio.sleep(0.005)
            self._ready.set()
            await serving
            await grpc_server.stop(0)

    def stop(self):
        self._uvicorn.should_exit = True
        self._thread.join(READY_S)
        assert not self._thread.is_alive(), "the server does not end"

    def http(self, path):
        return f"http://127.0.0.1:{self.http_port}{path}"

    def grpc(self):
        return f"http://127.0.0.1:{self.grpc_port}"


@pytest.fixture
def server(receiver):
    running = Server(receiver)
    yield running
    running.stop()


def signals(receiver):
    return {batch.signal for batch in receiver.batches}


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip, Compression.Deflate])
def test_spans_over_http(server, receiver, compression):
    exporter = HttpSpans(server.http("/v1/traces"), headers={"x-api-key": "fl_a"}, compression=compression)
    _send_spans(exporter)
    assert sorted(receiver.names()) == ["inner", "outer"]
    assert receiver.asked == [("fl_a", None)] * 2
    assert {batch.coding for batch in receiver.batches} == {
        Coding(compression.value.replace("none", "identity"))
    }


def test_spans_over_grpc(server, receiver):
    _send_spans(GrpcSpans(server.grpc(), insecure=True, headers={"authorization": "Bearer fl_a"}))
    assert sorted(receiver.names()) == ["inner", "outer"]
    assert receiver.asked == [("fl_a", None)] * 2


@pytest.mark.parametrize("over", ["http", "grpc"])
def test_logs(server, receiver, over):
    exporter = HttpLogs(server.http("/v1/logs")) if over == "http" else GrpcLogs(server.grpc(), insecure=True)
    provider = LoggerProvider()
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    provider.get_logger("test").emit(body="hello", severity_text="INFO", attributes={"n": 1})
    provider.shutdown()
    assert [(batch.signal, batch.items) for batch in receiver.batches] == [(Signal.LOGS, 1)]
    assert b"hello" in receiver.batches[0].plain


@pytest.mark.parametrize("over", ["http", "grpc"])
def test_metrics(server, receiver, over):
    exporter = (
        HttpMetrics(server.http("/v1/metrics"))
        if over == "http"
        else GrpcMetrics(server.grpc(), insecure=True)
    )
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=float("inf"))
    provider = MeterProvider([reader])
    meter = provider.get_meter("test")
    meter.create_counter("calls").add(3, {"tool": "search"})
    meter.create_histogram("duration").record(0.5)
    meter.create_gauge("temperature").set(20)
    provider.force_flush()
    assert [(batch.signal, batch.items) for batch in receiver.batches] == [(Signal.METRICS, 3)]
    provider.shutdown()


def test_an_exporter_waits_and_sends_again_after_503(server, receiver):
    from fanlight.errors import OverloadError

    receiver.append_error = OverloadError("full", retry_after_s=1)
    answered = threading.Event()
    sender = threading.Thread(
        target=lambda: (_send_spans(HttpSpans(server.http("/v1/traces"))), answered.set())
    )
    sender.start()
    deadline = time.monotonic() + READY_S
    while not receiver.counts().refused and time.monotonic() < deadline:
        time.sleep(0.01)
    receiver.append_error = None
    sender.join(READY_S)
    assert answered.is_set()
    assert sorted(receiver.names()) == ["inner", "outer"]


def test_a_body_that_never_comes_is_cut(server, receiver, monkeypatch):
    monkeypatch.setattr("fanlight.ingest.receivers.otlp_http.BODY_GRACE_S", 0.2)
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=READY_S) as slow:
        slow.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n")
        slow.sendall(b"Content-Length: 100\r\n\r\n\n")
        answer = b""
        while piece := slow.recv(4096):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()
    assert receiver.counts().refused == {"slow": 1}
    assert receiver.intake.inflight.bytes == 0


def _send_spans(exporter):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("outer"), tracer.start_as_current_span("inner") as inner:
        inner.set_attribute("text", "ü" * 100)
        inner.add_event("token", {"n": 1})
    provider.shutdown()
