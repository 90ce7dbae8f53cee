"""Answers to OTLP requests: success, partial success and error, in protobuf and in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from fanlight.model.signal import Signal
from fanlight.otlp.wire import block, varint

MAX_REASON_BYTES = 1024

_REJECTED: Mapping[Signal, str] = MappingProxyType(
    {
        Signal.TRACES: "rejectedSpans",
        Signal.LOGS: "rejectedLogRecords",
        Signal.METRICS: "rejectedDataPoints",
    }
)

GRPC_CODES: Mapping[int, int] = MappingProxyType(
    {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 408: 4, 413: 8, 415: 3, 429: 8, 500: 13, 503: 14}
)
"""The gRPC status code that says the same as an HTTP status."""


def response_body(signal: Signal, rejected: int, message: str, *, json: bool) -> bytes:
    """An `Export*ServiceResponse`. Nothing rejected and no message is full success, an empty response.

    Example:
        >>> response_body(Signal.TRACES, 1, "no id", json=True)
        b'{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no id"}}'
        >>> response_body(Signal.TRACES, 1, "no id", json=False).hex()
        '0a09080112056e6f206964'
    """
    if not rejected and not message:
        return b"{}" if json else b""
    message = shorten(message)
    if json:
        return msgspec.json.encode(
            {"partialSuccess": {_REJECTED[signal]: str(rejected), "errorMessage": message}}
        )
    return block(1, _number(1, rejected) + block(2, message.encode()))


def error_body(status: int, message: str, *, json: bool) -> bytes:
    """A `google.rpc.Status` for an HTTP status.

    Example:
        >>> error_body(400, "garbage", json=True)
        b'{"code":3,"message":"garbage"}'
    """
    message, code = shorten(message), GRPC_CODES.get(status, 2)
    if json:
        return msgspec.json.encode({"code": code, "message": message})
    return _number(1, code) + block(2, message.encode())


def error_with_delay(status: int, message: str, retry_after_s: int) -> bytes:
    """A `google.rpc.Status` in protobuf that carries `google.rpc.RetryInfo`."""
    retry_info = block(1, _number(1, retry_after_s))
    detail = block(1, b"type.googleapis.com/google.rpc.RetryInfo") + block(2, retry_info)
    return error_body(status, message, json=False) + block(3, detail)


def shorten(message: str) -> str:
    """At most a kilobyte of `message`, cut between characters."""
    encoded = message.encode(errors="replace")
    return encoded[:MAX_REASON_BYTES].decode(errors="ignore")


def _number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value) if value else b""
