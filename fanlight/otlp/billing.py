"""Billing events as an OTLP request: the way in of those that come by the API."""

from __future__ import annotations

import re
from collections.abc import Iterable

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import SeverityNumber

from fanlight.model.billing import EVENT, BillingEvent, attributes_of

_TRACE_ID = re.compile(r"[0-9a-f]{32}")


def billing_request(events: Iterable[BillingEvent], now_ns: int) -> bytes:
    """A request of logs with a record an event; what says not when it occurred, occurred now.

    Example:
        >>> from fanlight.model.billing import read_billing
        >>> made = billing_request([read_billing({"id": "1", "amount": "0.05"})], 7)
        >>> [holder] = ExportLogsServiceRequest.FromString(made).resource_logs
        >>> record = holder.scope_logs[0].log_records[0]
        >>> record.event_name, record.time_unix_nano, record.attributes[2].value.string_value
        ('fanlight.billing', 7, '0.05')
    """
    request = ExportLogsServiceRequest()
    scope = request.resource_logs.add().scope_logs.add()
    scope.scope.name = "fanlight.api"
    for event in events:
        record = scope.log_records.add(
            time_unix_nano=event.occurred_ns or now_ns,
            observed_time_unix_nano=now_ns,
            severity_number=SeverityNumber.SEVERITY_NUMBER_INFO,
            event_name=EVENT,
            trace_id=bytes.fromhex(event.run) if _TRACE_ID.fullmatch(event.run) else b"",
        )
        for key, value in attributes_of(event).items():
            arm = "bool_value" if isinstance(value, bool) else "string_value"
            setattr(record.attributes.add(key=key).value, arm, value)
    return bytes(request.SerializeToString())
