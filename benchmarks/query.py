"""How long questions take, with the server idle and while it takes 5,000 spans a second."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from benchmarks.bench import Bench
from benchmarks.corpus import Corpus, build_wide
from benchmarks.report import Row, quantile, row
from benchmarks.server import PROJECT, Api, Server
from benchmarks.words import COMMON_WORD

HISTORY_DAYS = 7
ROUNDS = 40
BUSY_RATE = 5_000
BUSY_S = 60
TARGETS_MS = {
    "newest 50 runs": 10,
    "a trace of 60 spans": 25,
    "a trace of 10,000 spans": 150,
    "runs with a rare word": 20,
}
Question = Callable[[Api], object]


@dataclass(slots=True)
class _Took:
    """Seconds of each answer to one question, and what was said instead of one."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def measure(bench: Bench) -> list[Row]:
    """Fill a store whose runs are spread over a week, then ask: idle first, then under load."""
    part = f"read at {bench.spans:,} spans"
    wide = build_wide(spans=10_000)
    with Server(bench.new_data()) as server:
        bench.say(f"{part}: filling the store")
        with bench.load(server, bench.plain, spans=bench.spans, over_days=HISTORY_DAYS) as loading:
            stored = loading.wait().spans + _send_wide(server, wide)
        with server.connect() as connection:
            api = Api(connection)
            _wait_for(api, stored)
            server.settle()
            bench.say(f"{part}: asking, idle")
            idle = _ask(api, bench, wide)
            bench.say(f"{part}: asking while {BUSY_RATE:,} spans/s come in")
            spans, laps = BUSY_RATE * BUSY_S, -(-bench.spans // bench.plain.spans)
            with bench.load(server, bench.plain, spans=spans, rate=BUSY_RATE, first_lap=laps) as loading:
                busy = _ask(api, bench, wide)
                kept = loading.running
    beside = "" if kept else "the load ended before the last question"
    return [
        *(_row(part, what, took, TARGETS_MS.get(what)) for what, took in idle.items()),
        *(_row(f"{part}, busy", what, took, beside=beside) for what, took in busy.items()),
    ]


def _send_wide(server: Server, wide: Corpus) -> int:
    headers = {"content-type": "application/x-protobuf", "x-fanlight-project": PROJECT}
    body = wide.render(0, lap=0, now_ns=time.time_ns())
    with server.connect() as connection:
        answer = connection.request("POST", "/v1/traces", body=body, headers=headers)
    if answer.status != 200 or answer.body:
        raise RuntimeError(
            f"the trace of 10,000 spans was not taken whole: {answer.status} {answer.body[:300]!r}"
        )
    return wide.spans


def _wait_for(api: Api, spans: int, *, timeout_s: float = 300.0) -> None:
    until = time.monotonic() + timeout_s
    while api.spans() < spans:
        if time.monotonic() > until:
            raise RuntimeError(f"{api.spans():,} of {spans:,} spans can be read after {timeout_s} s")
        time.sleep(0.1)


def _ask(api: Api, bench: Bench, wide: Corpus) -> dict[str, _Took]:
    """What each question took, its rounds spread so that none profits from the one before."""
    rng = random.Random(11)
    asked = list(_questions(bench, wide, rng))
    took = {what: _Took() for what, _ in asked}
    for _ in range(ROUNDS):
        for what, question in asked:
            began = time.monotonic()
            try:
                question(api)
            except RuntimeError as error:
                took[what].failures.append(str(error))
            else:
                took[what].seconds.append(time.monotonic() - began)
    return took


def _questions(bench: Bench, wide: Corpus, rng: random.Random) -> Iterator[tuple[str, Question]]:
    corpus = bench.plain
    laps = max(1, bench.spans // corpus.spans)
    planted = [index for index, request in enumerate(corpus.requests) if request.planted is not None]
    sixty = [number for number, (_, spans) in enumerate(corpus.runs) if spans == 60]

    def rare(api: Api) -> object:
        word = corpus.planted_word(rng.choice(planted), lap=rng.randrange(laps))
        return _found(api.get("/runs", q=word, limit=50), exactly=1)

    yield "newest 50 runs", lambda api: _found(api.get("/runs", limit=50), exactly=50)
    yield (
        "a trace of 60 spans",
        lambda api: api.raw(f"/traces/{corpus.trace_id(rng.choice(sixty), lap=rng.randrange(laps))}"),
    )
    yield "a trace of 10,000 spans", lambda api: api.raw(f"/traces/{wide.trace_id(0, lap=0)}")
    yield "runs with a rare word", rare
    yield "runs with a common word", lambda api: _found(api.get("/runs", q=COMMON_WORD, limit=50), exactly=50)
    yield "runs of one user", lambda api: api.get("/runs", q=f"user:{rng.choice(corpus.users)}", limit=50)
    yield "runs of one model", lambda api: _found(api.get("/runs", q="model:gpt-4o", limit=50), exactly=50)


def _found(page: dict[str, list[object]], *, exactly: int) -> object:
    """Guards against a fast wrong answer."""
    if len(page["items"]) != exactly:
        raise RuntimeError(f"the answer has {len(page['items'])} runs, not {exactly}")
    return page


def _row(part: str, what: str, took: _Took, target: float | None = None, beside: str = "") -> Row:
    name = f"{what}, p50"
    if took.failures:
        told = f"{len(took.failures)} of {ROUNDS} failed: {took.failures[0]}"
        return Row(part=part, what=name, result="-", good=False, beside=told)
    p50, p95 = statistics.median(took.seconds) * 1e3, quantile(took.seconds, 0.95) * 1e3
    text = ", ".join(filter(None, [f"p95 {p95:.1f} ms", beside]))
    return row(part, name, p50, "ms", at_most=target, beside=text)
