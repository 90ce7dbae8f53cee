"""Log records that the SDK itself writes, past the host's logging."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import NonRecordingSpan, set_span_in_context

from fanlight import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.trace import SpanContext

INFO, WARN = 9, 13


class Records:
    """Makes log records with this process's resource."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self._scope = InstrumentationScope("fanlight", __version__)

    def make(
        self,
        event_name: str,
        *,
        body: Any = None,
        attributes: Mapping[str, Any] | None = None,
        span: SpanContext | None = None,
        severity: int = INFO,
        at_ns: int | None = None,
    ) -> ReadableLogRecord:
        """One record, tied to `span` when there is one."""
        now_ns = time.time_ns()
        record = LogRecord(
            timestamp=at_ns or now_ns,
            observed_timestamp=now_ns,
            context=set_span_in_context(NonRecordingSpan(span)) if span else None,
            severity_number=SeverityNumber(severity),
            body=body,
            attributes=attributes or {},
            event_name=event_name,
        )
        return ReadableLogRecord(record, self.resource, self._scope)
