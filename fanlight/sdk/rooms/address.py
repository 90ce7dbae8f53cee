"""Where a room is, and what to present there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fanlight.sdk.rooms.error import RoomError

DEFAULT_URL = "http://127.0.0.1:4319"


@dataclass(frozen=True, slots=True)
class Address:
    """A room's WebSocket. The headers hold the key."""

    url: str
    headers: Mapping[str, str]


def find_address(
    name: str | None = None,
    *,
    endpoint: str | None = None,
    key: str | None = None,
    project: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Address:
    """The room `name` of a server; what is not given comes from the environment.

    | | |
    |---|---|
    | room | MESHAGENT_ROOM |
    | endpoint | FANLIGHT_URL, MESHAGENT_ROOM_URL, MESHAGENT_API_URL, else this machine's port 4319 |
    | key | FANLIGHT_KEY, MESHAGENT_TOKEN, MESHAGENT_API_KEY |
    | project | MESHAGENT_PROJECT_ID; whatever is presented mostly says it already |

    Raises:
        RoomError: no room is named.

    Example:
        >>> find_address("lobby", environ={"FANLIGHT_URL": "https://lights/fan/", "FANLIGHT_KEY": "fl_1"})
        Address(url='wss://lights/fan/rooms/lobby', headers={'authorization': 'Bearer fl_1'})
    """
    environ = os.environ if environ is None else environ
    room = name or environ.get("MESHAGENT_ROOM")
    if not room:
        raise RoomError("no room is named: fanlight.room(NAME), or MESHAGENT_ROOM")
    base = (
        endpoint or _first(environ, "FANLIGHT_URL", "MESHAGENT_ROOM_URL", "MESHAGENT_API_URL") or DEFAULT_URL
    )
    headers: dict[str, str] = {}
    if key := key or _first(environ, "FANLIGHT_KEY", "MESHAGENT_TOKEN", "MESHAGENT_API_KEY"):
        headers["authorization"] = f"Bearer {key}"
    if project := project or environ.get("MESHAGENT_PROJECT_ID"):
        headers["x-fanlight-project"] = project
    return Address(f"{_as_websocket(base)}/rooms/{quote(room, safe='')}", headers)


def _first(environ: Mapping[str, str], *names: str) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _as_websocket(url: str) -> str:
    url = url.rstrip("/").removesuffix("/rooms")
    if url.startswith("http"):
        return url.replace("http", "ws", 1)
    return url if "://" in url else f"ws://{url}"
