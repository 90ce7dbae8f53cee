"""The run's own pipe, on the agent's side.

Writing never waits as long as 16 MiB are not outstanding: what the pipe does not take at once is written by
a thread. In a forked child of the agent the pipe is closed to it: its events go onto stdout, unverified.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import select
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any

VARIABLE = "FANLIGHT_EVENTS"
HIGH_FD = 200
MAX_WAITING_BYTES = 16 * 1024 * 1024
MAX_EVENT_BYTES = 4 * 1024 * 1024
COMPATIBLE = "__CHARM_EVENT__"
EXIT_S = 5.0


class EventPipe:
    """Writes events and hooks. `place` is what FANLIGHT_EVENTS said: `fd:<n>:<nonce>` or `stdout:<nonce>`."""

    def __init__(self, place: str) -> None:
        kind, _, rest = place.partition(":")
        self._fd, self._identity = 1, None
        if kind == "fd":
            given, _, rest = rest.partition(":")
            self._fd = own_descriptor(int(given))
            self._identity = identity_of(self._fd)
            os.set_blocking(self._fd, False)
        self._prefix = f"{'' if kind == 'fd' else chr(10)}::FANLIGHT:{rest}::"
        self._pid = os.getpid()
        self._seq = 0
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._writer: threading.Thread | None = None
        atexit.register(self.flush)

    def event(self, event: Mapping[str, Any]) -> None:
        """Write an event in Charm's form."""
        text = json_of(event)
        if len(text) > MAX_EVENT_BYTES:
            text = json_of(shortened(event))
        self._send({"event": text}, text)

    def hook(self, name: str, arguments: Mapping[str, Any], at_ns: int) -> None:
        """Write the call of a hook; `arguments` are JSON."""
        message = {"hook": name, "arguments": arguments, "thread": threading.get_ident(), "at_ns": at_ns}
        self._send(message, None)

    def flush(self) -> None:
        """Wait until all is written, for a bounded time."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting or os.getpid() != self._pid, EXIT_S)

    def _send(self, message: Mapping[str, Any], compatible: str | None) -> None:
        if os.getpid() != self._pid or not self._is_open():
            if compatible is not None:
                os.write(1, f"\n{COMPATIBLE}{compatible}\n".encode("utf-8", "replace"))
            return
        with self._changed:
            self._seq += 1
            line = f"{self._prefix}{json_of({'seq': self._seq, **message})}\n"
            self._put(line.encode("utf-8", "replace"))

    def _is_open(self) -> bool:
        # An agent may close every descriptor (as daemons do), and open its own under the same number.
        return self._identity is None or identity_of(self._fd) == self._identity

    def _put(self, data: bytes) -> None:
        if self._identity is None:
            while data:
                data = data[os.write(self._fd, data) :]
            return
        if not self._waiting:
            data = data[self._write(data) :]
        if not data:
            return
        self._changed.wait_for(lambda: self._waiting_bytes < MAX_WAITING_BYTES)
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._writer is None:
            self._writer = threading.Thread(target=self._run, name="fanlight-events", daemon=True)
            self._writer.start()
        self._changed.notify_all()

    def _write(self, data: bytes) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError:
            # The runner is gone; nobody reads any more.
            return len(data)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                data = self._waiting[0]
            poll = select.poll()
            poll.register(self._fd, select.POLLOUT)
            poll.poll(1_000)
            written = self._write(data) if self._is_open() else len(data)
            with self._changed:
                self._waiting_bytes -= written
                self._waiting[0] = data[written:]
                if not self._waiting[0]:
                    self._waiting.popleft()
                self._changed.notify_all()


def own_descriptor(fd: int) -> int:
    """`fd` moved out of the way of those that count descriptors, and not passed on to other programs."""
    try:
        moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH_FD)
    except OSError:
        moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(fd)
    return moved


def identity_of(fd: int) -> tuple[int, int] | None:
    """Which pipe `fd` is; None when it is closed."""
    with contextlib.suppress(OSError):
        found = os.fstat(fd)
        return found.st_dev, found.st_ino
    return None


def json_of(value: Any) -> str:
    """`value` in Charm's form of JSON; what has no JSON becomes text."""
    return json.dumps(value, ensure_ascii=False, default=plain)


def plain(value: Any) -> Any:
    """What `value` is in JSON's terms: models and data classes by their fields, sets as lists, else text."""
    if callable(dump := getattr(value, "model_dump", None)):
        with contextlib.suppress(Exception):
            return dump(mode="json")
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name, None) for name in value.__dataclass_fields__}
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    return str(value)


def shortened(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event that is too large for the pipe, with the beginning of its content as text."""
    content = event.get("content")
    text = content if isinstance(content, str) else json_of(content)
    kept = text.encode("utf-8", "replace")[: MAX_EVENT_BYTES // 2].decode("utf-8", "replace")
    return {
        "type": event.get("type"),
        "content": kept,
        "format": "markdown",
        "cut_characters": len(text) - len(kept),
    }
