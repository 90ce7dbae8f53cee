"""What a quiet project feels of a noisy one that sends ten times its share.

A project's share is its limit. Measured in one run, in windows that take turns, so that whatever else
the machine does is in all of them: the quiet one alone, beside the other at its share, at ten times its
share, and at ten times without a limit, when all that it sends is worked for.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from itertools import count

from benchmarks.agents import SMALL
from benchmarks.bench import Bench, Load
from benchmarks.client import Connection
from benchmarks.corpus import Corpus, build
from benchmarks.report import Row, quantile, row
from benchmarks.server import PROJECT, Server
from fanlight.catalog.kept import FRESH_S

QUIET = {"content-type": "application/x-protobuf", "x-fanlight-project": "quiet"}
QUIET_SPANS, QUIET_EVERY_S = 50, 0.05
SHARE = QUIET_SPANS / QUIET_EVERY_S
"""Spans a second: what either project may send, and what the quiet one does."""

NOISY_FACTOR = 10
WINDOWS, WINDOW_S = 5, 4.0
SETTLE_S = 1.0
MOST_SLOWER = 1.25


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the other project does meanwhile: spans a second that it would send, and may (0 = any)."""

    title: str
    rate: float
    limit: float = 0.0
    took: list[float] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)

    def measured(self, share: float) -> float:
        """In milliseconds."""
        return quantile(self.took, share) * 1e3

    @property
    def sent(self) -> str:
        """What became of the other's spans."""
        if not self.loads:
            return ""
        spans, seconds = sum(load.spans for load in self.loads), sum(load.seconds for load in self.loads)
        refused = sum(load.refused for load in self.loads)
        return f"it sent {spans / seconds:,.0f} spans/s" + (
            f", {refused:,} requests refused" if refused else ""
        )


def measure(bench: Bench) -> list[Row]:
    """The four cases, in turn."""
    quiet = build(spans=2_000, shape=SMALL, per_request=QUIET_SPANS, seed=7)
    noisy = build(spans=10_000, shape=SMALL, per_request=200, seed=8)
    noisy.save(bench.place / noisy.name)
    alone = Case(title="alone", rate=0)
    fair = Case(title="beside one at its share", rate=SHARE, limit=SHARE)
    over = Case(title="beside one at ten times its share", rate=SHARE * NOISY_FACTOR, limit=SHARE)
    free = Case(title="beside one at ten times the rate, without a limit", rate=SHARE * NOISY_FACTOR)
    cases, laps, rounds = (alone, fair, over, free), count(), count()
    with Server(bench.new_data()) as server, server.connect() as connection:
        _ask(connection, "POST", "projects", {"name": PROJECT})
        _window(connection, quiet, laps)
        limit = 0.0
        for window in range(WINDOWS):
            bench.say(f"fairness: window {window + 1} of {WINDOWS}")
            for case in cases:
                if case.limit != limit:
                    limit = case.limit
                    _set_limit(connection, limit)
                _run(bench, server, connection, case, (quiet, laps), (noisy, 1_000 * next(rounds)))
    rows = [
        row("fairness", f"answer {name}, {case.title}", case.measured(share), "ms", beside=case.sent)
        for name, share in (("p50", 0.5), ("p99", 0.99))
        for case in cases
    ]
    ratio = over.measured(0.99) / fair.measured(0.99)
    title = "p99 beside one at ten times its share, times that beside one at its share"
    return [*rows, row("fairness", title, ratio, "", at_most=MOST_SLOWER, beside=over.sent)]


def _run(
    bench: Bench, server: Server, connection: Connection, case: Case,
    quiet: tuple[Corpus, count[int]], noisy: tuple[Corpus, int],
) -> None:  # fmt: skip
    """One window of a case."""
    if not case.rate:
        case.took.extend(_window(connection, *quiet))
        return
    corpus, lap = noisy
    seconds = WINDOW_S + 2 * SETTLE_S
    load = bench.load(
        server, corpus, spans=int(case.rate * seconds), rate=case.rate, first_lap=lap, time_limit_s=seconds
    )
    with load as loading:
        time.sleep(SETTLE_S)
        case.took.extend(_window(connection, *quiet))
        case.loads.append(loading.wait())


def _set_limit(connection: Connection, spans_per_s: float) -> None:
    _ask(connection, "PUT", f"projects/{PROJECT}", {"limits": {"spans_per_s": spans_per_s}})
    time.sleep(FRESH_S)  # so long may the one before be believed


def _ask(connection: Connection, method: str, path: str, what: dict[str, object]) -> None:
    headers = {"content-type": "application/json"}
    answer = connection.request(method, f"/api/v1/{path}", body=json.dumps(what).encode(), headers=headers)
    assert answer.status in (200, 201), answer


def _window(connection: Connection, corpus: Corpus, laps: count[int]) -> list[float]:
    """How long the answers took in one window; a request that is late counts from when it was due."""
    took: list[float] = []
    lap, due = next(laps), time.monotonic()
    end = due + WINDOW_S
    for index in count():
        if due >= end:
            return took
        number, again = index % len(corpus.requests), index // len(corpus.requests)
        body = corpus.render(number, lap=lap * 100 + again, now_ns=time.time_ns())
        time.sleep(max(0.0, due - time.monotonic()))
        answer = connection.request("POST", "/v1/traces", body=body, headers=QUIET)
        assert answer.status == 200, answer
        took.append(time.monotonic() - due)
        due += QUIET_EVERY_S
    return took
