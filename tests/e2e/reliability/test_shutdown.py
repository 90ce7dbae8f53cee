"""SIGTERM under load drains: nothing acknowledged is lost and the exit is clean."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from benchmarks.server import Server
from tests.e2e.reliability.spans import Sent, assert_kept
from tests.e2e.reliability.traffic import Traffic

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("stops", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_a_stop_under_load_exits_with_0_and_loses_nothing(
    tmp_path: Path, sent: Sent, seed: int, stops: int
) -> None:
    dice = random.Random(seed)
    server = Server(tmp_path / "data").start()
    try:
        with Traffic(port=lambda: server.port, path="/v1/traces", render=sent.body, seed=seed) as traffic:
            for _ in range(stops):
                traffic.wait_acked(len(traffic.ledger.acked) + 1)
                time.sleep(dice.uniform(0.05, 1.0))  # the moment of the signal, not a wait for anything
                assert server.stop(timeout_s=20) == 0
                server = Server(tmp_path / "data").start()
            traffic.wait_acked(len(traffic.ledger.acked) + 1)
            ledger = traffic.stop()
        assert_kept(server, sent, ledger, sample=20, seed=seed)
    finally:
        server.end()


def test_a_second_signal_ends_at_once_and_still_loses_nothing(tmp_path: Path, sent: Sent, seed: int) -> None:
    server = Server(tmp_path / "data").start()
    try:
        with Traffic(port=lambda: server.port, path="/v1/traces", render=sent.body, seed=seed) as traffic:
            traffic.wait_acked(20)
            server.process.terminate()
            server.process.terminate()
            server.process.wait(timeout=20)
            server = Server(tmp_path / "data").start()
            ledger = traffic.stop()
        assert_kept(server, sent, ledger, sample=20, seed=seed)
    finally:
        server.end()
