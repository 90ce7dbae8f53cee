"""How long a start takes: from the process's birth to `/readyz`."""

from __future__ import annotations

import statistics

from benchmarks.bench import Bench
from benchmarks.report import Row, row
from benchmarks.server import Server

TIMES = 5


def measure(bench: Bench) -> list[Row]:
    """Starts on a new directory, and again on one that holds spans, after a stop and after kill -9."""
    bench.say(f"start: {TIMES} times on an empty directory")
    empty = []
    for _ in range(TIMES):
        with Server(bench.new_data()) as server:
            empty.append(server.ready_s)
    spans = min(bench.spans, 100_000)
    bench.say(f"start: {TIMES} times each on {spans:,} spans, stopped and killed")
    data = bench.new_data()
    with Server(data) as server, bench.load(server, bench.plain, spans=spans) as loading:
        loading.wait()
    stopped = []
    for _ in range(TIMES):
        with Server(data) as server:
            stopped.append(server.ready_s)
    killed = []
    for _ in range(TIMES):
        server = Server(data)
        with server, bench.load(server, bench.plain, spans=20_000) as loading:
            loading.wait()
            server.kill()
        with Server(data) as server:
            killed.append(server.ready_s)
    return [
        _row("ready, new directory", empty),
        _row(f"ready, {spans:,} spans", stopped),
        _row("ready, killed with 20,000 spans on their way", killed),
    ]


def _row(what: str, seconds: list[float]) -> Row:
    slowest = f"slowest of {len(seconds)}: {max(seconds):.2f} s"
    return row("start", what, statistics.median(seconds), "s", at_most=2.5, beside=slowest)
