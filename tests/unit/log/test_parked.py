"""Parked records wait, with their reason, until somebody replays or discards them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import ConflictError, NotFoundError, OverloadError
from fanlight.ingest.parked import Entry, Parked
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing

Make = Callable[..., Any]


@pytest.fixture
def parked(tmp_path: Path) -> Parked:
    return Parked(tmp_path / "parked", clock=ManualClock(wall_ns=99))


def test_an_entry_says_what_why_and_when_after_a_restart_too(
    parked: Parked, batch: Make, tmp_path: Path
) -> None:
    record = framing.encode(batch("poison", items=3), 41)
    assert parked.park(Signal.TRACES, record, "cannot parse")
    again = Parked(tmp_path / "parked")
    assert again.list() == [
        Entry(
            name="traces-00000000000000000041",
            signal=Signal.TRACES,
            project="p",
            reason="cannot parse",
            items=3,
            seq=41,
            received_ns=5,
            parked_ns=99,
            bytes=len(record),
            replayable=True,
        )
    ]
    assert again.record("traces-00000000000000000041") == record


def test_a_record_is_parked_once_however_often_it_is_found(parked: Parked, batch: Make) -> None:
    record = framing.encode(batch("poison"), 41)
    assert [parked.park(Signal.LOGS, record, reason) for reason in ("first", "second")] == [True, False]
    assert [entry.reason for entry in parked.list()] == ["first"]


def test_a_replay_goes_through_the_log_again_as_it_was_received(
    parked: Parked, batch: Make, make_log: Make, texts: Make
) -> None:
    log = make_log()
    log.open()
    parked.park(Signal.METRICS, framing.encode(batch("later fine", items=2), 41), "engine too old")
    assert asyncio.run(parked.replay("metrics-00000000000000000041", log.append)) == 1
    (segment,) = log.seal().segments
    assert (segment.signal, segment.items, texts(segment)) == (Signal.METRICS, 2, [(1, "later fine")])
    record = framing.walk(segment.path.read_bytes()).records[0]
    assert (record.project, record.received_ns) == ("p", 5)
    assert parked.list() == []


def test_an_entry_stays_when_the_log_is_full(parked: Parked, batch: Make) -> None:
    async def refuse(batch: Batch) -> int:
        raise OverloadError("full")

    parked.park(Signal.LOGS, framing.encode(batch("poison"), 7), "why")
    with pytest.raises(OverloadError):
        asyncio.run(parked.replay("logs-00000000000000000007", refuse))
    assert len(parked.list()) == 1


def test_damage_can_be_looked_at_and_discarded_but_not_replayed(parked: Parked) -> None:
    parked.park_damage(Signal.LOGS, b"\x00junk\n\xff", where="x bytes 3 to 9")
    (entry,) = parked.list()
    assert (entry.replayable, entry.reason) == (False, "damaged on disk: x bytes 3 to 9")
    assert parked.record(entry.name) == b"\x00junk\n\xff"
    with pytest.raises(ConflictError, match="cannot be replayed"):
        asyncio.run(parked.replay(entry.name, None))  # type: ignore[arg-type]
    assert parked.discard(entry.name) == entry
    assert parked.list() == []


@pytest.mark.parametrize("name", ["nothing", "../sequence", "", ".", "/etc/passwd"])
def test_an_unknown_name_is_not_found_whatever_it_looks_like(parked: Parked, name: str) -> None:
    for ask in (parked.get, parked.record, parked.discard):
        with pytest.raises(NotFoundError):
            ask(name)
