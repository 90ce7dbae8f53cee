"""OTLP/HTTP: every kind of request and its whole answer."""

import gzip
import json
import zlib

import pytest
import zstandard
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from fanlight.errors import OverloadError
from fanlight.model.batch import Coding
from fanlight.model.signal import Signal

PROTOBUF = "application/x-protobuf"


def error(answer):
    """Status, gRPC code and message of an error in protobuf."""
    assert answer.headers["content-type"] == PROTOBUF
    status = Status.FromString(answer.body)
    return answer.status, status.code, status.message


def partial(answer):
    assert (answer.status, answer.headers["content-type"]) == (200, PROTOBUF)
    found = ExportTraceServiceResponse.FromString(answer.body).partial_success
    return found.rejected_spans, found.error_message


def test_a_request_is_appended_as_it_came_and_answered_empty(receiver, traces):
    body = traces("a", "b").SerializeToString()
    assert receiver.post(body).seen() == (200, PROTOBUF, b"")
    (batch,) = receiver.batches
    assert batch.plain is body
    assert (batch.signal, batch.project, batch.items, batch.coding) == (Signal.TRACES, "", 2, Coding.IDENTITY)
    assert batch.received_ns == receiver.clock.now_ns()
    assert (receiver.counts().received, receiver.counts().waiting) == (2, 2)


@pytest.mark.parametrize(
    ("coding", "encode", "kept"),
    [
        ("gzip", gzip.compress, Coding.GZIP),
        ("GZIP", gzip.compress, Coding.GZIP),
        ("x-gzip", gzip.compress, Coding.GZIP),
        ("deflate", zlib.compress, Coding.DEFLATE),
        ("deflate", lambda body: zlib.compress(body)[2:-4], Coding.IDENTITY),
        ("zstd", zstandard.ZstdCompressor().compress, Coding.IDENTITY),
        ("identity", bytes, Coding.IDENTITY),
        ("gzip", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]), Coding.IDENTITY),
    ],
)
def test_every_coding_gives_the_same_batch(receiver, traces, coding, encode, kept):
    body = traces("a").SerializeToString()
    coded = encode(body)
    assert receiver.post(coded, content_encoding=coding).seen() == (200, PROTOBUF, b"")
    (batch,) = receiver.batches
    assert (batch.plain, batch.coding) == (body, kept)
    assert batch.coded == (coded if kept is not Coding.IDENTITY else b"")


def test_a_chunked_body_needs_no_length(receiver, traces):
    body = traces("a", "b", "c").SerializeToString()
    assert receiver.post(chunks=[body[:5], b"", body[5:50], body[50:]]).seen() == (200, PROTOBUF, b"")
    assert receiver.names() == ["a", "b", "c"]


@pytest.mark.parametrize(
    "path", ["/v1/traces", "//v1/traces", "/v1/traces/", "/otlp/fl_k/v1/traces", "/api/public/otel/v1/traces"]
)
def test_every_path_is_taken(receiver, traces, path):
    assert receiver.app.handles(path)
    assert receiver.post(traces("a").SerializeToString(), path=path).status == 200


@pytest.mark.parametrize("path", ["/v1/runs", "/v1/", "/", "/v2/traces", "/otlp/v1/traces", "/v1/traces/x"])
def test_other_paths_are_left_to_others(receiver, path):
    assert not receiver.app.handles(path)
    assert error(receiver.post(path=path)) == (404, 5, f"no OTLP path: {path}")


@pytest.mark.parametrize(
    ("headers", "path", "asked"),
    [
        ({}, "/v1/traces", (None, None)),
        ({"authorization": "Bearer fl_a"}, "/v1/traces", ("fl_a", None)),
        ({"authorization": "bearer  fl_a "}, "/v1/traces", ("fl_a", None)),
        ({"authorization": "Basic eA=="}, "/v1/traces", (None, None)),
        ({"x_api_key": "fl_b"}, "/v1/traces", ("fl_b", None)),
        ({"x_fanlight_project": "p"}, "/v1/traces", (None, "p")),
        ({"x_api_key": "fl_b"}, "/otlp/fl_c/v1/traces", ("fl_c", None)),
    ],
)
def test_key_and_project_reach_the_gate(receiver, headers, path, asked):
    receiver.post(path=path, **headers)
    assert receiver.asked == [asked]


def test_a_key_in_the_path_is_masked_for_whoever_logs_the_request(receiver):
    receiver.post(path="/otlp/fl_secret/v1/traces")
    assert "fl_secret" not in str(receiver.scope)


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("unknown", (401, 16, "no such key")),
        ("foreign", (403, 7, "not yours")),
        ("wrong", (400, 3, "no project name")),
    ],
)
def test_whom_the_gate_refuses_gets_its_reason_and_stores_nothing(receiver, traces, refuse, kind, seen):
    receiver.gate_error = refuse[kind]
    assert error(receiver.post(traces("a").SerializeToString())) == seen
    assert receiver.batches == []


def test_an_empty_request_is_a_success(receiver):
    assert receiver.post(b"").seen() == (200, PROTOBUF, b"")
    assert receiver.post(b"{}", content_type="application/json").seen() == (200, "application/json", b"{}")
    assert receiver.batches == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_405(receiver, method):
    answer = receiver.post(method=method)
    assert error(answer) == (405, 12, f"{method} is not allowed here; send POST")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("name", ["text/plain", "", "application/x-www-form-urlencoded", "application/xml"])
def test_an_unknown_content_type_is_415(receiver, name):
    hint = "send application/x-protobuf or application/json"
    assert error(receiver.post(content_type=name)) == (
        415,
        3,
        f"content type {name!r} is not understood; {hint}",
    )


@pytest.mark.parametrize(
    "name", ["Application/X-Protobuf", "application/x-protobuf; charset=utf-8", "application/protobuf"]
)
def test_case_and_parameters_of_a_content_type_do_not_matter(receiver, traces, name):
    assert receiver.post(traces("a").SerializeToString(), content_type=name).seen() == (200, PROTOBUF, b"")


@pytest.mark.parametrize("name", ["br", "gzip, gzip", "gzip,zstd", "snappy"])
def test_an_unknown_coding_and_a_list_of_codings_are_415(receiver, name):
    hint = "send one of gzip, zstd, deflate, identity"
    answer = receiver.post(content_encoding=name)
    assert error(answer) == (415, 3, f"content coding {name!r} is not understood; {hint}")


def test_garbage_is_400(receiver):
    seen = (400, 3, "the body is not an OTLP traces request in protobuf; check Content-Type and path")
    assert error(receiver.post(b"hello world")) == seen
    assert error(receiver.post(bytes(range(256)))) == seen
    assert receiver.counts().refused == {"payload": 2}


def test_truncated_gzip_is_400(receiver, traces):
    coded = gzip.compress(traces("a").SerializeToString())
    seen = (400, 3, "the gzip body ends too early; the sender was cut off; send it again")
    assert error(receiver.post(coded[:-9], content_encoding="gzip")) == seen


def test_what_is_no_gzip_is_400(receiver):
    status, code, message = error(receiver.post(b"hello, this is no gzip", content_encoding="gzip"))
    assert (status, code) == (400, 3)
    assert message.startswith("the body is not gzip: ")


def test_a_body_over_the_cap_is_413_by_its_length_alone(receiver_with):
    receiver = receiver_with(max_body_bytes=100)
    seen = (413, 8, "the body is larger than 100 bytes; send smaller batches, or raise max_body_bytes")
    assert error(receiver.post(b"", content_length="101")) == seen
    assert error(receiver.post(chunks=[bytes(60), bytes(60)])) == seen
    assert error(receiver.post(gzip.compress(bytes(101)), content_encoding="gzip")) == seen
    assert error(receiver.post(zlib.compress(bytes(101)), content_encoding="deflate")) == seen
    assert error(receiver.post(zstandard.compress(bytes(101)), content_encoding="zstd")) == seen
    assert receiver.counts().refused == {"too_large": 5}


def test_too_many_items_are_413(receiver_with, traces):
    receiver = receiver_with(max_request_items=3)
    assert receiver.post(traces("a", "b", "c").SerializeToString()).status == 200
    seen = (413, 8, "the request holds more than 3 items; send smaller batches")
    assert error(receiver.post(traces("a", "b", "c", "d").SerializeToString())) == seen


def test_too_many_attributes_in_all_are_413(receiver_with, traces):
    receiver = receiver_with(max_request_attributes=3)
    seen = (413, 8, "the request holds more than 3 attributes; send smaller batches")
    assert error(receiver.post(traces("a", "b", "c").SerializeToString())) == seen


def test_a_full_log_is_503_and_says_when_to_come_back(receiver, traces):
    receiver.append_error = OverloadError("the log is full", retry_after_s=4)
    answer = receiver.post(traces("a").SerializeToString())
    assert error(answer) == (503, 14, "the log is full")
    assert answer.headers["retry-after"] == "4"
    assert (receiver.counts().received, receiver.counts().refused) == (0, {"overload": 1})


def test_a_full_disk_is_503_because_the_sender_must_keep_its_data(receiver, traces):
    receiver.append_error = OSError(28, "No space left on device")
    answer = receiver.post(traces("a").SerializeToString())
    assert error(answer) == (503, 14, "the log cannot be written: No space left on device")
    assert answer.headers["retry-after"] == "5"


def test_too_many_bytes_in_flight_are_503(receiver_with, traces):
    receiver = receiver_with(max_inflight_bytes=10)
    other = receiver.intake.inflight.hold()
    other.add(10)
    body = traces("a").SerializeToString()
    message = "10 bytes of other requests are being received; send it again in a second"
    assert error(receiver.post(body)) == (503, 14, message)
    with other:
        pass
    assert receiver.post(body).status == 200
    assert receiver.intake.inflight.bytes == 0


def test_a_client_that_leaves_is_no_error(receiver):
    assert receiver.post(chunks=[b"\n"], leave=True).status is None
    assert receiver.counts().refused == {}
    assert receiver.intake.inflight.bytes == 0


def test_zero_ids_and_wrong_lengths_cost_themselves_only(receiver, traces):
    request = traces("good", "no trace", "short trace", "no span", "long span", "empty", "last")
    spans = request.resource_spans[0].scope_spans[0].spans
    spans[1].trace_id, spans[2].trace_id = bytes(16), b"abc"
    spans[3].span_id, spans[4].span_id = bytes(8), bytes(range(1, 17))
    spans[5].trace_id = spans[5].span_id = b""
    assert partial(receiver.post(request.SerializeToString())) == (
        5,
        (
            "rejected: 2 invalid_span_id (span id is not 8 bytes, or all zero), "
            "3 invalid_trace_id (trace id is not 16 bytes, or all zero)"
        ),
    )
    assert receiver.names() == ["good", "last"]
    counts = receiver.counts()
    assert (counts.received, counts.rejected) == (7, {"invalid_trace_id": 3, "invalid_span_id": 2})


def test_when_every_item_is_rejected_nothing_is_appended(receiver, traces):
    request = traces("a")
    request.resource_spans[0].scope_spans[0].spans[0].trace_id = b""
    assert partial(receiver.post(request.SerializeToString()))[0] == 1
    assert receiver.batches == []


def test_invalid_utf8_is_shown_as_replacement_and_flagged(receiver, traces):
    body = traces("a", "QQQQ", "c").SerializeToString().replace(b"QQQQ", b"Q\xff\xc0Q")
    assert partial(receiver.post(body)) == (
        0, "kept, but mended: 1 invalid_utf8 (invalid UTF-8, shown as U+FFFD)"
    )  # fmt: skip
    assert receiver.names() == ["a", "Q��Q", "c"]
    flagged = [(a.key, a.value.string_value) for a in receiver.spans()[1].attributes][1:]
    assert flagged == [("fanlight.mended", "invalid_utf8")]
    assert (receiver.counts().received, receiver.counts().mended) == (3, {"invalid_utf8": 1})


@pytest.mark.parametrize("depth", [48, 64, 5_000])
def test_a_value_that_is_nested_too_deep_is_cut_and_its_span_stays(receiver, traces, depth):
    request = traces("a", "deep", "c")
    body = request.SerializeToString()
    value = b"\x0a\x01x"
    for _ in range(depth):
        value = _field(5, _field(1, value))
    deep = request.resource_spans[0].scope_spans[0].spans[1].SerializeToString()
    body = body.replace(_field(2, deep), _field(2, deep + _field(9, _field(1, b"d") + _field(2, value))))
    resource = _field(1, request.resource_spans[0].resource.SerializeToString())
    scope = _field(1, request.resource_spans[0].scope_spans[0].scope.SerializeToString())
    spans = body[body.index(scope) + len(scope) :]
    body = _field(1, resource + _field(2, scope + spans))
    assert partial(receiver.post(body)) == (
        0, "kept, but mended: 1 value_too_deep (nested deeper than max_value_depth, cut there)"
    )  # fmt: skip
    assert receiver.names() == ["a", "deep", "c"]
    assert b"[fanlight: nested deeper than 32 levels]" in receiver.batches[0].plain


def test_numbers_at_their_ends_stay_what_they_are(receiver, traces):
    request = traces("a")
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.start_time_unix_nano, span.end_time_unix_nano = 0, 2**64 - 1
    span.kind, span.status.code = 77, 99
    span.attributes.add(key="nan").value.double_value = float("nan")
    span.attributes.add(key="__proto__").value.string_value = ""
    span.attributes.add(key="__proto__").value.int_value = -(2**63)
    body = request.SerializeToString()
    assert receiver.post(body).seen() == (200, PROTOBUF, b"")
    assert receiver.batches[0].plain == body


def test_a_json_request_is_answered_in_json(receiver):
    span = {"traceId": "AB" * 16, "spanId": "cd" * 8, "name": "json", "kind": "SPAN_KIND_CLIENT"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span, {"name": "no ids"}]}]}]}).encode()
    answer = receiver.post(body, content_type="application/json; charset=UTF-8")
    assert answer.seen() == (
        200,
        "application/json",
        (
            b'{"partialSuccess":{"rejectedSpans":"1","errorMessage":'
            b'"rejected: 1 invalid_trace_id (trace id is not 16 bytes, or all zero)"}}'
        ),
    )
    assert receiver.names() == ["json"]


def test_json_garbage_is_a_json_400(receiver):
    answer = receiver.post(b"[1, 2", content_type="application/json")
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    assert json.loads(answer.body)["code"] == 3


def _field(number, value):
    """A length-delimited field, written without the code under test."""
    out, length = bytearray([number << 3 | 2]), len(value)
    while length > 127:
        out.append(length & 127 | 128)
        length >>= 7
    out.append(length)
    return bytes(out) + value
