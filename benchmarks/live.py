"""From the answer 200 to the moment at which a reader sees it, at a steady 5,000 spans a second."""

from __future__ import annotations

import time
from bisect import bisect_left

from benchmarks.bench import Bench, Load, Loading
from benchmarks.report import Row, quantile, row
from benchmarks.server import MIB, Api, Server

RATE = 5_000
SECONDS = 20


def measure(bench: Bench) -> list[Row]:
    """Load at the steady rate while one reader asks, again and again, how many spans there are."""
    part = f"live at {RATE:,} spans/s"
    with Server(bench.new_data()) as server, server.watched() as usage:
        bench.say(f"{part}: {SECONDS} s")
        with bench.load(server, bench.plain, spans=RATE * SECONDS, rate=RATE) as loading:
            seen, load = _watch(server, loading)
    lags = _lags(load, seen)
    kept = f"{load.spans / load.seconds:,.0f} spans/s kept"
    return [
        row(part, "200 to readable, p99", quantile(lags, 0.99), "s", at_most=1.0, beside=load.trouble),
        row(part, "200 to readable, p50", quantile(lags, 0.5), "s"),
        row(part, "answer p99", quantile(load.latencies, 0.99) * 1e3, "ms", at_most=250),
        row(part, "answer p50", quantile(load.latencies, 0.5) * 1e3, "ms", beside=kept),
        row(part, "server CPU", usage.cpu_s / load.seconds, "cores", beside="with the reader's questions"),
        row(part, "memory at its peak", usage.peak_bytes / MIB, "MB", at_most=800),
    ]


def _watch(
    server: Server, loading: Loading, *, timeout_s: float = 60.0
) -> tuple[list[tuple[int, float]], Load]:
    """How many spans could be read at which moment, until all could."""
    seen: list[tuple[int, float]] = []
    with server.connect() as connection:
        api = Api(connection)
        load: Load | None = None
        until = time.monotonic() + SECONDS + timeout_s
        while time.monotonic() < until:
            count = api.spans()
            if not seen or count > seen[-1][0]:
                seen.append((count, time.monotonic()))
            if load is None and not loading.running:
                load = loading.wait()
            if load and count >= load.spans:
                return seen, load
            time.sleep(0.02)
    raise RuntimeError(f"only {seen[-1][0]:,} spans can be read {timeout_s} s after the last answer")


def _lags(load: Load, seen: list[tuple[int, float]]) -> list[float]:
    """For each answer, how long until that many spans could be read.

    The log keeps the order of the answers, so the first n spans answered are the first n to be seen.
    """
    counts = [count for count, _ in seen]
    lags, total = [], 0
    for at, spans, _ in load.acks:
        total += spans
        lags.append(max(0.0, seen[bisect_left(counts, total)][1] - at))
    return lags
