"""Who and what is in rooms: opens and ends their sessions, and tells of it through the log.

Whatever happens is noted in the catalog together with what makes it true; then it is told, as a log record
that follows from the note alone, and the note is taken out. A process that ends in between tells it again,
and the store knows the record already.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import groupby
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from fanlight.catalog import sittings
from fanlight.catalog.database import Catalog
from fanlight.catalog.room_events import forget_told, list_waiting
from fanlight.catalog.rooms import ensure_room
from fanlight.catalog.services import note_report
from fanlight.catalog.sessions import get_session
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import FanlightError
from fanlight.model.service import GONE, ServiceReport
from fanlight.model.session import EndedBy, Participant, Session
from fanlight.model.signal import Signal
from fanlight.otlp.room_event import room_events_request
from fanlight.query.sessions import shown

logger = logging.getLogger("fanlight.ingest.occupancy")

STEP_S = 1.0
STAY_S = 60.0
"""How old the last word of a session grows at most while somebody is in it."""

MOST_TOLD = 500


class Report(Protocol):
    """Takes records of this server itself into the log. Raises OverloadError."""

    def __call__(self, project: str, body: bytes, signal: Signal) -> Awaitable[None]: ...


class Occupancy:
    """Sessions, participants and services of rooms. Used on one event loop; `wake` from any thread."""

    def __init__(self, catalog: Catalog, report: Report, *, idle_s: float, clock: Clock = SYSTEM) -> None:
        self._catalog = catalog
        self._report = report
        self._clock = clock
        self.idle_ns = max(int(idle_s * 1e9), 1)
        self._telling = asyncio.Lock()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to end what is idle and to tell what was noted."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(sittings.let_go, self._catalog)
        self._task = asyncio.create_task(self._run(), name="fanlight-occupancy")

    async def close(self) -> None:
        """Tell what waits and end. What is noted later is told by the next process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        self._loop = None
        await self.tell()

    def wake(self) -> None:
        """Something was noted in the catalog: tell it soon."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    async def open(self, project: str, room: str) -> Session:
        """The room's live session; begins one, and makes the room, when there is none.

        Raises:
            InvalidError: the name cannot name a room.
        """
        opened = await self._change(sittings.open_session, project, room)
        return await self._get(project, opened)

    async def end(self, project: str, session_id: str, by: EndedBy) -> Session:
        """End a session for good. Ending it again changes nothing. Raises NotFoundError."""
        ended = await self._change(sittings.end_session, project, session_id, by)
        return await self._get(project, ended)

    async def join(self, project: str, session_id: str, participant: Participant) -> None:
        """Somebody is in the session. Raises NotFoundError, and ConflictError when it was ended for good."""
        await self._change(sittings.join, project, session_id, participant)

    async def leave(self, project: str, session_id: str, participant_id: str) -> None:
        """Somebody is in the session no longer. Raises NotFoundError."""
        await self._change(sittings.leave, project, session_id, participant_id)

    async def report_service(self, project: str, room: str, report: ServiceReport) -> None:
        """Keep what a service of the room reports. While it is there the room's session goes on, or begins.

        Raises:
            InvalidError: the name cannot name a room.
        """
        now_ns = self._clock.now_ns()
        opened = None
        if report.state in GONE:
            # What ends begins no session: it tells of the one that it was in.
            await asyncio.to_thread(ensure_room, self._catalog, project, room, clock=self._clock)
        else:
            opened = await self._change(sittings.open_session, project, room)
        await asyncio.to_thread(note_report, self._catalog, project, room, opened, report, now_ns=now_ns)
        await self.tell()

    async def step(self) -> None:
        """End what is idle, note who is there, tell what waits."""
        now_ns = self._clock.now_ns()
        every_ns = min(self.idle_ns // 2, int(STAY_S * 1e9))
        for change in (self._stay, self._end_idle):
            await asyncio.to_thread(change, now_ns, every_ns)
        await self.tell()

    async def tell(self) -> None:
        """Tell what was noted, in its order. What the log does not take now waits."""
        async with self._telling:
            while waiting := await asyncio.to_thread(list_waiting, self._catalog, limit=MOST_TOLD):
                for project, group in groupby(waiting, key=lambda one: one[1]):
                    noted = list(group)
                    body = room_events_request(event for _, _, event in noted)
                    try:
                        await self._report(project, body, Signal.LOGS)
                    except (FanlightError, OSError) as error:
                        logger.warning("events of rooms of project %s wait: %s", project, error)
                        return
                    await asyncio.to_thread(forget_told, self._catalog, [number for number, _, _ in noted])

    def _stay(self, now_ns: int, every_ns: int) -> None:
        sittings.stay(self._catalog, every_ns=every_ns, idle_ns=self.idle_ns, now_ns=now_ns)

    def _end_idle(self, now_ns: int, _: int) -> None:
        while sittings.end_idle(self._catalog, idle_ns=self.idle_ns, now_ns=now_ns) == sittings.MOST_ENDED:
            pass

    async def _change(self, change: Callable[..., str | None], project: str, *arguments: object) -> str:
        """Make a change, and tell of it before anybody hears that it was made."""
        now_ns = self._clock.now_ns()

        def made() -> str | None:
            return change(self._catalog, project, *arguments, idle_ns=self.idle_ns, now_ns=now_ns)

        done = await asyncio.to_thread(made)
        await self.tell()
        return done or ""

    async def _get(self, project: str, session_id: str) -> Session:
        found = await asyncio.to_thread(get_session, self._catalog, project, session_id)
        return shown(found, now_ns=self._clock.now_ns(), idle_ns=self.idle_ns)

    async def _run(self) -> None:
        while True:
            try:
                await self.step()
            except (FanlightError, SQLAlchemyError) as error:
                logger.warning("sessions of rooms: %s", error)
            try:
                async with asyncio.timeout(STEP_S):
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()
