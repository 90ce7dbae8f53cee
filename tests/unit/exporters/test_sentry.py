"""`sentry` against an endpoint that reads the envelopes which sentry-sdk really sends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fanlight.sdk.exporters.sentry import SentryExporter
from tests.unit.exporters.conftest import Receiver, Tell


def items_of(receiver: Receiver) -> list[tuple[str, dict[str, Any]]]:
    """(type, payload) of every item of the envelopes that arrived."""
    found = []
    for request in receiver.requests:
        assert request.path == "/api/42/envelope/"
        assert request.headers["x-sentry-auth"].startswith("Sentry sentry_key=public")
        rest = request.body.partition(b"\n")[2]
        while rest:
            head, _, rest = rest.partition(b"\n")
            header = json.loads(head)
            found.append((header["type"], json.loads(rest[: header["length"]])))
            rest = rest[header["length"] + 1 :]
    return found


def spans_of(items: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Spans of agents, which sentry-sdk sends beside their transaction."""
    return [span for kind, item in items if kind == "span" for span in item["items"]]


def said(span: dict[str, Any]) -> dict[str, Any]:
    return {name: value["value"] for name, value in span["attributes"].items()}


def dsn(receiver: Receiver) -> str:
    return receiver.url.replace("http://", "http://public@") + "/42"


def test_a_failed_run_is_an_issue_and_a_transaction_with_its_tools(receiver: Receiver, tell: Tell) -> None:
    tell("sentry", SENTRY_DSN=dsn(receiver), SENTRY_ENVIRONMENT="test", OTEL_SERVICE_NAME="weather",
         FANLIGHT_RUN_ID="4bf9")  # fmt: skip
    items = items_of(receiver)
    errors = [item for kind, item in items if kind == "event"]
    causes = [
        (event["exception"]["values"][-1]["type"], event["exception"]["values"][-1]["value"])
        for event in errors
    ]
    assert causes == [("ValueError", "no money"), ("RuntimeError", "no umbrella")]
    [transaction] = [item for kind, item in items if kind == "transaction"]
    assert (transaction["transaction"], transaction["environment"]) == ("weather", "test")
    assert transaction["tags"] == {"fanlight.run_id": "4bf9"}
    trace = transaction["contexts"]["trace"]
    assert (trace["op"], trace["status"]) == ("gen_ai.invoke_agent", "internal_error")
    spans = spans_of(items)
    assert [(said(span)["sentry.op"], span["name"], span["status"]) for span in spans] == [
        ("gen_ai.execute_tool", "search", "ok"),
        ("gen_ai.execute_tool", "buy", "error"),
        ("gen_ai.chat", "model stream", "ok"),
    ]
    assert {(span["trace_id"], span["parent_span_id"]) for span in spans} == {
        (trace["trace_id"], trace["span_id"])
    }
    assert said(spans[2])["charm.stream.pieces"] == 3
    assert {event["contexts"]["trace"]["trace_id"] for event in errors} == {trace["trace_id"]}
    assert [crumb["message"] for crumb in errors[0]["breadcrumbs"]["values"]] == ["search"]
    assert b"Oslo" not in b"".join(request.body for request in receiver.requests)


def test_what_was_said_is_sent_when_sentry_may_have_it(receiver: Receiver, tell: Tell) -> None:
    tell("sentry", SENTRY_DSN=dsn(receiver), SENTRY_SEND_DEFAULT_PII="true")
    search = said(spans_of(items_of(receiver))[0])
    assert (search["gen_ai.tool.input"], search["gen_ai.tool.output"]) == ("weather Oslo", "rain")


def test_a_sentry_that_never_answers_does_not_delay_the_hooks(receiver: Receiver, tell: Tell) -> None:
    receiver.hangs.set()
    assert tell("sentry", SENTRY_DSN=dsn(receiver)).hooks_s < 5


def test_an_agents_own_sentry_is_left_as_it_is(receiver: Receiver) -> None:
    import sentry_sdk

    exporter = SentryExporter({"SENTRY_DSN": dsn(receiver)})
    exporter.on_run_start(run_id="local", inputs={})
    assert not sentry_sdk.get_client().is_active()
    assert sentry_sdk.get_current_span() is None
    exporter.on_run_end(run_id="local", outputs={"status": "success"})
    exporter.shutdown()
    assert [kind for kind, _ in items_of(receiver)] == ["transaction"]


def test_sentry_without_a_dsn_says_so() -> None:
    with pytest.raises(ValueError, match="SENTRY_DSN is not set"):
        SentryExporter({})
