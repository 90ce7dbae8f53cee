"""Files of OTLP: JSON, JSON lines (the Collector's file exporter), protobuf; gzip'd too.

Read piece by piece, each a request of its own.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from fanlight.errors import PayloadError

PIECE_ITEMS = 2_000
PIECE_BYTES = 16 * 1024 * 1024
JSON_TYPE, PROTOBUF_TYPE = "application/json", "application/x-protobuf"

SIGNALS = ("traces", "logs", "metrics")
_JSON_LAYERS = {
    "resourceSpans": ("traces", "scopeSpans", "spans"),
    "resourceLogs": ("logs", "scopeLogs", "logRecords"),
    "resourceMetrics": ("metrics", "scopeMetrics", "metrics"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One request. `position` is how far into the file (as it lies on disk) it ends."""

    signal: str
    content_type: str
    body: bytes
    position: int


def read_pieces(path: Path, signal: str | None = None) -> Iterator[Piece]:
    """The requests in a file, in its order.

    `signal` says what a protobuf file holds; without it, it is found out.

    Raises:
        PayloadError: the file is no OTLP, with the line or byte where that shows.
    """
    with path.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if compressed else raw
        first = _first_byte(stream)
        stream.seek(0)
        try:
            if first == b"{":
                yield from _json_pieces(stream, raw, path)
            elif first:
                yield from _protobuf_pieces(stream.read(), raw.tell(), path, signal)
        except (EOFError, gzip.BadGzipFile) as error:
            raise PayloadError(f"{path}: the gzip stream is broken ({error})") from error


def _first_byte(stream: IO[bytes]) -> bytes:
    """The first byte that is no white space; empty when there is none. A byte-order mark counts as space."""
    while byte := stream.read(1):
        if byte not in b" \t\r\n\xef\xbb\xbf":
            return byte
    return b""


def _json_pieces(stream: IO[bytes], raw: IO[bytes], path: Path) -> Iterator[Piece]:
    for number, line in enumerate(stream, 1):
        text = line.strip(b" \t\r\n\xef\xbb\xbf")
        if not text:
            continue
        try:
            document = json.loads(text)
        except ValueError as error:
            if number > 1:
                raise PayloadError(f"{path}: line {number} is not JSON ({error})") from error
            # Not one document a line, so one document in all.
            yield from _document(_load(line + stream.read(), path), raw.tell(), path)
            return
        yield from _document(document, raw.tell(), path)


def _load(text: bytes, path: Path) -> Any:
    try:
        return json.loads(text.decode("utf-8-sig"))
    except ValueError as error:
        raise PayloadError(f"{path} is not JSON ({error})") from error


def _document(document: Any, position: int, path: Path) -> Iterator[Piece]:
    given = document if isinstance(document, dict) else {"": document}
    found = [key for key in _JSON_LAYERS if isinstance(given.get(key), list)]
    if given and not found:
        raise PayloadError(
            f"{path} is JSON but not OTLP", hint="it has none of resourceSpans, resourceLogs, resourceMetrics"
        )
    for key in found:
        signal, scopes, items = _JSON_LAYERS[key]
        for resources in _split(document[key], scopes, items):
            yield Piece(signal, JSON_TYPE, json.dumps({key: resources}).encode(), position)


def _split(resources: Sequence[Mapping[str, Any]], scopes: str, items: str) -> Iterator[list[dict[str, Any]]]:
    """`resources` in portions of at most PIECE_ITEMS items, each item under its own resource and scope."""
    portion: list[dict[str, Any]] = []
    room = PIECE_ITEMS
    for resource in resources:
        for scope in resource.get(scopes) or []:
            waiting = scope.get(items) or []
            for start in range(0, len(waiting), PIECE_ITEMS):
                taken = waiting[start : start + PIECE_ITEMS]
                if len(taken) > room:
                    yield portion
                    portion, room = [], PIECE_ITEMS
                room -= len(taken)
                portion.append({**resource, scopes: [{**scope, items: taken}]})
    if portion:
        yield portion


def _protobuf_pieces(content: bytes, position: int, path: Path, signal: str | None) -> Iterator[Piece]:
    for body in _framed(content) or [content]:
        chosen = signal or find_signal(body)
        if chosen is None:
            raise PayloadError(
                f"{path} is neither OTLP JSON nor OTLP protobuf", hint="name what it holds: --signal traces"
            )
        for part in _split_protobuf(body, chosen):
            yield Piece(chosen, PROTOBUF_TYPE, part, position)


def _framed(content: bytes) -> list[bytes]:
    """The messages of a file in which each has its length in four bytes before it; none in any other file."""
    found, at = [], 0
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4], "big")
        if at + 4 > len(content) or end > len(content) or end == at + 4:
            return []
        found.append(content[at + 4 : end])
        at = end
    return found


def find_signal(body: bytes) -> str | None:
    """Which signal's request `body` is; None when it is none, or when nothing tells.

    Example:
        >>> from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        >>> request = ExportLogsServiceRequest()
        >>> record = request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=7)
        >>> find_signal(request.SerializeToString()), find_signal(b"garbage")
        ('logs', None)
    """
    for signal in SIGNALS:
        request = _parsed(body, signal)
        if request is not None and _plausible(request, signal):
            return signal
    return None


def _parsed(body: bytes, signal: str) -> Any:
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    kinds: dict[str, Any] = {
        "traces": ExportTraceServiceRequest,
        "logs": ExportLogsServiceRequest,
        "metrics": ExportMetricsServiceRequest,
    }
    try:
        return kinds[signal].FromString(body)
    except DecodeError:
        return None


def _plausible(request: Any, signal: str) -> bool:
    """Whether the first item reads like one of its kind: requests of all signals look alike on the wire.

    Times are `fixed64` in spans and log records, where the others have messages or text, so they tell most.
    """
    if signal == "traces":
        spans = (span for r in request.resource_spans for s in r.scope_spans for span in s.spans)
        return (span := next(spans, None)) is not None and bool(
            len(span.trace_id) == 16 and len(span.span_id) == 8 and span.start_time_unix_nano
        )
    if signal == "logs":
        records = (record for r in request.resource_logs for s in r.scope_logs for record in s.log_records)
        return (record := next(records, None)) is not None and bool(
            record.time_unix_nano or record.observed_time_unix_nano
        )
    metrics = (metric for r in request.resource_metrics for s in r.scope_metrics for metric in s.metrics)
    return (metric := next(metrics, None)) is not None and bool(metric.name and metric.WhichOneof("data"))


def _split_protobuf(body: bytes, signal: str) -> Iterator[bytes]:
    """`body` whole, or a request for each of its resources when it is too large for one."""
    request = _parsed(body, signal) if len(body) > PIECE_BYTES else None
    if request is None:
        yield body
        return
    ((field, resources),) = request.ListFields()
    for resource in resources:
        one = type(request)()
        getattr(one, field.name).append(resource)
        yield one.SerializeToString()
