"""A run as a file that can be read without a server."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described
from fanlight.api.parameters import Scoped
from fanlight.api.run_page import run_page
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import note_reading
from fanlight.catalog.registered import find_by_name
from fanlight.catalog.variables import open_variables
from fanlight.model.project import ProjectScope
from fanlight.query.run_export import read_run_export
from fanlight.query.times import rfc3339
from fanlight.redact import Redactor

router = APIRouter(prefix="/api/v1/projects/{project}/runs", tags=["runs"])


@router.get("/{run_id}/export", **described({"type": "string"}, media_type="text/html"))
async def export_run(request: Request, scope: Scoped, run_id: str) -> Response:
    """The run as one HTML file: how it ended and why, its spans, what was said in them.

    It has no script and loads nothing. Values of the agent's variables, and what has the shape of a
    well-known token, are masked.
    """
    services = services_of(request)
    page = await services.workers.ask(partial(_page, services, scope, run_id), request.receive)
    await note_reading(request, f"run {run_id}")
    name = "".join(each if each.isascii() and each.isalnum() else "-" for each in run_id[:64])
    headers = {"content-disposition": f'attachment; filename="run-{name}.html"'}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


def _page(services: Services, scope: ProjectScope, run_id: str) -> str:
    lost_after_ms = int(services.config.span_lost_after_s * 1_000)
    export = read_run_export(services.store, scope, run_id, lost_after_ms=lost_after_ms, clock=services.clock)
    agent = export.run.agent
    known = find_by_name(services.catalog, scope.project_id, agent) if agent else None
    secrets = (
        open_variables(services.catalog, services.keyring, scope.project_id, known.name) if known else {}
    )
    return run_page(export, Redactor(secrets.values()), rfc3339(services.clock.now_ns()))
