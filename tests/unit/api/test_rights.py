"""What roles, tickets and tokens of runs open, and what they do not."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from fanlight.catalog.keys import create_key, revoke_key
from fanlight.catalog.logins import LoginKind, end_logins, start_login
from fanlight.catalog.members import remove_member, set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project
from fanlight.query.times import NS

from .conftest import House, Wire, tell

OWNER, MEMBER = "owner@example.org", "member@example.org"
STREAM = "/api/v1/projects/default/stream?topics=runs"
RUN = (
    "r1", "t" * 32, "buy a ring", "success", "shop", "svc", "lobby", "s1", "ann", NS, 2 * NS,
    10, 5, None, None, None, "0.25", None, ["gpt"], "", "", "0" * 16, 3, 0, 1, 1, "a" * 16,
    [], None, [],
)  # fmt: skip


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def person(house: House, email: str, role: str | None = None) -> dict[str, str]:
    """Somebody who is signed in: their headers."""
    made = add_person(house.catalog, email, clock=house.clock)
    if role is not None:
        set_role(house.catalog, "default", email, role)
    house.gate.people_changed()
    return bearer(start_login(house.catalog, made.id, LoginKind.TERMINAL, clock=house.clock)[1])


@pytest.fixture
def owner(house: House) -> dict[str, str]:
    create_project(house.catalog, "other")
    return person(house, OWNER)


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("viewer", {"cost": None, "models": [], "input": None}),
        ("session_inventory", {"cost": None, "models": [], "input": None}),
        ("usage_reporter", {"cost": "0.25", "models": ["gpt"], "input": None}),
        ("maintainer", {"cost": "0.25", "models": ["gpt"], "input": "a secret"}),
    ],
)
def test_a_run_shows_each_role_what_it_may_see(
    house: House, owner: dict[str, str], role: str, shown: dict[str, Any]
) -> None:
    house.store.answers["get_run"] = [(*RUN, "a secret", "a ring")]
    member = person(house, MEMBER, role)
    run = house.ask("GET", "/api/v1/projects/default/runs/r1", headers=member).json()
    assert {"cost": run["cost"]["amount"], "models": run["models"], "input": run["input"]} == shown
    assert (run["status"], run["agent"], run["duration_ms"]) == ("success", "shop", 1_000.0)
    assert (run["user"] is None) == (role != "maintainer")


@pytest.mark.parametrize(
    "q", ["ring", "text:ring", "user:ann", "error:*", "status:error OR cost:>1", "-tool:x"]
)
def test_a_viewer_cannot_find_what_is_hidden_by_asking_for_it(
    house: House, owner: dict[str, str], q: str
) -> None:
    viewer = person(house, MEMBER, "viewer")
    path = "/api/v1/projects/default/runs"
    assert error(house.ask("GET", path, headers=viewer, params={"q": q})) == (403, "forbidden")
    assert house.ask("GET", path, headers=viewer, params={"q": "status:error agent:a"}).status_code == 200


@pytest.mark.parametrize("q", ["ring", "text:ring", "user:ann", "error:*"])
def test_whoever_may_see_usage_alone_cannot_find_content_by_adding_up_what_has_it(
    house: House, owner: dict[str, str], q: str
) -> None:
    reporter = person(house, MEMBER, "usage_reporter")
    path = "/api/v1/projects/default/usage/cost"
    assert error(house.ask("GET", path, headers=reporter, params={"q": q})) == (403, "forbidden")
    assert house.ask("GET", path, headers=reporter, params={"q": "agent:a cost:>1"}).status_code == 200


def test_refused_requests_of_whoever_it_was_are_for_administrators_of_the_server(
    house: House, owner: dict[str, str]
) -> None:
    maintainer = person(house, MEMBER, "maintainer")
    path = "/api/v1/projects/default/health"
    assert house.ask("GET", path, headers=maintainer).json()["refusals"] == []
    assert len(house.ask("GET", path, headers=owner).json()["refusals"]) == 1


def test_a_ticket_opens_one_stream_once_for_half_a_minute(house: House, owner: dict[str, str]) -> None:
    def ticket() -> str:
        made = house.ask("POST", "/api/v1/projects/default/tickets", headers=owner, json={})
        assert (made.status_code, made.json()["expires_in_s"]) == (201, 30.0)
        return str(made.json()["ticket"])

    used, foreign, late = ticket(), ticket(), ticket()

    async def story() -> None:
        async with Wire(house.app, f"{STREAM}&ticket={used}", {}) as wire:
            assert (await wire.message()).startswith("retry: 1000\nid: ")

    tell(story())
    assert error(house.ask("GET", f"{STREAM}&ticket={used}")) == (401, "unauthenticated")
    elsewhere = STREAM.replace("default", "other")
    assert error(house.ask("GET", f"{elsewhere}&ticket={foreign}")) == (401, "unauthenticated")
    house.clock.advance(30)
    assert error(house.ask("GET", f"{STREAM}&ticket={late}")) == (401, "unauthenticated")
    # It opens streams alone.
    listed = house.ask("GET", "/api/v1/projects/default/runs", params={"ticket": ticket()})
    assert error(listed) == (401, "unauthenticated")


def test_the_token_of_a_run_opens_its_run_alone(house: House, owner: dict[str, str]) -> None:
    house.store.answers["get_run"] = [(*RUN, "in", "out")]
    tokens = house.gate.run_tokens
    reading = bearer(tokens.for_reading("default", "r1", lasts_s=60))
    assert house.ask("GET", "/api/v1/projects/default/runs/r1", headers=reading).status_code == 200
    for path in ("runs/r2", "runs", "logs", "stats", "traces/" + "0" * 32):
        assert error(house.ask("GET", f"/api/v1/projects/default/{path}", headers=reading)) == (
            404,
            "not_found",
        )
    other = house.ask("GET", "/api/v1/projects/other/runs/r1", headers=reading)
    assert error(other) == (404, "not_found")
    assert error(house.ask("GET", STREAM, headers=reading)) == (404, "not_found")

    async def story() -> None:
        async with Wire(house.app, STREAM.replace("runs", "run:r1"), reading) as wire:
            assert (await wire.message()).startswith("retry: 1000\nid: ")

    tell(story())
    house.clock.advance(60)
    over = house.ask("GET", "/api/v1/projects/default/runs/r1", headers=reading)
    assert error(over) == (401, "unauthenticated")


def test_the_token_of_a_run_sends_into_its_project_alone(house: House, owner: dict[str, str]) -> None:
    sending = house.gate.run_tokens.for_sending("default", "r1", lasts_s=60)
    assert house.gate.ingest_project(sending, None) == "default"
    assert error(house.ask("GET", "/api/v1/projects/default/runs/r1", headers=bearer(sending))) == (
        403,
        "forbidden",
    )


@pytest.mark.parametrize("loses", ["key", "login", "membership"])
def test_whoever_loses_the_right_is_cut_off_although_the_stream_never_rests(
    house: House, owner: dict[str, str], loses: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fanlight.api.stream.CHECK_S", 0.0)
    headers = person(house, MEMBER, "maintainer")
    key = create_key(house.catalog, "default", name="k", scopes=["read"])[1].reveal()
    if loses == "key":
        headers = bearer(key)
    member = next(each for each in _members(house) if each.email == MEMBER)

    async def story() -> None:
        async with Wire(house.app, STREAM, headers) as wire:
            await wire.message()
            if loses == "key":
                revoke_key(house.catalog, "default", key.split("_")[1])
            elif loses == "login":
                end_logins(house.catalog, member.person_id)
            else:
                remove_member(house.catalog, "default", member.person_id)
            async with asyncio.timeout(10):
                seq = 11
                while not wire.cut:
                    announce(house, seq)
                    seq += 1
                    await asyncio.sleep(0)

    tell(story())


def _members(house: House) -> list[Any]:
    from fanlight.catalog.members import list_members

    return list_members(house.catalog, "default")


def announce(house: House, seq: int) -> None:
    from fanlight.model.event import Event

    payload = b'{"topics":["runs"],"type":"run","seq":"%d","data":{}}' % seq
    house.events.append(Event(seq=seq, topics=frozenset({"runs"}), payload=payload, type="run"))
    house.broker.advance(seq, frozenset({"default"}))
