"""MeshAgent's routes as HTTP has them: what is asked wrongly, and how a participant's token is narrowed."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.catalog.keys import create_key
from fanlight.catalog.logins import LoginKind, start_login
from fanlight.catalog.members import set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project
from fanlight.catalog.room_members import set_room_role
from fanlight.catalog.rooms import create_room, ensure_room
from fanlight.catalog.sittings import open_session

from .conftest import Build, House

BASE = "/accounts/projects/default"


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["message"]


def test_the_configuration_names_the_host_that_was_asked(house: House) -> None:
    told = house.ask("GET", "/config", headers={"authorization": "Bearer None", "consistency": "fast"}).json()
    assert told["domains"] == {
        "studio": "localhost:4319",
        "accounts": "localhost:4319",
        "api": "localhost:4319",
        **dict.fromkeys(("powerboards", "mail", "pages", "registry")),
    }


@pytest.mark.parametrize(
    ("asked", "may_log"),
    [
        ({}, True),
        ({"room_role": "viewer"}, False),
        ({"room_role": "operator"}, False),
        ({"room_role": "developer", "role": "agent"}, True),
        ({"room_role": "admin"}, True),
    ],
)
def test_a_participant_s_token_can_be_narrowed_to_a_role_in_the_room(
    house: House, asked: dict[str, str], may_log: bool
) -> None:
    made = house.ask("POST", f"{BASE}/rooms/lobby/connect", json=asked)
    assert made.headers["cache-control"] == "no-store"
    principal = house.gate.principal(made.json()["jwt"])
    assert (principal.room, principal.may_log) == ("lobby", may_log)
    assert principal.role == asked.get("role", "user")


def test_no_role_in_a_room_gives_more_than_its_maker_has(house: House) -> None:
    create_project(house.catalog, "p")
    text = create_key(house.catalog, "p", name="k", scopes=["execute", "ingest"])[1].reveal()
    headers = {"authorization": f"Bearer {text}"}
    refused = house.ask(
        "POST", "/accounts/projects/p/rooms/r/connect", json={"room_role": "admin"}, headers=headers
    )
    assert refused.status_code == 403


def test_behind_a_path_of_a_proxy_the_room_is_there_too(build: Build) -> None:
    house = build(base_path="/fan", trusted_proxy="127.0.0.1")
    made = house.ask(
        "POST", f"/fan{BASE}/rooms/lobby/connect", json={}, headers={"x-forwarded-proto": "https"}
    )
    assert made.json()["room_url"] == "wss://localhost:4319/fan/rooms/lobby"


def test_a_room_is_named_by_small_letters_digits_and_dashes(house: House) -> None:
    for name in ("Lobby", "a_b", "a.b", "a" * 64, "caf\u00e9", "a b"):
        for answer in (
            house.ask("POST", f"{BASE}/rooms", json={"name": name}),
            house.ask("POST", f"{BASE}/rooms/{name}/connect", json={}),
        ):
            assert error(answer) == (400, f"{name!r} cannot name a room")


WRONG = [
    "usage?start=yesterday",
    "usage?end=2026-13-01T00:00:00",
    "usage?interval=year",
    "usage?report=weather",
    "usage?annotations=[1]",
    'usage?annotations={"a":1}',
    "usage?annotations={" + ",".join(f'"{n}":""' for n in range(17)) + "}",
    "usage?limit=10001",
    "usage?cursor=x",
    "usage?tenant=a",
    "llm-proxy/usage?users=ann",
    "sessions?limit=0",
    "sessions?cursor=x",
    "transactions?cursor=x",
    "rooms?continuation_token=x",
    "rooms?page_size=0",
]


def test_what_is_asked_wrongly_is_said_and_never_ignored(house: House) -> None:
    told = {path: house.ask("GET", f"{BASE}/{path}").status_code for path in WRONG}
    assert told == dict.fromkeys(WRONG, 400)


def test_rooms_come_in_pages_by_name_and_are_counted(house: House) -> None:
    for name in ("a", "b_1", "b-2", "c"):
        create_room(house.catalog, "default", name)
    first = house.ask("GET", f"{BASE}/rooms", params={"page_size": 2}).json()
    token = {"continuation_token": first["continuation_token"], "page_size": 2}
    rest = house.ask("GET", f"{BASE}/rooms", params=token).json()
    assert [room["name"] for room in [*first["rooms"], *rest["rooms"]]] == ["a", "b-2", "b_1", "c"]
    assert (first["total"], rest["continuation_token"]) == (4, None)
    # What the database takes for any letter is a letter here.
    found = house.ask("GET", f"{BASE}/rooms", params={"filter": "b_"}).json()
    assert ([room["name"] for room in found["rooms"]], found["total"]) == (["b_1"], 1)


@pytest.mark.parametrize("what", ["metadata", "annotations", "permissions"])
def test_what_would_be_lost_about_a_room_is_refused(house: House, what: str) -> None:
    refused = house.ask("POST", f"{BASE}/rooms", json={"name": "a", what: {"x": "y"}})
    assert error(refused) == (400, f"Fanlight keeps no {what} of rooms")
    assert house.ask("POST", f"{BASE}/rooms", json={"name": "a", what: None}).status_code == 200


def test_a_session_that_nobody_heard_of_is_not_there_and_cannot_be_ended(house: House) -> None:
    for method, path in (("GET", ""), ("GET", "/events"), ("POST", "/kill"), ("POST", "/terminate")):
        answer = house.ask(method, f"{BASE}/sessions/s/1{path}", headers={"content-type": "application/json"})
        assert error(answer) == (404, "no session 's/1' in project default")


def test_telemetry_is_sent_nowhere_and_a_setting_without_effect_is_refused(house: House) -> None:
    assert house.ask("GET", f"{BASE}/settings/otel").status_code == 404
    assert house.ask("PUT", f"{BASE}/settings/otel", json={"endpoint": "http://x"}).status_code == 409
    assert house.ask("GET", f"{BASE}/status").json() == {"enabled": True}


def test_without_a_budget_the_balance_is_not_known(house: House) -> None:
    told = house.ask("GET", f"{BASE}/balance").json()
    assert (told["balance"], told["monthly_budget"], told["auto_recharge_paused"]) == (None, None, False)


def test_names_that_a_terminal_would_take_for_markup_are_shown_harmless_and_understood_again(
    house: House,
) -> None:
    create_room(house.catalog, "default", "a [b]")
    shown = house.ask("GET", f"{BASE}/rooms", params={"filter": "[b"}).json()["rooms"][0]["name"]
    assert shown == "a [\u200bb]"
    assert house.ask("GET", f"{BASE}/rooms", params={"filter": shown}).json()["total"] == 1
    assert house.ask("GET", f"{BASE}/rooms/{shown}").json()["id"] == shown
    missing = house.ask("GET", f"{BASE}/sessions/s [\u200bb]")
    assert error(missing) == (404, "no session 's [b]' in project default")


def session_in(house: House, room: str) -> str:
    """The session that a room is in now."""
    ensure_room(house.catalog, "default", room)
    now = {"idle_ns": 10**12, "now_ns": house.clock.now_ns()}
    return open_session(house.catalog, "default", room, **now)


def member(house: House, name: str, room_role: str | None, role: str | None = None) -> dict[str, str]:
    person = add_person(house.catalog, f"{name}@example.org", clock=house.clock)
    if role is not None:
        set_role(house.catalog, "default", person.email, role)
    if room_role is not None:
        set_room_role(house.catalog, "default", "lobby", person.email, room_role)
    house.gate.people_changed()
    token = start_login(house.catalog, person.id, LoginKind.TERMINAL, clock=house.clock)[1]
    return {"authorization": f"Bearer {token}", "content-type": "application/json"}


SEEN = {
    ("viewer", None): "200 200 404 403 403 403",
    ("operator", None): "200 200 404 403 403 204",
    ("developer", None): "200 200 404 200 404 403",
    ("admin", None): "200 200 404 200 404 204",
    (None, None): "404 404 404 404 404 404",
    ("developer", "viewer"): "200 200 200 200 403 403",
    (None, "viewer"): "200 200 200 403 403 403",
    (None, "room_manager"): "200 200 200 403 403 204",
    (None, "developer"): "200 200 200 200 200 204",
}
"""Role in lobby and in the project -> list, one of lobby, one of attic, events of either, an end in lobby."""


@pytest.mark.parametrize(("roles", "told"), SEEN.items())
def test_a_role_in_a_room_opens_the_sessions_of_that_room_alone(
    house: House, roles: tuple[str | None, str | None], told: str
) -> None:
    lobby, attic = session_in(house, "lobby"), session_in(house, "attic")
    member(house, "founder", None, "owner")
    headers = member(house, "guest", *roles)
    listed = house.ask("GET", f"{BASE}/sessions", headers=headers)
    asked = [
        ("GET", f"/{lobby}"),
        ("GET", f"/{attic}"),
        ("GET", f"/{lobby}/events"),
        ("GET", f"/{attic}/spans"),
        ("POST", f"/{lobby}/kill"),
    ]
    found = [house.ask(method, f"{BASE}/sessions{path}", headers=headers) for method, path in asked]
    assert " ".join(str(each.status_code) for each in [listed, *found]) == told
    if listed.status_code == 200:
        rooms = {each["room_name"] for each in listed.json()["sessions"]}
        assert rooms == ({"lobby"} if roles[1] is None else {"lobby", "attic"})
    of_attic = house.ask("GET", f"{BASE}/sessions", params={"room_id": "attic"}, headers=headers)
    if roles[1] is None and of_attic.status_code == 200:
        assert of_attic.json()["sessions"] == []
