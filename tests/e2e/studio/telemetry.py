"""Agents' telemetry as OTLP/JSON, sent over real HTTP."""

from __future__ import annotations

import json
import secrets
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MS = 1_000_000
NOTHING: Mapping[str, str] = {}


@dataclass(kw_only=True)
class Span:
    """One span of a made-up run; times are milliseconds after the trace's start.

    `events` are names with attributes, `links` the attributes of links to the span's own trace.
    """

    name: str
    parent: Span | None = None
    at_ms: int = 0
    takes_ms: int | None = 100
    attributes: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    parent_id: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(8))


def new_trace_id() -> str:
    return secrets.token_hex(16)


def agent_run(*, agent: str = "planner", failing: bool = False) -> list[Span]:
    """An agent that asks a model, calls two tools and answers; the second tool fails on demand."""
    user = [{"role": "user", "parts": [{"type": "text", "content": "Plan a trip to Lisbon"}]}]
    reply = [{"role": "assistant", "parts": [{"type": "text", "content": "Take the night train."}]}]
    chat = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1200,
        "gen_ai.usage.output_tokens": 80,
        "gen_ai.input.messages": json.dumps(user),
        "gen_ai.output.messages": json.dumps(reply),
    }
    agent_attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent}
    top = Span(name=f"invoke_agent {agent}", takes_ms=1000, attributes=agent_attributes)
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}
    error = "search did not answer" if failing else None
    top.error = error
    return [
        top,
        Span(name="chat gpt-4o", parent=top, at_ms=10, takes_ms=300, attributes=chat),
        Span(name="execute_tool search", parent=top, at_ms=320, takes_ms=200, attributes=tool),
        Span(name="execute_tool fetch", parent=top, at_ms=530, takes_ms=400, attributes=tool, error=error),
    ]


def wide_trace(spans: int) -> list[Span]:
    """A trace of `spans` spans: an agent with steps of 25 calls."""
    top = Span(
        name="invoke_agent researcher", takes_ms=60_000, attributes={"gen_ai.operation.name": "invoke_agent"}
    )
    made = [top]
    while len(made) < spans:
        step = Span(name=f"step {len(made)}", parent=top, at_ms=6 * len(made), takes_ms=140)
        made.append(step)
        calls = range(min(24, spans - len(made)))
        made += [Span(name=f"call {n}", parent=step, at_ms=step.at_ms + 5 * n, takes_ms=5) for n in calls]
    return made


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Sends to one project of a server, with a key where one is asked for; `resource` has more attributes."""

    studio: str
    otlp: str
    project: str
    key: str = ""
    resource: Mapping[str, str] = field(default_factory=dict)

    def spans(
        self,
        spans: list[Span],
        *,
        trace_id: str | None = None,
        start_ns: int | None = None,
        resource: Mapping[str, str] = NOTHING,
    ) -> str:
        """Send one trace, or a part of it; its id."""
        trace_id = trace_id or new_trace_id()
        start_ns = start_ns or time.time_ns() - 2_000 * MS
        for at in range(0, len(spans), 5_000):
            encoded = [_span(span, trace_id, start_ns) for span in spans[at : at + 5_000]]
            scope = {"scope": {"name": "studio-e2e"}, "spans": encoded}
            self._post(
                "traces", {"resourceSpans": [{"resource": self._resource(resource), "scopeSpans": [scope]}]}
            )
        return trace_id

    def traces(self, traces: Sequence[list[Span]]) -> list[str]:
        """Send whole traces in one request, each begun a millisecond after the one before; their ids."""
        ids = [new_trace_id() for _ in traces]
        start_ns = time.time_ns() - 2_000 * MS
        spans = [
            _span(span, trace_id, start_ns + at * MS)
            for at, (trace_id, trace) in enumerate(zip(ids, traces, strict=True))
            for span in trace
        ]
        scope = {"scope": {"name": "studio-e2e"}, "spans": spans}
        self._post("traces", {"resourceSpans": [{"resource": self._resource(), "scopeSpans": [scope]}]})
        return ids

    def logs(
        self,
        texts: list[str],
        *,
        level: int = 9,
        trace_id: str = "",
        span_id: str = "",
        attributes: Mapping[str, Any] = NOTHING,
    ) -> None:
        """Send one log record a text, now."""
        now = time.time_ns()
        records = [
            {
                "timeUnixNano": str(now + at), "severityNumber": level, "body": {"stringValue": text},
                "traceId": trace_id, "spanId": span_id,
                "attributes": _attributes({"place": at, **attributes}),
            }
            for at, text in enumerate(texts)
        ]  # fmt: skip
        scope = {"scope": {"name": "studio-e2e"}, "logRecords": records}
        self._post("logs", {"resourceLogs": [{"resource": self._resource(), "scopeLogs": [scope]}]})

    def tokens(self, pieces: list[str], *, trace_id: str, span_id: str, first: int = 0) -> None:
        """Stream pieces of a span's text, each a token, the first of them its `first`-th."""
        records = [
            {
                "timeUnixNano": str(time.time_ns()), "eventName": "fanlight.token", "traceId": trace_id,
                "spanId": span_id, "body": {"stringValue": text}, "severityNumber": 9,
                "attributes": _attributes({"fanlight.token.index": first + at, "fanlight.token.count": 1}),
            }
            for at, text in enumerate(pieces)
        ]  # fmt: skip
        scope = {"scope": {"name": "studio-e2e"}, "logRecords": records}
        self._post("logs", {"resourceLogs": [{"resource": self._resource(), "scopeLogs": [scope]}]})

    def run_events(self, events: list[tuple[str, str]], *, trace_id: str, first: int = 1) -> None:
        """Send what a run's process told, as its runner does: types and contents, in order."""
        now = time.time_ns()
        records = [
            {
                "timeUnixNano": str(now + at), "eventName": "fanlight.run.event", "traceId": trace_id,
                "body": {"stringValue": json.dumps({"type": type_, "content": content})},
                "severityNumber": 9,
                "attributes": _attributes(
                    {
                        "fanlight.event.seq": first + at,
                        "fanlight.event.type": type_,
                        "fanlight.event.verified": "true",
                    }
                ),
            }
            for at, (type_, content) in enumerate(events)
        ]  # fmt: skip
        scope = {"scope": {"name": "studio-e2e"}, "logRecords": records}
        self._post("logs", {"resourceLogs": [{"resource": self._resource(), "scopeLogs": [scope]}]})

    def gauges(self, values: Mapping[str, float], *, resource: Mapping[str, str] = NOTHING) -> None:
        """Send one point of each of these gauges, now."""
        now = str(time.time_ns())
        metrics = [
            {"name": name, "gauge": {"dataPoints": [{"timeUnixNano": now, "asDouble": value}]}}
            for name, value in values.items()
        ]
        scope = {"scope": {"name": "studio-e2e"}, "metrics": metrics}
        self._post(
            "metrics",
            {"resourceMetrics": [{"resource": self._resource(resource), "scopeMetrics": [scope]}]},
        )

    def wait(self, **wanted: int) -> None:
        """Wait until the project's statistics have reached these numbers: it is then readable."""
        deadline = time.monotonic() + 60
        seen: dict[str, int] = {}
        while time.monotonic() < deadline:
            stats = f"{self.studio}/api/v1/projects/{self.project}/stats"
            with urllib.request.urlopen(urllib.request.Request(stats, headers=self._credentials())) as answer:
                seen = json.load(answer)
            if all(seen[name] >= count for name, count in wanted.items()):
                return
            time.sleep(0.05)
        raise AssertionError(f"waited for {wanted}, there are {seen}")

    def _post(self, signal: str, body: dict[str, Any]) -> None:
        request = urllib.request.Request(
            f"{self.otlp}/v1/{signal}",
            json.dumps(body).encode(),
            {
                "content-type": "application/json",
                "x-fanlight-project": self.project,
                **self._credentials(),
            },
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200, answer.read()

    def _resource(self, more: Mapping[str, str] = NOTHING) -> dict[str, Any]:
        return {"attributes": _attributes({"service.name": "studio-e2e", **self.resource, **more})}

    def _credentials(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"} if self.key else {}


def _attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    def encode(value: Any) -> dict[str, Any]:
        return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}

    return [{"key": key, "value": encode(value)} for key, value in values.items()]


def _span(span: Span, trace_id: str, start_ns: int) -> dict[str, Any]:
    start = start_ns + span.at_ms * MS
    encoded: dict[str, Any] = {
        "traceId": trace_id,
        "spanId": span.id,
        "parentSpanId": span.parent.id if span.parent else span.parent_id,
        "name": span.name,
        "kind": 1,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": "0" if span.takes_ms is None else str(start + span.takes_ms * MS),
        "attributes": _attributes(span.attributes),
    }
    if span.events:
        encoded["events"] = [
            {"timeUnixNano": str(start), "name": name, "attributes": _attributes(attributes)}
            for name, attributes in span.events
        ]
    if span.links:
        encoded["links"] = [
            {"traceId": trace_id, "spanId": span.id, "attributes": _attributes(attributes)}
            for attributes in span.links
        ]
    if span.error is not None:
        encoded["status"] = {"code": 2, "message": span.error}
    return encoded
