"""A batch answered with 200 survives kill -9 of the server."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmarks.server import Server
from fanlight.ingest.crash import POINTS
from tests.e2e.reliability.spans import READ_TRACES, Sent, assert_kept
from tests.e2e.reliability.stored import compare
from tests.e2e.reliability.traffic import Ledger, Traffic
from tests.figures import Tell, crowd

pytestmark = [pytest.mark.timeout(3_600), pytest.mark.trust("T2")]

READY_WITHIN_S = 3.0
NOTHING = "0 acknowledged lost, 0 twice, 0 changed"
EACH_POINT = 5
SERVED = tuple(point for point in POINTS if point != "after_park")
"""A real engine parks only what it cannot read; `tests/unit/log/test_kill.py` dies there, too."""
RARE = frozenset({"after_summarise", "before_release", "after_release"})
"""Passed only when runs were summed up: ten times as long lies between as that took."""

SMALL_SEGMENTS = {"FANLIGHT_SEGMENT_BYTES": str(2**20)}
FEW = 20
"""With fewer kills than that each of three senders rests longer: what is compared is the smaller."""


@dataclass(slots=True)
class Rounds:
    """Kills and what came after each."""

    place: Path
    sent: Sent
    seed: int
    ready: list[tuple[float, float]] = field(default_factory=list)
    """Seconds of each start after a kill, without and with those that it stood in line for a core."""

    def at_random_moments(self, kills: int) -> Ledger:
        """kill -9 after U(0.05, 2) s of load. Odd rounds have small segments, so that kills meet seals."""
        dice = random.Random(self.seed)
        server = Server(self.place / "data").start()
        try:
            with self._traffic(lambda: server.port, pause_s=0.05 if kills < FEW else 0.01) as traffic:
                for number in range(kills):
                    traffic.wait_acked(len(traffic.ledger.acked) + 1)
                    time.sleep(dice.uniform(0.05, 2.0))  # the moment of the kill, not a wait for anything
                    server.kill()
                    server = Server(
                        self.place / "data", environment=SMALL_SEGMENTS if number % 2 else {}
                    ).start()
                    self.ready.append((server.ready_alone_s, server.ready_s))
                traffic.wait_acked(len(traffic.ledger.acked) + 1)
                ledger = traffic.stop()
            return self._kept(server, ledger)
        finally:
            server.end()

    def at_named_points(self) -> Ledger:
        """The process ends itself at each point of the path, on one of its first visits."""
        dice = random.Random(self.seed)
        server = Server(self.place / "data").start()
        try:
            with self._traffic(lambda: server.port, pause_s=0.01) as traffic:
                for point in SERVED * EACH_POINT:
                    traffic.wait_acked(len(traffic.ledger.acked) + 1)
                    server.kill()
                    at = f"{point}:{dice.randint(1, 2 if point in RARE else 5)}"
                    server = Server(self.place / "data", environment={"FANLIGHT_CRASH_AT": at})
                    server.spawn()
                    assert _ended(server) == -signal.SIGKILL, (
                        f"it never came to {at}; {traffic.ledger.told()}"
                    )
                    server = Server(self.place / "data").start()
                    self.ready.append((server.ready_alone_s, server.ready_s))
                ledger = traffic.stop()
            return self._kept(server, ledger)
        finally:
            server.end()

    def _traffic(self, port: Callable[[], int], *, pause_s: float) -> Traffic:
        return Traffic(port=port, path="/v1/traces", render=self.sent.body, seed=self.seed, pause_s=pause_s)

    def _kept(self, server: Server, ledger: Ledger) -> Ledger:
        assert_kept(server, self.sent, ledger, sample=20, seed=self.seed, traces=READ_TRACES)
        assert server.stop() == 0
        return ledger


def _ended(server: Server) -> int | None:
    """Its status; None when it still lives after two minutes."""
    try:
        return server.process.wait(timeout=120)
    except subprocess.TimeoutExpired:
        return None


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(3, marks=pytest.mark.gate),
        pytest.param(FEW, marks=pytest.mark.slow),
        pytest.param(100, marks=pytest.mark.long),
    ],
)
def test_acknowledged_spans_survive_kills_under_load_byte_for_byte(
    tmp_path: Path, sent: Sent, seed: int, kills: int, figure: Tell
) -> None:
    rounds = Rounds(tmp_path, sent, seed)
    found = compare(tmp_path / "data", sent, rounds.at_random_moments(kills))
    figure(
        test="T2", what="kill -9 at random moments under load", target=NOTHING,
        value=f"{kills} kills: {found}", ok=found.exact,
    )  # fmt: skip
    alone, slowest = max(rounds.ready)
    figure(
        test="T2", what="start after a kill -9", target=f"<= {READY_WITHIN_S:.0f} s each, given a core",
        value=f"slowest of {kills}: {alone:.1f} s ({slowest:.1f} s on a crowded machine)",
        ok=alone <= READY_WITHIN_S, excuse=crowd() or ("a short form" if kills < FEW else ""),
    )  # fmt: skip


@pytest.mark.slow
def test_acknowledged_spans_survive_kills_at_each_named_point_byte_for_byte(
    tmp_path: Path, sent: Sent, seed: int, figure: Tell
) -> None:
    rounds = Rounds(tmp_path, sent, seed)
    found = compare(tmp_path / "data", sent, rounds.at_named_points())
    figure(
        test="T2", what="kill -9 at each named point of the path", target=f">= 5 times each, {NOTHING}",
        value=f"{len(SERVED)} points x {EACH_POINT}: {found}", ok=found.exact,
    )  # fmt: skip
