"""A receiver without a server: requests go straight into the ASGI application, batches into a list."""

import asyncio
from dataclasses import dataclass, field

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.clock import ManualClock
from fanlight.config import load
from fanlight.errors import ForbiddenError, InvalidError, UnauthenticatedError
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.limits import Quotas
from fanlight.ingest.receivers.intake import Intake
from fanlight.ingest.receivers.otlp_http import OtlpHttp
from fanlight.model.limits import TABLE
from fanlight.model.limits import Limits as OwnLimits
from fanlight.model.signal import Signal
from fanlight.otlp.limits import Limits
from fanlight.store.names import Names

REQUESTS = {
    Signal.TRACES: ExportTraceServiceRequest,
    Signal.LOGS: ExportLogsServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
}


@dataclass
class Answer:
    """Everything that was answered; `status` None when nothing was."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def seen(self):
        return self.status, self.headers.get("content-type"), self.body


@dataclass
class Receiver:
    """An HTTP receiver whose log is the list `batches`; `append_error` makes the log refuse."""

    limits: Limits
    batches: list = field(default_factory=list)
    append_error: Exception | None = None
    gate_error: Exception | None = None
    asked: list = field(default_factory=list)
    own: dict = field(default_factory=dict)
    keys: dict = field(default_factory=dict)

    def __post_init__(self):
        self.clock = ManualClock()
        self.ledger = Ledger(self.clock)
        own = own_limits(self.own, self.keys)
        self.quotas = Quotas(lambda: own, self.limits, clock=self.clock)
        self.known_names = Names(lambda: own, self.clock)
        self.intake = Intake(
            self.append, self.limits, self.ledger, self.clock, quotas=self.quotas, names=self.known_names
        )
        self.app = OtlpHttp(self.gate, self.append, self.limits, self.ledger, intake=self.intake)

    def gate(self, key, project):
        self.asked.append((key, project))
        if self.gate_error:
            raise self.gate_error
        return project or ""

    async def append(self, batch):
        if self.append_error:
            raise self.append_error
        self.batches.append(batch)
        return sum(each.items for each in self.batches)

    def post(self, body=b"", path="/v1/traces", method="POST", chunks=None, leave=False, **headers):
        """Send one request; `chunks` sends the body in pieces without a length, `leave` never ends it."""
        headers = {"content-type": "application/x-protobuf"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if chunks is None:
            headers.setdefault("content-length", str(len(body)))
        return asyncio.run(self._post(chunks or [body], path, method, headers, leave))

    async def _post(self, chunks, path, method, headers, leave):
        messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        if leave:
            messages.append({"type": "http.disconnect"})
        else:
            messages[-1]["more_body"] = False
        answer = Answer()

        async def receive():
            return messages.pop(0)

        async def send(message):
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self.scope = scope
        await self.app(scope, receive, send)
        return answer

    def spans(self):
        """Every stored span, in order."""
        return [
            span
            for batch in self.batches
            for resource in ExportTraceServiceRequest.FromString(batch.plain).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def names(self):
        return [span.name for span in self.spans()]

    def counts(self, signal=Signal.TRACES):
        return next(counts for counts in self.ledger.snapshot().signals if counts.signal is signal)


def own_limits(projects, keys):
    """What projects and keys have of their own, above the defaults of a server."""
    server = {limit.name: getattr(load(environ={}), limit.name) for limit in TABLE}
    return OwnLimits(server, projects, keys)


@pytest.fixture
def receiver():
    return Receiver(Limits())


@pytest.fixture
def receiver_with():
    """A receiver with other limits than the defaults."""
    return lambda **limits: Receiver(Limits(**limits))


@pytest.fixture
def receiver_of():
    """A receiver on which projects, and keys by id, have limits of their own."""
    return lambda projects, keys=None: Receiver(Limits(), own=projects, keys=keys or {})


@pytest.fixture
def traces():
    """Builds a request of spans: `traces("a", "b")` gives their names, ids are good."""
    return lambda *names: trace_request(*names)


def trace_request(*names):
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "test"
    scope = resource.scope_spans.add()
    scope.scope.name = "scope"
    for number, name in enumerate(names, 1):
        span = scope.spans.add(trace_id=bytes([7] * 16), span_id=number.to_bytes(8, "big"), name=name)
        span.start_time_unix_nano, span.end_time_unix_nano = 1_000 + number, 2_000 + number
        span.attributes.add(key="n").value.int_value = number
    return request


@pytest.fixture
def refuse():
    return {"unknown": UnauthenticatedError("no such key"), "foreign": ForbiddenError("not yours"),
            "wrong": InvalidError("no project name")}  # fmt: skip
