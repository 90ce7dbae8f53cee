"""The load generator, a process of its own: `python -m benchmarks.load CORPUS --port N --spans N`.

It sends the corpus over keep-alive connections, lap after lap, as fast as it is answered or at `--rate`
spans a second, and writes one JSON object to standard output when it is done:

    {"began": s, "acks": [[s, spans, latency_s], ...], "cpu_s": s, "refused": n, "rejected": n, ...}

Times are of the machine's monotonic clock, which all processes share. A refused request (503) is sent
again after the server's Retry-After. With `--rate` a latency counts from the moment at which the request
was due, so that a server that stalls is not asked less.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.client import Connection
from benchmarks.corpus import Corpus, load

GZIP_WINDOW = 31
DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to send. `over_ns` spreads the laps' start times over that much past, oldest first."""

    port: int
    project: str
    spans: int
    rate: float = 0.0
    connections: int = 4
    gzip: bool = False
    over_ns: int = 0
    first_lap: int = 0
    time_limit_s: float = 600.0


@dataclass(slots=True)
class Outcome:
    """What happened; lists only grow, so threads may share it."""

    acks: list[tuple[float, int, float]] = field(default_factory=list)
    refused: int = 0
    rejected: list[bytes] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    sent_bytes: int = 0


class Generator:
    """Hands the corpus's requests to its connections, in order."""

    def __init__(self, corpus: Corpus, plan: Plan) -> None:
        self._corpus, self._plan = corpus, plan
        self._order = threading.Lock()
        self._next = 0
        self._spans = 0
        self._laps = max(1, -(-plan.spans // corpus.spans))
        self._began_ns = time.time_ns()
        self._bodies = [bytearray(request.body) for request in corpus.requests]
        self._busy = [threading.Lock() for _ in corpus.requests]
        self._packed = self._pack() if plan.gzip else {}
        self.outcome = Outcome()

    def _pack(self) -> dict[int, bytes]:
        """Every request, compressed beforehand: that work is the sender's, not the server's."""
        packed: dict[int, bytes] = {}
        spans = number = 0
        while spans < self._plan.spans:
            packer = zlib.compressobj(6, wbits=GZIP_WINDOW)
            packed[number] = packer.compress(self._render(number)) + packer.flush()
            spans += self._size(number)
            number += 1
        return packed

    def _render(self, number: int) -> bytearray:
        lap, index = divmod(number, len(self._bodies))
        age_ns = self._plan.over_ns * (self._laps - 1 - lap) // self._laps
        self._corpus.patch(
            self._bodies[index], index, lap=lap + self._plan.first_lap, now_ns=self._began_ns - age_ns
        )
        return self._bodies[index]

    def _size(self, number: int) -> int:
        return self._corpus.requests[number % len(self._bodies)].spans

    def run(self) -> float:
        """Send everything; the moment at which it began."""
        self._start = time.monotonic()
        threads = [threading.Thread(target=self._work) for _ in range(self._plan.connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self._start

    def _take(self) -> tuple[int, float] | None:
        """The next request's number and the moment at which it is due."""
        with self._order:
            if self._spans >= self._plan.spans or time.monotonic() - self._start > self._plan.time_limit_s:
                return None
            number, due = self._next, self._start
            if self._plan.rate:
                due += self._spans / self._plan.rate
            self._next += 1
            self._spans += self._size(number)
        return number, due

    def _work(self) -> None:
        try:
            with Connection(self._plan.port) as connection:
                while taken := self._take():
                    number, due = taken
                    time.sleep(max(0.0, due - time.monotonic()))
                    self._send(connection, number, due)
        except (OSError, ValueError) as error:
            self.outcome.failures.append(f"{type(error).__name__}: {error}")

    def _send(self, connection: Connection, number: int, due: float) -> None:
        headers = {"content-type": "application/x-protobuf", "x-fanlight-project": self._plan.project}
        if self._plan.gzip:
            headers["content-encoding"] = "gzip"
        with self._busy[number % len(self._busy)]:
            body = self._packed[number] if self._plan.gzip else self._render(number)
            begun = due if self._plan.rate else time.monotonic()
            answer = connection.request("POST", "/v1/traces", body=body, headers=headers)
            while answer.status in (429, 503):
                self.outcome.refused += 1
                time.sleep(float(answer.headers.get("retry-after", 1)))
                answer = connection.request("POST", "/v1/traces", body=body, headers=headers)
        now = time.monotonic()
        if answer.status != 200:
            raise ValueError(f"status {answer.status}: {answer.body[:300]!r}")
        if answer.body:
            self.outcome.rejected.append(answer.body)
        self.outcome.sent_bytes += len(body)
        self.outcome.acks.append((now, self._size(number), now - begun))


def run(corpus: Corpus, plan: Plan) -> dict[str, object]:
    """Send what `plan` says and tell what happened, as the module's text describes it."""
    generator = Generator(corpus, plan)
    print("ready", file=sys.stderr, flush=True)
    cpu = time.process_time()
    began = generator.run()
    outcome = generator.outcome
    return {
        "began": began,
        "acks": sorted(outcome.acks),
        "cpu_s": time.process_time() - cpu,
        "refused": outcome.refused,
        "rejected": len(outcome.rejected),
        "failures": outcome.failures,
        "sent_bytes": outcome.sent_bytes,
    }


def main() -> None:
    """The command line of the process."""
    parser = argparse.ArgumentParser(prog="benchmarks.load", description="Send the corpus to a server.")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--project", default="bench")
    parser.add_argument("--spans", type=int, required=True)
    parser.add_argument("--rate", type=float, default=0.0, help="spans a second; 0 = as fast as answered")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--over-days", type=float, default=0.0, help="spread the laps over this much past")
    parser.add_argument("--first-lap", type=int, default=0)
    parser.add_argument("--time-limit", type=float, default=600.0, help="seconds")
    given = parser.parse_args()
    plan = Plan(
        port=given.port,
        project=given.project,
        spans=given.spans,
        rate=given.rate,
        connections=given.connections,
        gzip=given.gzip,
        over_ns=int(given.over_days * DAY_NS),
        first_lap=given.first_lap,
        time_limit_s=given.time_limit,
    )
    json.dump(run(load(given.corpus), plan), sys.stdout)


if __name__ == "__main__":
    main()
