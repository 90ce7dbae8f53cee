"""Erasing what a project holds of a run, a session, a user or a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import TIME, Scoped, Strict
from fanlight.api.services import Services, services_of
from fanlight.api.times import parse_time_or_none
from fanlight.api.visitor import note, principal_of
from fanlight.catalog import deletions
from fanlight.catalog.sessions import find_session
from fanlight.catalog.tables import DeletionRow
from fanlight.model.deletion import LAST_NS, Deletion, DeletionState, Erasure
from fanlight.query.page import Page
from fanlight.query.times import rfc3339, rfc3339_or_none

router = APIRouter(prefix="/api/v1/projects/{project}/deletions", tags=["deletions"])

LOOK_EVERY_S = 0.1
LOOKS = 100
"""Until the answer is given whatever the state is."""


class NewDeletion(Strict):
    """What is to be erased: everything that fits all of what is given. A run is named by itself."""

    run: str = Field("", max_length=200, description="A run's id.")
    session: str = Field("", max_length=1_000, description="A session's id.")
    user: str = Field("", max_length=1_000, description="A user, as telemetry names them.")
    since: str = Field("", alias="from", max_length=64, description=f"Earliest time. {TIME}")
    until: str = Field("", alias="to", max_length=64, description=f"First time not included. {TIME}")


@router.post("", **described(ref(Deletion), status=202))
async def erase(request: Request, scope: Scoped, new: NewDeletion) -> Response:
    """Erase for good. The answer comes when nobody can read it any more, at the latest after ten seconds.

    What has the same name and is sent again afterwards is stored again.
    """
    services = services_of(request)
    now_ns = services.clock.now_ns()
    until_ns = parse_time_or_none(new.until, now_ns)
    asked = Erasure(
        project_id=scope.project_id,
        run=new.run,
        session=new.session,
        user=new.user,
        since_ns=max(parse_time_or_none(new.since, now_ns) or 0, 0),
        until_ns=min(until_ns, LAST_NS) if until_ns is not None else LAST_NS,
    )
    row = await asyncio.to_thread(_ask, services, asked, principal_of(request).name)
    # Whom it names must not stand in the log of deeds for ever.
    what = [name for name in ("run", "session", "user", "since", "until") if getattr(new, name)]
    await note(request, "data.erased", scope.project_id, row.id, named_by=what)
    services.eraser.wake()
    for _ in range(LOOKS):
        if row.state != DeletionState.WAITING:
            break
        await asyncio.sleep(LOOK_EVERY_S)
        row = await asyncio.to_thread(deletions.get_deletion, services.catalog, scope.project_id, row.id)
    return json_response(_shape(row, await _cuts(request)), 202)


@router.get("", **described(page_of(Deletion)))
async def list_deletions(request: Request, scope: Scoped) -> Response:
    """The deletions of a project, the newest first; all on one page."""
    found = await asyncio.to_thread(deletions.list_deletions, services_of(request).catalog, scope.project_id)
    cuts = await _cuts(request)
    return json_response(Page(items=[_shape(row, cuts) for row in found]))


@router.get("/{deletion}", **described(ref(Deletion)))
async def get_deletion(request: Request, scope: Scoped, deletion: str) -> Response:
    """How far a deletion is, and what went."""
    catalog = services_of(request).catalog
    row = await asyncio.to_thread(deletions.get_deletion, catalog, scope.project_id, deletion)
    return json_response(_shape(row, await _cuts(request)))


def _ask(services: Services, asked: Erasure, by: str) -> DeletionRow:
    session = find_session(services.catalog, asked.project_id, asked.session) if asked.session else None
    if session is not None:
        until_ns = min(session.until_ns(services.occupancy.idle_ns), LAST_NS)
        asked = replace(asked, room=session.room, room_since_ns=session.started_ns, room_until_ns=until_ns)
    return deletions.ask(services.catalog, asked, by=by, clock=services.clock)


async def _cuts(request: Request) -> Mapping[str, int]:
    return await asyncio.to_thread(services_of(request).shelf.cuts)


def _shape(row: DeletionRow, cuts: Mapping[str, int]) -> Deletion:
    asked = json.loads(row.asked)
    # What was made before nobody could read it any more holds it still.
    before_ns = row.unreadable_ns or LAST_NS
    return Deletion(
        id=row.id,
        state=DeletionState(row.state),
        asked_at=rfc3339(row.asked_ns),
        asked_by=row.asked_by,
        run=asked["run"] or None,
        session=asked["session"] or None,
        user=asked["user"] or None,
        since=rfc3339_or_none(asked["since_ns"] or None),
        until=rfc3339_or_none(asked["until_ns"] if asked["until_ns"] < LAST_NS else None),
        removed=json.loads(row.removed),
        unreadable_at=rfc3339_or_none(row.unreadable_ns),
        gone_at=rfc3339_or_none(row.gone_ns),
        backups=[name for name, cut_ns in cuts.items() if cut_ns < before_ns],
        error=row.error,
    )
