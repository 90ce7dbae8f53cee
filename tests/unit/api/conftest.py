"""The whole application in this process, over a store that a test fills by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from fanlight.access.admission import Admission
from fanlight.access.gate import Gate
from fanlight.access.oidc import Oidc, Provider
from fanlight.api.app import App, create_app
from fanlight.api.services import Executor
from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.kept import Kept
from fanlight.catalog.limits import limits_of
from fanlight.clock import ManualClock
from fanlight.config import Config, load
from fanlight.ingest.backups.cut import Source
from fanlight.ingest.backups.shelf import Shelf
from fanlight.ingest.erasing import Eraser
from fanlight.ingest.limits import Quotas
from fanlight.ingest.occupancy import Occupancy
from fanlight.ingest.receivers.otlp_http import OtlpHttp
from fanlight.ingest.repricing import Repricer
from fanlight.live.broker import Broker
from fanlight.live.feed import Wanted
from fanlight.model.event import Event
from fanlight.model.ledger import LedgerSnapshot, Refusal
from fanlight.model.project import ProjectScope
from fanlight.model.signal import Signal
from fanlight.otlp.limits import Limits
from fanlight.runner.executor import ProcessExecutor
from fanlight.store.names import Names

Rows = Sequence[Sequence[Any]]


@dataclass(eq=False)
class FakeStore:
    """Answers by the name of the question; `asked` tells what was asked and for whom."""

    epoch: str = "e1"
    answers: dict[str, Rows | Callable[[], Rows]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def read(self, scope: ProjectScope, query: str, parameters: Any = None, fragments: Any = None) -> Rows:
        self.asked.append((scope.project_id, query))
        answer = self.answers.get(query, [])
        return answer() if callable(answer) else answer

    read_columns = read

    def read_operator(self, query: str, parameters: Any = None) -> Rows:
        return [(0, 0)] if query == "disk_free" else []


class FakeOtlp:
    """Takes everything that a real one does."""

    def handles(self, path: str) -> bool:
        return OtlpHttp.handles(None, path)  # type: ignore[arg-type]

    async def report(self, project: str, body: bytes, signal: Signal = Signal.TRACES) -> None:
        self.reported = (project, signal)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"taken"})


@dataclass(frozen=True)
class Addresses:
    studio: str = "http://127.0.0.1:4319"
    otlp_http: str | None = "http://127.0.0.1:4318"
    otlp_grpc: str | None = None


LOCAL_KEY = "fld_the-key-of-this-data-directory"
LEDGER = LedgerSnapshot(
    signals=[],
    refusals=[Refusal(time="2026-09-21T14:13:20Z", signal=Signal.TRACES, reason="gzip", status=400, bytes=9)],
)


@dataclass
class House:
    """An application and what stands behind it."""

    app: App
    store: FakeStore
    catalog: Catalog
    broker: Broker
    gate: Gate
    admission: Admission
    clock: ManualClock
    events: list[Event]

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request of a program on this machine."""

        async def story() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost:4319") as client:
                return await client.request(method, path, **options)

        return asyncio.run(story())


Build = Callable[..., House]


def open_house(
    data: Path,
    otlp: Callable[[Gate], Any] = lambda _: FakeOtlp(),
    provider: Provider | None = None,
    executor: Executor = ProcessExecutor(("false",)),  # noqa: B008 - it is frozen, and starts nothing here
    **flags: Any,
) -> House:
    """A house over the data directory `data`; `flags` are settings. Close it by `close_house`."""
    config: Config = load(flags={"data": str(data), **flags}, environ={})
    clock, store, events = ManualClock(), FakeStore(), list[Event]()
    catalog = open_catalog("", data)
    gate = Gate(catalog, host=config.host, local_key=LOCAL_KEY, clock=clock)
    oidc = Oidc(provider, clock) if provider else None
    admission = Admission(catalog, gate, oidc=oidc, clock=clock)

    def changes(
        scope: ProjectScope, topics: frozenset[str], *, after: int, upto: int, limit: int, **more: Any
    ) -> list[Event]:
        wanted = Wanted(topics, more["types"])
        return [e for e in events if after < e.seq <= upto and wanted.takes(e)][:limit]

    broker = Broker(
        changes,
        lambda scope, since_ns: 0,
        count=lambda scope, topics, **between: len(changes(scope, topics, limit=1_000, **between)),
        watermark=10,
        interval_s=0.0,
        max_readers=config.stream_readers,
        clock=clock,
    )
    taken = otlp(gate)
    source = Source(data_dir=data, store=store, log=None, catalog=catalog)  # type: ignore[arg-type]
    app = create_app(
        config=config,
        catalog=catalog,
        gate=gate,
        admission=admission,
        store=store,  # type: ignore[arg-type]
        broker=broker,
        otlp=taken,
        ledger=lambda: LEDGER,
        metrics=lambda all_of_it: f"fanlight_all_of_it {int(all_of_it)}\n",
        is_ready=lambda: True,
        endpoints=Addresses,
        repricer=Repricer(store, clock),  # type: ignore[arg-type]
        eraser=Eraser(store, catalog, clock),  # type: ignore[arg-type]
        shelf=Shelf(data / "backups", source, keep_days=30, clock=clock),
        occupancy=Occupancy(catalog, taken.report, idle_s=config.session_idle_s, clock=clock),
        quotas=Quotas(Kept(partial(limits_of, catalog, config), clock), Limits.of(config), clock=clock),
        names=Names(Kept(partial(limits_of, catalog, config), clock), clock),
        left_out=lambda project: (7, 9),
        executor=executor,
        clock=clock,
    )
    return House(app, store, catalog, broker, gate, admission, clock, events)


def close_house(house: House) -> None:
    """Close what `open_house` opened."""
    house.app.close()
    house.admission.close()
    house.gate.close()
    house.catalog.close()


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Makes a house; arguments are settings."""
    made: list[House] = []

    def make(**flags: Any) -> House:
        made.append(open_house(tmp_path, **flags))
        return made[-1]

    yield make
    for house in made:
        close_house(house)


@pytest.fixture
def house(build: Build) -> House:
    """A house with the default settings."""
    return build()


class Wire:
    """One open request, as a server sees it."""

    def __init__(self, app: Any, path: str, headers: Mapping[str, str]) -> None:
        route, _, query = path.partition("?")
        self._scope = {
            "type": "http", "method": "GET", "path": route, "raw_path": route.encode(),
            "query_string": query.encode(), "http_version": "1.1", "scheme": "http", "root_path": "",
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 4319),
            "headers": [(k.encode(), v.encode()) for k, v in {"host": "localhost:4319", **headers}.items()],
        }  # fmt: skip
        self._app = app
        self.status = 0
        self.ended = False
        self._sent: asyncio.Queue[bytes] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._text = b""

    async def __aenter__(self) -> Wire:
        self._task = asyncio.ensure_future(self._app(self._scope, self._receive, self._send))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        await self._task

    @property
    def cut(self) -> bool:
        """Whether the server let go of the request."""
        return self._task.done()

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.ended = not message.get("more_body", False)
            self._sent.put_nowait(message["body"])

    async def message(self) -> str:
        """The next whole message."""
        async with asyncio.timeout(10):
            while b"\n\n" not in self._text:
                self._text += await self._sent.get()
        message, _, self._text = self._text.partition(b"\n\n")
        return message.decode()


def tell(story: Coroutine[Any, Any, None]) -> None:
    """Run a story to its end."""
    asyncio.run(asyncio.wait_for(story, 30))
