"""Senders that keep a ledger: what was sent, and what became of each request.

The oracle of these tests is *acknowledged ⊆ stored ⊆ sent, each once*. A request whose answer never came
is `unknown`: half of those are sent again, as an exporter does, the others are left alone.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from benchmarks.client import Connection
from benchmarks.server import PROJECT

HEADERS = {"content-type": "application/x-protobuf", "x-fanlight-project": PROJECT}


class Outcome(Enum):
    """What the sender knows of a request."""

    ACKED = "acknowledged"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Ledger:
    """The outcome of every request that may have reached the server, by its number."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    refused: int = 0
    slowest_s: float = 0.0
    """The longest that an answer took."""
    wrong: list[str] = field(default_factory=list)

    @property
    def acked(self) -> set[int]:
        """Requests that were answered with 200 and an empty body."""
        return {number for number, outcome in self.outcomes.copy().items() if outcome is Outcome.ACKED}

    def told(self) -> str:
        """What became of the requests so far, in a line."""
        return (
            f"{len(self.acked):,} of {len(self.outcomes):,} requests acknowledged, {self.refused:,} refused,"
            f" wrong: {self.wrong[:3]}"
        )

    @property
    def sent(self) -> set[int]:
        """Requests that may have been stored."""
        return set(self.outcomes)


class Traffic:
    """Threads that send `render(number)` to `path`, one number after the other, until stopped.

    `port()` is asked before each connection, because a server that starts again may listen elsewhere.
    """

    def __init__(
        self, *, port: Callable[[], int], path: str, render: Callable[[int], bytes], seed: int,
        connections: int = 3, pause_s: float = 0.0,
    ) -> None:  # fmt: skip
        self.ledger = Ledger()
        self._port, self._path, self._render = port, path, render
        self._pause_s = pause_s
        self._dice = random.Random(seed)
        self._lock = threading.Lock()
        self._next = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(connections)]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> Ledger:
        """Let each thread end its request; the ledger is final afterwards."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a sender hangs: the server neither answers nor closes"
        return self.ledger

    def __enter__(self) -> Traffic:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def wait_acked(self, count: int, *, timeout_s: float = 30.0) -> None:
        """Wait until that many requests were acknowledged."""
        until = time.monotonic() + timeout_s
        while len(self.ledger.acked) < count:
            assert time.monotonic() < until, f"{count} were to be acknowledged: {self.ledger.told()}"
            time.sleep(0.01)

    def _take(self) -> int:
        with self._lock:
            number = self._next
            self._next += 1
            return number

    def _work(self) -> None:
        connection: Connection | None = None
        while not self._stop.is_set():
            number = self._take()
            body = self._render(number)
            while not self._stop.is_set():
                connection = connection or self._connect()
                if connection is None:
                    continue
                again, connection = self._send(connection, number, body)
                if not again:
                    break
            time.sleep(self._pause_s)

    def _connect(self) -> Connection | None:
        try:
            return Connection(self._port(), timeout_s=20)
        except OSError:
            time.sleep(0.02)
            return None

    def _send(self, connection: Connection, number: int, body: bytes) -> tuple[bool, Connection | None]:
        """Send once: whether to send again, and the connection that is left."""
        self.ledger.outcomes.setdefault(number, Outcome.UNKNOWN)
        began = time.monotonic()
        try:
            answer = connection.request("POST", self._path, body=body, headers=HEADERS)
        except OSError:
            with self._lock:
                return self._dice.random() < 0.5, None
        with self._lock:
            self.ledger.slowest_s = max(self.ledger.slowest_s, time.monotonic() - began)
        if answer.status == 503:
            self.ledger.refused += 1
            self._stop.wait(min(0.2, float(answer.headers.get("retry-after", 1))))
            return True, connection
        if answer.status != 200 or answer.body:
            self.ledger.wrong.append(f"{answer.status}: {answer.body[:200]!r}")
        else:
            self.ledger.outcomes[number] = Outcome.ACKED
        return False, connection
