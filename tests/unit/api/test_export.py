"""An export that nobody takes ends, and lets the next one begin."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator

import pytest
from starlette.types import Message

from fanlight.api import export


def pieces(lock: threading.Lock) -> Generator[bytes]:
    with lock:
        yield b"first"
        yield b"second"
        yield b"third"


def test_a_reader_that_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PATIENCE_S", 0.02)
    lock, taken = threading.Lock(), list[bytes]()
    rest = pieces(lock)
    response = export.Archive(next(rest), rest, {})

    async def send(message: Message) -> None:
        if message.get("body") == b"second":
            await asyncio.Event().wait()
        taken.append(message.get("body", b""))

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    assert lock.locked()
    with pytest.raises(TimeoutError):
        asyncio.run(response({"type": "http", "method": "GET"}, receive, send))
    assert (taken, lock.locked()) == ([b"", b"first"], False)
