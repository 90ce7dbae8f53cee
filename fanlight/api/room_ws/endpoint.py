"""`/rooms/{room}`: where participants come in."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter
from starlette.websockets import WebSocket

from fanlight.access.gate import RoomAccess
from fanlight.access.principal import Principal
from fanlight.api.boundary import REQUEST_ID
from fanlight.api.errors import answer_to
from fanlight.api.room_ws.connection import Connection, Place
from fanlight.api.room_ws.shown import TYPES
from fanlight.api.room_ws.writing import Written
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import origin_of, principal_of, visit_of
from fanlight.api.whose import PROJECT_HEADER
from fanlight.catalog.projects import ensure_project
from fanlight.catalog.sessions import get_session
from fanlight.errors import FanlightError, ForbiddenError, InvalidError, NotFoundError
from fanlight.model.developer_log import NewDeveloperLog
from fanlight.model.project import DEFAULT, check_name
from fanlight.model.room import check_strict_name
from fanlight.model.session import Participant, Session
from fanlight.model.signal import Signal
from fanlight.otlp.developer_log import developer_log_request

router = APIRouter(tags=["rooms"])


@router.websocket("/rooms/{room}")
async def enter(socket: WebSocket, room: str) -> None:
    """Take part in a room: write developer logs, and follow them."""
    services = services_of(socket)
    try:
        with services.room_traffic.connected():
            await _take_part(socket, services, room)
    except FanlightError as error:
        # The framework knows no answers to a WebSocket that was not accepted.
        answer = answer_to(error, socket.scope, socket.scope[REQUEST_ID])
        await answer(socket.scope, socket.receive, socket.send)


async def _take_part(socket: WebSocket, services: Services, room: str) -> None:
    _check_room(room)
    principal = principal_of(socket)
    project = await _project_of(socket, services, principal)
    access = services.gate.room_access(principal, project, room)
    session = await services.occupancy.open(project, room)
    participant = Participant(id=uuid.uuid4().hex, name=principal.name, role=principal.role)
    await services.occupancy.join(project, session.id, participant)
    try:
        await socket.accept()
        place = _place(socket, services, principal, access, room, session, participant)
        await Connection(place, socket.receive, socket.send).talk()
    finally:
        # Also when this is cancelled: whoever is gone must not stay in the room.
        leaving = asyncio.ensure_future(services.occupancy.leave(project, session.id, participant.id))
        with contextlib.suppress(FanlightError):
            await asyncio.shield(leaving)


def _check_room(room: str) -> None:
    try:
        check_strict_name(room)
    except InvalidError as error:
        raise NotFoundError(error.message, hint=error.hint) from None


async def _project_of(socket: WebSocket, services: Services, principal: Principal) -> str:
    """The project that is named, else the caller's only one."""
    named = socket.headers.get(PROJECT_HEADER) or socket.query_params.get("project")
    if principal.person_id is None and principal.project_id is None:
        # A local server's owner makes projects by naming them.
        project = check_name(named or DEFAULT)
        await asyncio.to_thread(ensure_project, services.catalog, project, clock=services.clock)
        return project
    if named is not None:
        return named
    if principal.project_id is not None:
        return principal.project_id
    theirs = {*principal.grants, *(project for project, _ in principal.room_grants)}
    if len(theirs) > 1:
        raise NotFoundError("you are in several projects", hint="name one: /rooms/ROOM?project=NAME")
    return min(theirs, default=DEFAULT)


def _place(
    socket: WebSocket,
    services: Services,
    principal: Principal,
    access: RoomAccess,
    room: str,
    session: Session,
    participant: Participant,
) -> Place:
    project = access.scope.project_id
    base = services.config.base_path.strip("/")
    url = f"{origin_of(socket).replace('http', 'ws', 1)}{f'/{base}' if base else ''}/rooms/{quote(room)}"

    async def keep(logs: Sequence[Written]) -> None:
        new = [_new_log(each, room, session.id, participant.name) for each in logs]
        body = developer_log_request(new, services.clock.now_ns())
        await services.otlp.report(project, body, Signal.LOGS)

    async def check() -> None:
        now = services.gate.room_access(services.gate.still(principal), project, room)
        if now != access:
            raise ForbiddenError("your rights changed", hint="connect again")
        found = await asyncio.to_thread(get_session, services.catalog, project, session.id)
        if found.ended_by in {"killed", "ended"}:
            raise ForbiddenError(f"the session was {found.ended_by}")

    return Place(
        room=room,
        room_url=url,
        session=session.id,
        participant=participant.id,
        access=access,
        keep=keep,
        subscribe=partial(services.broker.subscribe, access.scope, frozenset({f"room:{room}"}), types=TYPES),
        note_following=partial(
            services.admission.note_reading, principal, project, f"logs of room {room}", visit_of(socket)
        ),
        check=check,
        mirrored=services.config.room_mirror_logs,
        traffic=services.room_traffic,
        clock=services.clock,
    )


def _new_log(written: Written, room: str, session: str, service: str) -> NewDeveloperLog:
    place = written.log.place
    return NewDeveloperLog(
        type=written.log.type,
        data=written.log.data,
        room=room,
        session=session,
        service=service,
        at_ns=written.at_ns,
        trace_id=place.trace_id if place else "",
        span_id=place.span_id if place else "",
    )
