"""Sessions: the lists, one of them, and its end."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Principal, Right
from fanlight.api.answers import described, ref
from fanlight.api.meshagent.answers import answer, ask_list, list_of
from fanlight.api.meshagent.parameters import PROJECT, Paged, PageOf
from fanlight.api.parameters import Scoped
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import note, principal_of
from fanlight.errors import ConflictError, ForbiddenError, NotFoundError
from fanlight.model.meshagent import MeshSession
from fanlight.model.project import ProjectScope
from fanlight.model.session import EndedBy, Session
from fanlight.query.meshagent.sessions import BOTH, CONVERSATIONS, ROOMS, list_mesh_sessions, mesh_session
from fanlight.query.meshagent.text import bare
from fanlight.query.sessions import get_session as find_session
from fanlight.query.within import Within

router = APIRouter(prefix=PROJECT, tags=["meshagent"])

_LIST = described(list_of("sessions", MeshSession))
_COUNTS = {
    "type": "object",
    "properties": {"participants": {"type": "object", "additionalProperties": {"type": "integer"}}},
}
_ENDED: dict[str, Any] = {"status_code": 204, "response_class": Response}


class Recent(PageOf):
    """A page of sessions, of one room if it is named."""

    room_id: str = Field("", max_length=200, description="Id of a room, which is its name.")


class RecentOfAgents(PageOf):
    """A page of conversations, of one agent if it is named."""

    agent_id: str = Field("", max_length=1_024, description="Id of an agent, which is its name.")


@router.get("/sessions", **_LIST)
async def list_recent(request: Request, scope: Scoped, page: Annotated[Recent, Query()]) -> Response:
    """Sessions, the one heard of last first. Conversations are told to whoever may read telemetry."""
    return await _list(request, scope, page, room=bare(page.room_id))


@router.get("/sessions/active", **_LIST)
async def list_active(request: Request, scope: Scoped, page: Paged) -> Response:
    """Sessions that go on."""
    return await _list(request, scope, page, active=True)


@router.get("/rooms/{room}/sessions", **_LIST)
async def list_of_room(request: Request, scope: Scoped, room: str, page: Paged) -> Response:
    """Sessions of one room."""
    return await _list(request, scope, page, room=bare(room))


@router.get("/agents/sessions", **_LIST)
async def list_of_agents(
    request: Request, scope: Scoped, page: Annotated[RecentOfAgents, Query()]
) -> Response:
    """Conversations with agents, in no room."""
    return await _list(request, scope, page, kinds=CONVERSATIONS, agent=bare(page.agent_id))


@router.get("/agents/sessions/active", **_LIST)
async def list_active_of_agents(request: Request, scope: Scoped, page: Paged) -> Response:
    """Conversations with agents that go on."""
    return await _list(request, scope, page, kinds=CONVERSATIONS, active=True)


@router.get("/agents/{agent:path}/sessions", **_LIST)
async def list_of_agent(request: Request, scope: Scoped, agent: str, page: Paged) -> Response:
    """Conversations with one agent, and sessions of rooms in which it ran."""
    return await _list(request, scope, page, agent=bare(agent))


@router.get("/sessions/{session:path}/participants", **described(_COUNTS))
async def count_participants(request: Request, scope: Scoped, session: str) -> Response:
    """How many of each role are in a session now."""
    found, _ = await session_of(request, scope, session)
    return answer({"participants": found.participants or {}})


@router.post("/sessions/{session:path}/terminate", **_ENDED)
async def terminate(request: Request, scope: Scoped, session: str) -> Response:
    """End a session of a room: its owner says that it is over."""
    return await _end(request, scope, session, "ended")


@router.post("/sessions/{session:path}/kill", **_ENDED)
async def kill(request: Request, scope: Scoped, session: str) -> Response:
    """End a session of a room by force. It never comes back."""
    return await _end(request, scope, session, "killed")


# The last of them: an id may have slashes in it, so that this one would take what is below it, too.
last = APIRouter(prefix=PROJECT, tags=["meshagent"])


@last.get("/sessions/{session:path}", **described(ref(MeshSession)))
async def get_session(request: Request, scope: Scoped, session: str) -> Response:
    """One session."""
    found, _ = await session_of(request, scope, session)
    return answer(mesh_session(found))


async def session_of(
    request: Request, scope: ProjectScope, session_id: str, right: Right = Right.LIST
) -> tuple[Session, Within]:
    """A session that the caller has `right` on, and what belongs to it.

    Raises:
        NotFoundError: there is none of that id, or the caller may not know of it: conversations are told to
            readers of the project alone, and sessions of a room to its members and the project's.
        ForbiddenError: it is known to the caller, who has not that right.
    """
    services, session_id = services_of(request), bare(session_id)
    question = partial(find_session, services.store, scope, services.catalog, session_id, **_now(services))
    found, within = await services.workers.ask(question, request.receive)
    principal, project = principal_of(request), scope.project_id
    if not _has(principal, project, found, Right.LIST):
        raise NotFoundError(
            f"no session {session_id[:128]!r} in project {project}", hint="fanlight sessions lists them"
        )
    if not _has(principal, project, found, right):
        raise ForbiddenError(f"{principal.name} has no {right} right in room {found.room}")
    return found, within


def _has(principal: Principal, project: str, session: Session, right: Right) -> bool:
    """Whether somebody has a right on a session; what was talked in no room is for readers of the project."""
    if session.room is None:
        return Right.READ in principal.rights_on(project)
    return right in principal.rights_in(project, session.room)


async def _list(request: Request, scope: ProjectScope, page: PageOf, **wanted: Any) -> Response:
    services, principal = services_of(request), principal_of(request)
    kinds, rooms = wanted.pop("kinds", BOTH), principal.rooms_with(scope.project_id, Right.LIST)
    if Right.READ not in principal.rights_on(scope.project_id):
        kinds &= ROOMS
    return await ask_list(
        request,
        "sessions",
        list_mesh_sessions,
        scope,
        services.catalog,
        kinds=kinds,
        rooms=rooms,
        **wanted,
        **page.page,
        **_now(services),
    )


async def _end(request: Request, scope: ProjectScope, session_id: str, by: EndedBy) -> Response:
    found, _ = await session_of(request, scope, session_id, Right.ROOMS)
    if found.room is None:
        raise ConflictError(
            f"session {found.id[:128]!r} is a conversation and ends by itself",
            hint="sessions of rooms can be ended",
        )
    await services_of(request).occupancy.end(scope.project_id, found.id, by)
    await note(request, f"session.{by}", scope.project_id, found.id)
    return Response(status_code=204)


def _now(services: Services) -> dict[str, int]:
    return {"now_ns": services.clock.now_ns(), "idle_ns": services.occupancy.idle_ns}
