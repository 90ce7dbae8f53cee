"""Sessions and users: whose runs belong together."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, json_response, page_of, ref
from fanlight.api.parameters import Paged, PageWindow, Scoped, Strict
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import note
from fanlight.catalog.database import Catalog
from fanlight.catalog.session_participants import list_present
from fanlight.model.activity import Activity
from fanlight.model.project import ProjectScope
from fanlight.model.room import MAX_NAME_LENGTH
from fanlight.model.run import Run
from fanlight.model.session import Participant, Session
from fanlight.model.timeline import Moment
from fanlight.query import activity, runs, sessions
from fanlight.query.activity import By
from fanlight.query.grammar import quoted
from fanlight.query.page import Page
from fanlight.query.timeline import list_timeline
from fanlight.query.within import finder, whole_sessions
from fanlight.store.contract import Store

MOST_RUNS = 200

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["sessions"])


class SessionRuns(Session, frozen=True, kw_only=True):
    """One session: who is in it now, and the newest of its runs, newest first.

    `next` is the cursor with which `/runs` goes on, filtered by this session.
    """

    present: list[Participant]
    runs: list[Run]
    next: str | None = None


class UserRuns(msgspec.Struct, frozen=True, kw_only=True):
    """One user: what their runs came to, and the newest of them, newest first.

    `next` is the cursor with which `/runs` goes on, filtered by this user.
    """

    activity: Activity
    runs: list[Run]
    next: str | None = None


class SessionWindow(PageWindow):
    """A page of sessions."""

    active: bool = Field(False, description="Only those that go on.")
    room: str = Field("", max_length=MAX_NAME_LENGTH, description="Only those of this room.")


class TimelinePage(Strict):
    """A page of a timeline."""

    limit: int = Field(100, ge=1, le=1_000, description="Most items in one page.")
    cursor: str | None = Field(None, max_length=2_048, description="`next` of the page before.")


class Ending(Strict):
    """Why a session ends: its owner says that it is over, or it is stopped."""

    by: Literal["ended", "killed"] = "ended"


@router.get("/sessions", **described(page_of(Session)))
async def list_sessions(
    request: Request, scope: Scoped, window: Annotated[SessionWindow, Query()]
) -> Response:
    """Sessions of rooms that went on in the window, and conversations with a run in it.

    The one heard of last comes first. With a filter those are listed that have a run which matches it.
    """
    asked = {**window.page(request), **_known(services_of(request)), "room": window.room}
    return await ask(request, sessions.list_sessions, scope, active=window.active, **asked)


@router.get("/sessions/{session:path}/timeline", **described(page_of(Moment)))
async def get_timeline(
    request: Request, scope: Scoped, session: str, page: Annotated[TimelinePage, Query()]
) -> Response:
    """What happened in a session, in order: room events, runs, developer logs, warnings and errors."""
    known = _known(services_of(request))

    def timeline(store: Store) -> Page:
        _, within = sessions.get_session(store, scope, session_id=session, **known)
        return list_timeline(store, scope, within, limit=page.limit, cursor=page.cursor)

    return await ask(request, timeline)


@router.post("/sessions/{session:path}/end", **described(ref(Session)))
async def end_session(request: Request, scope: Scoped, session: str, ending: Ending) -> Response:
    """End a room's session for good: telemetry that names it later belongs to it, and does not reopen it."""
    ended = await services_of(request).occupancy.end(scope.project_id, session, ending.by)
    await note(request, f"session.{ending.by}", scope.project_id, ended.id)
    return json_response(ended)


@router.get("/sessions/{session:path}", **described(ref(SessionRuns)))
async def get_session(request: Request, scope: Scoped, session: str) -> Response:
    """One session: who is in it, its totals and its newest runs."""
    known = _known(services_of(request))
    return await ask(request, _session_runs, scope, session, **known)


@router.get("/users", **described(page_of(Activity)))
async def list_users(request: Request, scope: Scoped, window: Paged) -> Response:
    """Users that agents named, with a run in the window, the one heard of last first."""
    return await ask(request, activity.list_activity, scope, By.USER, **window.page(request))


@router.get("/users/{user:path}", **described(ref(UserRuns)))
async def get_user(request: Request, scope: Scoped, user: str) -> Response:
    """One user: the totals and the runs."""
    return await ask(request, _user_runs, scope, user)


def _known(services: Services) -> dict[str, Any]:
    return {
        "catalog": services.catalog,
        "now_ns": services.clock.now_ns(),
        "idle_ns": services.occupancy.idle_ns,
    }


def _session_runs(
    store: Store, scope: ProjectScope, session_id: str, *, catalog: Catalog, now_ns: int, idle_ns: int
) -> SessionRuns:
    found, _ = sessions.get_session(store, scope, catalog, session_id, now_ns=now_ns, idle_ns=idle_ns)
    q = whole_sessions(f"session:{quoted(found.id)}", finder(catalog, scope.project_id), idle_ns)
    page = runs.list_runs(store, scope, q=q, limit=MOST_RUNS)
    return SessionRuns(
        **{name: getattr(found, name) for name in Session.__struct_fields__},
        present=list_present(catalog, scope.project_id, found.id),
        runs=page.items,
        next=page.next,
    )


def _user_runs(store: Store, scope: ProjectScope, user: str) -> UserRuns:
    found = activity.get_activity(store, scope, By.USER, user)
    page = runs.list_runs(store, scope, q=f"user:{quoted(user)}", limit=MOST_RUNS)
    return UserRuns(activity=found, runs=page.items, next=page.next)
