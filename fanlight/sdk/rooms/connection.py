"""The WebSocket of one participant: requests with their answers, and streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fanlight.rooms.malformed import MalformedError
from fanlight.rooms.messages import Body, pack, unpack
from fanlight.rooms.packets import MAX_PACKET_BYTES, Assembler, Message, packets_of
from fanlight.rooms.toolkits import CONNECTED, READY, RESPONSE, RESPONSE_CHUNK
from fanlight.sdk.rooms.address import Address
from fanlight.sdk.rooms.error import RoomError

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

OPEN_S = 10.0
MAX_MESSAGE_BYTES = 16 * 1024 * 1024

Chunks = Callable[[Body], None]
"""Told of each chunk of a stream."""


class Connection:
    """Made by `connect`. `ready` and `participant` are what the room says of itself and of who came in."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._sending = asyncio.Lock()
        self._last_id = 0
        self._answers: dict[int, asyncio.Future[Body]] = {}
        self._streams: dict[str, Chunks] = {}
        self._greetings: dict[str, asyncio.Future[Body]] = {}
        self._reading: asyncio.Task[None] | None = None
        self.ended: asyncio.Future[RoomError] = asyncio.get_running_loop().create_future()
        self.ready: Mapping[str, Any] = {}
        self.participant: str = ""

    async def greet(self) -> None:
        """Wait until the room is ready. Raises RoomError when it ends the connection instead."""
        loop = asyncio.get_running_loop()
        self._greetings = {type_: loop.create_future() for type_ in (READY, CONNECTED)}
        self._reading = loop.create_task(self._read())
        ready = await self._or_ended(self._greetings[READY])
        connected = await self._or_ended(self._greetings[CONNECTED])
        self.ready, self.participant = ready.header, str(connected.header.get("participantId", ""))

    async def ask(self, type_: str, header: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send a request; the content that answers it. Raises RoomError when it is refused."""
        self._last_id += 1
        message_id = self._last_id
        # Taken at once: the span that goes on now is the one that it belongs to.
        message = Message(message_id, type_, pack(header, context=_context()))
        answer = asyncio.get_running_loop().create_future()
        self._answers[message_id] = answer
        try:
            await self._send(message)
            content = (await self._or_ended(answer)).header
        finally:
            self._answers.pop(message_id, None)
        if content.get("type") == "error":
            code = content.get("code")
            raise RoomError(str(content.get("text")), code=code if isinstance(code, int) else None)
        return content

    async def tell(self, type_: str, header: Mapping[str, Any]) -> None:
        """Send a message that has no answer. Raises RoomError when the connection ended."""
        self._last_id += 1
        await self._send(Message(self._last_id, type_, pack(header)))

    def listen(self, call_id: str, chunks: Chunks) -> None:
        """Hand the chunks of a stream on, until `leave`."""
        self._streams[call_id] = chunks

    def leave(self, call_id: str) -> None:
        """Hand no more on."""
        self._streams.pop(call_id, None)

    async def close(self) -> None:
        """End the connection."""
        await self._socket.close()
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def _send(self, message: Message) -> None:
        from websockets.exceptions import ConnectionClosed

        # The packets of two messages must not mix.
        async with self._sending:
            try:
                for packet in packets_of(message):
                    await self._socket.send(packet)
            except ConnectionClosed as error:
                raise _ended(error) from None

    async def _or_ended(self, wanted: asyncio.Future[Body]) -> Body:
        futures: list[asyncio.Future[Any]] = [wanted, self.ended]
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        if wanted.done():
            return wanted.result()
        raise RoomError(str(self.ended.result()))

    async def _read(self) -> None:
        from websockets.exceptions import ConnectionClosed

        assembler = Assembler(MAX_MESSAGE_BYTES)
        try:
            while True:
                packet = await self._socket.recv(decode=False)
                message = assembler.take(packet)
                if message is not None:
                    self._take(message, unpack(message.payload, max_header_bytes=MAX_MESSAGE_BYTES))
        except ConnectionClosed as error:
            self.ended.set_result(_ended(error))
        except MalformedError as error:
            self.ended.set_result(RoomError(f"the server broke the protocol: {error}"))
            await self._socket.close(1002)

    def _take(self, message: Message, body: Body) -> None:
        if message.type == RESPONSE_CHUNK:
            chunks = self._streams.get(str(body.header.get("tool_call_id")))
            if chunks is not None:
                chunks(body)
            return
        is_answer = message.type == RESPONSE
        future = self._answers.get(message.id) if is_answer else self._greetings.get(message.type)
        if future is not None and not future.done():
            future.set_result(body)


async def connect(address: Address) -> Connection:
    """Come into a room.

    Raises:
        RoomError: the server cannot be reached, or lets nobody in with what was presented.
    """
    try:
        from websockets.asyncio.client import connect as open_socket
        from websockets.exceptions import InvalidStatus, WebSocketException
    except ModuleNotFoundError:
        raise RoomError("rooms need the package websockets: pip install 'fanlight[rooms]'") from None
    try:
        socket = await open_socket(
            address.url,
            additional_headers=address.headers,
            max_size=MAX_PACKET_BYTES * 8,
            open_timeout=OPEN_S,
        )
    except InvalidStatus as error:
        raise RoomError(_told(error.response.body) or str(error)) from None
    except (OSError, WebSocketException) as error:
        raise RoomError(f"{address.url} cannot be reached: {error or type(error).__name__}") from None
    connection = Connection(socket)
    try:
        await asyncio.wait_for(connection.greet(), OPEN_S)
    except TimeoutError:
        await connection.close()
        raise RoomError(f"{address.url} is no room: it says nothing") from None
    except BaseException:
        await connection.close()
        raise
    return connection


def _told(body: bytes | bytearray | None) -> str:
    """What the server says of its refusal."""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        error = json.loads(body or b"")["error"]
        return f"{error['message']}; {error['hint']}" if error["hint"] else str(error["message"])
    return ""


def _ended(error: Any) -> RoomError:
    close = error.rcvd or error.sent
    said = f" ({close.code} {close.reason})".replace(" )", ")") if close is not None else ""
    return RoomError(f"the connection to the room ended{said}")


def _context() -> Mapping[str, str]:
    """The W3C fields of the span that goes on."""
    from opentelemetry.propagate import inject

    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier
