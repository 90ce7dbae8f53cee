"""What must hold for every request: protobuf = JSON = gRPC, and no bytes at all may break the receiver."""

import asyncio
import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanlight.errors import PayloadError
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.receivers.intake import Intake
from fanlight.ingest.receivers.otlp_grpc import OtlpGrpc
from fanlight.ingest.receivers.otlp_http import OtlpHttp
from fanlight.model.signal import Signal
from fanlight.otlp.check import check
from fanlight.otlp.json import convert
from fanlight.otlp.limits import Limits
from fanlight.otlp.shape import ROOTS
from tests.e2e.reliability.mutators import count_items
from tests.fixtures.values import as_json

LIMITS = Limits()
BOUNDED = settings(max_examples=60, suppress_health_check=list(HealthCheck))
_MAX_DEPTH = 6
_IDS = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = {
    "INT32": st.integers(-(2**31), 2**31 - 1),
    "SINT32": st.integers(-(2**31), 2**31 - 1),
    "INT64": st.integers(-(2**63), 2**63 - 1),
    "SFIXED64": st.integers(-(2**63), 2**63 - 1),
    "UINT32": st.integers(0, 2**32 - 1),
    "FIXED32": st.integers(0, 2**32 - 1),
    "UINT64": st.integers(0, 2**64 - 1),
    "FIXED64": st.integers(0, 2**64 - 1),
    "DOUBLE": st.floats(allow_nan=False) | st.just(math.nan),  # JSON has one NaN, without its bits
    "BOOL": st.booleans(),
    "STRING": TEXTS,
    "BYTES": st.binary(max_size=8),
}


def values(field):
    for name, strategy in NUMBERS.items():
        if field.type == getattr(field, f"TYPE_{name}"):
            return strategy
    assert field.type == field.TYPE_ENUM
    return st.sampled_from(sorted(field.enum_type.values_by_number)) | st.integers(50, 60)


def fill(draw, message, depth):  # noqa: C901 one branch for each kind of field
    """Set a random choice of the fields of `message`."""
    for field in message.DESCRIPTOR.fields:
        if field.name in ("string_value_strindex", "key_strindex", "entity_refs"):
            continue  # Of the profiles signal alone.
        if field.name in ("trace_id", "span_id") and message.DESCRIPTOR.name == "Span":
            setattr(
                message,
                field.name,
                draw(st.binary(min_size=_IDS[field.name], max_size=_IDS[field.name]))[:-1] + b"\1",
            )
        elif field.name in _IDS:
            setattr(message, field.name, draw(st.sampled_from([b"", b"\xab" * _IDS[field.name]])))
        elif not draw(st.booleans()) and depth > 3:
            continue
        elif field.message_type is None and field.is_repeated:
            getattr(message, field.name).extend(draw(st.lists(values(field), max_size=3)))
        elif field.message_type is None:
            if field.containing_oneof is None or draw(st.booleans()):
                setattr(message, field.name, draw(values(field)))
        elif depth < _MAX_DEPTH + 4 and field.is_repeated:
            for _ in range(draw(st.integers(0, 2))):
                fill(draw, getattr(message, field.name).add(), depth + 1)
        elif depth < _MAX_DEPTH + 4 and (field.containing_oneof is None or draw(st.booleans())):
            getattr(message, field.name).SetInParent()
            fill(draw, getattr(message, field.name), depth + 1)


@st.composite
def requests(draw, signal):
    request = ROOTS[signal].message()
    fill(draw, request, 0)
    return request


def items(signal, request):
    return count_items(ROOTS[signal], request)


@pytest.mark.parametrize("signal", list(Signal))
@given(data=st.data())
@BOUNDED
def test_protobuf_and_json_give_the_same_bytes(signal, data):
    request = data.draw(requests(signal))
    body = request.SerializeToString()
    direct = check(signal, body, LIMITS)
    assert (direct.plain, direct.items, dict(direct.rejected)) == (body, items(signal, request), {})
    converted = convert(signal, json.dumps(as_json(request)).encode(), LIMITS)
    assert (converted.items, dict(converted.rejected)) == (direct.items, {})
    assert converted.plain == body


@pytest.mark.parametrize("signal", list(Signal))
@given(data=st.data())
@settings(BOUNDED, max_examples=20)
def test_http_and_grpc_append_the_same_bytes(signal, data):
    request = data.draw(requests(signal))
    body = request.SerializeToString()
    batches = []

    async def append(batch):
        batches.append(batch.plain)
        return 1

    intake = Intake(append, LIMITS, Ledger())

    class Context:
        def invocation_metadata(self):
            return ()

    async def run():
        status, _ = await _post(
            OtlpHttp(lambda *_: "", append, LIMITS, intake.ledger, intake=intake), signal, body
        )
        assert status == 200
        assert await OtlpGrpc(lambda *_: "", intake).handler(signal)(body, Context()) == b""

    asyncio.run(run())
    assert batches == ([body] * 2 if items(signal, request) else [])


@pytest.mark.parametrize("signal", list(Signal))
@pytest.mark.parametrize("content_type", ["application/x-protobuf", "application/json"])
@given(data=st.data())
@BOUNDED
def test_mutated_requests_are_answered_and_never_with_5xx(signal, content_type, data):
    request = data.draw(requests(signal))
    good = json.dumps(as_json(request)).encode() if "json" in content_type else request.SerializeToString()
    body = mutate(data, good)
    batches = []

    async def append(batch):
        batches.append(batch)
        return 1

    ledger = Ledger()
    app = OtlpHttp(lambda *_: "", append, LIMITS, ledger)
    status, _ = asyncio.run(_post(app, signal, body, content_type))
    assert status in (200, 400, 413)
    for batch in batches:
        parsed = ROOTS[signal].message.FromString(batch.plain)
        assert batch.items == items(signal, parsed) > 0
    counts = next(counts for counts in ledger.snapshot().signals if counts.signal is signal)
    stored = sum(batch.items for batch in batches)
    assert counts.received == stored + sum(counts.rejected.values())


@given(data=st.data())
@BOUNDED
def test_what_was_checked_once_is_found_good_again(data):
    signal = data.draw(st.sampled_from(list(Signal)))
    body = mutate(data, data.draw(requests(signal)).SerializeToString())
    try:
        first = check(signal, body, LIMITS)
    except PayloadError:
        return
    again = check(signal, first.plain, LIMITS)
    assert (again.items, dict(again.rejected), dict(again.mended)) == (first.items, {}, {})


def mutate(data, body):
    """Bytes overwritten, cut out, doubled, put in."""
    body = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        kind = data.draw(st.sampled_from(["set", "cut", "double", "insert", "end"]))
        length = data.draw(st.integers(1, 12))
        if kind == "set" and at < len(body):
            body[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del body[at : at + length]
        elif kind == "double":
            body[at:at] = body[at : at + length]
        elif kind == "insert":
            body[at:at] = data.draw(st.binary(max_size=length))
        else:
            del body[at:]
    return bytes(body)


async def _post(app, signal, body, content_type="application/x-protobuf"):
    answer = {}

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        answer.update(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/v1/{signal}",
        "headers": [(b"content-type", content_type.encode())],
    }
    await app(scope, receive, send)
    return answer["status"], answer["body"]
