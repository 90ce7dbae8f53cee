"""Charm's routes: who may, what everybody else is told, and what a reader of a run's events is sent."""

from __future__ import annotations

import asyncio
import gzip
import io
import tarfile
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from fanlight.api import run_events as run_events_module
from fanlight.api.run_events import wire
from fanlight.catalog.agents import Sighting, see_agents
from fanlight.catalog.keys import create_key
from fanlight.catalog.members import set_role
from fanlight.catalog.projects import create_project
from fanlight.catalog.registered import Publication, publish
from fanlight.catalog.sealing import Keyring
from fanlight.catalog.variables import open_variables
from fanlight.model.event import Event
from fanlight.query.run_events import Message
from fanlight.query.times import NS

from .conftest import LOCAL_KEY, Build, House, Wire, tell
from .test_rights import person

OWNER = {"authorization": f"Bearer {LOCAL_KEY}"}
AGENT = "7f2d1c4e-0000-4000-8000-000000000001"
ENV = "/api/v1/projects/default/agents/{}/env"
RUN_ID = "ab" * 16
EXECUTE = {"agent_id": AGENT, "version": "9.9.9"}


def published(house: House, project: str = "default", *, version: str = "1.0.0") -> None:
    what = Publication(
        id=AGENT, name="Echo", version=version, definition={}, repository={}, folder="0" * 16, sha256=b"",
    )  # fmt: skip
    publish(house.catalog, project, what, by="ann", clock=house.clock)


def run_row(status: str = "success", *, ended_ns: int | None = 2 * NS) -> tuple[Any, ...]:
    return (
        RUN_ID, RUN_ID, "Echo", status, "Echo", "svc", "", "", "", NS, ended_ns,
        None, None, None, None, None, None, None, [], "", "", "0" * 16, 1, 0, 0, 0, "a" * 16,
        [], None, [],
    )  # fmt: skip


class Events:
    """Answers what is asked of a run's events; a test adds to them while a reader listens."""

    def __init__(self, house: House, *, run: tuple[Any, ...] | None = None) -> None:
        self.rows: list[tuple[int, str, bool, str]] = []
        self.run = run
        self._read = house.store.read
        house.store.read = self.read  # type: ignore[method-assign]

    def add(
        self, place: int, type_: str = "delta", *, verified: bool = True, text: str | None = None
    ) -> None:
        self.rows.append((place, type_, verified, text or f'{{"type": "{type_}", "content": {place}}}'))

    def read(self, scope: Any, query: str, asked: Mapping[str, Any] | None = None, more: Any = None) -> Any:
        if query == "get_run":
            return [(*self.run, "in", "out")] if self.run else []
        if query != "run_events":
            return self._read(scope, query, asked, more)
        assert asked is not None
        return [
            row
            for row in sorted(self.rows)
            if asked["after"] < row[0] <= asked["upto"] and (not asked["types"] or row[1] in asked["types"])
        ][: asked["limit"]]


def follow(house: House, **headers: str) -> Wire:
    return Wire(house.app, f"/v1/runs/{RUN_ID}/events", headers)


def stir(house: House) -> None:
    """Something of the run was stored."""
    house.events.append(Event(seq=11, topics=frozenset({f"run:{RUN_ID}"}), payload=b"{}", type="log"))
    house.broker.advance(11, frozenset({"default"}))


# -- the key of the data directory


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/execute", EXECUTE),
        ("POST", "/api/v1/execute", EXECUTE),
        ("POST", "/v1/agents/upload-token", {"agent_name": "Echo", "version": "1"}),
        ("POST", "/v1/agents", {"metadata": {"uac": {}}, "storage_path": "x"}),
        ("GET", ENV.format("Echo"), None),
        ("PUT", ENV.format("Echo"), {"variables": {"A": "1"}}),
        ("DELETE", f"{ENV.format('Echo')}?name=A", None),
    ],
)
def test_what_runs_code_asks_for_the_key_of_the_data_directory_on_its_own_machine_too(
    house: House, method: str, path: str, body: Any
) -> None:
    published(house)
    refused = house.ask(method, path, json=body) if body else house.ask(method, path)
    assert refused.status_code == 401
    assert "local.key" in refused.text
    wrong = {"authorization": "Bearer fld_another"}
    assert house.ask(method, path, json=body or {}, headers=wrong).status_code == 401
    assert house.ask(method, path, json=body or {}, headers=OWNER).status_code != 401


def test_the_key_of_the_data_directory_opens_nothing_once_somebody_is_registered(house: House) -> None:
    published(house)
    assert house.ask("GET", ENV.format("Echo"), headers=OWNER).status_code == 200
    person(house, "ann@example.org", "owner")
    house.gate.people_changed()
    assert house.ask("GET", ENV.format("Echo"), headers=OWNER).status_code == 401
    assert house.ask("GET", "/api/v1/projects", headers=OWNER).status_code == 401


def test_a_key_that_may_execute_may_nothing_else(house: House) -> None:
    published(house)
    person(house, "ann@example.org", "owner")
    text = create_key(house.catalog, "default", name="app", scopes=["execute"])[1].reveal()
    house.gate.people_changed()
    headers = {"authorization": f"Bearer {text}"}

    def status(method: str, path: str, **options: Any) -> int:
        return house.ask(method, path, headers=headers, **options).status_code

    assert status("POST", "/v1/execute", json=EXECUTE) == 404
    assert status("GET", f"/v1/agents/logs?agent_id={AGENT}") == 403
    assert status("GET", ENV.format("Echo")) == 403
    assert status("POST", "/v1/agents/upload-token", json={"agent_name": "a", "version": "1"}) == 403


# -- settings


def test_values_are_written_and_named_but_in_no_answer_and_no_entry_of_the_audit_log(
    house: House, build: Build
) -> None:
    see_agents(house.catalog, "default", [Sighting("team/echo", 1)])
    path, secret = ENV.format("team/echo"), "correct horse"
    answers = [
        house.ask("PUT", path, json={"variables": {"A": secret, "B": "x"}}, headers=OWNER),
        house.ask("GET", path, headers=OWNER),
        house.ask("DELETE", f"{path}?name=B", headers=OWNER),
        house.ask("GET", "/api/v1/audit"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [item["name"] for item in answers[0].json()["items"]] == ["A", "B"]
    assert answers[2].json()["items"] == [
        {"name": "A", "updated_at": "2026-09-21T14:13:20.000000000Z", "updated_by": "data directory"}
    ]
    deeds = [(each["action"], each["target"], each["detail"]) for each in answers[3].json()["items"]]
    assert deeds == [
        ("agent.env.removed", "team/echo", {"names": ["B"]}),
        ("agent.env.set", "team/echo", {"names": ["A", "B"]}),
    ]
    assert all(secret not in answer.text for answer in answers)


def test_an_agent_that_nobody_heard_of_has_no_settings(house: House) -> None:
    for method in ("GET", "PUT"):
        body = {"variables": {"A": "1"}}
        assert house.ask(method, ENV.format("nobody"), json=body, headers=OWNER).status_code == 404


# -- words of Charm's clients


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/agents/logs", 422),
        ("GET", "/api/v1/agents/logs?agent_id=nobody", 404),
        ("GET", "/v1/runs/nothing/events", 404),
        ("DELETE", "/v1/agents", 405),
        ("GET", "/v1/agents/nothing", 404),
        ("POST", "/v1/execute", 422),
    ],
)
def test_errors_on_charms_routes_are_one_text(house: House, method: str, path: str, status: int) -> None:
    options = {"json": {}} if method == "POST" else {}
    answer = house.ask(method, path, headers=OWNER, **options)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert isinstance(answer.json()["error"], str)
    assert answer.headers["content-length"] == str(len(answer.content))


def test_a_member_of_two_projects_says_which_one_is_meant(house: House) -> None:
    headers = person(house, "ann@example.org", "owner")
    body = {"agent_name": "Echo", "version": "1"}
    house.gate.people_changed()
    assert house.ask("POST", "/v1/agents/upload-token", json=body, headers=headers).status_code == 200
    create_project(house.catalog, "second")
    set_role(house.catalog, "second", "ann@example.org", "owner")
    house.gate.people_changed()
    refused = house.ask("POST", "/v1/agents/upload-token", json=body, headers=headers)
    assert (refused.status_code, "default, second" in refused.json()["error"]) == (400, True)
    named = {**headers, "x-fanlight-project": "second"}
    assert house.ask("POST", "/v1/agents/upload-token", json=body, headers=named).status_code == 200
    stranger = {**headers, "x-fanlight-project": "third"}
    assert house.ask("POST", "/v1/agents/upload-token", json=body, headers=stranger).status_code == 404


def test_an_agent_in_two_projects_is_the_one_that_the_caller_may_read(house: House) -> None:
    create_project(house.catalog, "theirs")
    published(house)
    published(house, "theirs", version="2.0.0")
    headers = person(house, "ann@example.org", "owner")
    viewer = person(house, "vic@example.org", "viewer")
    house.gate.people_changed()
    path = f"/v1/agents/logs?agent_id={AGENT}"
    assert house.ask("GET", path, headers=headers).json() == {"logs": []}
    assert house.ask("GET", path, headers=viewer).status_code == 403
    asked = {scope for scope, query in house.store.asked}
    assert asked == {"default"}


# -- uploads


def bundle() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("main.py"))
    return out.getvalue()


def place_of(house: House) -> tuple[str, str]:
    body = {"agent_name": "Echo", "version": "1.0.0"}
    made = house.ask("POST", "/v1/agents/upload-token", json=body, headers=OWNER).json()
    return httpx.URL(made["upload_url"]).path, made["storage_path"]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (bundle(), {"content-type": "application/json"}, 400),
        (bundle(), {}, 400),
        (b"", {"content-type": "application/gzip"}, 400),
        (b"hello", {"content-type": "application/gzip"}, 400),
        (gzip.compress(b"hello"), {"content-type": "application/gzip"}, 400),
        (b"x", {"content-type": "application/gzip", "content-length": "52428801"}, 413),
        (bundle(), {"content-type": "application/gzip"}, 200),
    ],
    # A bundle holds the time at which it was made, and no test may be called differently each time.
    ids=["json", "untyped", "empty", "no gzip", "no tar", "too long", "a bundle"],
)
def test_an_upload_is_a_gzipped_tar_of_fifty_megabytes_at_most(
    house: House, content: bytes, headers: dict[str, str], status: int
) -> None:
    path, _ = place_of(house)
    assert house.ask("PUT", path, content=content, headers=headers).status_code == status


@pytest.mark.parametrize(
    "uac",
    [
        {},
        {"id": "../../x", "persona": {"name": "Echo"}},
        {"id": 7, "persona": {"name": "Echo"}},
        {"id": "a", "persona": {}},
        {"id": "a", "persona": {"name": "Echo", "version": 1}},
        {"id": "a", "persona": "Echo"},
    ],
)
def test_a_definition_that_names_no_agent_is_refused(house: House, uac: Any) -> None:
    path, stored = place_of(house)
    assert house.ask("PUT", path, content=bundle(), headers={"content-type": "application/gzip"}).is_success
    body = {"metadata": {"uac": uac}, "storage_path": stored}
    refused = house.ask("POST", "/v1/agents", json=body, headers=OWNER)
    assert refused.status_code == 422
    uac = {"id": "a", "persona": {"name": "Echo"}, "runtime": {"telemetry": ["fanlight", 3]}, "pricing": 7}
    made = house.ask("POST", "/v1/agents", json={**body, "metadata": {"uac": uac}}, headers=OWNER)
    assert (made.status_code, made.json()["telemetry"], made.json()["pricing"]) == (201, ["fanlight"], {})


def test_an_upload_that_is_over_or_was_never_made_is_none(house: House) -> None:
    path, stored = place_of(house)
    house.clock.advance(16 * 60)
    late = house.ask("PUT", path, content=bundle(), headers={"content-type": "application/gzip"})
    assert late.status_code == 404
    body = {"metadata": {"uac": {"id": "a", "persona": {"name": "Echo"}}}, "storage_path": stored}
    assert house.ask("POST", "/v1/agents", json=body, headers=OWNER).status_code == 404


# -- events


def test_an_event_is_sent_as_it_was_written_and_a_line_break_in_it_breaks_nothing() -> None:
    text = '{"type": "delta", "content": "é\\u2028 \\n", "n": 1.0}'
    assert wire(Message("3", text)) == f"id: 3\ndata: {text}\n\n".encode()
    assert wire(Message("3", '{"a":\r1}')) == b'id: 3\ndata: {"a":\ndata: 1}\n\n'


def test_a_reader_follows_a_run_to_its_end(house: House) -> None:
    async def story() -> None:
        events = Events(house, run=run_row("running", ended_ns=None))
        events.add(1)
        async with follow(house) as reader:
            assert await reader.message() == "retry: 1000"
            assert reader.status == 200
            assert await reader.message() == 'id: 1\ndata: {"type": "delta", "content": 1}'
            events.add(2)
            events.add(3, "final", verified=False)
            events.add(4, "final")
            events.add(5, "internal_run_finished")
            events.run = run_row()
            stir(house)
            told = [await reader.message() for _ in range(3)]
            assert [each.partition("\n")[0] for each in told] == ["id: 2", "id: 4", "id: 5"]
            await until_ended(reader)

    tell(story())


async def until_ended(reader: Wire) -> None:
    while not reader.ended:
        await asyncio.sleep(0.01)


def test_an_event_that_is_late_is_waited_for_and_one_that_never_comes_is_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_events_module, "SHORT_WAIT_S", 0.01)

    async def story() -> None:
        events = Events(house, run=run_row("running", ended_ns=None))
        events.add(2)
        async with follow(house) as reader:
            await reader.message()
            events.add(1)
            assert (await reader.message()).startswith("id: 1\n")
            assert (await reader.message()).startswith("id: 2\n")
            monkeypatch.setattr(run_events_module, "HOLE_S", 0.05)
            events.add(9)
            stir(house)
            assert (await reader.message()).startswith("id: 9\n")

    tell(story())


def test_an_old_run_without_its_own_end_is_closed_by_what_is_known_of_it(house: House) -> None:
    async def story() -> None:
        events = Events(house, run=run_row())
        events.add(2)
        async with follow(house) as reader:
            told = [await reader.message() for _ in range(4)]
            finish = '{"type": "internal_run_finished", "content": {"exit_code": 0, "duration_ms": 1000}}'
            assert told[1:] == [
                'id: 2\ndata: {"type": "delta", "content": 2}',
                'id: 2+final\ndata: {"type": "final", "content": "out", "format": "markdown"}',
                f"id: 2+end\ndata: {finish}",
            ]
            await until_ended(reader)

    tell(story())


def test_whoever_has_everything_is_told_so_and_does_not_come_back(house: House) -> None:
    events = Events(house, run=run_row())
    events.add(1, "internal_run_finished")
    path = f"/v1/runs/{RUN_ID}/events"
    assert house.ask("GET", path, headers={"last-event-id": "1"}).status_code == 204
    assert house.ask("GET", path, headers={"last-event-id": "rubbish"}).status_code == 400


def test_a_token_of_a_run_is_over_an_hour_after_its_run(house: House) -> None:
    events = Events(house)
    events.add(1, "internal_run_finished")
    token = house.gate.run_tokens.for_reading("default", RUN_ID, lasts_s=86_400)
    headers = {"authorization": f"Bearer {token}", "last-event-id": "1"}
    path = f"/v1/runs/{RUN_ID}/events"
    ended = house.clock.now_ns()
    events.run = run_row(ended_ns=ended)
    assert house.ask("GET", path, headers=headers).status_code == 204
    house.clock.advance(3_599)
    assert house.ask("GET", path, headers=headers).status_code == 204
    house.clock.advance(2)
    over = house.ask("GET", path, headers=headers)
    assert (over.status_code, "more than an hour ago" in over.json()["error"]) == (401, True)


def test_settings_reach_the_process_of_a_run_and_replace_what_a_caller_sends(house: House) -> None:
    published(house)
    body = {"variables": {"TOKEN": "ours"}}
    assert house.ask("PUT", ENV.format("Echo"), json=body, headers=OWNER).is_success
    services = house.app._app._app._app._api._app._app._app.state.services
    assert isinstance(services.keyring, Keyring)
    assert open_variables(house.catalog, services.keyring, "default", "Echo") == {"TOKEN": "ours"}
