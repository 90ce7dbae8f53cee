"""Whatever a request holds and wherever a secret stands in it: it is masked, and nothing else is touched."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from fanlight.model.signal import Signal
from fanlight.otlp.check import check_quickly
from fanlight.otlp.limits import Limits
from fanlight.redact.masking import mask
from fanlight.redact.rules import Rules

DECLARED = "n0-w0rd/at+all="
TOKEN = "sk-proj-Ab1cdefghijklmnop"
RULES = Rules([DECLARED], ["card", "email", "phone", "iban"])
SECRETS = (DECLARED, TOKEN, "4111 1111 1111 1111", "ann@example.org", "DE89 3704 0044 0532 0130 00")

# Letters that are tags and lengths of protobuf, digits, and signs of more than one byte.
ANYTHING = st.text('JBRZbjz"\\ 0123@.:/-_ä€😀\n', max_size=20)
TEXTS = st.builds(
    lambda before, secret, after: f"{before} {secret} {after}",
    ANYTHING,
    st.sampled_from(("", *SECRETS)),
    ANYTHING,
)
# As keys the same, but personal data stays in them.
KEYS = st.one_of(st.sampled_from(["gen_ai.input.messages", DECLARED, TOKEN, "k"]), ANYTHING)
IDS = st.binary(min_size=16, max_size=16).filter(any)


def values(depth: int = 2) -> st.SearchStrategy[AnyValue]:
    plain = st.one_of(
        st.builds(AnyValue, string_value=TEXTS),
        st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
        st.builds(AnyValue, bytes_value=TEXTS.map(str.encode)),
    )
    if not depth:
        return plain
    inner = values(depth - 1)
    return st.one_of(
        plain,
        st.lists(inner, max_size=2).map(lambda each: AnyValue(array_value={"values": each})),
        st.lists(pairs(inner), max_size=2).map(lambda each: AnyValue(kvlist_value={"values": each})),
    )


def pairs(inner: st.SearchStrategy[AnyValue]) -> st.SearchStrategy[KeyValue]:
    return st.builds(KeyValue, key=KEYS, value=inner)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Signal, Any]:
    attributes = st.lists(pairs(values()), max_size=3)
    signal = draw(st.sampled_from(list(Signal)))
    if signal is Signal.TRACES:
        traces = ExportTraceServiceRequest()
        resource = traces.resource_spans.add(schema_url=draw(TEXTS))
        resource.resource.attributes.extend(draw(attributes))
        scope = resource.scope_spans.add()
        scope.scope.name = draw(TEXTS)
        for _ in range(draw(st.integers(1, 2))):
            span = scope.spans.add(trace_id=draw(IDS), span_id=draw(IDS)[:7] + b"\1", name=draw(TEXTS))
            span.attributes.extend(draw(attributes))
            span.status.message = draw(TEXTS)
            span.events.add(name=draw(TEXTS)).attributes.extend(draw(attributes))
        return signal, traces
    if signal is Signal.LOGS:
        logs = ExportLogsServiceRequest()
        record = logs.resource_logs.add().scope_logs.add().log_records.add(severity_text=draw(TEXTS))
        record.body.CopyFrom(draw(values()))
        record.attributes.extend(draw(attributes))
        return signal, logs
    metrics = ExportMetricsServiceRequest()
    metric = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name=draw(TEXTS))
    metric.gauge.data_points.add(as_int=draw(st.integers(0, 2**40))).attributes.extend(draw(attributes))
    return signal, metrics


def blank(message: Any) -> Any:
    """The message with every text replaced by its length in bytes: what must not change."""
    found = []
    for field, value in message.ListFields():
        each = list(value) if field.is_repeated else [value]
        if field.message_type is not None:
            found.append((field.number, [blank(inner) for inner in each]))
        elif field.type == field.TYPE_STRING or field.name == "bytes_value":
            found.append((field.number, [len(t if isinstance(t, bytes) else t.encode()) for t in each]))
        else:
            found.append((field.number, each))
    return found


def texts_of(message: Any) -> list[tuple[str, str]]:
    """Every text with the name of its field."""
    found = []
    for field, value in message.ListFields():
        for each in list(value) if field.is_repeated else [value]:
            if field.message_type is not None:
                found += texts_of(each)
            elif field.type == field.TYPE_STRING or field.name == "bytes_value":
                found.append((field.name, each.decode() if isinstance(each, bytes) else each))
    return found


@given(requests())
def test_secrets_are_gone_and_all_that_frames_them_is_as_it_was(given_: tuple[Signal, Any]) -> None:
    signal, request = given_
    plain = request.SerializeToString()
    masked = mask(request.DESCRIPTOR, plain, RULES)
    after = type(request).FromString(masked.plain)
    assert blank(after) == blank(request)
    assert after.SerializeToString() == masked.plain
    if check_quickly(signal, plain, Limits()):
        assert check_quickly(signal, masked.plain, Limits())
    for name, text in texts_of(after):
        assert DECLARED not in text
        assert TOKEN not in text
        if name != "key":
            assert not [secret for secret in SECRETS if f" {secret} " in text]
    # What holds none is not touched.
    for (_, before), (_, then) in zip(texts_of(request), texts_of(after), strict=True):
        if not mask_finds(before):
            assert then == before


def mask_finds(text: str) -> bool:
    data = text.encode()
    return bool(RULES.search(data).places(0, len(data)))
