"""A log in a directory of its own, batches for it, and a store that remembers what it was given."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fanlight.config import load
from fanlight.errors import StoreError
from fanlight.ingest.disk import DISK, Disk
from fanlight.ingest.log import Log
from fanlight.ingest.writer import Writer
from fanlight.model.batch import Batch
from fanlight.model.project import ProjectScope
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.store.contract import Inserted, RunKey, Segment


def make_batch(
    text: str = "hello",
    *,
    signal: Signal = Signal.TRACES,
    items: int = 1,
    project: str = "p",
    received_ns: int = 5,
) -> Batch:
    """A batch whose body is `text`; the log never looks inside."""
    return Batch(signal=signal, project=project, received_ns=received_ns, items=items, plain=text.encode())


def texts_of(segment: Segment) -> list[tuple[int, str]]:
    """What a segment holds: (sequence, body) of each record. It must be one valid stream of one container."""
    content = segment.path.read_bytes()
    walk = framing.walk(content)
    assert (walk.damaged, walk.torn) == ((), len(content))
    assert {f".{row.container.suffix}" for row in walk.records} == {segment.path.suffix}
    return [(row.seq, framing.decode(content, row, segment.signal).plain.decode()) for row in walk.records]


@dataclass
class FakeStore:
    """Keeps the first item of each identity, as the contract says. A body `run:ITEM` is item ITEM of a run.

    `refuse` may raise for a segment; `gate` holds every insert back while it is cleared.
    """

    epoch: str = "e"
    rows: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    summaries: dict[RunKey, int] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    refuse: Callable[[Segment, list[str]], None] = lambda segment, texts: None
    gate: threading.Event = field(default_factory=threading.Event)
    summarise_error: StoreError | None = None
    lost: Sequence[RunKey] = ()

    def __post_init__(self) -> None:
        self.gate.set()

    def open(self) -> None: ...

    def close(self) -> None: ...

    def insert(self, segment: Segment) -> Inserted:
        self.gate.wait()
        content = texts_of(segment)
        texts = [text for _, text in content]
        self.calls.append(("insert", segment.signal, texts))
        self.refuse(segment, texts)
        # The same token with other data would be dropped silently by the engine.
        assert self.tokens.setdefault(segment.token, content) == content
        fresh = [(text, seq) for seq, text in content if text not in self.rows]
        self.rows.update(fresh)
        return Inserted(
            stored=len(fresh),
            duplicates=len(content) - len(fresh),
            projects=frozenset({"p"} if fresh else ()),
            runs=frozenset(RunKey("p", text.partition(":")[0]) for text in texts),
        )

    def summarise(self, runs: Sequence[RunKey], *, first_seq: int) -> int:
        self.calls.append(("summarise", [run.run_id for run in runs]))
        if self.summarise_error:
            raise self.summarise_error
        self.summaries.update({run: first_seq + index for index, run in enumerate(runs)})
        return len(runs)

    def lose_runs(
        self, *, silent_since_ns: int, first_seq: int, open_silent_since_ns: int = 0
    ) -> Sequence[RunKey]:
        self.calls.append(("lose_runs", silent_since_ns, open_silent_since_ns))
        lost, self.lost = self.lost, ()
        return lost

    def last_seq(self) -> int:
        return max([0, *self.rows.values(), *self.summaries.values()])

    def read(self, scope: ProjectScope, query: str, parameters: Any = None, fragments: Any = None) -> Any: ...

    def read_columns(
        self, scope: ProjectScope, query: str, parameters: Any = None, fragments: Any = None
    ) -> Any: ...

    def read_operator(self, query: str, parameters: Any = None) -> Any: ...


@dataclass
class FakeLedger:
    """Counts what the writer tells."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def _add(self, what: str, signal: Signal, number: int) -> None:
        if number:
            self.counts[what, signal] = self.counts.get((what, signal), 0) + number

    def stored(self, signal: Signal, inserted: Inserted) -> None:
        self._add("stored", signal, inserted.stored)
        self._add("duplicates", signal, inserted.duplicates)

    def parked(self, signal: Signal, items: int, reason: str) -> None:
        self._add("parked", signal, items)


def append_all(log: Log, *batches: Batch) -> list[int | BaseException]:
    """Append at the same time, in this order; the outcome of each."""

    async def run() -> list[int | BaseException]:
        return await asyncio.gather(*(log.append(batch) for batch in batches), return_exceptions=True)

    return asyncio.run(run())


@pytest.fixture
def batch() -> Callable[..., Batch]:
    return make_batch


@pytest.fixture
def texts() -> Callable[[Segment], list[tuple[int, str]]]:
    return texts_of


@pytest.fixture
def append() -> Callable[..., list[int | BaseException]]:
    return append_all


@pytest.fixture
def make_log(tmp_path: Path) -> Iterator[Callable[..., Log]]:
    made: list[Log] = []

    def make(disk: Disk = DISK, **settings: Any) -> Log:
        log = Log(
            settings.pop("directory", tmp_path / "log"),
            **{"segment_bytes": 1 << 20, "max_backlog_bytes": 1 << 24, "disk": disk, **settings},
        )
        made.append(log)
        return log

    yield make
    for log in made:
        log.close()


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@dataclass
class Told:
    """A writer by hand, with what it announced."""

    writer: Writer
    announced: list[tuple[int, list[str]]]
    ledger: FakeLedger

    def drain(self) -> None:
        while self.writer.turn():
            pass


@pytest.fixture
def make_writer(store: FakeStore) -> Callable[..., Told]:
    def make(log: Log, **settings: Any) -> Told:
        announced: list[tuple[int, list[str]]] = []
        ledger = FakeLedger()
        writer = Writer(
            log,
            store,
            announce=lambda watermark, projects, kinds: announced.append((watermark, sorted(projects))),
            ledger=ledger,
            config=load(environ={}, flags={"data": "/nonexistent"}),
            **settings,
        )
        return Told(writer, announced, ledger)

    return make
