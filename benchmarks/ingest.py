"""How fast spans go in and can be read, what that costs the server, and what they weigh on disk."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks import parse
from benchmarks.bench import Bench, Load, Loading
from benchmarks.corpus import Corpus
from benchmarks.report import Row, quantile, row
from benchmarks.server import MIB, Api, Server

IDLE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    part: str
    corpus: Corpus
    gzip: bool
    visible: float
    cpu_s: float | None = None
    disk_bytes: float | None = None


def measure(bench: Bench) -> list[Row]:
    """Both corpora, each into a server of its own."""
    large = _Case(
        part="ingest 6.5 KB", corpus=bench.plain, gzip=False, visible=12_000, cpu_s=0.10, disk_bytes=800
    )
    small = _Case(part="ingest 2.4 KB gzip", corpus=bench.small, gzip=True, visible=30_000)
    return [*_measure(bench, large), *_measure(bench, small)]


def _measure(bench: Bench, case: _Case) -> list[Row]:
    yardstick = parse.spans_per_second(case.corpus, gzip=case.gzip)
    with Server(bench.new_data()) as server:
        time.sleep(IDLE_S)
        idle_bytes, empty_bytes = server.rss_bytes(), server.disk_bytes()
        bench.say(f"{case.part}: sending {bench.spans:,} spans over 4 connections")
        with server.watched() as usage:
            with bench.load(server, case.corpus, spans=bench.spans, gzip=case.gzip) as loading:
                seen_at, load = _until_visible(server, loading)
            bench.say(f"{case.part}: waiting for merges to settle")
            server.settle()
        server.rest()
        disk_bytes = (server.disk_bytes() - empty_bytes) / load.spans
    part, rate = case.part, load.spans / (seen_at - load.began)
    sender = f"load generator {load.cpu_s / load.seconds:.2f} cores"
    ratio = f"{rate / yardstick:.1%} of parse-only"
    sent = f"{load.sent_bytes / load.spans:,.0f} B sent"
    return [
        row(
            part,
            "visible",
            rate,
            "spans/s",
            at_least=case.visible,
            beside=ratio,
        ),
        row(part, "acknowledged", load.spans / load.seconds, "spans/s", beside=load.trouble or sender),
        row(part, "upb parse-only, one core", yardstick, "spans/s"),
        row(part, "answer p50, flat out", quantile(load.latencies, 0.5) * 1e3, "ms"),
        row(part, "answer p99, flat out", quantile(load.latencies, 0.99) * 1e3, "ms"),
        row(part, "server CPU for 1,000 spans", usage.cpu_s / load.spans * 1e3, "s", at_most=case.cpu_s),
        row(part, "disk for a span", disk_bytes, "B", at_most=case.disk_bytes, beside=sent),
        row(part, "memory idle", idle_bytes / MIB, "MB", at_most=450),
        row(part, "memory at its peak", usage.peak_bytes / MIB, "MB", at_most=800),
    ]


def _until_visible(server: Server, loading: Loading, *, timeout_s: float = 300.0) -> tuple[float, Load]:
    """The moment at which everything that was acknowledged could be read, and what was acknowledged."""
    with server.connect() as connection:
        api = Api(connection)
        while loading.running:
            time.sleep(0.05)
        load = loading.wait()
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if api.spans() >= load.spans:
                return time.monotonic(), load
            time.sleep(0.02)
        raise RuntimeError(
            f"{api.spans():,} of {load.spans:,} acknowledged spans can be read after {timeout_s} s"
        )
