"""A request that is built anew: what it may hold, and what is counted of that which goes."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from fanlight.errors import PayloadError
from fanlight.model.signal import Signal
from fanlight.otlp.check import check
from fanlight.otlp.limits import Limits
from fanlight.otlp.mend import TooDamagedError, mend
from fanlight.otlp.rebuild import Rebuilt, rebuild
from fanlight.otlp.weigh import Weight
from fanlight.otlp.wire import block

IDS = block(1, b"t" * 16) + block(2, b"s" * 8)
GOOD = IDS + block(5, b"good")
NO_TEXT = b"n\xff"
UNKNOWN = block(15, b"strange")


def request(*spans: bytes) -> bytes:
    return block(1, block(2, b"".join(block(2, span) for span in spans)))


def with_attributes(count: int, *spans: bytes) -> bytes:
    """A resource with so many attributes around one scope."""
    resource = b"".join(block(1, block(1, f"key {n}".encode())) for n in range(count))
    return block(1, block(1, resource) + block(2, b"".join(block(2, span) for span in spans)))


def names(rebuilt: Rebuilt) -> list[str]:
    found = [
        span.name
        for resource in ExportTraceServiceRequest.FromString(rebuilt.plain).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert rebuilt.items == len(found)
    return found


def values(count: int) -> bytes:
    """An attribute whose value is a list of so many empty values."""
    return block(9, block(1, b"k") + block(2, block(5, block(1, b"") * count)))


def refused(body: bytes, **limits: int) -> tuple[str, int, str]:
    with pytest.raises(PayloadError) as refusal:
        rebuild(Signal.TRACES, body, Limits(**limits))
    return refusal.value.message, refusal.value.status, refusal.value.hint


@pytest.mark.parametrize(("count", "is_kept"), [(996, True), (997, False), (5_000, False)])
def test_a_damaged_span_with_more_values_than_can_be_checked_costs_itself_only(
    monkeypatch: pytest.MonkeyPatch, count: int, is_kept: bool
) -> None:
    monkeypatch.setattr("fanlight.otlp.rebuild._UNBOUNDED_ITEM_BYTES", 1_000)
    monkeypatch.setattr("fanlight.otlp.rebuild._MAX_ITEM_VALUES", 1_000)
    # The span, its attribute, that one's value and its list are four of a thousand.
    many = IDS + block(5, NO_TEXT) + values(count)
    rebuilt = rebuild(Signal.TRACES, request(GOOD, many, GOOD), Limits())
    assert (names(rebuilt), rebuilt.rejected, rebuilt.mended) == (
        (["good", "n\ufffd", "good"], {}, {"invalid_utf8": 1})
        if is_kept
        else (["good", "good"], {"too_many_values": 1}, {})
    )


def test_a_damaged_span_that_is_large_with_few_values_is_mended() -> None:
    large = IDS + block(5, NO_TEXT) + block(9, block(1, b"k") + block(2, block(1, b"x" * 300_000)))
    rebuilt = rebuild(Signal.TRACES, request(GOOD, large), Limits())
    assert names(rebuilt) == ["good", "n\ufffd"]
    assert (rebuilt.rejected, rebuilt.mended) == ({}, {"invalid_utf8": 1})


def test_a_resource_with_too_many_attributes_takes_its_spans_with_it() -> None:
    body = with_attributes(2, GOOD, GOOD, GOOD) + request(GOOD)
    rebuilt = rebuild(Signal.TRACES, body, Limits(max_item_attributes=1, max_request_items=4))
    assert (names(rebuilt), rebuilt.rejected) == (["good"], {"too_many_attributes": 3})


@pytest.mark.parametrize("spans", [3, 300])
def test_what_goes_counts_against_the_most_that_a_request_may_hold(spans: int) -> None:
    body = with_attributes(2, *[GOOD] * spans)
    assert refused(body, max_item_attributes=1, max_request_items=2) == (
        "the request holds more than 2 items", 413, "send smaller batches",
    )  # fmt: skip


@pytest.mark.parametrize(
    "spans", [[GOOD, NO_TEXT, NO_TEXT], [NO_TEXT] * 3, [GOOD, GOOD, IDS + block(5, NO_TEXT)]]
)
def test_good_mended_and_bad_spans_are_counted_together(spans: list[bytes]) -> None:
    assert rebuild(Signal.TRACES, request(GOOD, *spans), Limits(max_request_items=4)).items >= 1
    assert refused(request(GOOD, *spans), max_request_items=3)[:2] == (
        "the request holds more than 3 items", 413,
    )  # fmt: skip


def test_blocks_around_nothing_are_counted_too_when_the_request_is_damaged() -> None:
    limits = Limits(max_request_items=3)
    kept = check(Signal.TRACES, UNKNOWN + request(GOOD) + block(1, b""), limits)
    assert (kept.plain, kept.items) == (request(GOOD) + block(1, b""), 1)
    with pytest.raises(PayloadError, match="more than 3 blocks around items") as refusal:
        check(Signal.TRACES, UNKNOWN + request(GOOD) + block(1, b"") * 3, limits)
    assert refusal.value.status == 413


def test_the_attributes_of_all_resources_are_counted_together() -> None:
    body = with_attributes(2, GOOD) + with_attributes(2, GOOD)
    assert names(rebuild(Signal.TRACES, body, Limits(max_request_attributes=4))) == ["good", "good"]
    assert refused(body, max_request_attributes=3) == (
        "the request holds more than 3 attributes", 413, "send smaller batches",
    )  # fmt: skip


def test_what_was_weighed_apart_is_too_much_together() -> None:
    whole, part = Weight(Limits(max_request_attributes=3)), Weight(Limits(max_request_attributes=3))
    span = Span()
    span.attributes.add(key="a")
    span.attributes.add(key="b")
    for weight in (whole, part):
        weight.add(span)
    with pytest.raises(PayloadError, match="holds more than 3 attributes"):
        whole.merge(part)
    assert (whole.attributes, part.attributes) == (4, 2)


def test_mending_looks_at_so_many_fields_and_tells_at_how_many() -> None:
    data = block(2, NO_TEXT) + b"\x18\x02"
    mended = mend(Status, data, Limits(), nesting=0, max_fields=2)
    assert (mended.data, mended.reasons, mended.fields) == (
        block(2, "n\ufffd".encode()) + b"\x18\x02", ("invalid_utf8",), 2,
    )  # fmt: skip
    with pytest.raises(TooDamagedError):
        mend(Status, data, Limits(), nesting=0, max_fields=1)


def test_fields_in_a_nested_message_are_looked_at_too() -> None:
    link = block(13, block(1, b"t" * 16) + block(2, b"s" * 8) + block(3, NO_TEXT))
    assert mend(Span, link, Limits(), nesting=0, max_fields=4).fields == 4
    with pytest.raises(TooDamagedError):
        mend(Span, link, Limits(), nesting=0, max_fields=3)


def test_damage_beyond_what_can_be_mended_costs_the_spans_that_come_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fanlight.otlp.rebuild.MAX_FIELDS", 7)
    damaged = IDS + block(5, NO_TEXT)
    rebuilt = rebuild(Signal.TRACES, request(damaged, damaged, damaged, GOOD), Limits())
    assert names(rebuilt) == ["n\ufffd", "n\ufffd", "good"]
    assert (rebuilt.rejected, rebuilt.mended) == ({"too_damaged": 1}, {"invalid_utf8": 2})
