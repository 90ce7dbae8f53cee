"""The wall clock leaps, ahead and back, while agents send: nothing is lost, doubled, reordered or removed."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import pytest

from benchmarks.server import PROJECT, Api, Server
from tests.e2e.reliability import jumping_clock
from tests.e2e.reliability.spans import Sent, assert_kept
from tests.e2e.reliability.stored import compare, sequences
from tests.e2e.reliability.traffic import Traffic
from tests.figures import Tell

HOUR_S, YEAR_S = 3_600, 365 * 86_400
LEAPS_S = (HOUR_S, -HOUR_S, YEAR_S, -YEAR_S, 0, -1, -60, YEAR_S, 0)
RETENTION_DAYS = 7
LOOKED_AT_S = 65
"""As long as the server takes at most until it looks for what is older than kept."""


def _keep_for_days(server: Server) -> None:
    """Give the project days of its own; it is there once the first of its spans is stored."""
    body, until = json.dumps({"retention_days": RETENTION_DAYS}).encode(), time.monotonic() + 60
    while True:
        with server.connect() as connection:
            answer = connection.request(
                "PUT", f"/api/v1/projects/{PROJECT}", body=body, headers={"content-type": "application/json"}
            )
        if answer.status == 200:
            return
        assert (answer.status, time.monotonic() < until) == (404, True), answer
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.trust("T25")
@pytest.mark.timeout(900)
def test_a_clock_that_leaps_under_load_costs_nothing(
    tmp_path: Path, sent: Sent, seed: int, figure: Tell
) -> None:
    dice, offset = random.Random(seed), tmp_path / "offset"
    prefix = (sys.executable, str(jumping_clock.__file__), str(offset))
    server = Server(tmp_path / "data", prefix=prefix).start()
    try:
        with Traffic(
            port=lambda: server.port, path="/v1/traces", render=sent.body, seed=seed, pause_s=0.1
        ) as traffic:
            traffic.wait_acked(5)
            _keep_for_days(server)
            for leap_s in LEAPS_S:
                offset.write_text(f"{leap_s}")
                traffic.wait_acked(len(traffic.ledger.acked) + 5)
                time.sleep(dice.uniform(0.2, 1.0))  # how long the clock is wrong, not a wait for anything
            offset.write_text(f"{YEAR_S}")
            until = time.monotonic() + LOOKED_AT_S
            while time.monotonic() < until:
                traffic.wait_acked(len(traffic.ledger.acked) + 1)
            offset.write_text("0")
            traffic.wait_acked(len(traffic.ledger.acked) + 5)
            ledger = traffic.stop()
        assert_kept(server, sent, ledger, sample=20, seed=seed)
        with server.connect() as connection:
            stored = Api(connection).spans()
        assert server.stop() == 0
    finally:
        server.end()
    found, (numbers, different) = compare(tmp_path / "data", sent, ledger), sequences(tmp_path / "data")
    figure(
        test="T25", what="the clock leaps +-1 h, +-1 y and back under load",
        target=f"0 lost, {RETENTION_DAYS} days' retention removes nothing, sequences unique",
        value=f"{len(LEAPS_S) + 2} leaps: {found}; {numbers:,} sequences, {numbers - different} twice",
        ok=found.exact and numbers == different == stored,
    )  # fmt: skip
