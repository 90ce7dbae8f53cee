"""A batch answered with 200 survives kill -9 of the server."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from benchmarks.server import Server
from tests.e2e.reliability.spans import Sent, assert_kept
from tests.e2e.reliability.traffic import Traffic

pytestmark = pytest.mark.timeout(900)

READY_WITHIN_S = 3.0


def test_acknowledged_spans_survive_3_kills_under_load(tmp_path: Path, sent: Sent, seed: int) -> None:
    _kill_under_load(tmp_path, sent, seed, kills=3)


@pytest.mark.slow
def test_acknowledged_spans_survive_20_kills_and_each_start_takes_3_seconds(
    tmp_path: Path, sent: Sent, seed: int
) -> None:
    ready = _kill_under_load(tmp_path, sent, seed, kills=20)
    assert max(ready) <= READY_WITHIN_S, ready


def _kill_under_load(place: Path, sent: Sent, seed: int, *, kills: int) -> list[float]:
    """How long each start after a kill took. Odd rounds have small log segments, so that kills meet seals."""
    dice = random.Random(seed)
    server = Server(place / "data").start()
    ready: list[float] = []
    try:
        traffic = Traffic(port=lambda: server.port, path="/v1/traces", render=sent.body, seed=seed)
        with traffic:
            for round_number in range(kills):
                traffic.wait_acked(len(traffic.ledger.acked) + 1)
                time.sleep(dice.uniform(0.05, 2.0))  # the moment of the kill, not a wait for anything
                server.kill()
                small = {"FANLIGHT_SEGMENT_BYTES": str(2**20)} if round_number % 2 else {}
                server = Server(place / "data", environment=small).start()
                ready.append(server.ready_s)
            traffic.wait_acked(len(traffic.ledger.acked) + 1)
            ledger = traffic.stop()
        print(f"{len(ledger.acked)} of {len(ledger.sent)} requests acknowledged; ready after", ready)
        assert_kept(server, sent, ledger, sample=50, seed=seed)
        assert server.stop() == 0
    finally:
        server.end()
    return ready
