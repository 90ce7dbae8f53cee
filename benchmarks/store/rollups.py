"""How long questions that summaries answer take: `python -m benchmarks.store.rollups [spans]`.

Real spans of the benchmark's corpus are stored and summed up; then the rows of their runs, which are all that
these questions read, are copied back in time over a week until they stand for as many spans as asked. The
embedded engine runs in this process, idle.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.corpus import build
from benchmarks.store.insert import segments
from fanlight import config
from fanlight.model.project import ProjectScope
from fanlight.query.runs import list_runs
from fanlight.query.usage import get_usage
from fanlight.store.connection import Connection
from fanlight.store.engine import Engine, open_store

REAL_SPANS = 30_000
WEEK_S = 7 * 86_400
ROUNDS = 25
SCOPE = ProjectScope("default")

USAGE: Mapping[str, Mapping[str, str]] = {
    "usage": {},
    "usage by model": {"group": "model"},
    "usage by agent and day, Oslo": {"group": "agent", "interval": "day", "tz": "Europe/Oslo"},
    "usage by tool": {"group": "tool"},
    "usage by user": {"group": "user"},
    "usage by room and week": {"group": "room", "interval": "week"},
    "usage by model and hour": {"group": "model", "interval": "hour"},
}


def main(spans: int = 1_000_000) -> None:
    place = Path(tempfile.mkdtemp(prefix="fanlight-bench-"))
    store = open_store("", place, config.load(environ={}))
    assert isinstance(store, Engine)
    store.open()
    try:
        fill(store, place, spans)
        for what, question in questions(store).items():
            print(f"{what:32} {_took(question)}")
    finally:
        store.close()
        shutil.rmtree(place)


def questions(store: Engine) -> dict[str, Callable[[], object]]:
    """What is asked, by name."""
    found: dict[str, Callable[[], object]] = {"newest 50 runs": lambda: list_runs(store, SCOPE)}
    for what, asked in USAGE.items():
        found[what] = lambda asked=asked: get_usage(store, SCOPE, **asked)  # type: ignore[misc]
    return found


def fill(store: Engine, place: Path, spans: int) -> None:
    """Runs that stand for `spans` spans."""
    for segment in segments(build(), place, spans=min(spans, REAL_SPANS), per_segment=3_000):
        inserted = store.insert(segment)
        store.summarise(list(inserted.runs), first_seq=segment.first_seq + segment.items)
    writer = store._backend.writer
    [(stored,)] = writer.rows("SELECT sum(span_count) FROM runs FINAL")
    copies = spans // stored - 1
    columns = _columns(writer, step_s=WEEK_S // max(copies, 1))
    names = ", ".join(f"`{name}`" for name in columns)
    # A month is a partition: one statement a copy keeps its block within the engine's bounds.
    writer.run(f"CREATE TABLE copied ENGINE = Memory AS SELECT {names} FROM runs FINAL")
    for copy in range(1, copies + 1):
        writer.run(
            f"INSERT INTO runs ({names}) SELECT {', '.join(columns.values())} FROM copied",
            {"copy": copy},
        )
    writer.run("DROP TABLE copied")
    [(runs, total, entries)] = writer.rows(
        "SELECT count(), sum(span_count), sum(length(usage.at)) FROM runs FINAL"
    )
    print(f"{runs:,} runs of {total:,} spans, {entries:,} entries of usage")


def _columns(writer: Connection, *, step_s: int) -> dict[str, str]:
    """The columns of runs, and what each is in a copy: the same, but another run, so much earlier."""
    earlier = f"toIntervalSecond({{copy:UInt32}} * {step_s})"
    changed = {
        "run_id": "concat(substring(run_id, 1, 24), leftPad(hex({copy:UInt32}), 8, '0'))",
        "started_at": f"started_at - {earlier}",
        "ended_at": f"ended_at - {earlier}",
        "usage.at": f"arrayMap(at -> at - {earlier}, usage.at)",
        "seq": "seq + {copy:UInt32} * 1000000000",
    }
    rows: Any = writer.rows(
        "SELECT name FROM system.columns"
        " WHERE database = currentDatabase() AND table = 'runs' AND default_kind = '' ORDER BY position"
    )
    return {name: changed.get(name, f"`{name}`") for (name,) in rows}


def _took(question: Callable[[], object]) -> str:
    question()
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        question()
        seconds.append(time.perf_counter() - began)
    seconds.sort()
    return f"p50 {statistics.median(seconds) * 1e3:6.1f} ms, p95 {seconds[int(ROUNDS * 0.95)] * 1e3:6.1f} ms"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
