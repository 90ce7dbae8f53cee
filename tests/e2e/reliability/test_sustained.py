"""Load for minutes: everything is stored once, answers and questions stay quick, memory stays flat."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, linear_regression

import psutil
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from rich.console import Console

from benchmarks.agents import Shape
from benchmarks.bench import Bench, Load
from benchmarks.corpus import Corpus, build
from benchmarks.report import quantile
from benchmarks.server import MIB, Api, Server
from tests.e2e.reliability.stored import id_sums, span_id_number
from tests.figures import Tell, crowd

SPANS_PER_S = 5_000
SHAPE = Shape(name="1.2 KB", question=(60, 300), history=260, answer=(40, 160), result=(40, 160), system=120)
SOAK_SPANS_PER_S = float(os.environ.get("SOAK_SPANS_PER_S", 0.6 * SPANS_PER_S))
WARM_S = 60.0
SLOPE_MIB_PER_MIN = 1.0
FLOOR_S = 60.0
"""A merge of parts holds up to 200 MiB for seconds, and more of it as the parts grow: what stays is the
lowest that is seen within a minute, and a leak raises that."""

QUESTIONS = ("/runs", "/stats", "/runs?q=error")


@dataclass(slots=True)
class Watched:
    """What was seen of a server once a second, and how long its questions took."""

    at_s: list[float] = field(default_factory=list)
    rss_bytes: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    asked_s: list[float] = field(default_factory=list)


@contextmanager
def watching(server: Server) -> Iterator[Watched]:
    """Look once a second, and ask a question in between, while the block runs."""
    found, done = Watched(), threading.Event()
    process = psutil.Process(server.process.pid)

    def work() -> None:
        with server.connect() as connection:
            api, number = Api(connection), 0
            while not done.wait(0.5):
                began = time.monotonic()
                path, _, query = QUESTIONS[number % len(QUESTIONS)].partition("?")
                api.find(path, **dict([query.split("=")] if query else []))
                found.asked_s.append(time.monotonic() - began)
                number += 1
                found.at_s.append(time.monotonic())
                found.rss_bytes.append(server.rss_bytes())
                found.files.append(process.num_fds())
                found.threads.append(process.num_threads())

    watcher = threading.Thread(target=work, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join(60)


def sent_sum(corpus: Corpus, spans: int) -> int:
    """The sum of the ids of the first `spans` spans that the load generator sends, modulo 2^64."""
    ids = [_span_ids(request.body) for request in corpus.requests]
    total = number = done = 0
    while done < spans:
        lap, index = divmod(number, len(ids))
        nonce = int.from_bytes(corpus.nonce(lap), "big")
        total += sum(span_id_number((each ^ nonce).to_bytes(8, "big")) for each in ids[index])
        done += len(ids[index])
        number += 1
    return total % 2**64


def _span_ids(body: bytes) -> list[int]:
    """The ids of a request's spans, as numbers."""
    return [
        int.from_bytes(span.span_id, "big")
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def run(place: Path, server: Server, corpus: Corpus, *, seconds: float, rate: float) -> tuple[Load, Watched]:
    """Load a server for so long and look at it meanwhile."""
    bench = Bench(place, spans=int(seconds * rate), console=Console(quiet=True))
    corpus.save(place / corpus.name)
    with bench.load(server, corpus, spans=bench.spans, rate=rate) as loading, watching(server) as watched:
        return loading.wait(), watched


def wait_stored(server: Server, spans: int) -> None:
    until = time.monotonic() + 600
    with server.connect() as connection:
        while Api(connection).spans() < spans:
            assert time.monotonic() < until, f"{Api(connection).spans():,} of {spans:,} spans can be read"
            time.sleep(0.2)


@pytest.mark.trust("T1")
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize(
    "seconds", [pytest.param(60, marks=pytest.mark.slow), pytest.param(480, marks=pytest.mark.long)]
)
def test_sustained_load_is_stored_once_and_answered_quickly(
    tmp_path: Path, seconds: int, figure: Tell
) -> None:
    corpus = build(shape=SHAPE)
    server = Server(tmp_path / "data").start()
    try:
        load, watched = run(tmp_path, server, corpus, seconds=seconds, rate=SPANS_PER_S)
        wait_stored(server, load.spans)
        assert server.stop() == 0
    finally:
        server.end()
    assert (load.failures, load.rejected) == ([], 0)
    stored, different, total = id_sums(tmp_path / "data")
    right = total % 2**64 == sent_sum(corpus, load.spans)
    figure(
        test="T1", what="sustained load, every span", target="0 lost, 0 twice",
        value=f"{load.spans:,} sent, {stored:,} stored, {different:,} different"
        + (", the same ids" if right else ", OTHER IDS"),
        ok=load.spans == stored == different and right,
    )  # fmt: skip
    rate, p99 = load.spans / load.seconds, quantile(load.latencies, 0.99)
    peak, p95 = max(watched.rss_bytes) / MIB, quantile(watched.asked_s, 0.95)
    told: list[tuple[str, str, str, bool]] = [
        ("spans a second taken", f">= {SPANS_PER_S:,}", f"{rate:,.0f}", rate >= 0.99 * SPANS_PER_S),
        ("answer p99 under load", "<= 250 ms", f"{p99 * 1e3:,.0f} ms", p99 <= 0.25),
        ("memory under load", "<= 1,024 MiB", f"{peak:,.0f} MiB", peak <= 1024),
        ("question p95 under load", "<= 500 ms", f"{p95 * 1e3:,.0f} ms", p95 <= 0.5),
    ]
    for what, target, value, ok in told:
        # On a machine with other work these are reported, not judged; what is stored always is.
        figure(test="T1", what=what, target=target, value=value, ok=ok, excuse=crowd())


def slope(watched: Watched) -> tuple[float, float]:
    """MiB a minute that memory grows by, and the upper end of its 95 % interval.

    >>> rising = Watched(at_s=[0.0, 60.0, 120.0, 180.0], rss_bytes=[MIB, 2 * MIB, 3 * MIB, 4 * MIB])
    >>> slope(rising)
    (1.0, 1.0)
    """
    minutes = [(at - watched.at_s[0]) / 60 for at in watched.at_s]
    mib = [rss / MIB for rss in watched.rss_bytes]
    gradient, start = linear_regression(minutes, mib)
    residue = sum((y - start - gradient * x) ** 2 for x, y in zip(minutes, mib, strict=True))
    spread = sum((x - fmean(minutes)) ** 2 for x in minutes)
    error = math.sqrt(residue / (len(minutes) - 2) / spread)
    return gradient, gradient + 1.96 * error


def floors(watched: Watched) -> Watched:
    """The lowest memory of each FLOOR_S.

    >>> seen = floors(Watched(at_s=[0.0, 10.0, 61.0, 95.0, 121.0], rss_bytes=[5, 3, 9, 4, 6]))
    >>> seen.at_s, seen.rss_bytes
    ([0.0, 60.0, 120.0], [3, 4, 6])
    """
    lowest: dict[float, int] = {}
    for at, rss in zip(watched.at_s, watched.rss_bytes, strict=True):
        begin = watched.at_s[0] + (at - watched.at_s[0]) // FLOOR_S * FLOOR_S
        lowest[begin] = min(rss, lowest.get(begin, rss))
    return Watched(at_s=list(lowest), rss_bytes=list(lowest.values()))


def after_warm(watched: Watched, warm_s: float) -> Watched:
    first = next(number for number, at in enumerate(watched.at_s) if at - watched.at_s[0] >= warm_s)
    return Watched(
        at_s=watched.at_s[first:],
        rss_bytes=watched.rss_bytes[first:],
        files=watched.files[first:],
        threads=watched.threads[first:],
        asked_s=watched.asked_s[first:],
    )


@pytest.mark.trust("T26")
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize(
    "minutes",
    [
        pytest.param(9.0, marks=pytest.mark.slow),
        pytest.param(60 * float(os.environ.get("SOAK_HOURS", "8")), marks=pytest.mark.long),
    ],
)
def test_memory_files_and_threads_stay_flat_under_load(tmp_path: Path, minutes: float, figure: Tell) -> None:
    with Server(tmp_path / "data") as server:
        load, whole = run(
            tmp_path, server, build(shape=SHAPE), seconds=WARM_S + 60 * minutes, rate=SOAK_SPANS_PER_S
        )
    assert (load.failures, load.rejected) == ([], 0)
    watched = after_warm(whole, WARM_S)
    half = len(watched.files) // 2
    growth, upper = slope(floors(watched))
    later, _ = slope(floors(after_warm(whole, WARM_S + 30 * minutes)))
    files = max(watched.files[half:]) - max(watched.files[:half])
    threads = max(watched.threads[half:]) - max(watched.threads[:half])
    figure(
        test="T26", what="files and threads of the server over a soak", target="flat",
        value=f"{files:+d} files, {threads:+d} threads from its first to its second half",
        ok=files <= 16 and threads <= 4,
    )  # fmt: skip
    figure(
        test="T26", what="memory of the server over a soak", target="<= 1 MiB/min (95 %)",
        value=f"floor {growth:+.2f} MiB/min, at most {upper:+.2f} over {minutes:.0f} min"
        f" ({later:+.2f} in their second half) at {SOAK_SPANS_PER_S:,.0f} spans/s,"
        f" peak {max(watched.rss_bytes) / MIB:,.0f} MiB",
        ok=upper <= SLOPE_MIB_PER_MIN,
    )  # fmt: skip
