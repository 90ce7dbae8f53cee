"""The three signals of OTLP."""

from __future__ import annotations

from enum import StrEnum


class Signal(StrEnum):
    """What one OTLP request carries."""

    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"
