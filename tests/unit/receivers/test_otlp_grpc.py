"""OTLP/gRPC over a real channel: every kind of answer."""

import asyncio

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from fanlight.errors import OverloadError
from fanlight.ingest.receivers.otlp_grpc import SERVICES, start_grpc
from fanlight.model.signal import Signal


@pytest.fixture
def export(receiver):
    """Sends one Export call; gives the response's bytes, or (code, message, trailers) of its error."""

    def send(body, *, signal=Signal.TRACES, compression=None, **metadata):
        return asyncio.run(_export(receiver, body, signal, compression, metadata))

    return send


async def _export(receiver, body, signal, compression, metadata):
    server, port = await start_grpc("127.0.0.1:0", receiver.gate, receiver.intake)
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = channel.unary_unary(f"/{SERVICES[signal]}/Export")
            pairs = tuple((name.replace("_", "-"), value) for name, value in metadata.items())
            return await call(body, metadata=pairs, compression=compression, timeout=20)
    except grpc.aio.AioRpcError as error:
        return error.code(), error.details(), dict(error.trailing_metadata())
    finally:
        await server.stop(0)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_a_request_is_appended_and_answered_empty(receiver, export, traces, compression):
    body = traces("a", "b").SerializeToString()
    assert export(body, compression=compression) == b""
    assert [(batch.plain, batch.items) for batch in receiver.batches] == [(body, 2)]


def test_whoever_sends_while_names_are_folded_is_told_and_nothing_is_rejected(receiver, export, traces):
    receiver.known_names.folded({("lab", "max_span_names"): 1})
    body = traces("a").SerializeToString()
    told = ExportTraceServiceResponse.FromString(export(body, x_fanlight_project="lab")).partial_success
    assert told.rejected_spans == 0
    assert told.error_message == (
        "project lab has more than 5,000 different names of spans (max_span_names): new ones are folded,"
        " nothing is lost; put what varies into attribute values, or raise the limit"
    )
    assert export(body, x_fanlight_project="attic") == b""


@pytest.mark.parametrize("signal", list(Signal))
def test_each_signal_has_its_service(receiver, export, signal):
    assert export(b"", signal=signal) == b""


@pytest.mark.parametrize(
    ("metadata", "asked"),
    [
        ({}, (None, None)),
        ({"authorization": "Bearer fl_a"}, ("fl_a", None)),
        ({"x_api_key": "fl_b", "x_fanlight_project": "p"}, ("fl_b", "p")),
    ],
)
def test_key_and_project_come_as_metadata(receiver, export, metadata, asked):
    export(b"", **metadata)
    assert receiver.asked == [asked]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("unknown", grpc.StatusCode.UNAUTHENTICATED),
        ("foreign", grpc.StatusCode.PERMISSION_DENIED),
        ("wrong", grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_whom_the_gate_refuses_gets_its_code(receiver, export, refuse, kind, code):
    receiver.gate_error = refuse[kind]
    assert export(b"") == (code, refuse[kind].message, {})


def test_partial_success(receiver, export, traces):
    request = traces("a", "b")
    request.resource_spans[0].scope_spans[0].spans[0].span_id = b""
    found = ExportTraceServiceResponse.FromString(export(request.SerializeToString())).partial_success
    message = "rejected: 1 invalid_span_id (span id is not 8 bytes, or all zero)"
    assert (found.rejected_spans, found.error_message) == (1, message)
    assert receiver.names() == ["b"]


def test_garbage_is_invalid_argument(export):
    message = "the body is not an OTLP traces request in protobuf; check Content-Type and path"
    assert export(b"hello") == (grpc.StatusCode.INVALID_ARGUMENT, message, {})


def test_overload_is_unavailable_with_retry_info(receiver, export, traces):
    receiver.append_error = OverloadError("the log is full", retry_after_s=3)
    code, message, trailers = export(traces("a").SerializeToString())
    assert (code, message) == (grpc.StatusCode.UNAVAILABLE, "the log is full")
    status = Status.FromString(trailers["grpc-status-details-bin"])
    info = RetryInfo()
    assert status.details[0].Unpack(info)
    assert (status.code, info.retry_delay.seconds) == (14, 3)


def test_too_many_items_are_final(receiver_with, traces):
    small = receiver_with(max_request_items=2)
    answer = asyncio.run(_export(small, traces("a", "b", "c").SerializeToString(), Signal.TRACES, None, {}))
    message = "the request holds more than 2 items; send smaller batches"
    assert answer == (grpc.StatusCode.RESOURCE_EXHAUSTED, message, {})


def test_a_bomb_is_refused_by_its_inflated_size(receiver_with):
    small = receiver_with(max_body_bytes=1 << 20)
    answer = asyncio.run(_export(small, bytes(2 << 20), Signal.TRACES, grpc.Compression.Gzip, {}))
    assert answer[0] is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_project_over_its_rate_is_told_when_to_come_again(receiver_of, traces):
    receiver = receiver_of({"lab": {"spans_per_s": 1}})
    body = traces(*("s" for _ in range(13))).SerializeToString()
    sent = [
        asyncio.run(_export(receiver, body, Signal.TRACES, None, {"x_fanlight_project": "lab"}))
        for _ in range(2)
    ]
    code, message, trailers = sent[1]
    status = Status.FromString(trailers["grpc-status-details-bin"])
    retry = RetryInfo()
    assert status.details[0].Unpack(retry)
    assert (sent[0], code, message.partition(";")[0], retry.retry_delay.seconds) == (
        b"",
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "project lab sends more than 1 spans a second",
        3,
    )
    assert receiver.counts().refused == {"over_spans_per_s": 1}
