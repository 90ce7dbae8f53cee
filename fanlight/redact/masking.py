"""Secrets leave a request before it is written anywhere: overwritten where they stand, at equal length.

The request stays what the check found it to be, byte for byte around them, and is not encoded again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fanlight.redact.rules import Rules, overwrite
from fanlight.redact.texts import find_texts


@dataclass(frozen=True, slots=True)
class Masked:
    """A request, and how many values of each kind were masked in it; the very same object if none."""

    plain: bytes
    counts: Mapping[str, int] = field(default_factory=dict)


def mask(described: Any, plain: bytes, rules: Rules) -> Masked:
    """Mask what `rules` find in the texts of a request, as protobuf writes it for the descriptor `described`.

    Example:
        >>> from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        >>> request = ExportLogsServiceRequest()
        >>> record = request.resource_logs.add().scope_logs.add().log_records.add()
        >>> record.body.string_value = "key sk-1234567890abcdef"
        >>> masked = mask(request.DESCRIPTOR, request.SerializeToString(), Rules())
        >>> b"key *******************" in masked.plain, masked.counts
        (True, {'token': 1})
    """
    search = rules.search(plain)
    ranges = search.ranges()
    if not ranges:
        return Masked(plain)
    counts: Counter[str] = Counter()
    data = bytearray(plain)
    for text in find_texts(described, plain, ranges):
        places = search.places(text.start, text.end, is_key=text.is_key)
        overwrite(data, places, text.start, text.end)
        counts.update(kind for _, _, kind in places)
    return Masked(bytes(data), dict(counts)) if counts else Masked(plain)
