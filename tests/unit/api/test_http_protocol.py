"""Who keeps the server waiting is cut off, whatever does not come; who only reads slowly is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from fanlight.api import http_protocol
from fanlight.api.listen import Listener, bind

PATIENCE_S = 20.0
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers when it has the whole body; `/stream` at once, and goes on until the client leaves."""
    headers = [(b"content-length", b"2")] if scope["path"] != "/stream" else []
    if scope["path"] == "/stream":
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in range(12):
            await asyncio.sleep(0.2)
            await send({"type": "http.response.body", "body": b"beat", "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] != "http.disconnect":
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def listening() -> AsyncIterator[int]:
    sock = bind("127.0.0.1", 0)
    listener = Listener(app, sock, grace_s=1)
    serving = asyncio.ensure_future(listener.run_until_stopped())
    await listener.accepts.wait()
    try:
        yield sock.getsockname()[1]
    finally:
        listener.should_exit = True
        await serving


def told(talk: Talk) -> bytes:
    """What a client is told in all, until the server closes the connection or `talk` is through."""

    async def run() -> bytes:
        async with listening() as port, asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                return await talk(reader, writer)
            finally:
                writer.close()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT_S", 0.4)
    monkeypatch.setattr(http_protocol, "BODY_GRACE_S", 0.4)


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Everything until the end, however the server makes one."""
    found = b""
    try:
        while piece := await reader.read(65_536):
            found += piece
    except ConnectionError:
        pass
    return found


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, drop: bytes) -> bytes:
    """Send `drop` again and again, as slowly as one dares, until the server has enough."""
    ended = asyncio.ensure_future(rest(reader))
    while not ended.done():
        writer.write(drop)
        await asyncio.sleep(0.05)
    return ended.result()


@pytest.mark.parametrize(
    ("begun", "drop", "status"),
    [
        (b"", b"", b""),
        (b"", b"\r\n", b"408"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"", b"408"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nx: ", b"x", b"408"),
        (b"GET /", b"x", b"408"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n", b"", b"408"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n", b"x", b"408"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", b"408"),
    ],
    ids=["silence", "empty lines", "half a head", "an endless header", "an endless path", "no body",
         "a dripping body", "dripping chunks"],
)  # fmt: skip
def test_what_comes_too_slowly_is_cut(begun: bytes, drop: bytes, status: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(begun)
        return await dripping(reader, writer, drop)

    assert told(talk)[:12] == (b"HTTP/1.1 " + status if status else b"")


def test_a_second_request_is_waited_for_no_longer_than_the_first() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"ok")
        return await dripping(reader, writer, b"\r\n")

    assert told(talk)[:12] == b"HTTP/1.1 408"


def test_a_head_that_never_ends_is_cut_by_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT_S", PATIENCE_S)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET / HTTP/1.1\r\nx: " + b"x" * http_protocol.HEAD_BYTES)
        return await rest(reader)

    assert told(talk)[:12] == b"HTTP/1.1 431"


def test_a_body_that_keeps_coming_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "SLOWEST_BYTES_PER_S", 1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n")
        for _ in range(30):
            writer.write(b"x")
            await asyncio.sleep(0.08)
        return await reader.readuntil(b"ok")

    assert told(talk)[:12] == b"HTTP/1.1 200"


def test_a_reader_of_a_long_answer_is_left_alone() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /half")
        return await reader.readuntil(b"\r\n0\r\n\r\n")

    assert told(talk).count(b"beat") == 12
