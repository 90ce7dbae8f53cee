"""The live stream of a project, as server-sent events.

`id: <epoch>.<seq>` / `event: batch` / `data: [item, ...]`. A reader that names the last id it has seen goes
on behind it. Heartbeats carry an id too, so that a quiet reader's place stays inside the window.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fanlight.access.principal import Right
from fanlight.access.tickets import LASTS_S
from fanlight.api.answers import described, json_response, ref
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note_reading, principal_of
from fanlight.api.workers import hang_up
from fanlight.errors import FanlightError, NotFoundError
from fanlight.live.batch import Batch, Gap
from fanlight.live.subscription import Subscription
from fanlight.query.topics import parse_kinds, parse_topics

HEARTBEAT_S = 12.0
CHECK_S = 10.0
"""Whoever loses the right to read is cut off within 15 s."""

SEND_TIMEOUT_S = 10.0
RETRY_MS = 1_000
UNKNOWN_ID = "unknown_id"
OTHER_STORE = "other_store"

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["stream"])


class StreamQuery(Strict):
    """What to listen to."""

    topics: str = Field(
        min_length=1,
        max_length=4_096,
        description="Comma separated: runs, logs, metrics, run:ID, room:NAME, session:ID.",
        examples=["runs,logs"],
    )
    kinds: str | None = Field(
        None,
        max_length=200,
        description="Comma separated: which types of items to send. Without it, all.",
        examples=["log,developer_log"],
    )
    last_event_id: str | None = Field(
        None, max_length=200, description="For clients that cannot send the header."
    )
    ticket: str | None = Field(None, max_length=200, description="In place of a key: see POST /tickets.")


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A word that opens one stream, once, within 30 seconds."""

    ticket: str
    expires_in_s: float


@router.post("/tickets", **described(ref(Ticket), status=201))
async def make_ticket(request: Request, scope: Scoped) -> Response:
    """A ticket for one stream, where no header can be sent."""
    word = services_of(request).gate.tickets.give(principal_of(request), scope.project_id)
    response = json_response(Ticket(ticket=word, expires_in_s=LASTS_S), 201)
    response.headers["cache-control"] = "no-store"
    return response


@router.get("/stream", **described({"type": "string"}, media_type="text/event-stream"))
async def stream(
    request: Request,
    scope: Scoped,
    query: Annotated[StreamQuery, Query()],
    last_event_id: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Everything that changes, as it changes; it never ends by itself.

    Resuming with `Last-Event-ID` gives neither a gap nor a duplicate inside the window; what cannot be given
    any more is told by one `gap` event.
    """
    services = services_of(request)
    topics = frozenset(topic for topic in query.topics.split(",") if topic)
    parse_topics(topics)
    types = parse_kinds(query.kinds)
    epoch = services.store.epoch
    after, reason = read_id(last_event_id or query.last_event_id, epoch)
    principal = principal_of(request)
    if principal.run_id is not None and topics != {f"run:{principal.run_id}"}:
        raise NotFoundError("the token of a run opens that run's topic alone", hint=f"run:{principal.run_id}")

    def check() -> None:
        services.gate.scope(services.gate.still(principal), scope.project_id, Right.READ)

    def subscribe() -> Subscription:
        subscription = services.broker.subscribe(scope, topics, after, types=types)
        if reason is not None:
            subscription.gap = Gap(reason=reason, after=0, upto=subscription.position)
        return subscription

    await note_reading(request, f"stream of {', '.join(sorted(topics))}")
    return EventStream(subscribe, epoch, check)


def read_id(text: str | None, epoch: str) -> tuple[int | None, str | None]:
    """The seq in a `Last-Event-ID`, or why it cannot be used.

    Example:
        >>> read_id("e1.42", "e1"), read_id("e0.42", "e1"), read_id("rubbish", "e1"), read_id(None, "e1")
        ((42, None), (None, 'other_store'), (None, 'unknown_id'), (None, None))
    """
    if not text:
        return None, None
    named, dot, seq = text.rpartition(".")
    if not dot or not (seq.isascii() and seq.isdigit()) or len(seq) > 20:
        return None, UNKNOWN_ID
    return (int(seq), None) if named == epoch else (None, OTHER_STORE)


class EventStream(Response):
    """Sends what a subscription gives until the client hangs up, stalls, or loses its right."""

    media_type = "text/event-stream"

    def __init__(self, subscribe: Callable[[], Subscription], epoch: str, check: Callable[[], None]) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._subscribe = subscribe
        self._epoch = epoch.encode()
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._subscribe() as subscription:
            gone = asyncio.ensure_future(hang_up(receive))
            talk = asyncio.ensure_future(self._talk(subscription, send))
            try:
                await asyncio.wait([gone, talk], return_when=asyncio.FIRST_COMPLETED)
                if talk.done():
                    talk.result()
            finally:
                gone.cancel()
                talk.cancel()

    async def _talk(self, subscription: Subscription, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        # A place to resume from, for a reader that is cut off before it hears anything.
        await _send(send, b"retry: %d\n%s\n" % (RETRY_MS, self._id(subscription.position)))
        coming = asyncio.ensure_future(anext(subscription, None))
        checked_at = time.monotonic()
        try:
            while True:
                await asyncio.wait([coming], timeout=HEARTBEAT_S)
                # Not at quiet moments alone: a stream that never rests must end with its right, too.
                if not coming.done() or time.monotonic() - checked_at >= CHECK_S:
                    self._check()
                    checked_at = time.monotonic()
                if not coming.done():
                    await _send(send, b": beat\n%s\n" % self._id(subscription.position))
                elif (item := coming.result()) is not None:
                    await _send(send, self._message(item))
                    coming = asyncio.ensure_future(anext(subscription, None))
                else:
                    break
            await send({"type": "http.response.body", "body": b""})
        except (TimeoutError, FanlightError):
            # It reads nothing any more, or may not: cut off here, it can resume where it was.
            return
        finally:
            coming.cancel()

    def _message(self, item: Batch | Gap) -> bytes:
        if isinstance(item, Batch):
            return b"%sevent: batch\ndata: %s\n\n" % (self._id(item.seq), item.json())
        told = {"reason": item.reason, "after": str(item.after), "next": str(item.upto)}
        data = msgspec.json.encode({**told, "missed": item.missed})
        return b"%sevent: gap\ndata: %s\n\n" % (self._id(item.upto), data)

    def _id(self, seq: int) -> bytes:
        return b"id: %s.%d\n" % (self._epoch, seq)


async def _send(send: Send, body: bytes) -> None:
    async with asyncio.timeout(SEND_TIMEOUT_S):
        await send({"type": "http.response.body", "body": body, "more_body": True})
