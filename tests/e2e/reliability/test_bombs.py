"""Small requests that ask for much, at a real server: refused at once, in little memory, and nobody notices.

tests/unit/receivers/test_bombs.py says what becomes of each kind in detail; here they come all together.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zstandard
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from benchmarks.client import Answer, Connection
from benchmarks.server import MIB, PROJECT, Api, Server
from fanlight.otlp.wire import block
from tests.e2e.reliability.spans import Sent
from tests.e2e.reliability.traffic import HEADERS
from tests.figures import Tell

pytestmark = [pytest.mark.timeout(600), pytest.mark.trust("T11")]

REFUSED_WITHIN_S = 1.0
GROWTH_MIB = 150
HEALTHY_WITHIN_S = 0.2
AT_ONCE = 32
IDS = block(1, b"t" * 16) + block(2, b"s" * 8)
PROTOBUF, JSON = "application/x-protobuf", "application/json"


@dataclass(frozen=True, slots=True)
class Bomb:
    """A body, how it is coded, and the status that it deserves; 200 = only its item is refused."""

    name: str
    make: Callable[[], bytes]
    status: int
    coding: str = "gzip"
    content_type: str = PROTOBUF


def zeros_in_zstd() -> bytes:
    coder = zstandard.ZstdCompressor().compressobj()
    return b"".join(coder.compress(bytes(MIB)) for _ in range(1024)) + coder.flush()


def million_keys() -> bytes:
    head = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s",' % (
        b"ab" * 16,
        b"cd" * 8,
    )
    return head + b",".join(b'"k%d":1' % number for number in range(1_000_000)) + b"}]}]}]}"


def spans(content: bytes) -> bytes:
    return block(1, block(2, content))


BOMBS = (
    Bomb("1 GiB of zeros in gzip", lambda: gzip.compress(bytes(1024 * MIB), 9), 413),
    Bomb("1 GiB of zeros in zstd", zeros_in_zstd, 413, "zstd"),
    Bomb("1 GiB of zeros in gzip in gzip", lambda: gzip.compress(gzip.compress(bytes(1024 * MIB), 9)), 400),
    Bomb(
        "gzip in gzip that says so", lambda: gzip.compress(gzip.compress(bytes(1024 * MIB), 9)), 415,
        "gzip, gzip",
    ),
    Bomb("4,000,000 empty spans", lambda: gzip.compress(spans(b"\x12\0" * 4_000_000)), 413),
    Bomb("1,000,000 attributes", lambda: gzip.compress(spans(block(2, IDS + b"\x4a\0" * 1_000_000))), 200),
    Bomb(
        "64 MiB in one text",
        lambda: spans(block(2, IDS + block(9, block(1, b"k") + block(2, block(1, b"x" * (64 * MIB)))))),
        413, "identity",
    ),
    Bomb("JSON of 1,000,000 keys", million_keys, 200, "identity", JSON),
    Bomb("JSON of 30,000,000 brackets", lambda: gzip.compress(b"[" * 30_000_000), 400, "gzip", JSON),
)  # fmt: skip


def throw(connection: Connection, bomb: Bomb, body: bytes) -> Answer:
    headers = {**HEADERS, "content-type": bomb.content_type, "content-encoding": bomb.coding}
    try:
        return connection.request("POST", "/v1/traces", body=body, headers=headers)
    except (BrokenPipeError, ConnectionResetError):
        # Refused by its length alone: the server closes while the client still writes.
        return Answer(413, {}, b"")


def outcome(bomb: Bomb, answer: Answer) -> int:
    """The status; 200 only where every item was refused."""
    if answer.status == 200:
        told = ExportTraceServiceResponse()
        if bomb.content_type == JSON:
            json_format.Parse(answer.body, told)
        else:
            told.ParseFromString(answer.body)
        assert told.partial_success.rejected_spans == 1, bomb.name
    return answer.status


@dataclass(slots=True)
class Watched:
    """What was seen of the server meanwhile."""

    before_bytes: int
    peak_bytes: int = 0
    healthy_s: list[float] = field(default_factory=list)

    @property
    def growth_mib(self) -> float:
        return (self.peak_bytes - self.before_bytes) / MIB


@contextmanager
def watching(server: Server) -> Iterator[Watched]:
    """Ask for /healthz and for the memory, over and over."""
    seen = Watched(before_bytes=server.rss_bytes())
    done = threading.Event()

    def measure() -> None:
        while not done.is_set():
            seen.peak_bytes = max(seen.peak_bytes, server.rss_bytes())
            done.wait(0.01)

    def ask() -> None:
        with server.connect() as connection:
            while not done.is_set():
                began = time.monotonic()
                assert connection.request("GET", "/healthz").status == 200
                seen.healthy_s.append(time.monotonic() - began)
                done.wait(0.02)

    threads = [threading.Thread(target=work, daemon=True) for work in (measure, ask)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        done.set()
        for thread in threads:
            thread.join(30)


@pytest.mark.slow
def test_bombs_are_refused_at_once_in_little_memory_and_nobody_notices(
    tmp_path: Path, sent: Sent, figure: Tell
) -> None:
    bodies = {bomb.name: bomb.make() for bomb in BOMBS}
    with Server(tmp_path / "data") as server:
        with server.connect() as connection:
            # What is loaded at the first requests is no bomb's doing.
            for number in range(20):
                connection.request("POST", "/v1/traces", body=sent.body(number), headers=HEADERS)
            while Api(connection).spans() < 20 * 50:
                time.sleep(0.05)
        took: dict[str, float] = {}
        with watching(server) as alone:
            for bomb in BOMBS:
                with server.connect() as connection:
                    began = time.monotonic()
                    answer = throw(connection, bomb, bodies[bomb.name])
                    took[bomb.name] = time.monotonic() - began
                    assert outcome(bomb, answer) == bomb.status, (bomb.name, answer)
        print({name: f"{seconds * 1e3:.0f} ms" for name, seconds in took.items()})
        with watching(server) as together:
            together.before_bytes = alone.before_bytes
            thrown = [BOMBS[number % len(BOMBS)] for number in range(AT_ONCE)]
            with ThreadPoolExecutor(AT_ONCE) as pool:
                answers = list(pool.map(lambda bomb: _thrown(server, bomb, bodies[bomb.name]), thrown))
            # Too many at once is an answer, too: the memory of all together has a bound.
            for bomb, (answer, _) in zip(thrown, answers, strict=True):
                assert answer.status == 503 or outcome(bomb, answer) == bomb.status, (bomb.name, answer)
        with server.connect() as connection:
            assert Api(connection, project=PROJECT).spans() == 20 * 50
    last_s = max(seconds for _, seconds in answers)
    slowest = max(took, key=lambda name: took[name])
    healthy = alone.healthy_s + together.healthy_s
    figure(
        test="T11",
        what="memory of the server under bombs",
        target=f"+{GROWTH_MIB} MiB at most",
        value=f"+{alone.growth_mib:.0f} MiB by one after the other, +{together.growth_mib:.0f} MiB in all",
        ok=max(alone.growth_mib, together.growth_mib) <= GROWTH_MIB,
    )
    figure(
        test="T11",
        what="/healthz under bombs",
        target="answered in 200 ms, always",
        value=f"the slowest of {len(healthy):,} in {max(healthy) * 1e3:.0f} ms",
        ok=max(healthy) <= HEALTHY_WITHIN_S,
    )
    figure(
        test="T11",
        what=f"{len(BOMBS)} kinds of bombs, one after the other",
        target="each refused in 1 s",
        value=f"the slowest ({slowest}) in {took[slowest]:.2f} s",
        ok=took[slowest] <= REFUSED_WITHIN_S,
    )
    figure(
        test="T11",
        what=f"{AT_ONCE} bombs at once",
        target="each refused in 1 s",
        value=f"the last after {last_s:.2f} s; {sum(a.status == 503 for a, _ in answers)} were told to wait",
        ok=last_s <= REFUSED_WITHIN_S,
    )


def _thrown(server: Server, bomb: Bomb, body: bytes) -> tuple[Answer, float]:
    with server.connect() as connection:
        began = time.monotonic()
        answer = throw(connection, bomb, body)
        return answer, time.monotonic() - began
