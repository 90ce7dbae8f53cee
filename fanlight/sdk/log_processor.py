"""OpenTelemetry's hook for log records: into the queue."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from opentelemetry import context
from opentelemetry.sdk._logs import LogRecordProcessor, ReadableLogRecord

from fanlight.sdk import guarding
from fanlight.sdk.backlog import ITEM_BYTES, weigh
from fanlight.sdk.faults import note

if TYPE_CHECKING:
    from opentelemetry._logs import LogRecord
    from opentelemetry.sdk._logs import ReadWriteLogRecord

    from fanlight.sdk.pipeline import Pipeline
    from fanlight.sdk.tags import Tags


class LogProcessor(LogRecordProcessor):
    """Sends log records through the pipeline."""

    def __init__(self, pipeline: Pipeline, tags: Tags) -> None:
        self._pipeline = pipeline
        self._tags = tags

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Queue the record."""
        try:
            record = _placed(log_record.log_record)
            weight = ITEM_BYTES + weigh(record.body) + sum(map(weigh, (record.attributes or {}).values()))
            readable = ReadableLogRecord(
                record,
                self._tags.of(log_record.resource or self._tags.own),
                log_record.instrumentation_scope,
                log_record.limits,
            )
            self._pipeline.backlog.put(readable, weight)
        except Exception as error:
            note("a log record", error)

    def shutdown(self) -> None:
        """Send what is queued, for a bounded time."""
        self._pipeline.close()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is queued now. True when the server took it all."""
        return self._pipeline.flush(timeout_millis / 1_000)


def _placed(record: LogRecord) -> LogRecord:
    """The record with the room and the session of the run that goes on, as that run was told them."""
    place = context.get_value(guarding.PLACE)
    if not isinstance(place, dict) or not place:
        return record
    # Other processors have the same record.
    placed = copy.copy(record)
    placed.attributes = {**place, **(record.attributes or {})}
    return placed
