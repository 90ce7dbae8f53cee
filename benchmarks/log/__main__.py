"""Append a corpus through the log, as receivers do, and print what a span costs.

CPU is the whole process's (event loop, compression and commit thread together) for the appends alone. A gzip
row starts with bodies as they come over the wire; inflating them is the receivers' cost, not the log's.
"""

from __future__ import annotations

import asyncio
import gzip
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.agents import PLAIN, SMALL, Shape
from benchmarks.corpus import build
from fanlight.ingest.disk import Disk
from fanlight.ingest.log import Log
from fanlight.model.batch import Batch, Coding
from fanlight.model.signal import Signal

SECONDS = 3.0
SENDERS = 4
PER_REQUEST = 512


class CountingDisk(Disk):
    """Counts flushes."""

    flushes = 0

    def sync(self, file: int) -> None:
        self.flushes += 1
        super().sync(file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One row. CPU is in milliseconds."""

    name: str
    appends_per_s: float
    spans_per_s: float
    cpu_ms_per_1000: float
    cpu_ms_per_mb: float
    disk_bytes_per_span: float
    appends_per_flush: float


def batches(shape: Shape, coding: Coding) -> list[Batch]:
    """Requests of 512 spans, ready for the log."""
    made = []
    for request in build(spans=10_000, shape=shape, per_request=PER_REQUEST).requests:
        coded = gzip.compress(request.body) if coding is Coding.GZIP else b""
        made.append(
            Batch(
                signal=Signal.TRACES,
                project="bench",
                received_ns=time.time_ns(),
                items=request.spans,
                plain=request.body,
                coded=coded,
                coding=coding,
            )
        )
    return made


async def append_for(log: Log, requests: Sequence[Batch], seconds: float) -> list[Batch]:
    """Four senders, each with one request at a time; what was acknowledged. The log is emptied meanwhile."""
    sent: list[Batch] = []
    until = time.monotonic() + seconds

    async def send(first: int) -> None:
        number = first
        while time.monotonic() < until:
            batch = requests[number % len(requests)]
            await log.append(batch)
            sent.append(batch)
            number += SENDERS

    async def empty() -> None:
        while time.monotonic() < until:
            await asyncio.sleep(0.2)
            while generation := log.seal():
                log.release(generation)

    await asyncio.gather(empty(), *(send(number) for number in range(SENDERS)))
    return sent


def measure(name: str, requests: Sequence[Batch], place: Path) -> Measured:
    disk = CountingDisk()
    log = Log(place, segment_bytes=16 << 20, max_backlog_bytes=1 << 30, disk=disk)
    log.open()
    stored = 0
    release = log.release

    def counted(generation: object) -> None:
        nonlocal stored
        stored += generation.bytes  # type: ignore[attr-defined]
        release(generation)  # type: ignore[arg-type]

    log.release = counted  # type: ignore[method-assign]
    cpu, began = time.process_time(), time.monotonic()
    sent = uvloop.run(append_for(log, requests, SECONDS))
    cpu, elapsed = time.process_time() - cpu, time.monotonic() - began
    while generation := log.seal():
        log.release(generation)
    log.close()
    spans = sum(batch.items for batch in sent)
    plain = sum(len(batch.plain) for batch in sent)
    return Measured(
        name=name,
        appends_per_s=len(sent) / elapsed,
        spans_per_s=spans / elapsed,
        cpu_ms_per_1000=cpu * 1e6 / spans,
        cpu_ms_per_mb=cpu * 1e9 / plain,
        disk_bytes_per_span=stored / spans,
        appends_per_flush=len(sent) / disk.flushes,
    )


def main() -> None:
    """Print the table."""
    table = Table(
        "bodies", "appends/s", "spans/s", "CPU ms / 1,000 spans", "CPU ms / MB", "B / span", "appends / flush"
    )
    with tempfile.TemporaryDirectory(prefix="fanlight-bench-log-") as place:
        for shape in (PLAIN, SMALL):
            for coding in (Coding.IDENTITY, Coding.GZIP):
                name = f"{shape.name} {coding}"
                row = measure(name, batches(shape, coding), Path(place) / name.replace(" ", "-"))
                table.add_row(
                    row.name,
                    f"{row.appends_per_s:,.0f}",
                    f"{row.spans_per_s:,.0f}",
                    f"{row.cpu_ms_per_1000:.2f}",
                    f"{row.cpu_ms_per_mb:.2f}",
                    f"{row.disk_bytes_per_span:,.0f}",
                    f"{row.appends_per_flush:.1f}",
                )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
