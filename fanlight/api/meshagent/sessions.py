"""Sessions: the lists, one of them, and its end."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Right
from fanlight.api.answers import described, ref
from fanlight.api.meshagent.answers import answer, ask_list, list_of
from fanlight.api.meshagent.parameters import PROJECT, Paged, PageOf
from fanlight.api.parameters import Scoped
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import note, rights_of
from fanlight.errors import ConflictError, NotFoundError
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


async def session_of(request: Request, scope: ProjectScope, session_id: str) -> tuple[Session, Within]:
    """A session, and what belongs to it.

    Raises:
        NotFoundError: there is none of that id, or it is a conversation, which is told to readers alone.
    """
    services, session_id = services_of(request), bare(session_id)
    question = partial(find_session, services.store, scope, services.catalog, session_id, **_now(services))
    found, within = await services.workers.ask(question, request.receive)
    if found.room is None and Right.READ not in rights_of(request):
        raise NotFoundError(
            f"no session {session_id[:128]!r} in project {scope.project_id}",
            hint="fanlight sessions lists them",
        )
    return found, within


async def _list(request: Request, scope: ProjectScope, page: PageOf, **wanted: Any) -> Response:
    services = services_of(request)
    kinds = wanted.pop("kinds", BOTH)
    if Right.READ not in rights_of(request):
        kinds &= ROOMS
    return await ask_list(
        request,
        "sessions",
        list_mesh_sessions,
        scope,
        services.catalog,
        kinds=kinds,
        **wanted,
        **page.page,
        **_now(services),
    )


async def _end(request: Request, scope: ProjectScope, session_id: str, by: EndedBy) -> Response:
    services = services_of(request)
    try:
        ended = await services.occupancy.end(scope.project_id, bare(session_id), by)
    except NotFoundError:
        # Not there at all, or a conversation: that one ends when nothing more is heard of it.
        found, _ = await session_of(request, scope, session_id)
        raise ConflictError(
            f"session {found.id[:128]!r} is a conversation and ends by itself",
            hint="sessions of rooms can be ended",
        ) from None
    await note(request, f"session.{by}", scope.project_id, ended.id)
    return Response(status_code=204)


def _now(services: Services) -> dict[str, int]:
    return {
        "now_ns": services.clock.now_ns(),
        "idle_ns": max(int(services.config.session_idle_s * 1e9), 1),
    }
