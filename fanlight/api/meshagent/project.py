"""The project: whether it takes telemetry, and where it would send it on."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from fanlight.api.answers import described, ref
from fanlight.api.meshagent.answers import answer
from fanlight.api.meshagent.parameters import PROJECT
from fanlight.api.parameters import Scoped
from fanlight.errors import ConflictError, NotFoundError
from fanlight.model.meshagent import ProjectStatus

router = APIRouter(prefix=PROJECT, tags=["meshagent"])

_WHERE = "agents send to another place by an exporter: fanlight exporter --help"
_DOCUMENT = described({"type": "object"})


@router.get("/status", **described(ref(ProjectStatus)))
async def get_status(scope: Scoped) -> Response:
    """Whether the project takes telemetry: one that is there does."""
    return answer(ProjectStatus(enabled=True))


@router.get("/settings/otel", **_DOCUMENT)
async def get_otel_settings(scope: Scoped) -> Response:
    """Where the project's telemetry is sent on: nowhere, and 404 tells MeshAgent's clients so."""
    raise NotFoundError(f"project {scope.project_id} sends its telemetry nowhere else", hint=_WHERE)


@router.put("/settings/otel", **_DOCUMENT)
async def set_otel_settings(scope: Scoped, document: dict[str, Any]) -> Response:
    """Refused: what comes in stays here, so that a place to send it to would be a setting without effect."""
    raise ConflictError("Fanlight keeps telemetry and sends none on", hint=_WHERE)
