"""The HTTP application: Studio, API and OTLP on the main port, OTLP alone on its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fanlight.access.admission import Admission
from fanlight.access.gate import Gate
from fanlight.api import (
    account,
    agent_env,
    agents,
    audit,
    backups,
    billing,
    budgets,
    debugging,
    declared,
    deletions,
    developer_logs,
    devices,
    diff,
    docs,
    execute,
    export,
    failure,
    fields,
    findings,
    health,
    keys,
    limits,
    liveness,
    logs,
    lost,
    members,
    meshagent,
    metrics,
    oidc,
    people,
    plugins,
    prices,
    projects,
    published,
    room_members,
    rooms,
    run_events,
    run_export,
    runs,
    sampling,
    server_info,
    services_of_room,
    session,
    sessions,
    stats,
    stream,
    terminal,
    traces,
    usage,
    views,
)
from fanlight.api.boundary import REQUEST_ID, Boundary, Net
from fanlight.api.door import Door
from fanlight.api.errors import CHARM as CHARM_PATHS
from fanlight.api.errors import answer_to
from fanlight.api.executions import Executions
from fanlight.api.guard import BrowserGuard, hosts_of, proxies_of
from fanlight.api.openapi import describe
from fanlight.api.renewal import Renewal
from fanlight.api.room_ws import endpoint as room_ws
from fanlight.api.room_ws.traffic import Traffic
from fanlight.api.services import (
    Endpoints,
    Eraser,
    Executor,
    Occupancy,
    Quotas,
    Receiver,
    Repricer,
    Services,
    Shelf,
)
from fanlight.api.studio import Studio, open_studio, studio_router
from fanlight.api.workers import ClientGoneError, Workers
from fanlight.catalog.bundles import Bundles
from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import ensure_project
from fanlight.catalog.registered import list_folders
from fanlight.catalog.sealing import Keyring
from fanlight.clock import SYSTEM, Clock
from fanlight.config import Config
from fanlight.errors import FanlightError, InvalidError, NotFoundError, PayloadError
from fanlight.live.broker import Broker
from fanlight.model.ledger import LedgerSnapshot
from fanlight.model.project import DEFAULT
from fanlight.store.contract import Store
from fanlight.store.names import Names

OPENAPI = "/api/v1/openapi.json"
_ROUTERS = (
    liveness, docs, session, oidc, devices, account, people, audit, backups, server_info,
    projects, declared, members, keys, limits, sampling, stats, health, runs, run_export, lost, failure,
    debugging,
    diff, findings, traces, logs, developer_logs, metrics, rooms, room_members, services_of_room, sessions,
    agent_env, agents, budgets, prices, billing, usage, fields, views, deletions, export, plugins, stream,
    terminal, execute, run_events, published, room_ws,
)  # fmt: skip


def create_app(
    *,
    config: Config,
    catalog: Catalog,
    gate: Gate,
    admission: Admission,
    store: Store,
    broker: Broker,
    otlp: Receiver,
    ledger: Callable[[], LedgerSnapshot],
    metrics: Callable[[bool], str],
    is_ready: Callable[[], bool],
    endpoints: Callable[[], Endpoints],
    repricer: Repricer,
    eraser: Eraser,
    shelf: Shelf,
    occupancy: Occupancy,
    quotas: Quotas,
    names: Names,
    left_out: Callable[[str], tuple[int, int]],
    executor: Executor,
    clock: Clock = SYSTEM,
    studio: Studio | None = None,
) -> App:
    """The application of the main port. Everything it needs comes in here; close it before the store.

    `endpoints` says where OTLP is taken, known once the ports are bound. `metrics` gives
    Prometheus text beside the ledger's, or with True all of it.
    """
    ensure_project(catalog, DEFAULT, clock=clock)
    bundles = Bundles(config.data_dir)
    bundles.sweep(list_folders(catalog))
    traffic = Traffic(config.stream_readers)
    executions = Executions(executor, workers=config.execute_workers, waiting=config.execute_queue)
    services = Services(
        config=config,
        catalog=catalog,
        gate=gate,
        admission=admission,
        store=store,
        broker=broker,
        otlp=otlp,
        ledger=ledger,
        metrics=lambda all_of_it: metrics(all_of_it) + traffic.render(),
        is_ready=is_ready,
        endpoints=endpoints,
        repricer=repricer,
        eraser=eraser,
        shelf=shelf,
        occupancy=occupancy,
        quotas=quotas,
        names=names,
        left_out=left_out,
        room_traffic=traffic,
        clock=clock,
        workers=Workers(),
        executions=executions,
        bundles=bundles,
        keyring=Keyring(config.data_dir),
    )
    base_path = "/" + config.base_path.strip("/") if config.base_path.strip("/") else ""
    api = create_api(services, studio or open_studio(base_path), base_path)
    hosts, proxies = hosts_of(config), proxies_of(config)
    guarded = partial(
        BrowserGuard,
        hosts=hosts,
        trusted_proxies=proxies,
        refused=gate.refusals.note,
        is_guarded=lambda: gate.guarded,
    )
    fork = Fork(
        otlp=guarded(otlp),
        is_otlp=otlp.handles,
        # Another net, because only here is the path without the base.
        api=Net(guarded(Door(api, gate, trusted_proxies=proxies))),
        base_path=base_path,
    )
    return App(Boundary(fork), services.workers, executions, traffic)


def create_otlp_app(*, config: Config, gate: Gate, otlp: Receiver) -> ASGIApp:
    """The application of the OTLP/HTTP port: the receiver behind the same browser guards."""
    guarded = BrowserGuard(
        otlp, hosts_of(config), trusted_proxies=proxies_of(config), is_guarded=lambda: gate.guarded
    )
    return Boundary(Fork(otlp=guarded, is_otlp=otlp.handles, api=_nothing_else, base_path=""))


def create_api(services: Services, studio: Studio, base_path: str) -> FastAPI:
    """Studio and API, to be reached through the door alone."""
    api = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[Middleware(Net), Middleware(Renewal)],
    )
    api.state.services = services
    api.exception_handler(FanlightError)(_tell)
    api.exception_handler(RequestValidationError)(_tell_invalid)
    api.exception_handler(HTTPException)(_tell_http)
    api.exception_handler(ClientGoneError)(_tell_nobody)
    for router in (*(each.router for each in _ROUTERS), *meshagent.ROUTERS):
        api.include_router(router)

    @cache
    def document() -> bytes:
        return msgspec.json.encode(describe(api, base_path))

    @api.get(OPENAPI, include_in_schema=False)
    async def get_openapi() -> Response:
        return Response(document(), media_type="application/json")

    api.include_router(studio_router(studio))
    return api


class App:
    """An ASGI application with the threads that it asks the store in, the runs that it makes, and whoever is
    connected to rooms."""

    def __init__(self, app: ASGIApp, workers: Workers, executions: Executions, room_traffic: Traffic) -> None:
        self._app = app
        self._workers = workers
        self.executions = executions
        self.room_traffic = room_traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def close(self) -> None:
        """Wait for the questions that are being asked; drop those that wait."""
        self._workers.close()


class Fork:
    """Takes the base path off, and sends OTLP and everything else their ways."""

    def __init__(
        self, *, otlp: ASGIApp, is_otlp: Callable[[str], bool], api: ASGIApp, base_path: str
    ) -> None:
        self._otlp = otlp
        self._is_otlp = is_otlp
        self._api = api
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        base = self._base_path
        # Some proxies take their path off themselves, so it may be there or not.
        if base and (path == base or path.startswith(f"{base}/")):
            path = path[len(base) :] or "/"
            scope = {**scope, "path": path, "raw_path": path.encode()}
        is_otlp = scope["type"] == "http" and self._is_otlp(path)
        await (self._otlp if is_otlp else self._api)(scope, receive, send)


async def _nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    raise NotFoundError(
        f"nothing is at {scope['path'][:200]}", hint="this port takes OTLP; Studio and API have their own"
    )


async def _tell(request: Request, error: Exception) -> Response:
    return answer_to(error, request.scope, request.scope[REQUEST_ID])


async def _tell_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    message, hint = f"{place[:100]}: {first['msg']}", "the API is described at /api/docs"
    told: FanlightError = InvalidError(message, hint=hint)
    if request.scope["path"].startswith(CHARM_PATHS):
        told = PayloadError(message, status=422, hint=hint)
    return answer_to(told, request.scope, request.scope[REQUEST_ID])


async def _tell_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    told = InvalidError(str(error.detail)) if error.status_code == 400 else NotFoundError(str(error.detail))
    return answer_to(told, request.scope, request.scope[REQUEST_ID])


async def _tell_nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=499)
