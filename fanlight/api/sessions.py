"""Sessions and users: whose runs belong together."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, page_of, ref
from fanlight.api.parameters import Paged, Scoped
from fanlight.model.activity import Activity
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run
from fanlight.query import activity, runs
from fanlight.query.activity import By
from fanlight.query.grammar import quoted
from fanlight.store.contract import Store

MOST_RUNS = 200

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["sessions"])


class Gathering(msgspec.Struct, frozen=True, kw_only=True):
    """One session or user: what its runs came to, and the newest of them, newest first.

    `next` is the cursor with which `/runs` goes on, filtered by this session or user.
    """

    activity: Activity
    runs: list[Run]
    next: str | None = None


@router.get("/sessions", **described(page_of(Activity)))
async def list_sessions(request: Request, scope: Scoped, window: Paged) -> Response:
    """Sessions and conversations with a run in the window, the one heard of last first."""
    return await ask(request, activity.list_activity, scope, By.SESSION, **window.page(request))


@router.get("/sessions/{session:path}", **described(ref(Gathering)))
async def get_session(request: Request, scope: Scoped, session: str) -> Response:
    """One session: its totals and its runs."""
    return await ask(request, _gather, scope, By.SESSION, session)


@router.get("/users", **described(page_of(Activity)))
async def list_users(request: Request, scope: Scoped, window: Paged) -> Response:
    """Users that agents named, with a run in the window, the one heard of last first."""
    return await ask(request, activity.list_activity, scope, By.USER, **window.page(request))


@router.get("/users/{user:path}", **described(ref(Gathering)))
async def get_user(request: Request, scope: Scoped, user: str) -> Response:
    """One user: the totals and the runs."""
    return await ask(request, _gather, scope, By.USER, user)


def _gather(store: Store, scope: ProjectScope, by: By, name: str) -> Any:
    found = activity.get_activity(store, scope, by, name)
    page = runs.list_runs(store, scope, q=f"{by}:{quoted(name)}", limit=MOST_RUNS)
    return Gathering(activity=found, runs=page.items, next=page.next)
