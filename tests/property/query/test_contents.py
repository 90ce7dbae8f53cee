"""The content of a span, read out of a real store."""

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from fanlight.model.content import Image, Message, Text
from fanlight.model.project import ProjectScope
from fanlight.model.span import Span
from fanlight.query.traces import get_span
from fanlight.store.contract import Store
from tests.contract import telemetry
from tests.contract.telemetry import LogFiles

PROJECT = "contents"
SCOPE = ProjectScope(PROJECT)
TRACE = "0" * 31 + "1"
LONG = 200_000
MIB = 1024 * 1024


def record(name: str, body: Any, number: int, **attributes: Any) -> LogRecord:
    return LogRecord(
        time_unix_nano=telemetry.NOW_NS + number,
        event_name=name,
        body=telemetry.any_value(body),
        attributes=telemetry.pairs({key.replace("__", "."): value for key, value in attributes.items()}),
        trace_id=(1).to_bytes(16, "big"),
        span_id=number.to_bytes(8, "big"),
    )


@pytest.fixture(scope="module", autouse=True)
def filled(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    log = LogFiles(Path(tmp_path_factory.mktemp("segments")))
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{'QUJD' * (LONG // 4)}"}}
    long = json.dumps([{"role": "user", "content": [picture, {"type": "text", "text": "é" * LONG}]}])
    spans = telemetry.traces(
        telemetry.span("chat", number=2, gen_ai__operation__name="chat"),
        telemetry.span("chat", number=3, gen_ai__operation__name="chat"),
        telemetry.span("chat", number=4, gen_ai__operation__name="chat", gen_ai__input__messages=long),
        telemetry.span("chat", number=7, gen_ai__operation__name="chat"),
        telemetry.span("bytes", number=5, raw=b"\xff\x00" * LONG),
        telemetry.span(
            "chat", number=6, gen_ai__operation__name="chat",
            gen_ai__input__messages=[{"role": "user", "parts": [{"type": "text", "content": "é" * LONG}]}],
        ),
    )  # fmt: skip
    store.insert(log.segment(spans, project=PROJECT))
    asked = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
    given = [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]
    records = [
        record("gen_ai.user.message", {"content": "hi", "role": "user"}, 2),
        record("gen_ai.choice", {"index": 0, "message": {"role": "assistant", "content": "ho"}}, 2),
        record(
            "gen_ai.client.inference.operation.details", None, 3,
            gen_ai__input__messages=asked, gen_ai__output__messages=given,
        ),
        record("something.else", "no content", 4),
        *(record("gen_ai.user.message", {"content": "x" * MIB}, 7) for _ in range(20)),
    ]  # fmt: skip
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.extend(records)
    store.insert(log.segment(request, project=PROJECT))


def read(store: Store, number: int, **asked: Any) -> Span:
    return get_span(store, SCOPE, TRACE, f"{number:016x}", **asked)


@pytest.mark.parametrize("number", [2, 3])
def test_messages_in_log_records_are_the_content_of_their_span(store: Store, number: int) -> None:
    content = read(store, number).content
    assert content is not None
    assert content.input == [Message(role="user", parts=[Text(text="hi")])]
    assert content.output == [Message(role="assistant", parts=[Text(text="ho")])]


def test_of_more_log_records_than_are_read_the_first_are_the_content(store: Store) -> None:
    content = read(store, 7).content
    assert content is not None
    assert content.truncated
    assert [len(message.parts) for message in content.input] == [1] * 15


def test_a_long_value_is_read_whole_and_its_data_is_a_reference(store: Store) -> None:
    span = read(store, 4)
    assert span.flags == []
    assert span.content is not None
    [image, text] = span.content.input[0].parts
    assert isinstance(image, Image)
    assert (image.mime, image.bytes) == ("image/png", LONG // 4 * 3)
    assert text == Text(text="é" * LONG)
    assert not span.content.truncated


def test_a_long_structured_value_is_read_whole(store: Store) -> None:
    span = read(store, 6)
    assert span.content is not None
    assert span.content.input == [Message(role="user", parts=[Text(text="é" * LONG)])]


def test_long_bytes_come_back_as_they_were(store: Store) -> None:
    [raw] = read(store, 5).attributes
    assert raw.value == "/wD/AP8A" * (LONG // 3) + "/wD/AA=="


def test_whoever_wants_the_raw_span_alone_gets_no_content(store: Store) -> None:
    assert read(store, 4, raw=True).content is None
