"""`fanlight.room`: take part in a room from any Python program."""

from __future__ import annotations

from types import TracebackType

from fanlight.sdk.rooms.address import Address, find_address
from fanlight.sdk.rooms.connection import Connection, connect
from fanlight.sdk.rooms.developer import Developer
from fanlight.sdk.rooms.error import RoomError

LEAVE_S = 2.0
"""How long leaving waits for logs that are on their way."""


def room(
    name: str | None = None,
    *,
    endpoint: str | None = None,
    key: str | None = None,
    project: str | None = None,
) -> Room:
    """A room of a Fanlight server, to be entered by `async with`.

    What is not given comes from the environment: FANLIGHT_URL and FANLIGHT_KEY, or the variables that
    MeshAgent sets in its containers (MESHAGENT_ROOM, MESHAGENT_TOKEN, MESHAGENT_API_URL, ...).

    Raises:
        RoomError: no room is named; on entering, the server cannot be reached or lets nobody in.

    Example:
        async with fanlight.room("lobby") as room:
            await room.developer.log(type="info", data={"message": "hello"})
            room.developer.warning("slow", extra={"ms": 1200})
            async for event in room.developer.logs():
                print(event.type, event.data)
    """
    return Room(find_address(name, endpoint=endpoint, key=key, project=project))


class Room:
    """A room, entered by `async with`. `developer` writes and follows developer logs."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._developer: Developer | None = None

    @property
    def developer(self) -> Developer:
        """The developer toolkit. Raises RoomError before the room was entered."""
        if self._developer is None:
            raise RoomError("the room was not entered: async with fanlight.room(...) as room")
        return self._developer

    @property
    def name(self) -> str:
        """The room's name; empty before it was entered."""
        return self._said("room_name")

    @property
    def session(self) -> str:
        """The session that the room is in; empty before it was entered."""
        return self._said("session_id")

    @property
    def participant(self) -> str:
        """Who this program is in the room; empty before it was entered."""
        return self._connection.participant if self._connection else ""

    def _said(self, what: str) -> str:
        return str(self._connection.ready.get(what, "")) if self._connection else ""

    async def __aenter__(self) -> Room:
        self._connection = await connect(self._address)
        self._developer = Developer(self._connection)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._developer is not None and self._connection is not None:
            await self._developer.finish(LEAVE_S)
            await self._connection.close()
