"""No secret gets as far as the log, whatever way and coding a request comes in."""

from __future__ import annotations

import contextlib
import gzip
import json

import msgspec
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.catalog.database import open_catalog
from fanlight.catalog.declared import declare_secrets
from fanlight.catalog.kept import FRESH_S, Kept
from fanlight.catalog.projects import create_project
from fanlight.catalog.sealing import Keyring
from fanlight.catalog.settings import set_project
from fanlight.ingest.redaction import CatalogBook, Redaction
from fanlight.model.signal import Signal
from fanlight.otlp.framing import encode
from fanlight.semconv.content.uncaptured import strip

TOKEN = "sk-proj-Ab1cdefghijklmnop"
STARS = "*" * len(TOKEN)


@pytest.fixture
def catalog(tmp_path):
    with contextlib.closing(open_catalog("", tmp_path)) as opened:
        yield opened


@pytest.fixture
def keyring(tmp_path):
    return Keyring(tmp_path)


def request_of(*projects):
    request = ExportTraceServiceRequest()
    for project in projects:
        resource = request.resource_spans.add()
        if project:
            resource.resource.attributes.add(key="project").value.string_value = project
        resource.scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8, name=f"use {TOKEN}")
    return request


def masked_of(receiver):
    return [tuple(msgspec.structs.astuple(each)) for each in receiver.ledger.snapshot().masked]


def test_a_secret_is_masked_in_every_coding_and_not_taken_from_what_was_received(receiver):
    plain = request_of("").SerializeToString()
    receiver.post(plain)
    receiver.post(gzip.compress(plain), content_encoding="gzip")
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": "74" * 16, "spanId": "73" * 8, "name": f"use {TOKEN}"}]}]}]}  # fmt: skip
    receiver.post(json.dumps(body).encode(), content_type="application/json")
    assert receiver.names() == [f"use {STARS}"] * 3
    assert not [batch for batch in receiver.batches if TOKEN.encode() in encode(batch, 1)]
    assert [batch.coded for batch in receiver.batches] == [b"", b"", b""]
    assert masked_of(receiver) == [("default", "token", 3)]


def test_masked_values_are_counted_by_the_project_that_each_resource_names(receiver):
    receiver.post(request_of("lab", "", "not a name", "lab").SerializeToString())
    receiver.post(request_of("").SerializeToString(), x_fanlight_project="own")
    assert masked_of(receiver) == [("default", "token", 2), ("lab", "token", 2), ("own", "token", 1)]


def test_spans_made_of_records_of_coding_agents_hold_no_secret(receiver):
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=7)
    record.event_name = "claude_code.user_prompt"
    for key, value in (("session.id", "s"), ("prompt.id", "p"), ("prompt", f"use {TOKEN}")):
        record.attributes.add(key=key).value.string_value = value
    receiver.post(request.SerializeToString(), path="/v1/logs")
    assert [batch.signal for batch in receiver.batches] == [Signal.LOGS, Signal.TRACES]
    assert not [batch for batch in receiver.batches if TOKEN.encode() in batch.plain]


def test_a_project_has_rules_of_its_own_and_the_next_project_none_of_them(receiver, catalog, keyring):
    for project in ("lab", "shop"):
        create_project(catalog, project)
    set_project(catalog, "lab", {"privacy": {"personal": ["email"], "patterns": {"staff": "P-[0-9]{6}"}}})
    declare_secrets(catalog, keyring, "shop", {"DB": "correct-horse-battery"}, by="ann")
    receiver.intake._redact = Redaction(CatalogBook(catalog, keyring))
    text = "ann@example.org P-123456 correct-horse-battery"
    request = request_of("lab", "shop", "")
    for resource in request.resource_spans:
        resource.scope_spans[0].spans[0].name = text
    receiver.post(request.SerializeToString())
    assert receiver.names() == [
        "*************** ******** correct-horse-battery",
        "ann@example.org P-123456 *********************",
        text,
    ]
    assert masked_of(receiver) == [("lab", "email", 1), ("lab", "staff", 1), ("shop", "secret", 1)]


def test_settings_hold_as_soon_as_they_are_read_again(receiver, catalog, keyring):
    create_project(catalog, "shop")
    kept = Kept(CatalogBook(catalog, keyring), receiver.clock)
    receiver.intake._redact = Redaction(kept)

    def name_of_next():
        receiver.batches.clear()
        request = request_of("shop")
        request.resource_spans[0].scope_spans[0].spans[0].name = "correct-horse-battery"
        receiver.post(request.SerializeToString())
        return receiver.names()

    assert name_of_next() == ["correct-horse-battery"]
    declare_secrets(catalog, keyring, "shop", {"DB": "correct-horse-battery"}, by="ann")
    receiver.clock.advance(FRESH_S)
    assert name_of_next() == ["*" * 21]
    book = kept()
    receiver.clock.advance(FRESH_S)
    assert kept() is book
    set_project(catalog, "shop", {"privacy": {"mask_secrets": False}})
    receiver.clock.advance(FRESH_S)
    assert name_of_next() == ["correct-horse-battery"]


def test_a_secret_whose_key_was_lost_is_masked_once_the_file_of_keys_is_back(catalog, keyring, tmp_path):
    create_project(catalog, "shop")
    declare_secrets(catalog, keyring, "shop", {"DB": "correct-horse-battery"}, by="ann")
    book, kept = CatalogBook(catalog, keyring), keyring._place.rename(tmp_path / "kept")
    assert book().of("shop").rules.forms == ()
    kept.rename(keyring._place)
    assert b"correct-horse-battery" in book().of("shop").rules.forms


def test_where_content_is_not_captured_it_is_taken_out_before_the_log_and_counted(receiver, catalog, keyring):
    create_project(catalog, "lab")
    set_project(catalog, "lab", {"privacy": {"capture_content": False}})
    receiver.intake._redact = Redaction(CatalogBook(catalog, keyring))
    request = request_of("lab", "shop")
    for resource in request.resource_spans:
        span = resource.scope_spans[0].spans[0]
        span.name = "chat"
        span.attributes.add(key="gen_ai.input.messages").value.string_value = '[{"role":"user"}]'
        span.attributes.add(key="gen_ai.request.model").value.string_value = "m"
    receiver.post(gzip.compress(request.SerializeToString()), content_encoding="gzip")
    assert [[pair.key for pair in span.attributes] for span in receiver.spans()] == [
        ["gen_ai.request.model", "fanlight.content.captured"],
        ["gen_ai.input.messages", "gen_ai.request.model"],
    ]
    assert masked_of(receiver) == [("lab", "content", 1)]


@pytest.mark.parametrize(
    ("name", "body", "left"),
    [
        ("fanlight.run.event", '{"type":"delta","content":"said","n":1}', '{"type": "delta", "n": 1}'),
        ("fanlight.run.event", "not JSON", "{}"),
        ("gen_ai.user.message", "said", ""),
        ("claude_code.user_prompt", "claude_code.user_prompt", "claude_code.user_prompt"),
        ("", "a plain line", "a plain line"),
        ("fanlight.developer_log", "a plain line", "a plain line"),
    ],
)
def test_of_records_events_of_messages_and_runs_lose_what_was_said(name, body, left):
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(event_name=name)
    record.body.string_value = body
    record.attributes.add(key="prompt").value.string_value = "said"
    strip(request)
    said = {pair.key for pair in record.attributes if pair.value.string_value == "said"}
    is_plain = body == "a plain line" or name == "fanlight.run.event"
    assert (record.body.string_value, said) == (left, {"prompt"} if is_plain else set())
