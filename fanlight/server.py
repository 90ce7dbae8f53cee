"""The composition root: the only file that names concrete parts and joins them.

receivers -> log -> writer -> store -> broker -> streams
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import uvloop

from fanlight.access.admission import Admission
from fanlight.access.gate import Gate
from fanlight.access.refusals import render_refusals
from fanlight.api.app import create_app, create_otlp_app
from fanlight.api.listen import Listener, bind, parse_port, url_of
from fanlight.catalog.database import open_catalog
from fanlight.catalog.prices import overrides_of
from fanlight.clock import SYSTEM, Clock
from fanlight.config import Config
from fanlight.data_dir import local_key_of, own, secret_of
from fanlight.errors import ConfigError
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.log import Generation, Log
from fanlight.ingest.occupancy import Occupancy
from fanlight.ingest.receivers.otlp_grpc import start_grpc
from fanlight.ingest.receivers.otlp_http import OtlpHttp
from fanlight.ingest.registry import Registry
from fanlight.ingest.repricing import Repricer
from fanlight.ingest.rollup import MetricRollup
from fanlight.ingest.watching import Watcher
from fanlight.ingest.writer import Writer
from fanlight.live.broker import Broker
from fanlight.model.ledger import render_prometheus
from fanlight.otlp.limits import Limits
from fanlight.pricing.book import Book
from fanlight.query.changes import Find, count_changes, list_changes, oldest_seq
from fanlight.query.loops.detect import Limits as LoopLimits
from fanlight.query.within import belonging
from fanlight.runner.executor import ProcessExecutor
from fanlight.store.contract import RunKey, Store
from fanlight.store.engine import open_store

if TYPE_CHECKING:  # what it needs is heavy, and most servers have no provider
    from fanlight.access.oidc import Oidc

logger = logging.getLogger("fanlight.server")

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


@dataclass(frozen=True, slots=True)
class _Sockets:
    """What was bound before anything else. `notes` says which wanted port was not to be had."""

    studio: socket.socket
    otlp: socket.socket | None
    notes: list[str]


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
        sockets = _bind(config)
        stack.callback(sockets.studio.close)
        uvloop.run(_run(config, sockets, clock, on_ready, stack))


def _bind(config: Config) -> _Sockets:
    port = parse_port("port", config.port)
    if port is None:
        raise ConfigError("port is off, and Studio and the API need one", hint="0 takes any free port")
    try:
        studio = bind(config.host, port)
    except OSError as error:
        raise ConfigError(
            f"{config.host}:{port} cannot be listened on ({error.strerror})",
            hint="another Fanlight may run there; --port 0 takes any free port",
        ) from error
    notes: list[str] = []
    otlp = None
    otlp_port = parse_port("otlp_http_port", config.otlp_http_port)
    if otlp_port is not None:
        try:
            otlp = bind(config.host, otlp_port)
        except OSError as error:
            notes.append(_taken("OTLP/HTTP", otlp_port, error.strerror or "taken"))
    return _Sockets(studio, otlp, notes)


def _taken(what: str, port: int, why: str) -> str:
    return f"Port {port} for {what} is not to be had ({why}); Studio's port takes OTLP/HTTP as well."


async def _run(
    config: Config,
    sockets: _Sockets,
    clock: Clock,
    on_ready: Callable[[Endpoints], None],
    stack: contextlib.ExitStack,
) -> None:
    """Open the parts from the store upwards; serve; take them down in the other order."""
    catalog = open_catalog(config.catalog, config.data_dir)
    stack.callback(catalog.close)
    book = Book(partial(overrides_of, catalog), clock)
    store = open_store(config.store, config.data_dir, config, book)
    store.open()
    stack.callback(store.close)
    log = Log(
        config.data_dir / "log",
        segment_bytes=config.segment_bytes,
        max_backlog_bytes=config.max_backlog_bytes,
        durability=config.durability,
        clock=clock,
    )
    stack.callback(log.close)
    stored_seq = store.last_seq()
    waiting = log.open(above_seq=stored_seq)
    ledger = _ledger_of(waiting, clock)
    idle_ns = max(int(config.session_idle_s * 1e9), 1)
    find = partial(belonging, catalog, idle_ns)
    broker = _broker(config, store, find, _watermark(waiting, stored_seq), stored_seq, clock)

    def announce(watermark: int, projects: frozenset[str], kinds: frozenset[str]) -> None:
        registry.note(watermark, projects)
        broker.advance(watermark, projects, kinds)

    watcher = Watcher(
        store,
        clock,
        stuck_after_s=config.run_stuck_after_s,
        limits=LoopLimits(repeats=config.loop_repeats),
    )
    repricer = Repricer(store, clock)
    rollup = MetricRollup(store, clock)

    def upkeep() -> frozenset[RunKey]:
        rollup.step()
        return repricer.step()

    writer = Writer(
        log,
        store,
        announce=announce,
        ledger=ledger,
        config=config,
        clock=clock,
        watcher=watcher,
        upkeep=upkeep,
    )
    gate = Gate(
        catalog,
        host=config.host,
        secret=secret_of(config.data_dir),
        local_key=local_key_of(config.data_dir),
        clock=clock,
    )
    stack.callback(gate.close)
    admission = Admission(catalog, gate, oidc=_oidc(config, clock), clock=clock)
    stack.callback(admission.close)
    otlp = OtlpHttp(gate.ingest_project, log.append, Limits.of(config), ledger)
    occupancy = Occupancy(catalog, otlp.report, idle_s=config.session_idle_s, clock=clock)
    registry = Registry(
        catalog, store, after=stored_seq, idle_ns=occupancy.idle_ns, noted=occupancy.wake, clock=clock
    )
    state = _State(Endpoints(studio=url_of(sockets.studio), otlp_http=None, otlp_grpc=None))
    app = create_app(
        config=config,
        catalog=catalog,
        gate=gate,
        admission=admission,
        store=store,
        broker=broker,
        otlp=otlp,
        ledger=ledger.snapshot,
        metrics=lambda: (
            render_prometheus(ledger.snapshot())
            + _own_figures(log, broker)
            + render_refusals(gate.refusals.counts())
        ),
        is_ready=lambda: state.is_ready,
        endpoints=lambda: state.endpoints,
        repricer=repricer,
        occupancy=occupancy,
        executor=ProcessExecutor(),
        clock=clock,
    )
    stack.callback(app.close)
    listeners = [Listener(app, sockets.studio, grace_s=GRACE_S, websockets=True)]
    if sockets.otlp is not None:
        listeners.append(Listener(create_otlp_app(config=config, otlp=otlp), sockets.otlp, grace_s=GRACE_S))
    grpc, grpc_port = await _start_grpc(config, sockets.notes, gate, log, ledger, otlp)
    sockets.notes.extend(_setup_notes(gate, admission, url_of(sockets.studio)))
    state.endpoints = _endpoints(config, sockets, grpc_port)
    registry.start()
    writer.start()
    await occupancy.start()
    asked = _stop_on_signals()
    serving = [asyncio.ensure_future(listener.run_until_stopped()) for listener in listeners]
    await asyncio.gather(*(listener.accepts.wait() for listener in listeners))
    state.is_ready = True
    on_ready(state.endpoints)
    await asyncio.wait([asyncio.ensure_future(asked.wait()), *serving], return_when=asyncio.FIRST_COMPLETED)
    state.is_ready = False
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
    await asyncio.to_thread(writer.stop, True)
    await asyncio.to_thread(registry.stop)


def _ledger_of(waiting: Sequence[Generation], clock: Clock) -> Ledger:
    ledger = Ledger(clock)
    for generation in waiting:
        for segment in generation.segments:
            ledger.replayed(segment.signal, segment.items)
    return ledger


def _watermark(waiting: Sequence[Generation], stored_seq: int) -> int:
    """What can be queried before the writer begins: everything below the oldest item that still waits."""
    first = [segment.first_seq for generation in waiting for segment in generation.segments]
    return min([stored_seq, *(seq - 1 for seq in first)])


def _broker(config: Config, store: Store, find: Find, watermark: int, horizon: int, clock: Clock) -> Broker:
    return Broker(
        partial(list_changes, store, find=find),
        partial(oldest_seq, store),
        count=partial(count_changes, store, find=find),
        watermark=watermark,
        horizon=horizon,
        window_s=config.stream_window_s,
        max_readers=config.stream_readers,
        clock=clock,
    )


async def _start_grpc(
    config: Config, notes: list[str], gate: Gate, log: Log, ledger: Ledger, otlp: OtlpHttp
) -> tuple[Any, int | None]:
    port = parse_port("otlp_grpc_port", config.otlp_grpc_port)
    if port is None:
        return None, None
    host = f"[{config.host}]" if ":" in config.host else config.host
    try:
        return await start_grpc(
            f"{host}:{port}", gate.ingest_project, log.append, Limits.of(config), ledger, intake=otlp.intake
        )
    except RuntimeError:
        notes.append(f"Port {port} for OTLP/gRPC is not to be had; OTLP/HTTP is answered all the same.")
        return None, None


def _endpoints(config: Config, sockets: _Sockets, grpc_port: int | None) -> Endpoints:
    studio = url_of(sockets.studio)
    return Endpoints(
        studio=studio + ("/" + config.base_path.strip("/") if config.base_path.strip("/") else ""),
        otlp_http=url_of(sockets.otlp) if sockets.otlp is not None else None,
        otlp_grpc=f"{studio.rpartition(':')[0]}:{grpc_port}" if grpc_port else None,
        notes=tuple(sockets.notes),
    )


def _setup_notes(gate: Gate, admission: Admission, studio: str) -> list[str]:
    """How the first person comes in, where nobody may be let in before."""
    token = admission.make_setup_token() if gate.guarded else None
    return (
        [f"Nobody is registered. The first person opens {studio}/setup#{token} within a day."]
        if token
        else []
    )


def _oidc(config: Config, clock: Clock) -> Oidc | None:
    """The OpenID provider of the settings. Raises ConfigError when it cannot be one."""
    if not config.oidc_issuer:
        return None
    from fanlight.access.oidc import Oidc, Provider

    domains = frozenset(each.strip().lower() for each in config.oidc_domains.split(",") if each.strip())
    provider = Provider(
        issuer=config.oidc_issuer,
        client_id=config.oidc_client_id,
        client_secret=config.oidc_client_secret,
        domains=domains,
    )
    return Oidc(provider, clock)


def _own_figures(log: Log, broker: Broker) -> str:
    """The gauges that are no item counts."""
    figures = (
        ("fanlight_log_backlog_bytes", "Bytes in the log that the store has yet to take.", log.backlog_bytes),
        ("fanlight_stream_readers", "Open streams.", broker.readers),
        ("fanlight_watermark", "Sequence up to which everything can be queried.", broker.watermark),
    )
    return "".join(
        f"# HELP {name} {text}\n# TYPE {name} gauge\n{name} {value}\n" for name, text, value in figures
    )


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
