"""Joins the parts of a server, serves until it is asked to stop, and takes them down in the other order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvloop

from fanlight.access.refusals import render_refusals
from fanlight.api.app import create_app, create_otlp_app
from fanlight.api.listen import Listener, parse_port, url_of
from fanlight.api.sockets import Sockets, open_sockets
from fanlight.clock import SYSTEM, Clock
from fanlight.config import Config
from fanlight.data_dir import own
from fanlight.ingest.occupancy import Occupancy
from fanlight.ingest.receivers.otlp_grpc import start_grpc
from fanlight.ingest.registry import Registry
from fanlight.live.broker import Broker
from fanlight.query.changes import Find, count_changes, list_changes, oldest_seq
from fanlight.query.within import belonging
from fanlight.runner.executor import ProcessExecutor
from fanlight.server.door import Door, make_door
from fanlight.server.ground import Ground, open_ground
from fanlight.server.upkeep import Upkeep, make_upkeep

GRACE_S = 8
"""How long open requests may take to finish once the server was asked to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where a running server listens. What is off, or was taken by another program, is None.

    `notes` are sentences for the person who started it.
    """

    studio: str
    otlp_http: str | None
    otlp_grpc: str | None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _State:
    """What the running server says of itself."""

    endpoints: Endpoints
    is_ready: bool = False


def serve(
    config: Config, *, clock: Clock = SYSTEM, on_ready: Callable[[Endpoints], None] = lambda _: None
) -> None:
    """Run a server until SIGTERM or SIGINT, then drain it; a second signal ends it at once.

    `on_ready` is called once, when the server accepts. Nothing that was acknowledged is lost either way.

    Raises:
        ConfigError: Studio's port is taken, or a setting is wrong.
        ConflictError: another process has the data directory.
        SchemaTooNewError: a newer Fanlight wrote the data directory.
    """
    for chatty in ("alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.basicConfig(
        level=config.log_level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
    with own(config.data_dir), contextlib.ExitStack() as stack:
        sockets = open_sockets(config)
        stack.callback(sockets.studio.close)
        uvloop.run(_run(config, sockets, clock, on_ready, stack))


async def _run(
    config: Config,
    sockets: Sockets,
    clock: Clock,
    on_ready: Callable[[Endpoints], None],
    stack: contextlib.ExitStack,
) -> None:
    """Open the parts from the ground upwards; serve; take them down in the other order."""
    ground = open_ground(config, clock, stack)
    broker = _broker(ground, partial(belonging, ground.catalog, max(int(config.session_idle_s * 1e9), 1)))

    def announce(watermark: int, projects: frozenset[str], kinds: frozenset[str]) -> None:
        registry.note(watermark, projects)
        broker.advance(watermark, projects, kinds)

    upkeep = make_upkeep(ground, announce, stack)
    door = make_door(ground, stack)
    occupancy = Occupancy(ground.catalog, door.otlp.report, idle_s=config.session_idle_s, clock=clock)
    registry = Registry(
        ground.catalog,
        ground.store,
        after=ground.stored_seq,
        idle_ns=occupancy.idle_ns,
        noted=occupancy.wake,
        clock=clock,
    )
    state = _State(Endpoints(studio=url_of(sockets.studio), otlp_http=None, otlp_grpc=None))
    app = create_app(
        config=config,
        catalog=ground.catalog,
        gate=door.gate,
        admission=door.admission,
        # What the server asks by itself is not what a project may ask.
        store=ground.store.bounded_by(ground.limits),
        broker=broker,
        otlp=door.otlp,
        ledger=ground.told,
        metrics=partial(_own_figures, ground, upkeep, broker, door),
        is_ready=lambda: state.is_ready,
        endpoints=lambda: state.endpoints,
        repricer=upkeep.repricer,
        eraser=upkeep.eraser,
        shelf=upkeep.shelf,
        occupancy=occupancy,
        quotas=door.quotas,
        names=ground.names,
        left_out=lambda project: (door.head.dropped_of(project), upkeep.thinner.removed_of(project)),
        executor=ProcessExecutor(),
        clock=clock,
    )
    stack.callback(app.close)
    listeners = [Listener(app, sockets.studio, grace_s=GRACE_S, websockets=True)]
    if sockets.otlp is not None:
        otlp_app = create_otlp_app(config=config, gate=door.gate, otlp=door.otlp)
        listeners.append(Listener(otlp_app, sockets.otlp, grace_s=GRACE_S))
    grpc, grpc_port = await _start_grpc(config, sockets.notes, door)
    sockets.notes.extend(_setup_notes(door, sockets.studio_url))
    state.endpoints = _endpoints(config, sockets, grpc_port)
    registry.start()
    upkeep.writer.start()
    await occupancy.start()
    serving = await _serve_until_asked(listeners, state, on_ready)
    # What the runs say when they are closed is still taken, and their readers still hear it.
    await app.executions.close()
    await app.room_traffic.close()
    await broker.close()
    for listener in listeners:
        listener.should_exit = True
    if grpc is not None:
        await grpc.stop(GRACE_S)
    await asyncio.gather(*serving)
    await occupancy.close()
    await asyncio.to_thread(upkeep.writer.stop, True)
    await asyncio.to_thread(registry.stop)


async def _serve_until_asked(
    listeners: Sequence[Listener], state: _State, on_ready: Callable[[Endpoints], None]
) -> Sequence[asyncio.Future[None]]:
    """Returns once somebody asked the server to stop, or one of what serves ended; the others go on."""
    asked = _stop_on_signals()
    serving = [asyncio.ensure_future(listener.run_until_stopped()) for listener in listeners]
    await asyncio.gather(*(listener.accepts.wait() for listener in listeners))
    state.is_ready = True
    on_ready(state.endpoints)
    await asyncio.wait([asyncio.ensure_future(asked.wait()), *serving], return_when=asyncio.FIRST_COMPLETED)
    state.is_ready = False
    return serving


def _broker(ground: Ground, find: Find) -> Broker:
    config = ground.config
    return Broker(
        partial(list_changes, ground.store, find=find),
        partial(oldest_seq, ground.store),
        count=partial(count_changes, ground.store, find=find),
        watermark=ground.watermark,
        horizon=ground.stored_seq,
        window_s=config.stream_window_s,
        max_readers=config.stream_readers,
        most_of=lambda project: ground.limits().of(project, "max_streams"),
        clock=ground.clock,
    )


async def _start_grpc(config: Config, notes: list[str], door: Door) -> tuple[Any, int | None]:
    port = parse_port("otlp_grpc_port", config.otlp_grpc_port)
    if port is None:
        return None, None
    host = f"[{config.host}]" if ":" in config.host else config.host
    try:
        return await start_grpc(f"{host}:{port}", door.gate.ingest_project, door.intake)
    except RuntimeError:
        notes.append(f"Port {port} for OTLP/gRPC is not to be had; OTLP/HTTP is answered all the same.")
        return None, None


def _endpoints(config: Config, sockets: Sockets, grpc_port: int | None) -> Endpoints:
    studio = url_of(sockets.studio)
    return Endpoints(
        studio=sockets.studio_url,
        otlp_http=url_of(sockets.otlp) if sockets.otlp is not None else None,
        otlp_grpc=f"{studio.rpartition(':')[0]}:{grpc_port}" if grpc_port else None,
        notes=tuple(sockets.notes),
    )


def _setup_notes(door: Door, studio: str) -> list[str]:
    """How the first person comes in, where nobody may be let in before."""
    token = door.admission.make_setup_token() if door.gate.guarded else None
    return (
        [f"Nobody is registered. The first person opens {studio}/setup#{token} within a day."]
        if token
        else []
    )


def _own_figures(ground: Ground, upkeep: Upkeep, broker: Broker, door: Door, all_of_it: bool) -> str:
    """The gauges that are no item counts; with `all_of_it` also who was turned away."""
    backlog = ground.log.backlog_bytes
    figures = [
        ("fanlight_log_backlog_bytes", "Bytes in the log that the store has yet to take.", backlog),
        ("fanlight_stream_readers", "Open streams.", broker.readers),
        ("fanlight_watermark", "Sequence up to which everything can be queried.", broker.watermark),
    ]
    if (newest_ns := upkeep.schedule.newest_ns) is not None:
        newest = "The moment, in seconds since 1970, that the newest whole backup shows."
        figures.append(("fanlight_last_backup_timestamp_seconds", newest, newest_ns // 10**9))
    text = "".join(
        f"# HELP {name} {text}\n# TYPE {name} gauge\n{name} {value}\n" for name, text, value in figures
    )
    return text + (render_refusals(door.gate.refusals.counts()) if all_of_it else "")


def _stop_on_signals() -> asyncio.Event:
    """An event that the first SIGTERM or SIGINT sets; the second one ends the process there and then."""
    asked = asyncio.Event()

    def stop(number: int) -> None:
        if asked.is_set():
            # Everything acknowledged is in the log; there is nothing left that must be done.
            os._exit(128 + number)
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop, int(number))
    return asked
