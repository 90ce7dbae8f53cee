"""Which bytes of a request are texts: every kind of field that OTLP has, told by hand-read wire."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.redact.texts import find_texts

REQUEST = ExportTraceServiceRequest()
RESOURCE = REQUEST.resource_spans.add(schema_url="schema")
RESOURCE.resource.attributes.add(key="service.name").value.string_value = "shop"
SCOPE = RESOURCE.scope_spans.add()
SCOPE.scope.name, SCOPE.scope.version = "scope", "1.0"
SPAN = SCOPE.spans.add(
    trace_id=b"T" * 16, span_id=b"S" * 8, trace_state="state", name="n" * 300, kind=3,
    start_time_unix_nano=2**63, end_time_unix_nano=1, dropped_attributes_count=2**31, flags=257,
)  # fmt: skip
SPAN.status.message = "said"
SPAN.status.code = 2
ATTRIBUTE = SPAN.attributes.add(key="all").value.kvlist_value.values.add(key="inner").value.array_value.values
ATTRIBUTE.add(bytes_value=b"bytes")
ATTRIBUTE.add(int_value=-1)
ATTRIBUTE.add(double_value=0.5)
ATTRIBUTE.add(bool_value=True)
ATTRIBUTE.add(string_value="deep")
SPAN.links.add(trace_id=b"T" * 16, span_id=b"S" * 8, trace_state="linked")
SPAN.events.add(name="happened", time_unix_nano=5)
BODY = REQUEST.SerializeToString()
DESCRIBED = REQUEST.DESCRIPTOR

TEXTS = {
    "service.name", "shop", "scope", "1.0", "state", "n" * 300, "all", "inner", "bytes", "deep", "happened",
    "linked", "said", "schema",
}  # fmt: skip


def texts(*ranges: tuple[int, int]) -> list[str]:
    return [BODY[text.start : text.end].decode() for text in find_texts(DESCRIBED, BODY, ranges)]


def at(text: str) -> int:
    return BODY.index(text.encode())


def test_every_text_is_found_and_no_id_number_or_frame() -> None:
    found = texts((0, len(BODY)))
    assert (set(found), len(found)) == (TEXTS, len(TEXTS))
    keys = [
        BODY[text.start : text.end] for text in find_texts(DESCRIBED, BODY, [(0, len(BODY))]) if text.is_key
    ]
    assert keys == [b"service.name", b"all", b"inner"]


@pytest.mark.parametrize("text", sorted(TEXTS))
def test_a_range_is_told_by_its_first_byte_and_by_its_last(text: str) -> None:
    start, end = at(text), at(text) + len(text)
    assert texts((start, start + 1)) == texts((end - 1, end)) == [text]
    assert text not in texts((end, end + 1))


def test_several_ranges_give_their_texts_once_and_in_order() -> None:
    shop, deep = at("shop"), at("deep")
    assert texts((shop, shop + 1), (shop + 2, shop + 3), (deep, deep + 1)) == ["shop", "deep"]
    assert texts() == texts((at("T" * 16), at("T" * 16) + 16)) == []
    # One that reaches from one text to another.
    assert texts((at("scope") + 4, at("1.0") + 1)) == ["scope", "1.0"]


@pytest.mark.parametrize("size", [127, 128, 16_383, 16_384, 2**21])
def test_a_text_of_any_length_is_found_where_it_lies(size: int) -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name="n" * size, flags=2**14)
    body = request.SerializeToString()
    (found,) = find_texts(request.DESCRIPTOR, body, [(0, len(body))])
    assert body[found.start : found.end] == b"n" * size


def test_what_is_no_text_beside_texts_is_stepped_over() -> None:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="m", unit="s")
    point = metric.histogram.data_points.add(
        count=2**40, sum=1.5, bucket_counts=[1, 2**33], explicit_bounds=[0.5], flags=1
    )
    point.exemplars.add(as_double=2.5, trace_id=b"T" * 16).filtered_attributes.add(key="k")
    body = request.SerializeToString()
    found = [body[text.start : text.end] for text in find_texts(request.DESCRIPTOR, body, [(0, len(body))])]
    assert sorted(found) == [b"k", b"m", b"s"]


@pytest.mark.parametrize("tag", [0x0B, 0x0C, 0x0E, 0x0F])
def test_what_protobuf_does_not_write_is_refused(tag: int) -> None:
    with pytest.raises(ValueError, match=f"wire type {tag & 7} at byte 1 is none that protobuf writes"):
        list(find_texts(DESCRIBED, bytes([tag]) + b"rest", [(0, 5)]))
