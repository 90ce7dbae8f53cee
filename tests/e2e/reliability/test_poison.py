"""A record that the engine refuses is set aside with its reason; its neighbours are stored."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.server import PROJECT, Api, Server
from fanlight.ingest.log import Log
from fanlight.ingest.parked import Parked
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from tests.e2e.reliability.spans import Sent
from tests.figures import Tell
from tests.fixtures.waiting import until

POISON = b"\x07\xff\xff\xff\xff\xff\xff"
"""No protobuf at all; a receiver would never let it into the log."""

LATER = 10**6
"""The sequence of the record that an engine refused once."""


def batch(plain: bytes, *, items: int = 50) -> Batch:
    return Batch(signal=Signal.TRACES, project=PROJECT, received_ns=time.time_ns(), items=items, plain=plain)


def fill(directory: Path, sent: Sent) -> None:
    """A log with a poisoned record among nine good ones, and a record that was parked before."""
    log = Log(directory, segment_bytes=1 << 22, max_backlog_bytes=1 << 24)
    log.open()

    async def append() -> None:
        for number in range(9):
            await log.append(batch(POISON, items=1) if number == 4 else batch(sent.body(number)))

    asyncio.run(append())
    log.close()
    Parked(directory / "parked").park(
        Signal.TRACES, framing.encode(batch(sent.body(4)), LATER), "an engine that was too old"
    )


def doctor(data: Path, *arguments: str) -> Any:
    """`fanlight doctor parked ...` as JSON."""
    command = [str(Path(sys.executable).with_name("fanlight")), "doctor", "parked", *arguments]
    done = subprocess.run(
        [*command, "--data", str(data), "--json"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_spans(server: Server, count: int) -> None:
    with server.connect() as connection:
        assert until(Api(connection).spans, lambda found: found >= count) == count


def parked(server: Server) -> Any:
    """How many spans the ledger says were set aside, by reason."""
    with server.connect() as connection:
        signals = Api(connection).get("/health")["signals"]
    return next(row["parked"] for row in signals if row["signal"] == "traces")


@pytest.mark.timeout(300)
@pytest.mark.trust("T6")
def test_a_poisoned_record_is_parked_its_neighbours_are_stored_and_a_replay_brings_back(
    tmp_path: Path, sent: Sent, figure: Tell
) -> None:
    data = tmp_path / "data"
    fill(data / "log", sent)
    good = sent.keys(set(range(9)) - {4}).total()
    with Server(data) as server:
        wait_spans(server, good)
        # Its neighbours can be read before the last of them is counted.
        assert until(lambda: parked(server)) == {"refused by the store": 1}
        entries = {entry["reason"][:10]: entry for entry in doctor(data, "list")["items"]}
        assert {reason: entry["items"] for reason, entry in entries.items()} == {
            "the engine": 1,
            "an engine ": 50,
        }
    doctor(data, "replay", f"traces-{LATER:020d}")
    with Server(data) as server:
        wait_spans(server, good + 50)
    left = [entry["reason"][:10] for entry in doctor(data, "list")["items"]]
    figure(
        test="T6", what="a poisoned record", target="parked alone, the rest stored, replay works",
        value=f"1 record parked, {good} spans beside it stored, 50 came back by replay",
        ok=left == ["the engine"],
    )  # fmt: skip
