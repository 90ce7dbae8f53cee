"""A small HTTP/1.1 client on a blocking socket, so that the measuring side costs next to nothing."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One keep-alive connection to loopback. An OSError, as when the server goes away, ends it."""

    def __init__(self, port: int, *, timeout_s: float = 30.0) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""

    def request(
        self, method: str, path: str, *, body: bytes | bytearray = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request and wait for its answer."""
        given = {"host": "127.0.0.1", "content-length": str(len(body)), **(headers or {})}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(
            f"{key}: {value}\r\n" for key, value in given.items()
        )
        self._socket.sendall(head.encode() + b"\r\n")
        if body:
            self._socket.sendall(body)
        return self._answer()

    def _answer(self) -> Answer:
        head, rest = self._until(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in lines[1:])
        headers = {key.strip().lower(): value.strip() for key, value in pairs}
        if headers.get("transfer-encoding") == "chunked":
            body = self._chunks(rest)
        else:
            body, self._left = self._exactly(int(headers.get("content-length", 0)), rest)
        return Answer(int(lines[0].split()[1]), headers, body)

    def _chunks(self, rest: bytes) -> bytes:
        whole = bytearray()
        self._left = rest
        while True:
            size, rest = self._until(b"\r\n")
            data, self._left = self._exactly(int(size, 16) + 2, rest)
            whole += data[:-2]
            if size == b"0":
                return bytes(whole)

    def _until(self, mark: bytes) -> tuple[bytes, bytes]:
        data = self._left
        while mark not in data:
            data += self._more()
        before, _, after = data.partition(mark)
        return before, after

    def _exactly(self, size: int, data: bytes) -> tuple[bytes, bytes]:
        parts = [data]
        missing = size - len(data)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        whole = b"".join(parts)
        return whole[:size], whole[size:]

    def _more(self) -> bytes:
        data = self._socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def close(self) -> None:
        """Give the connection back."""
        self._socket.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
