"""A guarded server with everybody who may come into the rooms of its project `p`, and some who may not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from fanlight.access.participants import ParticipantTokens
from fanlight.access.principal import LOCAL_OWNER, Principal
from fanlight.catalog.database import open_catalog
from fanlight.catalog.keys import create_key, find_key
from fanlight.catalog.logins import LoginKind, start_login
from fanlight.catalog.members import set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project
from fanlight.cli.demo.server import running_server
from fanlight.data_dir import secret_of
from fanlight.rooms.messages import pack, unpack
from fanlight.rooms.packets import Assembler, Message, packets_of
from tests.fixtures.waiting import until

PORTS = {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}
PROJECT, OTHER = "p", "q"


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """The server, what each caller presents, and who makes tokens of participants."""

    url: str
    tokens: Mapping[str, str]
    participants: ParticipantTokens
    issuer: Principal

    def room_url(self, room: str, query: str = "v=0.50.1") -> str:
        return f"{self.url.replace('http', 'ws', 1)}/rooms/{room}?{query}"

    def get(self, path: str, **query: Any) -> Any:
        """What the project's owner reads; None when there is nothing yet."""
        bearer = {"authorization": f"Bearer {self.tokens['owner']}"}
        url = f"{self.url}/api/v1/projects/{PROJECT}/{path}"
        answer = httpx.get(url, params=query, headers=bearer, timeout=20)
        return answer.json() if answer.status_code == 200 else None

    def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        bearer = {"authorization": f"Bearer {self.tokens['owner']}"}
        return httpx.post(f"{self.url}/api/v1/projects/{PROJECT}/{path}", json=body, headers=bearer)

    def stored(self, room: str, count: int) -> list[Any]:
        """The bodies of the room's developer logs, oldest first, once there are `count`."""
        q = f"room:{room} event:fanlight.developer_log"
        return [each["body"] for each in until(lambda: self.records(q, count))]

    def records(self, q: str, count: int) -> list[Any]:
        """The log records that match `q`, oldest first; nothing before there are `count`."""
        found: list[Any] = []
        cursor: str | None = None
        while page := self.get(
            "logs", q=q, limit=1000, order="asc", **({"cursor": cursor} if cursor else {})
        ):
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        return found if len(found) >= count else []


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    data = tmp_path_factory.mktemp("rooms")
    catalog = open_catalog("", data)
    try:
        add_person(catalog, "founder@example.org")
        tokens: dict[str, str] = {}
        for project in (PROJECT, OTHER):
            create_project(catalog, project)
        for role in ("owner", "viewer"):
            person = add_person(catalog, f"{role}@example.org")
            set_role(catalog, PROJECT, f"{role}@example.org", role)
            tokens[role] = start_login(catalog, person.id, LoginKind.TERMINAL, label=role)[1]
        for scope in ("read", "ingest", "execute"):
            tokens[scope] = create_key(catalog, PROJECT, name=scope, scopes=[scope])[1].reveal()
        tokens["stranger"] = create_key(catalog, OTHER, name="stranger", scopes=["read"])[1].reveal()
        issuer_id = create_key(catalog, PROJECT, name="weather-agent", scopes=["read"])[0].id
        stored = find_key(catalog, issuer_id)
        assert stored is not None
    finally:
        catalog.close()
    issuer = Principal(name="weather-agent", rights=LOCAL_OWNER.rights, project_id=PROJECT, key_id=issuer_id)
    with running_server(data, PORTS) as server:
        yield Guarded(
            url=server.studio,
            tokens=tokens,
            participants=ParticipantTokens(secret_of(data)),
            issuer=issuer,
        )


@dataclass(eq=False)
class Raw:
    """A participant without a client: packets by hand."""

    socket: ClientConnection
    assembler: Assembler

    async def say(self, *packets: bytes) -> None:
        for packet in packets:
            await self.socket.send(packet)

    async def log(self, message_id: int, data: Mapping[str, Any]) -> None:
        content = {"type": "json", "json": {"type": "info", "data": data}}
        header = {"toolkit": "developer", "tool": "log", "arguments": content, "tool_call_id": "c"}
        await self.say(*packets_of(Message(message_id, "room.invoke_tool", pack(header))))

    async def told(self) -> tuple[int, str, Mapping[str, Any]]:
        """The next message: its id, type and header."""
        while (message := self.assembler.take(await self.socket.recv(decode=False))) is None:
            pass
        return message.id, message.type, unpack(message.payload).header

    async def ended(self) -> tuple[int, str]:
        """The code and the words with which the server closes."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.socket.recv()
        return self.socket.close_code or 0, self.socket.close_reason or ""


def raw(url: str, token: str | None, story: Callable[[Raw], Awaitable[Any]], **options: Any) -> Any:
    """Come in with `token`, be greeted, and let `story` go on."""

    async def whole() -> Any:
        headers = [("authorization", f"Bearer {token}")] if token else []
        async with asyncio.timeout(60), connect(url, additional_headers=headers, **options) as socket:
            talk = Raw(socket, Assembler())
            assert [(await talk.told())[1] for _ in range(2)] == ["room_ready", "connected"]
            return await story(talk)

    return asyncio.run(whole())


def names(items: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    return [each[key] for each in items]
