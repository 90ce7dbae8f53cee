"""What a sample agent really emitted, written down beside it, to be compared with what the server stored."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk.trace import TracerProvider

VARIABLE = "FANLIGHT_DEMO_MANIFEST"


@dataclass(frozen=True, slots=True, order=True)
class Emitted:
    """One span as it left the agent. `parent_span_id` is None for a root."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All spans of one agent, the log records it wrote in each trace, and the names of its metrics."""

    spans: tuple[Emitted, ...]
    logs: dict[str, int]
    metrics: tuple[str, ...]


class Recorder:
    """Listens to an agent's providers and writes the manifest to the file that the environment names.

    Without that variable it listens to nothing, so that the samples run alone too.
    """

    def __init__(self) -> None:
        self.spans: list[Emitted] = []
        self.logs: dict[str, int] = {}

    def watch(self, traces: TracerProvider, logs: LoggerProvider | None = None) -> None:
        """Listen to these providers."""
        from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord
        from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

        recorder = self

        class Spans(SpanProcessor):
            def on_end(self, span: ReadableSpan) -> None:
                recorder.add_span(span)

        class Logs(LogRecordProcessor):
            def on_emit(self, log_record: ReadWriteLogRecord) -> None:
                trace_id = f"{log_record.log_record.trace_id or 0:032x}"
                recorder.logs[trace_id] = recorder.logs.get(trace_id, 0) + 1

            def shutdown(self) -> None:
                """Nothing to release."""

            def force_flush(self, timeout_millis: int = 30_000) -> bool:
                return True

        traces.add_span_processor(Spans())
        if logs is not None:
            logs.add_log_record_processor(Logs())

    def add_span(self, span: Any) -> None:
        """Note one finished span."""
        context, parent = span.get_span_context(), span.parent
        self.spans.append(
            Emitted(
                f"{context.trace_id:032x}",
                f"{context.span_id:016x}",
                f"{parent.span_id:016x}" if parent else None,
                span.name,
            )
        )

    def write(self, metrics: Iterable[str] = ()) -> None:
        """Write the manifest; `metrics` are the names that the agent recorded into."""
        if VARIABLE in os.environ:
            found = Manifest(tuple(self.spans), self.logs, tuple(metrics))
            Path(os.environ[VARIABLE]).write_text(json.dumps(asdict(found)))


def read_manifest(path: Path) -> Manifest:
    """The manifest in `path`. Raises FileNotFoundError when its agent wrote none."""
    found = json.loads(path.read_text())
    return Manifest(tuple(Emitted(**span) for span in found["spans"]), found["logs"], tuple(found["metrics"]))
