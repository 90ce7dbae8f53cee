"""The events of a run as server-sent events, as Charm's clients read them: live, and to be resumed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Header, Path
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fanlight.access.principal import Principal, Right
from fanlight.api.answers import described
from fanlight.api.charm import CharmRouter
from fanlight.api.services import Services, services_of
from fanlight.api.stream import CHECK_S, HEARTBEAT_S, RETRY_MS, SEND_TIMEOUT_S
from fanlight.api.times import parse_time
from fanlight.api.visitor import note_reading, principal_of
from fanlight.api.whose import run_scope
from fanlight.api.workers import hang_up
from fanlight.errors import FanlightError, NotFoundError, OverloadError, StoreError, UnauthenticatedError
from fanlight.live.batch import Batch, Gap
from fanlight.live.subscription import Subscription
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run, RunStatus
from fanlight.query.run_events import PAGE, Message, Told, read_run_events, resume
from fanlight.query.runs import get_run

HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
}
"""What Charm's own runner sends."""

SETTLE_S = 3.0
"""So long after a run's end its last events may still be on their way."""

CLOSED_S = 5.0
LONG_AGO_NS = 60 * 10**9
HOLE_S = 2.0
"""So long an event is waited for when one behind it is there already."""

PAUSE_S = 0.05
SHORT_WAIT_S = 0.25
AFTER_RUN_NS = 3_600 * 10**9
"""A run's token is good for an hour beyond its run."""

EVENT_STREAM = {
    "type": "object",
    "description": "One event of the stream: its place, and the JSON that the agent's process wrote.",
    "properties": {"id": {"type": "string"}, "event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["data"],
}
Answer = TypeVar("Answer")

charm = CharmRouter()
router = charm.router


@charm.add("GET", "/runs/{run_id}/events", **described(EVENT_STREAM, media_type="text/event-stream"))
async def stream_run_events(
    request: Request,
    run_id: Annotated[str, Path(max_length=1_024)],
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:
    """What happened in a run from its beginning, and what happens, up to its end.

    Each `data:` is the event as the agent's process wrote it. `Last-Event-ID` goes on exactly behind that
    message; whoever has everything is answered with 204, so that no reader comes back for more.
    """
    services, principal = services_of(request), principal_of(request)
    scope = await run_scope(request, run_id)
    told, run = await services.workers.ask(
        lambda: (resume(services.store, scope, run_id, last_event_id), find_run(services, scope, run_id)),
        request.receive,
    )
    _check_token(services, principal, run)
    if told.over:
        return Response(status_code=204)
    await note_reading(request, f"events of run {run_id[:64]}", scope.project_id)
    return RunEventStream(services, scope, run_id, told, still=_still(services, principal, scope))


def find_run(services: Services, scope: ProjectScope, run_id: str) -> Run | None:
    """The run's summary; None while there is none."""
    try:
        return get_run(services.store, scope, run_id)
    except NotFoundError:
        return None


def _check_token(services: Services, principal: Principal, run: Run | None) -> None:
    if principal.run_id is None or run is None or run.status is RunStatus.RUNNING:
        return
    if _ended_ns(run) + AFTER_RUN_NS <= services.clock.now_ns():
        raise UnauthenticatedError("the run's token is over: its run ended more than an hour ago")


def _ended_ns(run: Run) -> int:
    return parse_time(run.ended_at or run.started_at, 0)


def _still(services: Services, principal: Principal, scope: ProjectScope) -> Callable[[], None]:
    def check() -> None:
        services.gate.scope(services.gate.still(principal), scope.project_id, Right.READ)

    return check


class RunEventStream(Response):
    """Sends the messages of a run until its end, or until the client hangs up, stalls or loses its right."""

    def __init__(
        self,
        services: Services,
        scope: ProjectScope,
        run_id: str,
        told: Told,
        *,
        still: Callable[[], None],
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(headers={**HEADERS, **(headers or {})})
        del self.headers["content-length"]
        self._services = services
        self._follower = Follower(services, scope, run_id, told)
        self._still = still

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(hang_up(receive))
        talk = asyncio.ensure_future(self._talk(send))
        try:
            await asyncio.wait([gone, talk], return_when=asyncio.FIRST_COMPLETED)
            if talk.done():
                talk.result()
        finally:
            gone.cancel()
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)

    async def _talk(self, send: Send) -> None:
        with self._follower.subscribe() as subscription:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            checked_at = time.monotonic()
            try:
                await _send(send, b"retry: %d\n\n" % RETRY_MS)
                async for messages in self._follower.messages(subscription):
                    if time.monotonic() - checked_at >= CHECK_S:
                        self._still()
                        checked_at = time.monotonic()
                    await _send(send, b"".join(map(wire, messages)) or b": beat\n\n")
                await send({"type": "http.response.body", "body": b""})
            except (TimeoutError, FanlightError):
                # It reads nothing any more, or may not: cut off here, it can resume where it was.
                return


def wire(message: Message) -> bytes:
    """A message as it is sent.

    Example:
        >>> wire(Message("7", '{"type": "delta"}'))
        b'id: 7\\ndata: {"type": "delta"}\\n\\n'
    """
    # JSON may have a line break between two tokens, and a break ends a field here.
    lines = "".join(f"data: {line}\n" for line in message.text.replace("\r", "\n").split("\n"))
    return f"id: {message.id}\n{lines}\n".encode("utf-8", "replace")


class Follower:
    """Reads the events of one run for one reader, in order, as they are stored."""

    def __init__(self, services: Services, scope: ProjectScope, run_id: str, told: Told) -> None:
        self._services = services
        self._scope = scope
        self._run_id = run_id
        self._told = told
        self._hole_since: float | None = None
        self._skips_holes = False
        self._ended_since: float | None = None
        self._coming: asyncio.Future[Batch | Gap | None] | None = None

    def subscribe(self) -> Subscription:
        """Listen before the first look, so that nothing comes in between. Raises OverloadError."""
        return self._services.broker.subscribe(self._scope, frozenset({f"run:{self._run_id}"}))

    async def messages(self, subscription: Subscription) -> AsyncIterator[list[Message]]:
        """The next messages, or none where nothing was said for a while, up to the end of the run."""
        spoke_at = time.monotonic()
        try:
            while not self._is_over() and not subscription.closed:
                found, is_more = await self._take()
                if self._is_over() and found:
                    # Whoever hears of the end asks for the run next: it is told once that answer is there.
                    yield found[:-1]
                    await self._closed()
                    found = found[-1:]
                if found or time.monotonic() - spoke_at >= HEARTBEAT_S:
                    yield found
                    spoke_at = time.monotonic()
                if self._is_over() or is_more:
                    continue
                run = await self._settled()
                if run is None:
                    await self._news(subscription)
                elif self._skips_holes:
                    yield self._told.close(run)
                else:
                    # One more look: whatever is missing now will not come.
                    self._skips_holes = True
        finally:
            if self._coming is not None:
                self._coming.cancel()

    def _is_over(self) -> bool:
        return self._told.over

    async def _take(self) -> tuple[list[Message], bool]:
        """The messages of what was stored, and whether there is more at once."""
        ask = partial(read_run_events, self._services.store, self._scope, self._run_id)
        events = await self._ask(partial(ask, after=self._told.place))
        messages: list[Message] = []
        for event in events:
            if event.place > self._told.place + 1 and not self._gives_up():
                return messages, False
            self._hole_since = None
            messages += self._told.take(event)
            if self._told.over:
                break
        return messages, len(events) == PAGE

    def _gives_up(self) -> bool:
        """Whether an event that should come first was waited for long enough."""
        now = time.monotonic()
        if self._hole_since is None:
            self._hole_since = now
        return self._skips_holes or now - self._hole_since >= HOLE_S

    async def _closed(self) -> None:
        """Wait, but not for long, until the run's summary says that it ended."""
        until = time.monotonic() + CLOSED_S
        while time.monotonic() < until:
            run = await self._ask(partial(find_run, self._services, self._scope, self._run_id))
            if run is not None and run.status is not RunStatus.RUNNING:
                return
            await asyncio.sleep(PAUSE_S)

    async def _settled(self) -> Run | None:
        """The run, when it ended so long ago that nothing more of it can be on its way."""
        run: Run | None = await self._ask(partial(find_run, self._services, self._scope, self._run_id))
        if run is None or run.status is RunStatus.RUNNING or self._is_here():
            self._ended_since = None
            return None
        if self._services.clock.now_ns() - _ended_ns(run) > LONG_AGO_NS:
            return run
        now = time.monotonic()
        if self._ended_since is None:
            self._ended_since = now
        return run if now - self._ended_since >= SETTLE_S else None

    def _is_here(self) -> bool:
        return self._services.executions.find_project(self._run_id) is not None

    async def _news(self, subscription: Subscription) -> None:
        """Wait until something of the run was stored, or for a moment where something is due."""
        if self._coming is None:
            self._coming = asyncio.ensure_future(anext(subscription, None))
        is_due = self._hole_since is not None or self._ended_since is not None or self._is_here()
        await asyncio.wait([self._coming], timeout=SHORT_WAIT_S if is_due else HEARTBEAT_S)
        if self._coming.done():
            self._coming.result()
            self._coming = None
            # What a busy run stores within a moment is read at once.
            await asyncio.sleep(PAUSE_S)

    async def _ask(self, question: Callable[[], Answer]) -> Answer:
        """Ask the store, again and again while it is busy: a stream only gets later by it."""
        while True:
            try:
                return await self._services.workers.ask(question, _never)
            except (StoreError, OverloadError):
                await asyncio.sleep(1.0)


async def _never() -> Any:
    await asyncio.Event().wait()


async def _send(send: Send, body: bytes) -> None:
    async with asyncio.timeout(SEND_TIMEOUT_S):
        await send({"type": "http.response.body", "body": body, "more_body": True})
