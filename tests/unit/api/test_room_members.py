"""A role in one room opens that room and nothing else of its project."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fanlight.access.principal import Right
from fanlight.catalog.logins import LoginKind, start_login
from fanlight.catalog.members import set_role
from fanlight.catalog.people import add_person

from .conftest import House

BASE = "/api/v1/projects/default"
MESH = "/accounts/projects/default"
LOBBY = f"{BASE}/rooms/lobby"


def person(house: House, email: str, role: str | None = None) -> dict[str, str]:
    made = add_person(house.catalog, email, clock=house.clock)
    if role is not None:
        set_role(house.catalog, "default", email, role)
    house.gate.people_changed()
    token = start_login(house.catalog, made.id, LoginKind.TERMINAL, clock=house.clock)[1]
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def owner(house: House) -> dict[str, str]:
    headers = person(house, "owner@example.org", "owner")
    for room in ("lobby", "attic"):
        assert house.ask("POST", f"{BASE}/rooms", json={"name": room}, headers=headers).status_code == 201
    return headers


@pytest.fixture
def guest(house: House, owner: dict[str, str]) -> dict[str, str]:
    return person(house, "guest@example.org")


def give(house: House, owner: dict[str, str], role: str) -> httpx.Response:
    given = {"email": "Guest@example.org", "role": role}
    return house.ask("PUT", f"{LOBBY}/members", json=given, headers=owner)


def statuses(house: House, headers: dict[str, str]) -> dict[str, int]:
    asked = {
        "lobby": ("GET", LOBBY),
        "its services": ("GET", f"{LOBBY}/services"),
        "its sessions": ("GET", f"{MESH}/rooms/lobby/sessions"),
        "as MeshAgent": ("GET", f"{MESH}/rooms/lobby"),
        "connect": ("POST", f"{MESH}/rooms/lobby/connect"),
        "its members": ("GET", f"{LOBBY}/members"),
        "a service's report": ("PUT", f"{LOBBY}/services/planner"),
        "attic": ("GET", f"{BASE}/rooms/attic"),
        "connect to attic": ("POST", f"{MESH}/rooms/attic/connect"),
        "rooms": ("GET", f"{BASE}/rooms"),
        "runs": ("GET", f"{BASE}/runs"),
        "logs": ("GET", f"{BASE}/logs"),
        "sessions": ("GET", f"{BASE}/sessions"),
        "usage": ("GET", f"{BASE}/usage/cost"),
    }
    body: dict[str, Any] = {"json": {}, "headers": headers}
    return {
        name: house.ask(method, path, **(body if method != "GET" else {"headers": headers})).status_code
        for name, (method, path) in asked.items()
    }


OUTSIDE = {
    "attic": 404, "connect to attic": 404, "rooms": 404, "runs": 404, "logs": 404, "sessions": 404,
    "usage": 404,
}  # fmt: skip


def test_a_developer_of_a_room_sees_it_and_may_log_there(
    house: House, owner: dict[str, str], guest: dict[str, str]
) -> None:
    assert give(house, owner, "developer").json()["role"] == "developer"
    assert statuses(house, guest) == {
        "lobby": 200, "its services": 200, "its sessions": 200, "as MeshAgent": 200, "connect": 200,
        "its members": 404, "a service's report": 404, **OUTSIDE,
    }  # fmt: skip
    made = house.ask("POST", f"{MESH}/rooms/lobby/connect", json={}, headers=guest).json()
    participant = house.gate.principal(made["jwt"])
    assert (participant.room, participant.may_log) == ("lobby", True)


def test_a_viewer_of_a_room_may_come_in_and_read_nothing(
    house: House, owner: dict[str, str], guest: dict[str, str]
) -> None:
    give(house, owner, "viewer")
    assert statuses(house, guest) == {
        "lobby": 403, "its services": 403, "its sessions": 200, "as MeshAgent": 200, "connect": 200,
        "its members": 404, "a service's report": 404, **OUTSIDE,
    }  # fmt: skip
    made = house.ask("POST", f"{MESH}/rooms/lobby/connect", json={}, headers=guest).json()
    assert house.gate.principal(made["jwt"]).may_log is False


def test_who_is_taken_out_of_a_room_is_a_stranger_and_so_is_their_token(
    house: House, owner: dict[str, str], guest: dict[str, str]
) -> None:
    member = give(house, owner, "admin").json()
    made = house.ask("POST", f"{MESH}/rooms/lobby/connect", json={}, headers=guest).json()
    listed = house.ask("GET", f"{LOBBY}/members", headers=owner).json()
    assert listed == {"items": [member], "next": None}
    gone = house.ask("DELETE", f"{LOBBY}/members/{member['person_id']}", headers=owner)
    assert (gone.status_code, gone.json()) == (200, member)
    assert set(statuses(house, guest).values()) == {404}
    assert house.ask("GET", LOBBY, headers={"authorization": f"Bearer {made['jwt']}"}).status_code == 401
    again = house.ask("DELETE", f"{LOBBY}/members/{member['person_id']}", headers=owner)
    assert again.status_code == 404


def test_a_role_in_a_room_adds_to_one_in_the_project(house: House, owner: dict[str, str]) -> None:
    viewer = person(house, "guest@example.org", "viewer")
    assert house.ask("GET", LOBBY, headers=viewer).status_code == 403
    give(house, owner, "developer")
    found = {
        name: house.ask("GET", f"{BASE}/rooms/{name}", headers=viewer).status_code
        for name in ("lobby", "attic")
    }
    assert found == {"lobby": 200, "attic": 403}
    principal = house.gate.principal(viewer["authorization"].removeprefix("Bearer "))
    assert principal.rights_on("default") == {Right.LIST}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"email": "nobody@example.org", "role": "viewer"}, 404),
        ({"email": "guest@example.org", "role": "owner"}, 400),
        ({"email": "guest@example.org"}, 400),
    ],
)
def test_wrong_members_are_refused(
    house: House, owner: dict[str, str], guest: dict[str, str], given: dict[str, str], status: int
) -> None:
    assert house.ask("PUT", f"{LOBBY}/members", json=given, headers=owner).status_code == status
    path = f"{BASE}/rooms/nowhere/members"
    assert house.ask("GET", path, headers=owner).status_code == 404
    valid = {"email": "guest@example.org", "role": "viewer"}
    assert house.ask("PUT", path, json=valid, headers=owner).status_code == 404
