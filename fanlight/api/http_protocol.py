"""One HTTP connection: a request is waited for, but only so long and only so much of it.

uvicorn waits for ever for a head that has begun and for the rest of a body, and keeps a head of any length.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fanlight.api.errors import Error, ErrorDetail

HEAD_TIMEOUT_S = 20.0
"""A request's head is whole so long after the connection was opened, or after its first byte."""

HEAD_BYTES = 64 * 1024
BODY_GRACE_S = 25.0
"""A body may take this long, and longer only while it comes at `SLOWEST_BYTES_PER_S` or faster.

Receivers that have something better to say about a slow body say it earlier.
"""
SLOWEST_BYTES_PER_S = 64 * 1024


class Stage(Enum):
    """What the client owes: a head, a body, or nothing until it asks again."""

    HEAD = auto()
    BODY = auto()
    NOTHING = auto()


_Answer = tuple[int, bytes, bytes]
"""Status, phrase, body."""


def _told(code: str, message: str, hint: str) -> bytes:
    detail = ErrorDetail(code=code, message=message, hint=hint, request_id="")
    return msgspec.json.encode(Error(error=detail))


_BROKEN = (
    400,
    b"Bad Request",
    _told("invalid", "this is no HTTP request, or its address is longer than 64 KiB", "ask for less at once"),
)
_SLOW = (408, b"Request Timeout", _told("payload", "the request came too slowly", "send it again"))
_LONG = (
    431,
    b"Request Header Fields Too Large",
    _told("payload", "the head of a request, with its address, has 64 KiB at most", "ask for less at once"),
)


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's, with an end to its patience: whoever runs it calls `cut_if_late` every second or so."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected, and should say what it wants."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        super().data_received(data)
        self._received_bytes += len(data)
        if self._stage is Stage.HEAD and self._received_bytes > HEAD_BYTES:
            self._refuse(_LONG)
        elif self._stage is Stage.NOTHING and not self._is_answering and self.timeout_keep_alive_task is None:
            # Empty lines before a request end the wait for one without beginning it.
            self._await_head()

    def on_message_begin(self) -> None:
        """The first byte of a request came."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._stage, self._since, self._received_bytes = Stage.BODY, self.loop.time(), 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is whole."""
        self._stage = Stage.NOTHING
        super().on_message_complete()

    def cut_if_late(self, now: float) -> None:
        """Close the connection when its client took too long, as of `now` on the loop's clock."""
        if self._is_late(now) and not self.transport.is_closing():
            self._refuse(_SLOW)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        self._stage, self._since, self._received_bytes = Stage.HEAD, self.loop.time(), 0

    def _is_late(self, now: float) -> bool:
        if self._stage is Stage.HEAD:
            # What is asked next is not hurried while the last answer is still being read.
            return not self._is_answering and now - self._since > HEAD_TIMEOUT_S
        if self._stage is Stage.NOTHING:
            return False
        if self.flow.read_paused or self.cycle.waiting_for_100_continue:
            # It is the server that does not read, or has not yet said that it would.
            self._since = now
        return now - self._since > BODY_GRACE_S + self._received_bytes / SLOWEST_BYTES_PER_S

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP, or an address of more than 64 KiB."""
        self._answer(_BROKEN)
        self.transport.close()

    def _refuse(self, why: _Answer) -> None:
        # Nobody is told of what was never asked, or was answered before its body had come.
        is_answered = self._stage is Stage.BODY and self.cycle.response_started
        if self._received_bytes and not is_answered:
            self._answer(why)
        self._stage = Stage.NOTHING
        self.transport.close()

    def _answer(self, why: _Answer) -> None:
        status, phrase, body = why
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close" % len(body)
        self.transport.write(b"HTTP/1.1 %d %s\r\n%s\r\n\r\n%s" % (status, phrase, head, body))
