"""Developer logs: what an agent's author wants to see, as OTLP log records."""

from __future__ import annotations

from typing import Any

from fanlight.model.severity import severity_number
from fanlight.sdk.faults import harmless
from fanlight.sdk.providers import active
from fanlight.sdk.snapshot import structure_of, text_of


@harmless("log", otherwise=None)
def log(level: str, data: Any) -> None:
    """Write one developer log record, tied to the span that is going on.

    `level` is trace, debug, info, warning, error or fatal; any other word is kept as the record's severity
    text and counts as info. `data` is a mapping (its `message` is shown first) or text.

    Example:
        >>> log("info", {"message": "hello", "attempt": 2})
    """
    from opentelemetry import _logs
    from opentelemetry._logs import LogRecord, SeverityNumber

    providers = active()
    provider = providers.logs if providers else _logs.get_logger_provider()
    record = LogRecord(
        severity_number=SeverityNumber(severity_number(level)),
        severity_text=level,
        body=_body_of(data),
        event_name="fanlight.developer_log",
    )
    provider.get_logger("fanlight").emit(record)


def _body_of(data: Any) -> Any:
    return structure_of(data) if type(data) is dict else text_of(data)
