"""Sockets and the HTTP servers behind them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from fanlight.api.http_protocol import HttpProtocol
from fanlight.errors import ConfigError

BACKLOG = 2048
MAX_FRAME_BYTES = 16 * 1024
"""Of a WebSocket's message, after decompression: packets of rooms have hardly more than 1 KiB."""

MAX_FRAGMENTS = 64
LINGER_S = 1.0
UNREAD_TIMEOUT_MS = 30_000
"""The kernel drops a connection when what was sent stays untaken for this long."""


def parse_port(name: str, value: str) -> int | None:
    """The port that a setting names: a number, 0 for any free one, None for `off`.

    Raises:
        ConfigError: the value is none of these.

    Example:
        >>> parse_port("otlp_http_port", "4318"), parse_port("otlp_http_port", "off")
        (4318, None)
    """
    if value.strip().lower() == "off":
        return None
    if value.strip().isdigit() and int(value) < 65_536:
        return int(value)
    raise ConfigError(f"{name} is {value!r}", hint="a port number, 0 for any free one, or off")


def bind(host: str, port: int) -> socket.socket:
    """A listening TCP socket. Raises OSError when the port is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Connections inherit it: closing one whose client reads nothing would otherwise wait for ever.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_TIMEOUT_MS)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def url_of(sock: socket.socket) -> str:
    """`http://host:port` of a bound socket; loopback stands in for the wildcard address.

    Example:
        >>> with bind("127.0.0.1", 0) as sock:
        ...     url_of(sock).rsplit(":", 1)[0]
        'http://127.0.0.1'
    """
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{host}:{port}"


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket that bounds in how many pieces a message may come: `max_size` counts no empty ones."""

    def handle_cont(self, event: Frame) -> None:
        """Take a piece of a message."""
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        elif not self.close_sent:
            code, reason = 1008, f"a message comes in {MAX_FRAGMENTS} frames at most"
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self._linger(self.close_timeout)

    def keepalive_timeout(self) -> None:
        """End a connection whose client answers no ping."""
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1011, "reason": "no answer to a ping"})
        super().keepalive_timeout()

    def handle_parser_exception(self) -> None:
        """End a connection on which nothing can be understood any more."""
        super().handle_parser_exception()
        self._linger(LINGER_S)

    def _linger(self, for_s: float) -> None:
        # Closed with something unread in it, a connection is reset, and the client never learns why.
        if self.close_timer is None:
            self.close_timer = self.loop.call_later(for_s, self.transport.close)


class Listener(uvicorn.Server):
    """An HTTP server on one socket that leaves signals to the composition root.

    Without `websockets` a request for one is a plain GET.
    """

    def __init__(self, app: Any, sock: socket.socket, *, grace_s: float, websockets: bool = False) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=HttpProtocol,
                ws=WebSocketProtocol if websockets else "none",
                ws_max_size=MAX_FRAME_BYTES,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=int(grace_s),
            )
        )
        self._sock = sock
        self.accepts = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, and say so by `accepts`."""
        await super().startup(sockets)
        self.accepts.set()

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does ten times a second, and once a second a look at who keeps the server waiting."""
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, HttpProtocol):
                    connection.cut_if_late(now)
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: several servers share the process, and one place ends them all."""
        yield

    async def run_until_stopped(self) -> None:
        """Serve until `should_exit` is set; open requests get the grace time."""
        await self.serve(sockets=[self._sock])
