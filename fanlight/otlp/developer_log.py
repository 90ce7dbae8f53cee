"""Developer logs as an OTLP request of log records: the same record that `fanlight.log` makes in an agent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ScopeLogs, SeverityNumber

from fanlight.model.developer_log import EVENT, MAX_DATA_DEPTH, NewDeveloperLog
from fanlight.model.severity import severity_number

SCOPE = "fanlight.developer"
CUT = "…"


def developer_log_request(logs: Iterable[NewDeveloperLog], now_ns: int) -> bytes:
    """A request with a record a log, in their order within each room, session and writer.

    A log without a time was written now. Whatever `data` holds can be sent: what protobuf cannot carry
    (a whole number beyond 64 bits, half of a surrogate pair, a level too deep) is written as text.

    Example:
        >>> hello = NewDeveloperLog(type="info", data={"message": "hello"}, room="lobby", service="ann")
        >>> [holder] = ExportLogsServiceRequest.FromString(developer_log_request([hello], 7)).resource_logs
        >>> [(each.key, each.value.string_value) for each in holder.resource.attributes]
        [('service.name', 'ann'), ('room', 'lobby')]
        >>> record = holder.scope_logs[0].log_records[0]
        >>> record.severity_text, record.severity_number, record.body.kvlist_value.values[0].key
        ('info', 9, 'message')
    """
    request = ExportLogsServiceRequest()
    scopes: dict[tuple[str, str, str], ScopeLogs] = {}
    for log in logs:
        whose = (log.service, log.room, log.session)
        if whose not in scopes:
            scopes[whose] = _scope_of(request, whose)
        _write(scopes[whose].log_records.add(), log, now_ns)
    return bytes(request.SerializeToString())


def _scope_of(request: ExportLogsServiceRequest, whose: tuple[str, str, str]) -> ScopeLogs:
    holder = request.resource_logs.add()
    for key, value in zip(("service.name", "room", "session"), whose, strict=True):
        if value:
            holder.resource.attributes.add(key=key).value.string_value = _writable(value)
    scope: ScopeLogs = holder.scope_logs.add()
    scope.scope.name = SCOPE
    return scope


def _write(record: LogRecord, log: NewDeveloperLog, now_ns: int) -> None:
    record.time_unix_nano = log.at_ns or now_ns
    record.observed_time_unix_nano = now_ns
    record.event_name = EVENT
    record.severity_text = _writable(log.type)
    record.severity_number = SeverityNumber.ValueType(severity_number(log.type))
    record.trace_id = bytes.fromhex(log.trace_id)
    record.span_id = bytes.fromhex(log.span_id)
    _set(record.body, log.data, MAX_DATA_DEPTH)


def _set(target: AnyValue, value: Any, depth: int) -> None:
    """Write a value of JSON."""
    match value:
        case None:
            return
        case bool():
            target.bool_value = value
        case int() if -(2**63) <= value < 2**63:
            target.int_value = value
        case float():
            target.double_value = value
        case Mapping() | list() | tuple() if depth >= 0:
            _set_members(target, value, depth - 1)
        case Mapping() | list() | tuple():
            target.string_value = CUT
        case _:
            target.string_value = _writable(str(value))


def _set_members(target: AnyValue, value: Mapping[str, Any] | Sequence[Any], depth: int) -> None:
    if isinstance(value, Mapping):
        target.kvlist_value.SetInParent()
        for key, member in value.items():
            _set(target.kvlist_value.values.add(key=_writable(str(key))).value, member, depth)
    else:
        target.array_value.SetInParent()
        for member in value:
            _set(target.array_value.values.add(), member, depth)


def _writable(text: str) -> str:
    """`text`, each character of which can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
