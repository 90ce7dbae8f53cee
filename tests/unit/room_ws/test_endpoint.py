"""Coming into a room of the whole application in memory, and being shown out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from fanlight.api.room_ws import connection
from fanlight.catalog.keys import create_key, revoke_key
from fanlight.catalog.logins import LoginKind, start_login
from fanlight.catalog.members import set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project
from fanlight.rooms.messages import pack, unpack
from fanlight.rooms.packets import Assembler, Message, packets_of
from tests.fixtures.waiting import until

from ..api.conftest import House, close_house, open_house

OWN, SOCKETS = "http://localhost:4319", "ws://localhost:4319"
PROJECT = "/api/v1/projects/default"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = open_house(tmp_path)
    yield made
    close_house(made)


def client_of(house: House) -> TestClient:
    """A client on one event loop for as long as it is open."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await house.app(scope, receive, send)
            return
        for moment in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{moment}.complete"})

    return TestClient(app, base_url=OWN)


def refusal(client: TestClient, path: str, **headers: str) -> tuple[int, str]:
    """The status and the words with which somebody is not let in."""
    with (
        pytest.raises(WebSocketDenialResponse) as caught,
        client.websocket_connect(f"{SOCKETS}{path}", headers=headers),
    ):
        pass
    return caught.value.status_code, caught.value.json()["error"]["message"]


def told(socket: Any) -> tuple[str, Any]:
    """The type and header of the next message."""
    assembler = Assembler()
    while (message := assembler.take(socket.receive_bytes())) is None:
        pass
    return message.type, unpack(message.payload).header


def test_a_local_servers_owner_comes_in_without_a_key_and_is_in_the_room_meanwhile(
    house: House,
) -> None:
    with client_of(house) as client:
        with client.websocket_connect(f"{SOCKETS}/rooms/lobby?v=0.50.1") as socket:
            type_, ready = told(socket)
            assert (type_, ready["room_name"]) == ("room_ready", "lobby")
            assert ready["room_url"] == "ws://localhost:4319/rooms/lobby"
            assert told(socket)[0] == "connected"
            session = f"{PROJECT}/sessions/{ready['session_id']}"
            assert client.get(session).json()["participants"] == {"user": 1}
        until(lambda: client.get(session).json()["participants"] == {})
        until(lambda: "fanlight_room_connections 0" in client.get("/metrics").text)
        text = client.get("/metrics").text
        assert 'fanlight_room_endings_total{reason="gone"} 1' in text
        assert "fanlight_room_connections 0" in text


def test_a_local_servers_owner_makes_a_project_by_naming_it(house: House) -> None:
    with client_of(house) as client:
        with client.websocket_connect(
            f"{SOCKETS}/rooms/lobby", headers={"x-fanlight-project": "shop"}
        ) as socket:
            told(socket)
        rooms = client.get("/api/v1/projects/shop/rooms").json()["items"]
        assert [room["name"] for room in rooms] == ["lobby"]
        assert refusal(client, "/rooms/a?project=a b") == (400, "'a b' cannot name a project")


def test_a_page_of_another_site_does_not_come_in_where_nobody_needs_a_key(house: House) -> None:
    with client_of(house) as client:
        told_why = "a page of another site (http://evil.test) may not do this"
        assert refusal(client, "/rooms/a", origin="http://evil.test") == (403, told_why)
        with client.websocket_connect(f"{SOCKETS}/rooms/a", headers={"origin": OWN}) as socket:
            assert told(socket)[0] == "room_ready"


def test_a_session_that_is_ended_ends_its_connections(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CHECK_S", 0.02)
    with client_of(house) as client, client.websocket_connect(f"{SOCKETS}/rooms/lobby") as socket:
        _, ready = told(socket)
        told(socket)
        assert client.post(f"{PROJECT}/sessions/{ready['session_id']}/end", json={}).status_code == 200
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_bytes()
    assert (caught.value.code, caught.value.reason) == (1008, "the session was ended")


def test_a_key_that_is_revoked_ends_its_connections(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CHECK_S", 0.02)
    create_project(house.catalog, "mine")
    add_person(house.catalog, "founder@example.org")
    key, text = create_key(house.catalog, "mine", name="agent", scopes=["ingest"])
    bearer = {"authorization": f"Bearer {text.reveal()}"}
    with client_of(house) as client:
        with client.websocket_connect(f"{SOCKETS}/rooms/lobby", headers=bearer) as socket:
            told(socket)
            told(socket)
            asked = {"toolkit": "developer", "tool": "logs", "arguments": {}}
            for packet in packets_of(Message(7, "room.invoke_tool", pack(asked))):
                socket.send_bytes(packet)
            assert told(socket)[1]["code"] == 1002
            revoke_key(house.catalog, "mine", key.id)
            with pytest.raises(WebSocketDisconnect) as caught:
                socket.receive_bytes()
        assert (caught.value.code, "was revoked" in caught.value.reason) == (1008, True)
        assert refusal(client, "/rooms/lobby") == (403, "sign in, or present a key")


def test_somebody_in_several_projects_names_one(house: House) -> None:
    add_person(house.catalog, "founder@example.org")
    ann = add_person(house.catalog, "ann@example.org")
    _, token = start_login(house.catalog, ann.id, LoginKind.TERMINAL, label="ann")
    bearer = {"authorization": f"Bearer {token}"}
    with client_of(house) as client:
        for project, count in (("a", 1), ("b", 2)):
            create_project(house.catalog, project)
            set_role(house.catalog, project, "ann@example.org", "developer")
            house.gate.people_changed()
            if count == 1:
                with client.websocket_connect(f"{SOCKETS}/rooms/lobby", headers=bearer) as socket:
                    assert told(socket)[0] == "room_ready"
        assert refusal(client, "/rooms/a", **bearer) == (404, "you are in several projects")
        with client.websocket_connect(f"{SOCKETS}/rooms/lobby?project=b", headers=bearer) as socket:
            assert told(socket)[0] == "room_ready"
