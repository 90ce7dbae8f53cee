"""What the routes work with, handed in by the composition root."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from fanlight.access.admission import Admission
from fanlight.access.gate import Gate
from fanlight.api.room_ws.traffic import Traffic
from fanlight.api.workers import Workers
from fanlight.catalog.bundles import Bundles
from fanlight.catalog.database import Catalog
from fanlight.catalog.sealing import Keyring
from fanlight.clock import Clock
from fanlight.config import Config
from fanlight.live.broker import Broker
from fanlight.model.backup import Backup
from fanlight.model.ledger import LedgerSnapshot
from fanlight.model.limits import Limits
from fanlight.model.price import RepriceProgress
from fanlight.model.service import ServiceReport
from fanlight.model.session import EndedBy, Participant, Session
from fanlight.model.signal import Signal
from fanlight.store.contract import Repricing, Store
from fanlight.store.names import Names

if TYPE_CHECKING:  # it works with the protocols of this file
    from fanlight.api.executions import Executions


class Endpoints(Protocol):
    """Where the server listens; None for a port that is off or was taken."""

    @property
    def studio(self) -> str: ...

    @property
    def otlp_http(self) -> str | None: ...

    @property
    def otlp_grpc(self) -> str | None: ...


class Receiver(Protocol):
    """A raw ASGI application that knows its own paths."""

    async def report(self, project: str, body: bytes, signal: Signal = Signal.TRACES) -> None:
        """Take an OTLP request, of spans when nothing else is said, into the log. Raises OverloadError."""
        ...

    def handles(self, path: str) -> bool:
        """Whether requests to `path` are the receiver's."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class Repricer(Protocol):
    """Computes costs of stored spans anew, by and by."""

    def ask(self, asked: Repricing) -> RepriceProgress:
        """Queue a job. Raises InvalidError when too many wait."""
        ...

    def get(self, project_id: str, job: str) -> RepriceProgress:
        """How far a job of a project is. Raises NotFoundError."""
        ...


class Occupancy(Protocol):
    """Sessions, participants and services of rooms.

    Whatever changes is told as a room event, through the log, before a call returns. A session's id may be
    that of one which became a part of another; then it is the other that changes.
    """

    @property
    def idle_ns(self) -> int:
        """For how long nothing is heard of a session until it is over."""
        ...

    async def open(self, project: str, room: str) -> Session:
        """The room's live session; begins one, and makes the room, when there is none.

        Raises:
            InvalidError: the name cannot name a room.
        """
        ...

    async def end(self, project: str, session_id: str, by: EndedBy) -> Session:
        """End a session for good. Ending it again changes nothing. Raises NotFoundError."""
        ...

    async def join(self, project: str, session_id: str, participant: Participant) -> None:
        """Somebody is in the session. Raises NotFoundError, and ConflictError when it was ended for good."""
        ...

    async def leave(self, project: str, session_id: str, participant_id: str) -> None:
        """Somebody is in the session no longer. Raises NotFoundError."""
        ...

    async def report_service(self, project: str, room: str, report: ServiceReport) -> None:
        """Keep what a service of the room reports; the room's session goes on, or begins.

        Raises:
            InvalidError: the name cannot name a room.
        """
        ...


class Quotas(Protocol):
    """What projects may take up, and do."""

    def limits(self) -> Limits:
        """What holds for everybody now."""
        ...

    def use_of(self, project: str) -> tuple[Mapping[str, float], Mapping[str, int]]:
        """What a project sends in a second, and how often it was refused, by the name of the limit."""
        ...


class StartedRun(Protocol):
    """A process that makes a run."""

    @property
    def said(self) -> str:
        """The end of what it wrote on stderr."""
        ...

    @property
    def was_cancelled(self) -> bool:
        """Whether it was asked to end."""
        ...

    async def wait(self) -> int:
        """Wait for its end. Its exit status, negative for a signal."""
        ...

    async def cancel(self) -> None:
        """Ask it to close the run, and end it when it does not."""
        ...


class Eraser(Protocol):
    """Carries out the deletions that the catalog holds."""

    def wake(self) -> None:
        """There is a new one."""
        ...


class Shelf(Protocol):
    """The backups of the server, made one at a time."""

    def ask(self, *, with_logins: bool = False) -> Backup:
        """Begin one. Raises ConflictError while another is being made."""
        ...

    def everything(self) -> list[Backup]:
        """All of them, the newest first."""
        ...

    def get(self, name: str) -> Backup:
        """One of them. Raises NotFoundError."""
        ...

    def remove(self, name: str) -> Backup:
        """Remove one, or stop it while it is made. Raises NotFoundError."""
        ...

    def cuts(self) -> Mapping[str, int]:
        """Complete ones by name, and the moments (nanoseconds since 1970) that they show."""
        ...


class Executor(Protocol):
    """Starts runs of agents. Whatever happens in a run reaches the server as telemetry of its process."""

    async def start(self, request: bytes) -> StartedRun:
        """Start a process that reads `request`, the JSON of an Execution, from its stdin. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts that answer. `ledger` and `metrics` are asked for each answer: both are cheap snapshots.

    `left_out` gives the spans of a project that were sampled out on the way in, and of finished runs, since
    the server started.
    """

    config: Config
    catalog: Catalog
    gate: Gate
    admission: Admission
    store: Store
    broker: Broker
    otlp: Receiver
    ledger: Callable[[], LedgerSnapshot]
    metrics: Callable[[bool], str]
    is_ready: Callable[[], bool]
    endpoints: Callable[[], Endpoints]
    repricer: Repricer
    eraser: Eraser
    shelf: Shelf
    occupancy: Occupancy
    quotas: Quotas
    names: Names
    left_out: Callable[[str], tuple[int, int]]
    room_traffic: Traffic
    clock: Clock
    workers: Workers
    executions: Executions
    bundles: Bundles
    keyring: Keyring
    exporting: threading.Lock = field(default_factory=threading.Lock)


def services_of(request: HTTPConnection) -> Services:
    """The services of the application that got `request`."""
    found = request.app.state.services
    assert isinstance(found, Services)
    return found
