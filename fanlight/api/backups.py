"""Backups of the whole server: for its administrators."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from pydantic import StrictBool
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note
from fanlight.model.backup import Backup
from fanlight.query.page import Page

router = APIRouter(prefix="/api/v1/backups", tags=["backups"])


class NewBackup(Strict):
    """What is in it besides telemetry, projects and people."""

    with_logins: StrictBool = False


@router.get("", **described(page_of(Backup)))
async def list_backups(request: Request) -> Response:
    """The backups on the server's disk, the newest first; all on one page."""
    found = await asyncio.to_thread(services_of(request).shelf.everything)
    return json_response(Page(items=found))


@router.post("", **described(ref(Backup), status=202))
async def make_backup(request: Request, new: NewBackup) -> Response:
    """Begin a backup of what is acknowledged now; ask for it by its name to learn how far it is.

    `with_logins`: keys, logins, passwords and the server's own keys are in it, too.
    """
    made = await asyncio.to_thread(services_of(request).shelf.ask, with_logins=new.with_logins)
    await note(request, "backup.made", None, made.name, with_logins=new.with_logins)
    return json_response(made, 202)


@router.get("/{backup}", **described(ref(Backup)))
async def get_backup(request: Request, backup: str) -> Response:
    """How far a backup is."""
    return json_response(await asyncio.to_thread(services_of(request).shelf.get, backup))


@router.delete("/{backup}", **described(ref(Backup)))
async def remove_backup(request: Request, backup: str) -> Response:
    """Remove a backup for good. One that is being made is stopped."""
    gone = await asyncio.to_thread(services_of(request).shelf.remove, backup)
    await note(request, "backup.removed", None, gone.name)
    return json_response(gone)
