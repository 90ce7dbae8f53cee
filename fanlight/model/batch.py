"""A batch: one accepted OTLP request on its way into the log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fanlight.model.signal import Signal


class Coding(StrEnum):
    """How a body came over the wire (HTTP Content-Encoding)."""

    IDENTITY = "identity"
    GZIP = "gzip"
    DEFLATE = "deflate"
    ZSTD = "zstd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One validated OTLP request.

    `plain` is the canonical protobuf body, inflated. `coded` is the same body as it was received, so that it
    need not be compressed again; it is used only when `coding` says gzip or deflate. `project` is empty
    when each resource names its own (local mode). `items` counts spans, log records or metric points.
    """

    signal: Signal
    project: str
    received_ns: int
    items: int
    plain: bytes
    coded: bytes = b""
    coding: Coding = Coding.IDENTITY
