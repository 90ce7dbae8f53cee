"""Room events as an OTLP request of log records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import SeverityNumber

from fanlight.model.room_event import EVENT, TYPE, RoomEvent


def room_events_request(events: Iterable[RoomEvent]) -> bytes:
    """A request with a record an event. The same event always gives the same record.

    Example:
        >>> told = RoomEvent(room="lobby", session="s1", type="room.started", at_ns=7, data={"by": "ann"})
        >>> [holder] = ExportLogsServiceRequest.FromString(room_events_request([told])).resource_logs
        >>> record = holder.scope_logs[0].log_records[0]
        >>> record.event_name, record.time_unix_nano, record.body.kvlist_value.values[0].value.string_value
        ('fanlight.room.event', 7, 'ann')
    """
    request = ExportLogsServiceRequest()
    for event in events:
        holder = request.resource_logs.add()
        for key, value in (("room", event.room), ("session", event.session)):
            holder.resource.attributes.add(key=key).value.string_value = value
        scope = holder.scope_logs.add()
        scope.scope.name = "fanlight.rooms"
        record = scope.log_records.add(
            time_unix_nano=event.at_ns,
            observed_time_unix_nano=event.at_ns,
            severity_number=SeverityNumber.SEVERITY_NUMBER_INFO,
            event_name=EVENT,
        )
        record.attributes.add(key=TYPE).value.string_value = event.type
        record.body.kvlist_value.SetInParent()
        for key, value in sorted(event.data.items()):
            _set(record.body.kvlist_value.values.add(key=key).value, value)
    return bytes(request.SerializeToString())


def _set(target: AnyValue, value: Any) -> None:
    match value:
        case bool():
            target.bool_value = value
        case int():
            target.int_value = value
        case float():
            target.double_value = value
        case None:
            pass
        case _:
            target.string_value = str(value)
