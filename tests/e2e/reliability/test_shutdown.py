"""SIGTERM under load drains: nothing acknowledged is lost and the exit is clean."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmarks.server import Server
from tests.e2e.reliability.spans import READ_TRACES, Sent, assert_kept
from tests.e2e.reliability.stored import compare
from tests.e2e.reliability.traffic import Traffic
from tests.figures import Tell, crowd

pytestmark = [pytest.mark.timeout(1_200), pytest.mark.trust("T20")]

GONE_WITHIN_S = 10.0
CLEAN = {0}
AT_ONCE = {0, 128 + signal.SIGTERM, -signal.SIGTERM}
"""The second signal may come when the first has ended everything already."""


@dataclass(slots=True)
class Exits:
    """How the servers of a test ended: `wrong` are statuses that should not have been."""

    wrong: list[int] = field(default_factory=list)
    slowest_s: float = 0.0

    def note(self, server: Server, signals: int) -> None:
        """Ask the server to end, so many times, and wait until it did."""
        began = time.monotonic()
        for _ in range(signals):
            server.process.send_signal(signal.SIGTERM)
        status = server.process.wait(timeout=60)
        self.wrong += [] if status in (CLEAN if signals == 1 else AT_ONCE) else [status]
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)


@pytest.mark.parametrize(
    ("how", "stops"),
    [
        pytest.param(", once and twice", (1, 2), marks=pytest.mark.gate),
        pytest.param("", (1,) * 30, marks=pytest.mark.slow),
        pytest.param(", twice", (2,) * 10, marks=pytest.mark.slow),
    ],
    ids=["both", "once", "twice"],
)
def test_whoever_is_told_to_stop_under_load_stops_and_loses_nothing(
    tmp_path: Path, sent: Sent, seed: int, how: str, stops: tuple[int, ...], figure: Tell
) -> None:
    dice, exits = random.Random(seed), Exits()
    server = Server(tmp_path / "data").start()
    try:
        with Traffic(
            port=lambda: server.port, path="/v1/traces", render=sent.body, seed=seed, pause_s=0.01
        ) as traffic:
            for signals in stops:
                traffic.wait_acked(len(traffic.ledger.acked) + 1)
                time.sleep(dice.uniform(0.05, 1.0))  # the moment of the signal, not a wait for anything
                exits.note(server, signals)
                server = Server(tmp_path / "data").start()
            traffic.wait_acked(len(traffic.ledger.acked) + 1)
            ledger = traffic.stop()
        assert_kept(server, sent, ledger, sample=20, seed=seed, traces=READ_TRACES)
        assert server.stop() == 0
    finally:
        server.end()
    found = compare(tmp_path / "data", sent, ledger)
    figure(
        test="T20", what="SIGTERM under load" + how,
        target="0 lost" if how else "status 0, 0 lost",
        value=f"{len(stops)} stops: {found}" + (f", status {exits.wrong}" if exits.wrong else ""),
        ok=found.exact and not exits.wrong,
    )  # fmt: skip
    figure(
        test="T20", what="time to stop under load" + how, target=f"<= {GONE_WITHIN_S:.0f} s",
        value=f"slowest of {len(stops)}: {exits.slowest_s:.1f} s", ok=exits.slowest_s <= GONE_WITHIN_S,
        excuse=crowd() or ("a short form" if len(stops) < 10 else ""),
    )  # fmt: skip
