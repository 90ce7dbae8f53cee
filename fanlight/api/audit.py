"""The audit log: who did what."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.catalog import audit
from fanlight.query.page import Page, decode_cursor, encode_cursor
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1", tags=["audit"])


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done. `hash` covers the entry and the hash of the one before."""

    seq: int
    at: str
    actor: str
    action: str
    project: str | None
    target: str
    address: str
    detail: dict[str, Any]
    hash: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the chain holds: `broken_at` is the first entry that does not fit."""

    entries: int
    newest_hash: str
    broken_at: int | None


class _Place(Strict):
    limit: int = Field(100, ge=1, le=1_000, description="Most items in one page.")
    cursor: str | None = Field(None, max_length=512, description="`next` of the page before.")


_Placed = Annotated[_Place, Query()]


@router.get("/projects/{project}/audit", **described(page_of(AuditEntry)))
async def list_project_audit(request: Request, scope: Scoped, place: _Placed) -> Response:
    """What was done in the project, newest first."""
    return await _page(request, place, scope.project_id)


@router.get("/audit", **described(page_of(AuditEntry)))
async def list_audit(request: Request, place: _Placed) -> Response:
    """What was done on the server: logins, people, projects; newest first."""
    return await _page(request, place, None)


@router.get("/audit/verify", **described(ref(Verification)))
async def verify_audit(request: Request) -> Response:
    """Walk the whole chain."""
    found = await asyncio.to_thread(audit.verify, services_of(request).catalog)
    return json_response(
        Verification(entries=found.entries, newest_hash=found.newest_hash, broken_at=found.broken_at)
    )


async def _page(request: Request, place: _Place, project: str | None) -> Response:
    before = decode_cursor(place.cursor, "audit", int)[0] if place.cursor else None
    found = await asyncio.to_thread(
        audit.list_entries,
        services_of(request).catalog,
        project=project,
        before=before,
        limit=place.limit + 1,
    )
    shown = found[: place.limit]
    following = encode_cursor("audit", shown[-1].seq) if len(found) > place.limit else None
    return json_response(Page(items=[_shape(each) for each in shown], next=following))


def _shape(entry: audit.Entry) -> AuditEntry:
    deed = entry.deed
    return AuditEntry(
        seq=entry.seq,
        at=rfc3339(entry.at_ns),
        actor=deed.actor,
        action=deed.action,
        project=deed.project,
        target=deed.target,
        address=deed.address,
        detail=dict(deed.detail),
        hash=entry.hash.hex(),
    )
