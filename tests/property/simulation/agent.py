"""An agent: the SDK's real queue, outbox and spool, whose requests go over a bad network.

The SDK waits for answers where it stands, in a thread of its own. Here that thread is a greenlet, so that
everything stays in one order. (greenlet comes with playwright.)
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from greenlet import getcurrent, greenlet
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource

from fanlight.sdk.backlog import Backlog
from fanlight.sdk.drops import Drops
from fanlight.sdk.endpoint import Endpoint, Target
from fanlight.sdk.outbox import Outbox
from fanlight.sdk.outgoing import Outgoing
from fanlight.sdk.payload import TRACES, Payload, packed
from fanlight.sdk.settings import Settings
from fanlight.sdk.tags import Tags
from fanlight.sdk.wire import Answer, Wire
from tests.property.simulation.engine import POISON, Key

QUEUE_ITEMS = 6
ENDPOINT = Endpoint("http://sim", {})
_TAGS = Tags(Resource({}))
Exchange = Callable[[str, bytes, Mapping[str, str]], Awaitable[Answer]]


class SimulatedWire(Wire):
    """The SDK's wire, but for the socket."""

    def _request(self, method: str, target: Target, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        found: Answer = getcurrent().parent.switch((target.url, body, headers))  # type: ignore[union-attr]
        return found


class Agent:
    """Makes spans when it is told to. `made` are all good ones, `may_be_lost` those that died with it."""

    def __init__(self, name: str, spool: Path, dice: random.Random, exchange: Exchange) -> None:
        self._name, self._place, self._dice, self._exchange = name, spool, dice, exchange
        self._number = 0
        self._keys: dict[bytes, list[Key]] = {}
        self.made: set[Key] = set()
        self.rejected: set[Key] = set()
        self.may_be_lost: set[Key] = set()
        self.dropped: set[Key] = set()
        self.begin()

    def begin(self) -> None:
        """A new process."""
        self._is_awake = False
        settings = Settings(spool=self._place, queue_items=QUEUE_ITEMS)
        loop = asyncio.get_running_loop()
        self._drops = Drops()
        self._backlog = Backlog(settings, self._drops, wake=lambda: None)
        self._outbox = Outbox(ENDPOINT, settings, self._drops, connect=SimulatedWire, now=loop.time)
        self._outgoing = Outgoing(self._backlog, self._outbox, self._drops, _TAGS, 1e9, now=loop.time)

    def make(self) -> None:
        """A few spans, in one payload; some are bad, and rarely one is what no engine takes."""
        request = ExportTraceServiceRequest()
        spans = request.resource_spans.add().scope_spans.add().spans
        good: list[Key] = []
        trace = self._dice.choice((1, 2, 3))
        for _ in range(self._dice.choice((1, 3, 5))):
            self._number += 1
            span = spans.add(trace_id=f"{self._name}-{trace:013}".encode()[:16], name="step")
            if self._dice.random() < 0.05:
                continue  # without an id: rejected, and its neighbours are not
            span.span_id = self._number.to_bytes(8, "big")
            good.append((span.trace_id.hex(), span.span_id.hex()))
        if self._dice.random() < 0.01:
            spans[0].name = POISON
        payload = packed(TRACES, len(spans), request)
        self._keys[payload.body] = good
        self.made.update(good)
        before = sum(self._drops.snapshot().values())
        self._backlog.put(payload, len(payload.body))
        if sum(self._drops.snapshot().values()) > before:
            self.dropped.update(good)
            assert sum(self._drops.snapshot().values()) == before + len(spans), "G4: a drop is not counted"

    async def turn(self) -> None:
        """What the pipeline's thread does when it is awake."""
        self._is_awake = True
        thread = greenlet(self._outgoing.turn)
        asked: Any = thread.switch()
        while not thread.dead:
            url, body, headers = asked
            self._date_spool()
            answer = await self._exchange(url, body, headers)
            asked = thread.switch(answer)
        self._date_spool()
        self._is_awake = False

    def keys_of(self, body: bytes) -> list[Key]:
        """The good spans of one of its requests."""
        return self._keys.get(body, [])

    @property
    def is_behind(self) -> bool:
        return self._is_awake or bool(self._backlog.items) or self._outbox.is_behind

    def die(self) -> None:
        """kill -9: what is in memory is gone, what is in the spool is not."""
        held = [item for item, _ in self._backlog.items if isinstance(item, Payload)]
        for payload in [*held, *self._outbox._in_hand]:
            self.may_be_lost.update(self._keys.get(payload.body, ()))
        if self._outbox._spool is not None:
            self._outbox._spool.abandon()

    def _date_spool(self) -> None:
        """Files get the dates of virtual time: the order in which a spool is emptied goes by them."""
        if self._outbox._spool is None:
            return
        now_ns = int(asyncio.get_running_loop().time() * 1e9)
        for path in self._place.rglob("*"):
            if path.is_file() and path.stat().st_mtime_ns > 10**18:
                os.utime(path, ns=(now_ns, now_ns))
