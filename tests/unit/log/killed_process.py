"""A process to be killed: it appends for ever, prints what was acknowledged, and stores in SQLite.

python killed_process.py DIRECTORY PREFIX
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fanlight.config import load
from fanlight.errors import StoreError
from fanlight.ingest.log import Log
from fanlight.ingest.writer import Writer
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.store.contract import Inserted, RunKey, Segment

SIGNALS = (Signal.TRACES, Signal.LOGS)
POISON_EVERY = 40


class SqliteStore:
    """Exactly once by the text; the same token with other data is an error."""

    epoch = "e"

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = OFF")  # kill -9 leaves the page cache alone
        self._connection.execute("CREATE TABLE IF NOT EXISTS rows (text TEXT PRIMARY KEY, seq INT UNIQUE)")
        self._connection.execute("CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, texts TEXT)")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS summaries (run TEXT PRIMARY KEY, n INT, seq INT)"
        )
        self._connection.commit()

    def insert(self, segment: Segment) -> Inserted:
        content = segment.path.read_bytes()
        rows = [
            (framing.decode(content, row, segment.signal).plain.decode(), row.seq)
            for row in framing.walk(content).records
        ]
        for text, _ in rows:
            if text.endswith("poison"):
                raise StoreError(f"cannot take {text}")
        texts = "\n".join(text for text, _ in rows)
        with self._connection as connection:
            known = connection.execute(
                "SELECT texts FROM tokens WHERE token = ?", (segment.token,)
            ).fetchone()
            if known and known[0] != texts:
                print("TOKEN", segment.token, flush=True)
            connection.execute("INSERT OR IGNORE INTO tokens VALUES (?, ?)", (segment.token, texts))
            connection.executemany("INSERT OR IGNORE INTO rows VALUES (?, ?)", rows)
        runs = frozenset(RunKey("p", text.partition(":")[0]) for text, _ in rows)
        return Inserted(stored=len(rows), projects=frozenset({"p"}), runs=runs)

    def summarise(self, runs: Sequence[RunKey], *, first_seq: int) -> int:
        with self._connection as connection:
            for index, run in enumerate(runs):
                connection.execute(
                    "REPLACE INTO summaries SELECT ?, count(), ? FROM rows WHERE text LIKE ? || ':%'",
                    (run.run_id, first_seq + index, run.run_id),
                )
        return len(runs)

    def lose_runs(
        self, *, silent_since_ns: int, first_seq: int, open_silent_since_ns: int = 0
    ) -> Sequence[RunKey]:
        return ()

    def last_seq(self) -> int:
        asked = "SELECT max(seq) FROM (SELECT seq FROM rows UNION ALL SELECT seq FROM summaries)"
        return self._connection.execute(asked).fetchone()[0] or 0

    def rows(self) -> list[tuple[str, int]]:
        return self._connection.execute("SELECT text, seq FROM rows ORDER BY seq").fetchall()

    def summaries(self) -> dict[str, int]:
        return dict(self._connection.execute("SELECT run, n FROM summaries").fetchall())


class Quiet:
    """A ledger that keeps nothing."""

    def stored(self, signal: Signal, inserted: Inserted) -> None: ...

    def parked(self, signal: Signal, items: int, reason: str) -> None: ...


def start(directory: Path) -> tuple[Log, SqliteStore, Writer]:
    store: Any = SqliteStore(directory / "store.sqlite")
    log = Log(directory / "log", segment_bytes=4_000, max_backlog_bytes=1 << 22)
    config = load(environ={}, flags={"data": str(directory)})
    writer = Writer(
        log, store, announce=lambda watermark, projects, kinds: None, ledger=Quiet(), config=config
    )
    writer.start()
    return log, store, writer


async def append_for_ever(log: Log, prefix: str) -> None:
    numbers = itertools.count()

    async def one_sender() -> None:
        while True:
            number = next(numbers)
            poison = " poison" if number % POISON_EVERY == POISON_EVERY - 1 else ""
            text = f"r{number % 3}:{prefix}.{number}{poison}"
            print("SENT", text, flush=True)
            batch = Batch(
                signal=SIGNALS[number % 2], project="p", received_ns=1, items=1, plain=text.encode()
            )
            await log.append(batch)
            print("ACK", text, flush=True)

    await asyncio.gather(*(one_sender() for _ in range(8)))


if __name__ == "__main__":
    log, _, _ = start(Path(sys.argv[1]))
    print("READY", flush=True)
    asyncio.run(append_for_ever(log, sys.argv[2]))
