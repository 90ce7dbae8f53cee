"""Payloads on their way: sent, or kept in the spool while the server is away, or counted as lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from fanlight.sdk.drops import Drops
from fanlight.sdk.endpoint import Endpoint
from fanlight.sdk.faults import count
from fanlight.sdk.payload import Payload
from fanlight.sdk.settings import Settings
from fanlight.sdk.spool import Spool, open_spool
from fanlight.sdk.wire import Answer, Wire

_log = logging.getLogger("fanlight")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
LOOK_S = 60.0
"""How often to look for what other processes left."""

A_TURN = 16
"""Payloads of the spool that a turn sends, so that what is new never waits long behind what is old."""


class Outbox:
    """For the pipeline's thread, until `take_over` hands it to the thread that ends the process.

    `connect` makes what requests go over, `now` is the monotonic clock.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        settings: Settings,
        drops: Drops,
        *,
        connect: type[Wire] = Wire,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._now = now
        self._endpoint = endpoint
        self._settings = settings
        self._drops = drops
        self._begin()

    def _begin(self) -> None:
        self._wire = self._connect(self._endpoint)
        self._spool: Spool | None = None
        self._lock = threading.Lock()
        self._in_hand: list[Payload] = []
        self._is_taken_over = False
        self._pause_s = FIRST_PAUSE_S
        self._retry_at = 0.0
        self._is_away = False
        self._has_kept = True  # until it was looked
        self._look_at = 0.0
        self.has_recovered = False
        self.has_answered = False

    @property
    def is_away(self) -> bool:
        """The server did not take the last request, and it is not yet time to try again."""
        return self._is_taken_over or self._now() < self._retry_at

    @property
    def is_behind(self) -> bool:
        """Something is kept that the server has yet to get."""
        return self._is_away or self._has_kept

    def rest_s(self) -> float | None:
        """In how many seconds there is something to do; None = nothing until something comes."""
        now = self._now()
        if self.is_away:
            return self._retry_at - now
        return 0.0 if self._has_kept else None

    def send(self, *payloads: Payload, keep: bool = True) -> None:
        """Send these, or `keep` in the spool what the server cannot take now."""
        if self._is_over():
            for payload in payloads if keep else ():
                self.store(payload)
            return
        self._in_hand = list(payloads) if keep else []
        for payload in payloads:
            is_kept = self.is_away or self._settle(payload, self._wire.post(payload))
            if self._is_over():
                # Whoever did that has stored what was in hand.
                return
            if is_kept and keep:
                self.store(payload)
            del self._in_hand[:1]

    def deliver(self) -> None:
        """Send some of what is kept."""
        if self._now() >= self._look_at:
            self._look_at, self._has_kept = self._now() + LOOK_S, True
        for _ in range(A_TURN):
            if self.is_away or not self._has_kept:
                return
            with self._lock:
                payload = self._opened().first()
            if payload is None:
                self._has_kept = False
                return
            answer = self._wire.post(payload)
            if self._is_taken_over or self._settle(payload, answer):
                return
            with self._lock:
                self._opened().sent()

    def store(self, payload: Payload) -> None:
        """Keep it for later."""
        with self._lock:
            self._drops.add("spool_full", self._opened().put(payload))
        self._has_kept = True

    def hurry(self, deadline: float) -> None:
        """From now on no request waits beyond `deadline` (of the monotonic clock)."""
        self._wire.close()
        self._wire = self._connect(self._endpoint, timeout_s=max(0.05, deadline - self._now()))

    def take_over(self) -> None:
        """The thread hangs in a request: what it holds is kept, and nothing is sent any more."""
        self._is_taken_over = True
        for payload in self._in_hand:
            self.store(payload)

    def close(self) -> None:
        """Let go of connection and spool; what was only in memory is lost."""
        if not self._is_taken_over:
            self._wire.close()
        with self._lock:
            if self._spool is not None:
                self._drops.add("exit", self._spool.close())

    def in_child(self) -> None:
        """After a fork: connection and spool are the parent's."""
        self._wire.close()
        if self._spool is not None:
            self._spool.abandon()
        self._begin()

    def _is_over(self) -> bool:
        # A function, for another thread may have changed it since it was last looked at.
        return self._is_taken_over

    def _settle(self, payload: Payload, answer: Answer) -> bool:
        """Take note of an answer. True when the payload has to be sent again."""
        if answer.is_away:
            self._pause(answer)
            return True
        if answer.is_taken:
            self._drops.add("rejected", answer.rejected)
        else:
            where = self._endpoint.target(payload.signal).url.removesuffix(f"/v1/{payload.signal}")
            self._drops.add("refused", payload.items, f"{where} answered {answer.reason}")
        self.has_answered = True
        self.has_recovered = self.has_recovered or self._is_away
        self._is_away, self._pause_s = False, FIRST_PAUSE_S
        return False

    def _pause(self, answer: Answer) -> None:
        self._is_away = True
        pause_s = self._pause_s if answer.retry_after_s is None else answer.retry_after_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        self._retry_at = self._now() + pause_s
        if count("export") == 1:
            _say_away(self._endpoint.url, answer)

    def _opened(self) -> Spool:
        # Only now: a process that never needs it makes no directory.
        if self._spool is None:
            self._spool = open_spool(self._settings.spool, self._endpoint)
        return self._spool


def _say_away(url: str, answer: Answer) -> None:
    _log.warning("telemetry: %s does not take it (%s); it is kept and sent later", url, answer.reason)
