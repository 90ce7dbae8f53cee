"""Reports of exporters as log records, so that the server knows what runs in agents."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fanlight.redact import mask_tokens
from fanlight.sdk.isolation import ExporterReport

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider

EVENT = "fanlight.exporter"
INFO, WARN = 9, 13


def attributes_of(report: ExporterReport) -> Mapping[str, str | int]:
    """What the record of a report says.

    Example:
        >>> attributes_of(ExporterReport(name="acme", delivered=3))["fanlight.exporter.state"]
        'starting'
    """
    return {
        "fanlight.exporter.name": report.name,
        "fanlight.exporter.place": report.place,
        "fanlight.exporter.state": report.state,
        "fanlight.exporter.error": mask_tokens(report.last_error or ""),
        "fanlight.exporter.delivered": report.delivered,
        "fanlight.exporter.failed": report.failed,
        "fanlight.exporter.dropped": report.dropped,
        "fanlight.exporter.restarts": report.restarts,
    }


def body_of(report: ExporterReport) -> str:
    """A report in a few words."""
    said = f": {mask_tokens(report.last_error)}" if report.last_error else ""
    return f"exporter {report.name} is {report.state}{said}"


def severity_of(report: ExporterReport) -> int:
    """OpenTelemetry's severity number of a report."""
    return WARN if report.state in ("open", "failed") else INFO


def send(report: ExporterReport, logs: LoggerProvider) -> None:
    """Write the record of `report`."""
    from opentelemetry._logs import LogRecord, SeverityNumber

    record = LogRecord(
        timestamp=time.time_ns(),
        severity_number=SeverityNumber(severity_of(report)),
        body=body_of(report),
        attributes=attributes_of(report),
        event_name=EVENT,
    )
    logs.get_logger("fanlight").emit(record)
