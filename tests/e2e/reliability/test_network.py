"""A network that resets, swallows answers and goes silent: the SDK delivers all, and each is stored once.

And the other side of it: clients that send as slowly as they can, or vanish, are not waited for.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from benchmarks.server import PROJECT, Server
from tests.e2e.reliability.network import FAULTS, BadNetwork
from tests.e2e.reliability.spans import Key, Sent, stored_keys
from tests.e2e.reliability.traffic import HEADERS
from tests.figures import Tell
from tests.fixtures.waiting import until

pytestmark = [pytest.mark.timeout(900), pytest.mark.trust("T8")]

AGENT = """
import json, sys, threading, time
import fanlight
fanlight.configure(service_name="far away", project=PROJECT)
told, enough = [], threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), enough.set()), daemon=True).start()
while len(told) < SPANS or not enough.is_set():
    number = len(told)
    with fanlight.span(f"step {number}", attributes={"text": "x" * (number % 50) * 40}) as span:
        told.append((span.trace_id, span.span_id))
    time.sleep(PAUSE_S)
print(json.dumps(told), flush=True)
sys.stdin.readline()
"""


@contextmanager
def agent(port: int, spool: Path, *, spans: int, pause_s: float) -> Iterator[subprocess.Popen[str]]:
    """An agent that makes so many spans, and more until it is sent a line; then it prints the ids of all.

    It ends at a second line.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("FANLIGHT_", "OTEL_"))}
    head = f"SPANS, PAUSE_S, PROJECT = {spans}, {pause_s}, {PROJECT!r}\n"
    found = {
        "FANLIGHT_URL": f"http://127.0.0.1:{port}",
        "FANLIGHT_SPOOL": str(spool),
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-c", head + AGENT], env=clean | found,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        try:
            yield running
        finally:
            running.kill()


def told_of(running: subprocess.Popen[str]) -> set[Key]:
    """(trace id, span id) of each span that the agent has made, which makes no more."""
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write("\n")
    running.stdin.flush()
    line = running.stdout.readline()
    assert line, running.stderr and running.stderr.read()
    return {(trace, span) for trace, span in json.loads(line)}


def wait_until_stored(server: Server, wanted: set[Key], *, timeout_s: float) -> Counter[Key]:
    traces = {trace for trace, _ in wanted}
    return until(
        lambda: stored_keys(server, traces), lambda stored: wanted <= set(stored),
        within_s=timeout_s, every_s=0.5,
    )  # fmt: skip


def duplicates(server: Server) -> int:
    """Spans that came again and were not stored again."""
    with server.connect() as connection:
        text = connection.request("GET", "/metrics").body.decode()
    lines = [
        each for each in text.splitlines() if each.startswith('fanlight_duplicates_total{signal="traces"')
    ]
    return sum(int(line.rpartition(" ")[2]) for line in lines)


@pytest.mark.parametrize(
    ("agents", "spans"), [(1, 30), pytest.param(4, 1_500, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_the_sdk_delivers_everything_once_through_a_bad_network(
    tmp_path: Path, seed: int, figure: Tell, agents: int, spans: int
) -> None:
    with Server(tmp_path / "data") as server, ExitStack() as stack:
        network = stack.enter_context(BadNetwork(to_port=lambda: server.port, seed=seed))
        running = [
            stack.enter_context(agent(network.port, tmp_path / f"spool{number}", spans=spans, pause_s=0.1))
            for number in range(agents)
        ]
        # Each fate has to strike, and an answer to something that was stored to be lost.
        until(
            lambda: (min(network.fates[fate] for fate in FAULTS), duplicates(server)), all,
            within_s=120, every_s=0.5,
        )  # fmt: skip
        made = set[Key]().union(*map(told_of, running))
        network.calm()
        stored = wait_until_stored(server, made, timeout_s=120)
        for each in running:
            _, said = each.communicate("\n", timeout=30)
            assert each.returncode == 0, said
        again = duplicates(server)
    assert len(made) >= agents * spans
    assert set(stored) == made
    lost, twice = made - set(stored), [key for key, count in stored.items() if count > 1]
    broken = sum(network.fates[fate] for fate in FAULTS)
    figure(
        test="T8",
        what="the SDK behind a network that resets, swallows answers and goes silent",
        target="100 % delivered, each stored once",
        value=f"{len(made):,} spans over {broken} broken connections: {len(lost)} lost, {len(twice)} twice "
        f"({again} were sent again)",
        ok=not lost and not twice,
    )


CUT_WITHIN_S = 30.0
PER_KIND = 50
OWN_CONNECTIONS = 2
"""What listens, and the one good client."""

HEAD = b"POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-protobuf\r\n"
SLOW = {
    "a head, byte by byte": (b"POST /v1/tra", b"x"),
    "a body, byte by byte": (HEAD + b"content-length: 5000\r\n\r\n", b"x"),
    "the body of a question, byte by byte": (
        HEAD.replace(b"/v1/traces", b"/api/v1/projects").replace(b"x-protobuf", b"json")
        + b"content-length: 5000\r\n\r\n",
        b" ",
    ),
    "empty lines": (b"\r\n", b"\r\n"),
    "silence from the start": (b"", b""),
    "half a head, then silence": (HEAD, b""),
    "half a body, then silence": (HEAD + b"content-length: 5000\r\n\r\n\n", b""),
}
"""What such a client begins with, and what it sends every second."""


async def slow_client(port: int, begun: bytes, drop: bytes) -> float:
    """How long the server bore with it, in seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    ended = asyncio.ensure_future(reader.read())
    writer.write(begun)
    while not ended.done():
        if drop:
            writer.write(drop)
        await asyncio.wait([ended], timeout=1.0)
        if time.monotonic() - began > 2 * CUT_WITHIN_S:
            break
    ended.exception()  # a reset is an end as well
    bore = time.monotonic() - began
    writer.transport.abort()
    return bore


@pytest.mark.slow
def test_slow_senders_are_cut_and_nobody_waits_for_them(tmp_path: Path, sent: Sent, figure: Tell) -> None:
    with Server(tmp_path / "data") as server, server.connect() as good:
        kernel = psutil.Process(server.process.pid)
        answers: list[float] = []

        async def ask_meanwhile(slow: asyncio.Future[list[float]]) -> None:
            number = 1
            while not slow.done():
                began = time.monotonic()
                answer = await asyncio.to_thread(
                    good.request, "POST", "/v1/traces", body=sent.body(number), headers=HEADERS
                )
                assert (answer.status, answer.body) == (200, b"")
                answers.append(time.monotonic() - began)
                number += 1
                await asyncio.sleep(0.05)

        async def run() -> list[float]:
            clients = [slow_client(server.port, *kind) for kind in SLOW.values() for _ in range(PER_KIND)]
            slow = asyncio.gather(*clients)
            await ask_meanwhile(slow)
            return await slow

        bore = asyncio.run(run())
        answers.sort()
        until(lambda: len(kernel.net_connections("tcp")) <= OWN_CONNECTIONS)
        assert len(kernel.net_connections("tcp")) == OWN_CONNECTIONS
    p99_s = answers[int(len(answers) * 0.99)]
    figure(
        test="T8",
        what=f"{len(bore)} senders that drip or vanish, in {len(SLOW)} ways",
        target="cut within 30 s, good requests answered meanwhile (p99 <= 1 s)",
        value=f"cut after {min(bore):.1f} to {max(bore):.1f} s; good requests p99 {p99_s * 1e3:.0f} ms",
        ok=max(bore) <= CUT_WITHIN_S and p99_s <= 1.0,
    )
