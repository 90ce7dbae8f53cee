"""OpenTelemetry's exporter of metrics: encoded, then into the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult

from fanlight.sdk.faults import note
from fanlight.sdk.payload import METRICS, packed

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricsData

    from fanlight.sdk.pipeline import Pipeline


class QueueMetricExporter(MetricExporter):
    """Hands what the periodic reader collected to the pipeline; it never waits for the server."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__()
        self._pipeline = pipeline

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **_: Any
    ) -> MetricExportResult:
        """Queue the points; always a success, what is lost is counted there."""
        try:
            points = sum(
                len(metric.data.data_points)
                for resource in metrics_data.resource_metrics
                for scope in resource.scope_metrics
                for metric in scope.metrics
            )
            if points:
                payload = packed(METRICS, points, encode_metrics(metrics_data))
                self._pipeline.backlog.put(payload, len(payload.body))
        except Exception as error:
            note("metrics", error)
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """The pipeline flushes itself."""
        return True

    def shutdown(self, timeout_millis: float = 30_000, **_: Any) -> None:
        """The pipeline ends itself."""
