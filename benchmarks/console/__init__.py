"""From the answer 200 to the sockets of everybody who watches a room: 1,000 events a second, 100 readers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.client import Connection
from benchmarks.console.room import EVENTS_PER_TICK, ROOM, TICK_S, Request, tick
from benchmarks.report import Row, quantile, row
from benchmarks.server import MIB, PROJECT, Api, Server

RATE = round(EVENTS_PER_TICK / TICK_S)
SECONDS = 20
READERS = 100
MOST_US = 250
"""Of CPU for a batch and a reader: at a batch every 50 ms, 100 readers then take half a core."""

WARM_UP_TICKS = 20
"""Before the clock starts: the first second makes the project, the room and its session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one reader got: when it had everything up to which seq, and how many items it was told."""

    moments: list[tuple[float, int]]
    items: int
    gaps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One go: the delays of all events to all readers, what was lost, and what it cost."""

    delays_s: list[float]
    lost: int
    gaps: int
    late_s: float
    cpu_s: float
    peak_bytes: int
    readers_cpu_s: float
    events: int


def measure(bench: Bench) -> list[Row]:
    """Watch a busy room with one reader and with a hundred; the difference is what readers cost."""
    part = f"console at {RATE:,} events/s"
    alone, together = (_watch(bench, readers) for readers in (1, READERS))
    told = f"{READERS} readers of a room; the sender was {together.late_s * 1e3:.0f} ms late at most"
    return [
        row(part, "200 to a reader's socket, p99", quantile(together.delays_s, 0.99) * 1e3, "ms",
            at_most=500, beside=told),
        row(part, "200 to a reader's socket, p50", quantile(together.delays_s, 0.5) * 1e3, "ms"),
        row(part, "the same with one reader, p99", quantile(alone.delays_s, 0.99) * 1e3, "ms",
            beside=f"p50 {quantile(alone.delays_s, 0.5) * 1e3:.0f} ms"),
        row(part, "lost", together.lost, "events", at_most=0, beside=f"{together.gaps} gaps"),
        row(part, "server CPU", together.cpu_s / SECONDS, "cores",
            beside=f"with one reader {alone.cpu_s / SECONDS:.2f}; the readers' own process"
            f" {together.readers_cpu_s / SECONDS:.2f}"),
        *(_fan_out(part, events) for events in (EVENTS_PER_TICK, 6 * EVENTS_PER_TICK)),
        row(part, "memory at its peak", together.peak_bytes / MIB, "MiB"),
    ]  # fmt: skip


def _fan_out(part: str, events: int) -> Row:
    """What it costs to tell a reader of a batch, without the store."""
    command = [sys.executable, "-m", "benchmarks.console.fan_out", "--readers", str(READERS)]
    done = subprocess.run([*command, "--events", str(events)], capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the fan-out broke: {done.stderr.decode()[-2_000:]}")
    batch_us = float(json.loads(done.stdout))
    told = f"{batch_us / events:.2f} µs an event and a reader, {READERS} readers"
    return row(
        part, f"fan-out of {events} events, CPU for a reader", batch_us, "µs", at_most=MOST_US, beside=told
    )


def _watch(bench: Bench, readers: int) -> Watched:
    bench.say(f"console: {readers} readers, {SECONDS} s")
    ticks = round(SECONDS / TICK_S)
    with Server(bench.new_data()) as server, server.connect() as connection:
        requests = [tick(number, at_ns=time.time_ns()) for number in range(WARM_UP_TICKS + ticks)]
        _send(server, requests[:WARM_UP_TICKS])
        _wait_for_room(connection)
        with _reading(bench, server, readers) as output, server.watched() as usage:
            acked, late_s = _send(server, requests[WARM_UP_TICKS:])
        told = json.loads(output.read_bytes())
    heard = [Heard(**each) for each in told["readers"]]
    seqs = {int(mark): seq for mark, seq in told["marks"].items()}
    complete = [each for each in heard if each.items == heard[0].items]
    return Watched(
        delays_s=_delays(acked, seqs, complete),
        lost=sum(mark not in seqs for mark in acked) + sum(abs(e.items - heard[0].items) for e in heard),
        gaps=sum(each.gaps for each in heard),
        late_s=late_s,
        cpu_s=usage.cpu_s,
        peak_bytes=usage.peak_bytes,
        readers_cpu_s=told["cpu_s"],
        events=len(acked),
    )


def _send(server: Server, ticks: list[list[Request]]) -> tuple[dict[int, float], float]:
    """Send each tick when it is due: when each event was answered with 200, and the greatest delay."""
    acked: dict[int, float] = {}
    late_s = 0.0
    headers = {"content-type": "application/x-protobuf", "x-fanlight-project": PROJECT}
    with server.connect() as connection:
        began = time.monotonic()
        for number, requests in enumerate(ticks):
            due = began + number * TICK_S
            time.sleep(max(0.0, due - time.monotonic()))
            late_s = max(late_s, time.monotonic() - due)
            for request in requests:
                answer = connection.request("POST", request.path, body=request.body, headers=headers)
                if answer.status != 200:
                    raise RuntimeError(f"status {answer.status}: {answer.body[:300]!r}")
                acked |= dict.fromkeys(request.marks, time.monotonic())
    return acked, late_s


def _wait_for_room(connection: Connection) -> None:
    """Wait until the project can be asked for."""
    until = time.monotonic() + 30
    while not Api(connection).spans():
        if time.monotonic() > until:
            raise RuntimeError("nothing became readable within 30 s")
        time.sleep(0.05)


@contextmanager
def _reading(bench: Bench, server: Server, readers: int) -> Iterator[Path]:
    """Run the readers' process beside the block; the file it has written once the block is over."""
    output = bench.place / f"console-{readers}.json"
    command = [sys.executable, "-m", "benchmarks.console.readers", "--port", str(server.port)]
    command += ["--project", PROJECT, "--topics", f"room:{ROOM}", "--readers", str(readers)]
    process = subprocess.Popen(
        [*command, "--output", str(output)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the readers' process broke")
        yield output
        process.stdin.close()
        if process.wait(60) != 0:
            raise RuntimeError(f"the readers' process ended with {process.returncode}")
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _delays(acked: dict[int, float], seqs: dict[int, int], heard: list[Heard]) -> list[float]:
    """How long after its answer each event came to each reader, in seconds; before the answer counts as 0."""
    found = []
    for reader in heard:
        upto = [seq for _, seq in reader.moments]
        for mark, at in acked.items():
            if mark in seqs and (place := bisect_left(upto, seqs[mark])) < len(upto):
                found.append(max(0.0, reader.moments[place][0] - at))
    return found
