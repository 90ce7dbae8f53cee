"""The engine stands still: the log goes on taking until its cap, then says 503, and afterwards catches up."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from benchmarks.server import MIB, Server
from tests.contract.clickhouse import clickhouse_server
from tests.e2e.reliability.spans import Sent, assert_kept
from tests.e2e.reliability.traffic import Traffic
from tests.figures import Tell

FROZEN_S = 60.0
WARM_S = 10.0
MAX_BACKLOG = 48 * MIB
"""Full after half a minute; what then waits takes seconds to store, and no single answer decides how long."""
BACKLOG, WAITING = "fanlight_log_backlog_bytes", 'fanlight_waiting{signal="traces"}'
MAX_GROWTH = 256 * MIB
PAUSE_S = 0.1
"""Each of three senders rests so long: what comes in is far less than what the engine can take."""


@contextmanager
def engine(directory: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A ClickHouse server from the wheel: its address, and its process."""
    before = {child.pid for child in psutil.Process().children()}
    with clickhouse_server(directory) as address:
        (process,) = (child for child in psutil.Process().children() if child.pid not in before)
        try:
            yield address, process
        finally:
            process.resume()


def gauge(server: Server, name: str) -> int:
    """What the server's own metrics say now."""
    with server.connect() as connection:
        text = connection.request("GET", "/metrics").body.decode()
    found = re.search(rf"^{re.escape(name)} (\d+)", text, re.MULTILINE)
    assert found, text
    return int(found[1])


def wait_empty(server: Server) -> float:
    """Seconds until the store has every span."""
    began = time.monotonic()
    while gauge(server, WAITING):
        assert time.monotonic() - began < 300, "it does not catch up"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.trust("T6")
@pytest.mark.timeout(900)
def test_a_frozen_engine_fills_the_log_to_its_cap_and_is_caught_up_with(
    tmp_path: Path, sent: Sent, seed: int, figure: Tell
) -> None:
    (tmp_path / "engine").mkdir()
    with engine(tmp_path / "engine") as (address, process):
        settings = {
            "FANLIGHT_STORE": f"clickhouse://default:@{address}/default",
            "FANLIGHT_MAX_BACKLOG_BYTES": str(MAX_BACKLOG),
            "FANLIGHT_SEGMENT_BYTES": str(8 * MIB),
        }
        server = Server(tmp_path / "data", environment=settings).start()
        try:
            with Traffic(
                port=lambda: server.port, path="/v1/traces", render=sent.body, seed=seed, pause_s=PAUSE_S
            ) as traffic:
                traffic.wait_acked(20)
                began, before = time.monotonic(), len(traffic.ledger.acked)
                time.sleep(WARM_S)  # what is measured: the rate at which batches come in
                rate = 50 * (len(traffic.ledger.acked) - before) / (time.monotonic() - began)
                rss, frozen_at = server.rss_bytes(), len(traffic.ledger.acked)
                process.suspend()
                highest, peak, until = 0, 0, time.monotonic() + FROZEN_S
                while time.monotonic() < until:
                    highest = max(highest, gauge(server, BACKLOG))
                    peak = max(peak, server.rss_bytes())
                    time.sleep(0.2)
                ledger = traffic.stop()
            taken, refused = len(ledger.acked) - frozen_at, ledger.refused
            waiting = gauge(server, WAITING)
            process.resume()
            drain = waiting / wait_empty(server)
            assert_kept(server, sent, ledger, sample=20, seed=seed)
            assert server.stop() == 0
        finally:
            process.resume()
            server.end()
    growth = (peak - rss) / MIB
    figure(
        test="T6", what=f"the engine frozen for {FROZEN_S:.0f} s (ClickHouse, SIGSTOP)",
        target="acknowledged up to the cap, then 503, 0 lost",
        value=f"{taken:,} batches taken, log at {highest / MAX_BACKLOG:.0%} of its cap, then 503, 0 lost",
        ok=taken > 0 and refused > 0 and highest <= 1.05 * MAX_BACKLOG,
    )  # fmt: skip
    figure(
        test="T6", what="memory while the engine is frozen", target=f"+ <= {MAX_GROWTH // MIB} MiB",
        value=f"+ {growth:.0f} MiB", ok=growth * MIB <= MAX_GROWTH,
    )  # fmt: skip
    figure(
        test="T6", what="catching up after the freeze", target=">= 2x the rate at which it came",
        value=f"{drain / rate:.1f}x ({drain:,.0f} spans/s of {rate:,.0f})", ok=drain >= 2 * rate,
    )  # fmt: skip
