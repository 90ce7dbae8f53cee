"""What the server says of a run whose process ended without a word: OTLP, as if the process had sent it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

INFO, ERROR = 9, 17
SCOPE = "fanlight.server"


def closing_events(
    run_id: str, agent: str, contents: Sequence[tuple[str, object]], *, behind: int, now_ns: int
) -> bytes:
    """Events of a run, (type, content) each, behind the place `behind`."""
    request = ExportLogsServiceRequest()
    holder = request.resource_logs.add()
    holder.resource.attributes.append(_text("service.name", agent))
    of_scope = holder.scope_logs.add()
    of_scope.scope.name = SCOPE
    for place, (type_, content) in enumerate(contents, behind + 1):
        of_scope.log_records.add(
            time_unix_nano=now_ns,
            observed_time_unix_nano=now_ns,
            severity_number=ERROR if type_ == "error" else INFO,
            event_name="fanlight.run.event",
            trace_id=bytes.fromhex(run_id),
            body=AnyValue(string_value=json.dumps({"type": type_, "content": content}, ensure_ascii=False)),
            attributes=[
                KeyValue(key="fanlight.event.seq", value=AnyValue(int_value=place)),
                _text("fanlight.event.type", type_),
                KeyValue(key="fanlight.event.verified", value=AnyValue(bool_value=True)),
            ],
        )
    return bytes(request.SerializeToString())


def closing_span(
    run_id: str, agent: str, *, input_: str, error: str, state: str, began_ns: int, now_ns: int
) -> bytes:
    """The root span of a run that never began: its input, and why there is nothing else."""
    request = ExportTraceServiceRequest()
    holder = request.resource_spans.add()
    holder.resource.attributes.append(_text("service.name", agent))
    of_scope = holder.scope_spans.add()
    of_scope.scope.name = SCOPE
    span = of_scope.spans.add(
        trace_id=bytes.fromhex(run_id),
        span_id=secrets.token_bytes(8),
        name=agent,
        start_time_unix_nano=began_ns,
        end_time_unix_nano=now_ns,
    )
    span.status.code, span.status.message = Status.STATUS_CODE_ERROR, error
    attributes = {
        "fanlight.kind": "agent",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": agent,
        "fanlight.input": input_,
        "error.type": "NotStarted",
    }
    if state:
        attributes["fanlight.state"] = state
    span.attributes.extend(_text(name, value) for name, value in attributes.items())
    return bytes(request.SerializeToString())


def _text(name: str, value: str) -> KeyValue:
    return KeyValue(key=name, value=AnyValue(string_value=value))
