"""Plants texts in every field that Studio shows, by the ways on which fields come in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from tests.e2e.studio.telemetry import Sender, Span

KEYED = frozenset({"billing event", "service of a room"})
"""What agents report, with a key; the rest is set by a person."""

ROOM = "lobby <img src=x onerror=__pwned=1>"
"""A room that a batch's services and metrics are in; names of rooms come from the batch as well."""

TRIALS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "view name": ("PUT", "views/runs/{path}", {"query": "q={path}"}),
    "budget name": (
        "PUT",
        "budgets/{path}",
        {"scope": "agent", "subject": "{text}", "period": "day", "limit": "1"},
    ),
    "price": ("PUT", "prices", {"model": "{text}", "provider": "{short}", "prices": {"input": "1"}}),
    "key name": ("POST", "keys", {"name": "{text}", "scopes": ["ingest"]}),
    "invited address": ("POST", "invites", {"email": "{mail}@example.org", "role": "viewer"}),
    "service of a room": (
        "PUT",
        f"rooms/{quote(ROOM, safe='')}/services/{{path}}",
        {"state": "running", "kind": "{text}", "image": "{text}", "version": "{text}"},
    ),
    "display name": ("PUT", "", {"display_name": "{text}"}),
}
"""What people name: field -> how it is set. Not every text is taken as every name, and that is counted."""


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A batch as it was sent: one trace that holds all of it in each field, and a run for each text."""

    batch: Sequence[str]
    wall: str
    panel: str
    runs: Sequence[str]


@dataclass(kw_only=True)
class Planter:
    """Puts batches into a sender's project; `taken` counts by field what the server took.

    Rooms, sessions, users and agents are made by the telemetry that names them.
    """

    sender: Sender
    http: httpx.Client
    taken: Counter[str] = field(default_factory=Counter)

    def plant(self, batch: Sequence[str]) -> Planted:
        """Send a batch in everything that telemetry holds, and try it as every name that people give."""
        wall = _wall(batch)
        trace_id = self.sender.spans(wall, resource={text: text for text in batch if text})
        runs = [self.sender.spans(_run(text), resource={"service.name": text}) for text in batch]
        self.sender.logs(
            list(batch), level=17, trace_id=trace_id, span_id=wall[1].id, attributes=_named(batch)
        )
        self.sender.run_events([(text, text) for text in batch], trace_id=trace_id)
        room = {"fanlight.room": ROOM, "service.name": batch[0]}
        self.sender.gauges({text: 1.0 for text in batch if text.strip()}, resource=room)
        for at, text in enumerate(batch):
            bill = {"id": f"{text[:200]}{at}", "amount": "0.10", "run": runs[at], "customer": text[:256]}
            self._call("POST", "billing/events", {**bill, "description": text[:1_024]}, "billing event")
        for name, (method, path, body) in TRIALS.items():
            for text in batch:
                self._call(method, _filled(path, text), _filled(body, text), name)
        return Planted(batch=batch, wall=trace_id, panel=wall[1].id, runs=runs)

    def _call(self, method: str, path: str, body: Any, name: str) -> None:
        by_key = {"authorization": f"Bearer {self.sender.key}"} if name in KEYED else {}
        url = f"projects/{self.sender.project}/{path}".rstrip("/")
        answer = self.http.request(method, url, json=body, headers=by_key)
        assert answer.status_code < 500, (name, body, answer.text)
        self.taken[name] += answer.is_success


def _filled(given: Any, text: str) -> Any:
    if isinstance(given, Mapping):
        return {name: _filled(value, text) for name, value in given.items()}
    if not isinstance(given, str) or "{" not in given:
        return given
    values = {
        "{text}": text,
        "{short}": text[:100],
        "{path}": quote(text, safe=""),
        "{mail}": f'"{text}"' if set(text) & set(" <>(),;") else text,
    }
    for mark, value in values.items():
        if mark in given:
            return given.replace(mark, value)
    return given


def _named(batch: Sequence[str]) -> dict[str, str]:
    """Each text as a key and as its value. OTLP has no empty keys."""
    return {text: text for text in batch if text}


def _whose(text: str) -> dict[str, str]:
    return {"session.id": text, "user.id": text, "fanlight.room": text, "gen_ai.agent.name": text}


def _run(text: str) -> list[Span]:
    """A failed run of an agent, a model and a tool that are all named by the text."""
    top = Span(
        name=text,
        takes_ms=1_000,
        error=text,
        attributes={
            "gen_ai.operation.name": "invoke_agent", "error.type": text, "fanlight.input": text,
            "fanlight.output": text, **_whose(text),
        },
    )  # fmt: skip
    chat = Span(
        name=text,
        parent=top,
        takes_ms=300,
        attributes={
            "gen_ai.operation.name": "chat", "gen_ai.request.model": text, "gen_ai.response.model": text,
            "gen_ai.provider.name": text, "gen_ai.usage.input_tokens": 10, **_whose(text),
        },
    )  # fmt: skip
    tool = Span(
        name=text,
        parent=top,
        at_ms=400,
        takes_ms=300,
        error=text,
        attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": text, "error.type": text},
    )
    return [top, chat, tool]


def _wall(batch: Sequence[str]) -> list[Span]:
    """A trace with a span for each text, and one span that holds all of them in each of its parts."""
    top = Span(
        name="the wall",
        takes_ms=10_000,
        attributes={
            "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "the wall",
            "fanlight.room": ROOM, "session.id": "the wall",
        },
    )  # fmt: skip
    panel = Span(
        name="the panel",
        parent=top,
        takes_ms=5_000,
        attributes={
            "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 10, "gen_ai.input.messages": json.dumps(list(_messages(batch))),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": list(_parts(batch))}]),
            "gen_ai.tool.definitions": json.dumps([{"name": t, "description": t} for t in batch]),
            **_named(batch),
        },
        events=[("exception", {"exception.type": t, "exception.message": t, t or "-": t}) for t in batch],
        links=[{text or "-": text} for text in batch],
    )  # fmt: skip
    panel.events += [(text, {}) for text in batch]
    kinds = ("chat", "execute_tool", "invoke_agent", "embeddings")
    spans = [
        Span(
            name=text,
            parent=top,
            at_ms=50 * at,
            takes_ms=40,
            error=text if at % 2 else None,
            attributes={
                "gen_ai.operation.name": kinds[at % len(kinds)], "gen_ai.request.model": text,
                "gen_ai.tool.name": text, "gen_ai.agent.name": text, "error.type": text,
            },
        )
        for at, text in enumerate(batch)
    ]  # fmt: skip
    return [top, panel, *spans]


def _messages(batch: Sequence[str]) -> Iterator[dict[str, Any]]:
    for text in batch:
        yield {"role": text, "name": text, "parts": [{"type": "text", "content": text}]}


def _parts(batch: Sequence[str]) -> Iterator[dict[str, Any]]:
    for text in batch:
        call = {"name": text, "id": text}
        yield {"type": "reasoning", "content": text}
        yield {"type": "tool_call", "arguments": {text: [text]}, **call}
        yield {"type": "tool_call_response", "response": text, **call}
        yield {"type": "uri", "modality": "image", "mime_type": "image/png", "uri": text, "filename": text}
        yield {"type": "file", "file_id": text, "filename": text, "mime_type": text}
