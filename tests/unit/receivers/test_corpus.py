"""Named bad items, each between two good neighbours: whatever it is, the neighbours are stored.

A case is the bytes of one span (or log record, or metric) and what becomes of it: kept, or rejected.
"""

import struct

import pytest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from fanlight.model.signal import Signal
from fanlight.otlp.check import check
from fanlight.otlp.limits import Limits
from fanlight.otlp.shape import ROOTS
from fanlight.otlp.wire import block, varint

LIMITS = Limits(max_item_attributes=64)
GOOD_TRACE, GOOD_SPAN = b"t" * 16, b"s" * 8
IDS = block(1, GOOD_TRACE) + block(2, GOOD_SPAN)


def nest(value, *path):
    for number in reversed(path):
        value = block(number, value)
    return value


def attribute(value, key=b"k"):
    return block(1, key) + block(2, value)


def number(field, value):
    return varint(field << 3) + varint(value)


TEXTS = {
    "lone continuation byte": b"\x80",
    "overlong slash": b"\xc0\xaf",
    "encoded surrogate": b"\xed\xa0\x80",
    "beyond unicode": b"\xf4\x90\x80\x80",
    "cut in a character": "ü".encode()[:1],
    "latin-1": "Grüße".encode("latin-1"),
    "utf-16": "hi".encode("utf-16"),
    "all bytes": bytes(range(256)),
}

VALUES = {
    "empty value": b"",
    "empty text": block(1, b""),
    "NUL in text": block(1, b"a\0b"),
    "bidi override": block(1, "‮evil".encode()),
    "false": number(2, 0),
    "bool of 2": number(2, 2),
    "smallest int": number(3, 1 << 63),
    "largest int": number(3, (1 << 63) - 1),
    "NaN": b"\x21" + struct.pack("<d", float("nan")),
    "infinity": b"\x21" + struct.pack("<d", float("inf")),
    "negative zero": b"\x21" + struct.pack("<d", -0.0),
    "empty list": block(5, b""),
    "empty map": block(6, b""),
    "map with a key twice": block(6, 2 * block(1, attribute(number(3, 1)))),
    "list of lists": nest(b"", 5, 1, 5, 1, 5, 1),
    "list 32 deep": nest(b"", *(5, 1) * 31),
    "list 47 deep": nest(b"", *(5, 1) * 47),
    "list 48 deep": nest(b"", *(5, 1) * 48),
    "list 64 deep": nest(b"", *(5, 1) * 64),
    "list 5,000 deep": nest(b"", *(5, 1) * 5_000),
    "map 31 deep": nest(b"", *(6, 1, 2) * 31),
    "map 48 deep": nest(b"", *(6, 1, 2) * 48),
    "bytes": block(7, bytes(range(256))),
    "two arms": block(1, b"x") + number(3, 1),
    "an arm twice": block(1, b"x") + block(1, b"y"),
    "an unknown arm": block(99, b"x"),
    "text as number": number(1, 7),
    "int as text": block(3, b"7"),
    "double as varint": number(4, 7),
    "100,000 characters": block(1, b"x" * 100_000),
    "300,000 characters": block(1, b"x" * 300_000),
}

KEYS = {
    "empty key": b"",
    "__proto__": b"__proto__",
    "constructor": b"constructor.prototype",
    "__class__": b"__class__",
    "long key": b"k" * 70_000,
    "NUL in key": b"a\0b",
    "quote in key": b"a'b\"c`d",
    "newline in key": b"a\r\nb",
}

KEPT = {
    **{f"attribute: {name}": block(9, attribute(value)) for name, value in VALUES.items()},
    **{f"attribute text: {name}": block(9, attribute(block(1, text))) for name, text in TEXTS.items()},
    **{f"name: {name}": block(5, text) for name, text in TEXTS.items()},
    **{f"key: {name}": block(9, attribute(number(3, 1), key)) for name, key in KEYS.items()},
    **{f"key text: {name}": block(9, attribute(number(3, 1), text)) for name, text in TEXTS.items()},
    **{f"event name: {name}": block(11, block(2, text)) for name, text in TEXTS.items()},
    **{f"status message: {name}": block(15, block(2, text)) for name, text in TEXTS.items()},
    **{f"nested text: {name}": block(9, attribute(nest(text, 5, 1, 1))) for name, text in TEXTS.items()},
    "key twice": 2 * block(9, attribute(number(3, 1))),
    "name twice": block(5, b"a") + block(5, b"b"),
    "status twice": block(15, number(3, 1)) + block(15, number(3, 2)),
    "unknown kind": number(6, 99),
    "negative kind": number(6, (1 << 64) - 1),
    "kind of five bytes": varint(6 << 3) + b"\xff\xff\xff\xff\x0f",
    "unknown status code": block(15, number(3, 12)),
    "start of 0": b"\x39" + bytes(8),
    "start of 2^64 - 1": b"\x39" + b"\xff" * 8,
    "end before start": b"\x39" + struct.pack("<Q", 9) + b"\x41" + struct.pack("<Q", 1),
    "unknown field": block(500, b"x"),
    "unknown group": b"\xa3\x1f\xa4\x1f",
    "field from the log's own tail": block(1000, b"other-project"),
    "name as number": number(5, 7),
    "attributes as number": number(9, 7),
    "empty attribute": block(9, b""),
    "empty event": block(11, b""),
    "empty link": block(13, b""),
    "link with short ids": block(13, block(1, b"x") + block(2, b"y")),
    "long varint for a count": varint(10 << 3) + b"\x81\x80\x80\x00",
    "as many attributes as allowed": 64 * block(9, attribute(number(3, 1))),
    "fields in reverse": block(9, attribute(number(3, 1))) + block(5, b"name"),
    "short parent": block(4, b"abc"),
}

REJECTED = {
    "no ids": (b"", "invalid_trace_id"),
    "zero trace id": (block(1, bytes(16)) + block(2, GOOD_SPAN), "invalid_trace_id"),
    "trace id of 15 bytes": (block(1, b"t" * 15) + block(2, GOOD_SPAN), "invalid_trace_id"),
    "trace id of 32 hex digits": (block(1, b"ab" * 16) + block(2, GOOD_SPAN), "invalid_trace_id"),
    "zero span id": (block(1, GOOD_TRACE) + block(2, bytes(8)), "invalid_span_id"),
    "span id of 16 bytes": (block(1, GOOD_TRACE) + block(2, b"s" * 16), "invalid_span_id"),
    "no span id": (block(1, GOOD_TRACE), "invalid_span_id"),
    "zero id after a good one": (IDS + block(1, bytes(16)), "invalid_trace_id"),
    "too many attributes": (IDS + 65 * block(9, attribute(number(3, 1))), "too_many_attributes"),
    "too many events": (IDS + 65 * block(11, b""), "too_many_attributes"),
    "too many attributes in an event": (IDS + block(11, 65 * block(3, b"")), "too_many_attributes"),
    "too many attributes, many of them large": (
        IDS + 65 * block(9, attribute(block(1, b"x" * 5_000))), "too_many_attributes"
    ),
    "garbage": (b"\xff\xff\xff", "malformed"),
    "a name that is longer than its span": (IDS + b"\x2a\x7fabc", "malformed"),
    "a varint without an end": (IDS + b"\x30\xff\xff", "malformed"),
    "wire type 6": (IDS + b"\x36", "malformed"),
    "field number 0": (IDS + b"\x02\x00", "malformed"),
    "an end of a group that was not open": (IDS + b"\x0c", "malformed"),
}  # fmt: skip


def build(signal, *items):
    """A request with `items`, which are bytes, between good ones; every item in the same scope."""
    scope = block(1, block(1, b"scope")) + b"".join(block(2, item) for item in items)
    return nest(block(1, block(1, attribute(block(1, b"svc"), b"service.name"))) + block(2, scope), 1)


def stored(signal, plain):
    """The items of a stored request, as protobuf reads them."""
    request = ROOTS[signal].message.FromString(plain)
    resources = request.resource_spans if signal is Signal.TRACES else request.resource_logs
    return [
        item
        for resource in resources
        for scope in (resource.scope_spans if signal is Signal.TRACES else resource.scope_logs)
        for item in (scope.spans if signal is Signal.TRACES else scope.log_records)
    ]


def good_span(name):
    return Span(trace_id=b"g" * 16, span_id=name.encode() * 8, name=name).SerializeToString()


@pytest.mark.parametrize("case", KEPT)
def test_a_strange_span_is_kept_beside_its_neighbours(case):
    checked = check(
        Signal.TRACES, build(Signal.TRACES, good_span("a"), IDS + KEPT[case], good_span("b")), LIMITS
    )
    spans = stored(Signal.TRACES, checked.plain)
    assert (checked.items, dict(checked.rejected)) == (3, {})
    assert [span.span_id for span in spans] == [b"a" * 8, GOOD_SPAN, b"b" * 8]
    assert check(Signal.TRACES, checked.plain, LIMITS).plain == checked.plain
    assert b"other-project" not in checked.plain


@pytest.mark.parametrize("case", REJECTED)
def test_a_bad_span_costs_itself_only(case):
    bad, reason = REJECTED[case]
    checked = check(Signal.TRACES, build(Signal.TRACES, good_span("a"), bad, good_span("b")), LIMITS)
    assert (checked.items, dict(checked.rejected)) == (2, {reason: 1})
    assert [span.name for span in stored(Signal.TRACES, checked.plain)] == ["a", "b"]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("field", [3, 5, 6, 12])
def test_a_strange_log_record_is_kept_beside_its_neighbours(name, field):
    text = TEXTS[name]
    bad = {
        3: block(3, text),
        5: nest(text, 5, 1),
        6: block(6, attribute(block(1, text))),
        12: block(12, text),
    }[field]
    good = LogRecord(severity_text="good").SerializeToString()
    checked = check(Signal.LOGS, build(Signal.LOGS, good, bad, good), LIMITS)
    assert (checked.items, dict(checked.rejected)) == (3, {})
    records = stored(Signal.LOGS, checked.plain)
    assert [record.severity_text for record in records][::2] == ["good", "good"]
    try:
        text.decode()
    except UnicodeDecodeError:
        assert dict(checked.mended) == {"invalid_utf8": 1}
        assert records[1].attributes[-1].key == "fanlight.mended"


POINTS = {5: 7, 7: 7, 9: 9, 10: 1, 11: 7}
"""The attribute field of a point, by the field of its kind in Metric."""


@pytest.mark.parametrize("kind", POINTS)
@pytest.mark.parametrize(
    ("bad", "kept", "rejected"),
    [
        (attribute(block(1, b"\xff")), 3, {}),
        (attribute(nest(b"", *(5, 1) * 60)), 3, {}),
        (None, 2, {"too_many_attributes": 1}),
        (b"\xff", 2, {"malformed": 1}),
    ],
)
def test_a_bad_point_of_every_kind_costs_itself_only(kind, bad, kept, rejected):
    field = POINTS[kind]
    good = block(1, block(field, attribute(number(3, 1))))
    strange = block(1, 65 * block(field, attribute(number(3, 1))) if bad is None else block(field, bad))
    metric = block(1, b"calls") + block(kind, good + strange + good)
    checked = check(Signal.METRICS, build(Signal.METRICS, metric), LIMITS)
    assert (checked.items, dict(checked.rejected)) == (kept, rejected)
    request = ROOTS[Signal.METRICS].message.FromString(checked.plain)
    found = request.resource_metrics[0].scope_metrics[0].metrics[0]
    assert found.name == "calls"
    assert len(getattr(found, found.WhichOneof("data")).data_points) == kept


def test_a_metric_of_two_kinds_keeps_the_last_and_counts_the_other():
    point = block(1, block(7, attribute(number(3, 1))))
    metric = block(1, b"calls") + block(5, point + point) + block(7, point)
    checked = check(
        Signal.METRICS, build(Signal.METRICS, metric, Metric(name="good").SerializeToString()), LIMITS
    )
    assert (checked.items, dict(checked.rejected)) == (1, {"overwritten": 2})


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "utf-16"])
def test_a_strange_resource_is_mended_and_says_so(name):
    resource = block(1, block(1, attribute(block(1, TEXTS[name]))))
    body = nest(resource + nest(good_span("a"), 2, 2), 1)
    checked = check(Signal.TRACES, body, LIMITS)
    assert (checked.items, dict(checked.rejected), dict(checked.mended)) == (1, {}, {"invalid_utf8": 1})


def test_a_resource_that_ends_too_early_keeps_what_came_before():
    resource = block(1, block(1, attribute(block(1, b"svc"), b"service.name")) + b"\x0a\x7f")
    checked = check(Signal.TRACES, nest(resource + nest(good_span("a"), 2, 2), 1), LIMITS)
    assert (checked.items, dict(checked.mended)) == (1, {"torn": 1})
    assert b"service.name" in checked.plain


def test_a_resource_with_too_many_attributes_costs_its_own_items_only():
    many = nest(block(1, 65 * block(1, attribute(number(3, 1)))) + nest(good_span("a"), 2, 2), 1)
    few = nest(nest(good_span("b"), 2, 2), 1)
    checked = check(Signal.TRACES, many + few, LIMITS)
    assert (checked.items, dict(checked.rejected)) == (1, {"too_many_attributes": 1})


def test_a_request_that_ends_too_early_keeps_what_came_before():
    whole = nest(nest(good_span("a"), 2, 2), 1)
    checked = check(Signal.TRACES, whole + whole[:-3], LIMITS)
    assert (checked.items, dict(checked.rejected)) == (1, {"malformed": 1})


def test_the_logs_own_fields_cannot_be_smuggled_in():
    whole = nest(nest(good_span("a"), 2, 2), 1)
    checked = check(Signal.TRACES, whole + block(1000, b"other-project") + number(1002, 7), LIMITS)
    assert (checked.items, checked.plain) == (1, whole)
