"""Telemetry exporters: what there is, and how they go in agents. None of them is ever imported here."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, json_response, ref
from fanlight.api.parameters import Scoped
from fanlight.api.services import services_of
from fanlight.catalog.registered import exporters_listed
from fanlight.config import Config
from fanlight.model.plugin import PluginList
from fanlight.plugins import FILE, Installed, Registry, installed_exporters, read_registry
from fanlight.query import plugins

router = APIRouter(prefix="/api/v1", tags=["plugins"])


@router.get("/plugins", **described(ref(PluginList)))
async def list_plugins(request: Request) -> Response:
    """Exporters that the registry lists or that are installed beside the server."""
    registry, installed = await asyncio.to_thread(_known, services_of(request).config)
    return json_response(plugins.merge(registry, installed, {}))


@router.get("/projects/{project}/plugins", **described(ref(PluginList)))
async def list_project_plugins(request: Request, scope: Scoped) -> Response:
    """The same, and those that agents of the project list or use: state, last error, what was dropped."""
    registry, installed = await asyncio.to_thread(_known, services_of(request).config)
    enabled = await asyncio.to_thread(exporters_listed, services_of(request).catalog, scope.project_id)
    return await ask(request, plugins.list_plugins, scope, registry, installed, enabled)


def _known(config: Config) -> tuple[Registry, list[Installed]]:
    place = Path(config.plugin_registry) if config.plugin_registry else config.data_dir / FILE
    return read_registry(place.expanduser()), installed_exporters()
