"""Why an item was rejected or mended: the words of the ledger, of `/metrics` and of partial_success."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MALFORMED = "malformed"
INVALID_TRACE_ID = "invalid_trace_id"
INVALID_SPAN_ID = "invalid_span_id"
TOO_MANY_ATTRIBUTES = "too_many_attributes"
TOO_MANY_VALUES = "too_many_values"
TOO_LARGE = "too_large"
TOO_DAMAGED = "too_damaged"
OVERWRITTEN = "overwritten"
INVALID_UTF8 = "invalid_utf8"
VALUE_TOO_DEEP = "value_too_deep"
TORN = "torn"

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        MALFORMED: "not readable as OTLP",
        INVALID_TRACE_ID: "trace id is not 16 bytes, or all zero",
        INVALID_SPAN_ID: "span id is not 8 bytes, or all zero",
        TOO_MANY_ATTRIBUTES: "more attributes than max_item_attributes",
        TOO_MANY_VALUES: "more nested values than can be checked",
        TOO_LARGE: "too large to be mended",
        TOO_DAMAGED: "more damage in one request than can be mended in time",
        OVERWRITTEN: "one metric holds points of two kinds",
        INVALID_UTF8: "invalid UTF-8, shown as U+FFFD",
        VALUE_TOO_DEEP: "nested deeper than max_value_depth, cut there",
        TORN: "a resource or scope ended too early, kept as far as it went",
    }
)


def describe(rejected: Mapping[str, int], mended: Mapping[str, int]) -> str:
    """One sentence for partial_success, at most a kilobyte; empty when there is nothing to say.

    Example:
        >>> describe({"invalid_trace_id": 2}, {})
        'rejected: 2 invalid_trace_id (trace id is not 16 bytes, or all zero)'
    """
    parts = [
        f"{verb}: "
        + ", ".join(f"{count} {reason} ({TEXTS[reason]})" for reason, count in sorted(counts.items()))
        for verb, counts in (("rejected", rejected), ("kept, but mended", mended))
        if counts
    ]
    return "; ".join(parts)
