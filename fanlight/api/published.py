"""Publishing agents, and the logs of their runs, as Charm's command line asks for them."""

from __future__ import annotations

import asyncio
import json
import re
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from fanlight.access.principal import Right
from fanlight.api.answers import ask, described, json_response, ref
from fanlight.api.charm import CharmRouter
from fanlight.api.services import services_of
from fanlight.api.visitor import note, note_reading, origin_of, principal_of
from fanlight.api.whose import named_agent, publishing_scope
from fanlight.catalog.bundles import MOST_BYTES, Unpacked, too_large
from fanlight.catalog.one_time import Purpose, make_one_time, use_one_time
from fanlight.catalog.registered import Publication, publish
from fanlight.errors import NotFoundError, PayloadError
from fanlight.query.agent_logs import MOST, AgentLogs, list_agent_logs

UPLOAD_LASTS_S = 900.0
UPLOAD_TIMEOUT_S = 600.0
MOST_DEFINITION_CHARACTERS = 1_000_000
_STORED = re.compile(r"uploads/([0-9a-f]{16})\.tar\.gz")
_AGENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

charm = CharmRouter()
router = charm.router


class UploadPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where to PUT the bundle, within 15 minutes and once; `storage_path` names it afterwards."""

    upload_url: str
    storage_path: str


class Uploaded(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that came whole and can be unpacked."""

    files: int


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A registered agent. `url` is the page of its runs."""

    url: str
    id: str
    name: str
    version: str
    owner: str
    project: str
    telemetry: list[str]
    pricing: dict[str, Any]


class _Open(BaseModel):
    # What Charm sends may grow.
    model_config = ConfigDict(extra="allow")


class NewUpload(_Open):
    """What will be uploaded."""

    agent_name: str = Field(min_length=1, max_length=1_024)
    version: str = Field(min_length=1, max_length=128)


class Metadata(_Open):
    """The agent's `charm.yaml` as JSON, and where its source is kept."""

    uac: dict[str, Any]
    repo: dict[str, Any] = Field(default_factory=dict)


class NewAgent(_Open):
    """An agent to be registered, and its bundle."""

    metadata: Metadata
    storage_path: str = Field(min_length=1, max_length=200)


class LogsQuery(_Open):
    """Whose runs, and how many."""

    agent_id: str = Field(min_length=1, max_length=200, description="As in the agent's charm.yaml.")
    limit: int = Field(50, description=f"Most runs; there are never more than {MOST} in an answer.")


@charm.add("GET", "/agents/logs", **described(ref(AgentLogs)))
async def list_logs(request: Request, query: Annotated[LogsQuery, Query()]) -> Response:
    """The last runs of an agent, newest first, in words that a terminal can print."""
    scope, name = await named_agent(request, query.agent_id, Right.READ)
    await note_reading(request, f"logs of agent {name[:200]}", scope.project_id)
    return await ask(request, list_agent_logs, scope, name, limit=query.limit)


@charm.add("POST", "/agents/upload-token", **described(ref(UploadPlace)))
async def make_upload_place(request: Request, new: NewUpload) -> Response:
    """A place to send a bundle to. Whoever has its URL needs no key: it works once, for 15 minutes."""
    services = services_of(request)
    scope = await publishing_scope(request, None, Right.WRITE)
    data = {"agent": new.agent_name[:200], "version": new.version, "by": principal_of(request).name[:300]}
    made, token = await asyncio.to_thread(
        partial(
            make_one_time,
            services.catalog,
            Purpose.UPLOAD,
            lasts_s=UPLOAD_LASTS_S,
            project=scope.project_id,
            data=data,
            clock=services.clock,
        )
    )
    start = request.scope["path"].removesuffix("/upload-token")
    url = f"{origin_of(request)}{_base(services.config.base_path)}{start}/uploads/{token}"
    response = json_response(UploadPlace(upload_url=url, storage_path=f"uploads/{made.id}.tar.gz"))
    response.headers["cache-control"] = "no-store"
    return response


@charm.add("PUT", "/agents/uploads/{upload}", **described(ref(Uploaded)))
async def take_upload(request: Request, upload: str) -> Response:
    """Take a bundle (a gzipped tar of at most 50 MB). It is looked through and kept; nothing is unpacked."""
    services = services_of(request)
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise too_large()
    found = await asyncio.to_thread(
        partial(use_one_time, services.catalog, Purpose.UPLOAD, upload, clock=services.clock)
    )
    if found is None or found.project is None:
        raise NotFoundError("this upload is over, or was used", hint="publish the agent again")
    with services.bundles.open_upload(found.project, found.id) as bundle:
        try:
            async with asyncio.timeout(UPLOAD_TIMEOUT_S):
                async for chunk in request.stream():
                    await asyncio.to_thread(bundle.write, chunk)
        except ClientDisconnect:
            raise PayloadError("the bundle did not come whole", hint="publish the agent again") from None
        files = await asyncio.to_thread(bundle.finish)
    return json_response(Uploaded(files=files))


@charm.add("POST", "/agents", **described(ref(Published), status=201))
async def register_agent(request: Request, new: NewAgent) -> Response:
    """Register an agent, or a version of it: its owner, exporters and price. It can be executed then."""
    services, uac = services_of(request), new.metadata.uac
    agent_id, name, version, definition = _identity(uac)
    scope = await publishing_scope(request, agent_id, Right.WRITE)
    stored = _STORED.fullmatch(new.storage_path)
    if stored is None:
        raise PayloadError(
            "storage_path names no upload", status=422, hint="ask /v1/agents/upload-token for one"
        )
    unpacked: Unpacked = await asyncio.to_thread(
        services.bundles.unpack, scope.project_id, stored[1], definition
    )
    by = principal_of(request).name
    what = Publication(
        id=agent_id,
        name=name,
        version=version,
        definition=uac,
        repository=new.metadata.repo,
        folder=unpacked.folder,
        sha256=unpacked.sha256,
    )
    made = await asyncio.to_thread(
        partial(publish, services.catalog, scope.project_id, what, by=by, clock=services.clock)
    )
    await note(
        request, "agent.published", scope.project_id, name, id=agent_id, version=version,
        sha256=unpacked.sha256.hex(), telemetry=list(made.telemetry),
    )  # fmt: skip
    its_runs = quote(f'agent:"{name}"', safe="")
    page = f"/p/{quote(scope.project_id)}/runs?q={its_runs}"
    published = Published(
        url=f"{origin_of(request)}{_base(services.config.base_path)}{page}",
        id=made.id,
        name=made.name,
        version=made.version,
        owner=made.owner,
        project=made.project,
        telemetry=list(made.telemetry),
        pricing=dict(made.pricing),
    )
    return json_response(published, 201)


def _identity(uac: dict[str, Any]) -> tuple[str, str, str, str]:
    """Id, name and version that a definition gives, and its text. Raises PayloadError."""
    persona = uac.get("persona")
    found = persona if isinstance(persona, dict) else {}
    agent_id, name = uac.get("id"), found.get("name")
    version = found.get("version", "0.1.0")
    if not isinstance(agent_id, str) or not _AGENT_ID.fullmatch(agent_id):
        raise PayloadError(
            "the definition has no id", status=422, hint="charm push writes one into charm.yaml"
        )
    if not isinstance(name, str) or not 0 < len(name) <= 1_024:
        raise PayloadError("the definition has no persona.name", status=422, hint="give the agent a name")
    if not isinstance(version, str) or not 0 < len(version) <= 128:
        raise PayloadError("persona.version is no version", status=422, hint='write one such as "1.0.0"')
    text = json.dumps(uac, ensure_ascii=False)
    if len(text) > MOST_DEFINITION_CHARACTERS:
        raise PayloadError("the definition is too large", status=413, hint="at most 1,000,000 characters")
    return agent_id, name, version, text


def _base(path: str) -> str:
    return "/" + path.strip("/") if path.strip("/") else ""
