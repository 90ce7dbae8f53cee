"""A guarded server with two projects: `ours`, and `theirs`, in which every field holds a word of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.keys import create_key
from fanlight.catalog.logins import LoginKind, start_login
from fanlight.catalog.members import set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project
from fanlight.catalog.registered import Publication, publish
from fanlight.cli.demo.server import running_server
from tests.fixtures.waiting import until

OURS, THEIRS = "ours", "theirs"
WORD, NO_WORD = "zqxjkvbpw", "wpbvkjxqz"
"""What stands in every field of `theirs`, and a word of that length that is nowhere."""
TRACE, SPAN, LLM = "c0de" * 8, "5afe" * 4, "beef" * 4
SETTINGS = {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}


@dataclass(frozen=True, kw_only=True)
class Two:
    """The server, a client of each project's owner, and a key of each that may send."""

    url: str
    us: httpx.Client
    them: httpx.Client
    keys: Mapping[str, str]

    def send(self, project: str, word: str, *, trace: str, at_ns: int | None = None) -> None:
        """Spans, logs and metrics with `word` wherever a text can be; read back before this returns."""
        owner = self.us if project == OURS else self.them
        before = _stats(owner, project)
        for signal, body in telemetry(word, trace, at_ns or time.time_ns()).items():
            answer = httpx.post(
                f"{self.url}/v1/{signal}",
                json=body,
                headers={"authorization": f"Bearer {self.keys[project]}"},
            )
            assert (answer.status_code, answer.json()) == (200, {}), answer.text
        wanted = {"spans": before["spans"] + 2, "logs": before["logs"] + 3}
        until(
            lambda: _stats(owner, project),
            lambda now: all(now[name] >= count for name, count in wanted.items()),
        )
        runs = f"/api/v1/projects/{project}/runs"  # summed up a moment after their spans can be read
        until(lambda: owner.get(runs, params={"q": f"trace:{trace}"}).json()["items"])


def _stats(owner: httpx.Client, project: str) -> dict[str, int]:
    found: dict[str, int] = owner.get(f"/api/v1/projects/{project}/stats").json()
    return found


def telemetry(word: str, trace: str, now_ns: int) -> dict[str, Any]:
    """OTLP of one failed run, with `word` as every name and value."""
    resource = {"attributes": texts({"service.name": word, f"{word}.resource": word})}
    scope = {"name": word, "version": word}
    run = {
        "gen_ai.agent.name": word, "fanlight.run.id": word, "fanlight.room": word, "session.id": word,
        "gen_ai.conversation.id": word, "user.id": word, "gen_ai.request.model": word,
        "gen_ai.response.model": word, "gen_ai.provider.name": word, "gen_ai.tool.name": word,
        "gen_ai.input.messages": messages("user", word),
        "gen_ai.output.messages": messages("assistant", word), f"{word}.key": word, "error.type": word,
    }  # fmt: skip
    failed = {"code": 2, "message": word}
    event = {"name": word, "timeUnixNano": str(now_ns), "attributes": texts({word: word})}
    spans = [
        {
            "traceId": trace, "spanId": SPAN, "name": word, "startTimeUnixNano": str(now_ns - 10**9),
            "endTimeUnixNano": str(now_ns), "status": failed, "events": [event], "traceState": f"{word}=1",
            "links": [{"traceId": trace, "spanId": LLM, "attributes": texts({word: word})}],
            "attributes": texts({"gen_ai.operation.name": "invoke_agent", **run}),
        },
        {
            "traceId": trace, "spanId": LLM, "parentSpanId": SPAN, "name": word, "status": failed,
            "startTimeUnixNano": str(now_ns - 10**9), "endTimeUnixNano": str(now_ns - 10**6),
            "attributes": [
                *texts({"gen_ai.operation.name": "chat", **run}),
                {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "7"}},
                {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "7"}},
            ],
        },
    ]  # fmt: skip
    record = {
        "timeUnixNano": str(now_ns), "severityNumber": 17, "severityText": word, "eventName": word,
        "body": {"stringValue": word}, "traceId": trace, "spanId": SPAN, "attributes": texts(run),
    }  # fmt: skip
    billed = texts(
        {
            "fanlight.billing.id": word, "fanlight.billing.amount": "7", "fanlight.billing.customer": word,
            "fanlight.billing.description": word, "fanlight.run.id": word, "fanlight.agent": word,
        }
    )  # fmt: skip
    bill = {"timeUnixNano": str(now_ns), "eventName": "fanlight.billing", "attributes": billed}
    reported = texts({f"fanlight.exporter.{name}": word for name in ("name", "state", "place", "error")})
    report = {"timeUnixNano": str(now_ns), "eventName": "fanlight.exporter", "attributes": reported}
    point = {"timeUnixNano": str(now_ns), "asDouble": 7.0, "attributes": texts({word: word})}
    metric = {"name": word, "unit": word, "description": word, "gauge": {"dataPoints": [point]}}

    def wrapped(whose: str, name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        inner = {"scope": scope, name: items}
        return {f"resource{whose}": [{"resource": resource, f"scope{whose}": [inner]}]}

    return {
        "traces": wrapped("Spans", "spans", spans),
        "logs": wrapped("Logs", "logRecords", [record, bill, report]),
        "metrics": wrapped("Metrics", "metrics", [metric]),
    }


def texts(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """OTLP's attributes of texts."""
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def messages(role: str, word: str) -> str:
    """A message as the semantic conventions write it."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": word}]}])


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    data = tmp_path_factory.mktemp("data")
    catalog = open_catalog("", data)
    try:
        tokens, keys = _found(catalog)
    finally:
        catalog.close()
    with running_server(data, SETTINGS) as server:
        us, them = (
            httpx.Client(base_url=server.studio, headers={"authorization": f"Bearer {token}"}, timeout=20)
            for token in tokens
        )
        with us, them:
            made = Two(url=server.studio, us=us, them=them, keys=keys)
            _fill(made)
            yield made


def _found(catalog: Catalog) -> tuple[tuple[str, str], dict[str, str]]:
    """People and projects, before the server starts: the tokens of both owners, and the projects' keys."""
    add_person(catalog, "founder@example.org")
    tokens = []
    for project, email, name in (
        (OURS, "us@example.org", "Us"),
        (THEIRS, f"them@{WORD}.example", WORD),
    ):
        create_project(catalog, project, display_name=WORD if project == THEIRS else "")
        person = add_person(catalog, email, name=name)
        set_role(catalog, project, email, "owner")
        tokens.append(start_login(catalog, person.id, LoginKind.TERMINAL, label=name)[1])
    agent = Publication(
        id=WORD, name=WORD, version=WORD, definition={"pricing": {WORD: WORD}}, repository={WORD: WORD},
        folder="0" * 16, sha256=bytes(32),
    )  # fmt: skip
    publish(catalog, THEIRS, agent, by=WORD)
    keys = {
        project: create_key(catalog, project, name=WORD if project == THEIRS else "ours")[1].reveal()
        for project in (OURS, THEIRS)
    }
    return (tokens[0], tokens[1]), keys


def _fill(two: Two) -> None:
    """Something in ours, and in theirs the word in everything that can be set."""
    base = f"/api/v1/projects/{THEIRS}"
    budget = {"scope": "agent", "subject": WORD, "period": "day", "limit": "1"}
    for method, path, body in (
        ("POST", f"{base}/rooms", {"name": WORD}),
        ("PUT", f"{base}/rooms/{WORD}/members", {"email": f"them@{WORD}.example", "role": "viewer"}),
        ("PUT", f"{base}/budgets/{WORD}", budget),
        ("PUT", f"{base}/views/runs/{WORD}", {"query": f"q={WORD}"}),
        ("PUT", f"{base}/prices", {"provider": WORD, "model": WORD, "prices": {"input": "1"}}),
        ("PUT", f"{base}/sampling", {"tail_keep": f"agent:{WORD}"}),
        ("PUT", f"{base}/secrets", {"secrets": {WORD: f"{WORD}-sealed"}}),
        ("POST", f"{base}/keys", {"name": WORD}),
        ("POST", f"{base}/invites", {"email": f"new@{WORD}.example", "role": "viewer"}),
    ):
        answer = two.them.request(method, path, json=body)
        assert answer.status_code in {200, 201}, answer.text
    two.send(THEIRS, WORD, trace=TRACE)
    sending = {"authorization": f"Bearer {two.keys[THEIRS]}"}
    service = {"kind": WORD, "state": "running", "image": WORD, "version": WORD, "run_id": WORD}
    developer_log = {"type": WORD, "data": {WORD: WORD}, "room": WORD, "session": WORD, "service": WORD}
    for method, path, body in (
        ("PUT", f"{base}/rooms/{WORD}/services/{WORD}", service),
        ("POST", f"{base}/developer-logs", developer_log),
    ):
        answer = httpx.request(method, f"{two.url}{path}", json=body, headers=sending, timeout=20)
        assert answer.status_code in {200, 202}, answer.text
    variable = {"variables": {WORD: WORD}}
    answer = two.them.put(f"{base}/agents/{WORD}/env", json=variable)
    assert answer.status_code == 200, answer.text
    answer = two.them.post(f"{base}/deletions", json={"run": f"{WORD}-erased"})
    assert answer.status_code == 202, answer.text
    two.send(OURS, "ordinary", trace="0b" * 16)
