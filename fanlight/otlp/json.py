"""OTLP/JSON, made the same protobuf bytes."""

from __future__ import annotations

from fanlight.errors import PayloadError
from fanlight.model.signal import Signal
from fanlight.otlp.check import Checked
from fanlight.otlp.limits import Limits


def convert(signal: Signal, body: bytes, limits: Limits) -> Checked:
    """Check a plain JSON request."""
    raise PayloadError("OTLP/JSON is not taken yet", status=415, hint="send protobuf")
