"""A project's own patterns leave a request as secrets do; apart, for an agent never has any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fanlight.model.signal import Signal
from fanlight.otlp.shape import ROOTS, Block
from fanlight.otlp.wire import LEN, fields
from fanlight.redact.masking import Masked
from fanlight.redact.patterns import Patterns
from fanlight.redact.texts import find_texts


def mask_patterns(signal: Signal, plain: bytes, patterns: Patterns) -> Masked:
    """Mask what `patterns` find in the texts of a canonical request, keys left alone.

    Example:
        >>> from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        >>> request = ExportLogsServiceRequest()
        >>> record = request.resource_logs.add().scope_logs.add().log_records.add(severity_text="P-123456")
        >>> mask_patterns(Signal.LOGS, request.SerializeToString(), Patterns({"staff": "P-[0-9]{6}"})).counts
        {'staff': 1}
    """
    ranges = patterns.ranges(plain, find_items(signal, plain))
    texts = [text for text in find_texts(ROOTS[signal].message.DESCRIPTOR, plain, ranges) if not text.is_key]
    found = patterns.places([plain[text.start : text.end] for text in texts]) if texts else []
    counts: Counter[str] = Counter()
    data = bytearray(plain)
    for text, places in zip(texts, found, strict=True):
        for start, end, name in places:
            data[text.start + start : text.start + end] = b"*" * (end - start)
            counts[name] += 1
    return Masked(bytes(data), dict(counts)) if counts else Masked(plain)


def find_items(signal: Signal, body: bytes) -> list[int]:
    """Where each item of a canonical request begins: no text reaches over such a place.

    Example:
        >>> from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        >>> request = ExportLogsServiceRequest()
        >>> scope = request.resource_logs.add().scope_logs.add()
        >>> _ = scope.log_records.add(severity_text="a"), scope.log_records.add(severity_text="b")
        >>> find_items(Signal.LOGS, request.SerializeToString())
        [4, 9]
    """
    return list(_items(ROOTS[signal], body, 0, len(body)))


def _items(block: Block, body: bytes, start: int, end: int) -> Iterator[int]:
    for number, wire_type, at, value, after in fields(body, start, end):
        inner = block.inner.get(number) if wire_type == LEN else None
        if inner is not None and inner.is_item:
            yield at
        elif inner is not None:
            yield from _items(inner, body, value, after)
