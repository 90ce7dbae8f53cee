"""A thousand readers of one stream, most of them bad: those who send and those who read do not notice."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from benchmarks.report import quantile
from benchmarks.server import MIB, Server
from tests.e2e.reliability.crowd import Crowd, allow_files, log_body
from tests.e2e.reliability.traffic import HEADERS
from tests.figures import Tell

pytestmark = [pytest.mark.timeout(600), pytest.mark.trust("T18")]

PER_REQUEST = 20
RATE = 5.0
"""Requests a second; each of the good readers is sent all of it."""

ALONE_S, TOGETHER_S = 8.0, 40.0
CUT_WITHIN_S = 30.0
FILES_BACK_WITHIN_S = 60.0


def logs(number: int) -> bytes:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for place in range(PER_REQUEST):
        record = records.add(time_unix_nano=time.time_ns(), severity_number=9)
        record.body.string_value = log_body(number, place)
    return request.SerializeToString()


def send(server: Server, first: int, seconds: float, watch: Callable[[], None] = lambda: None) -> int:
    """Send at RATE for so long; how many requests were taken. Those that are late are not made up for."""
    began = due = time.monotonic()
    number = first
    with server.connect() as connection:
        while time.monotonic() - began < seconds:
            assert connection.request("POST", "/v1/logs", body=logs(number), headers=HEADERS).status == 200
            number += 1
            watch()
            due = max(due + 1 / RATE, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
    return number - first


def readers(server: Server) -> int:
    """How many streams the server has open."""
    with server.connect() as connection:
        text = connection.request("GET", "/metrics").body.decode()
    return int(
        next(line for line in text.splitlines() if line.startswith("fanlight_stream_readers ")).split()[1]
    )


@pytest.mark.slow
def test_a_thousand_readers_of_whom_most_are_bad(tmp_path: Path, figure: Tell) -> None:
    allow_files(8_192)
    with Server(tmp_path / "data") as server:
        process = psutil.Process(server.process.pid)
        send(server, 0, 2.0)
        alone = send(server, 1_000, ALONE_S) / ALONE_S
        files, memory = len(process.net_connections("tcp")), server.rss_bytes()
        with Crowd(server.port) as crowd:
            crowd.join(good=400, slow=300, still=300)
            joined, first = time.monotonic(), 10_000
            open_before, cut_at, peak = readers(server), [], [memory]

            def watch() -> None:
                peak.append(server.rss_bytes())
                if not cut_at and len(peak) % 5 == 0 and readers(server) <= open_before - 300:
                    cut_at.append(time.monotonic() - joined)

            count = send(server, first, TOGETHER_S, watch)
            together = count / TOGETHER_S
            wanted = {
                (number, place) for number in range(first, first + count) for place in range(PER_REQUEST)
            }
            until = time.monotonic() + 60
            while any(len(heard) < len(wanted) for heard in crowd.heard) and time.monotonic() < until:
                time.sleep(0.1)
            missing = sum(len(wanted - set(heard)) for heard in crowd.heard)
            twice = sum(len(heard) - len(set(heard)) for heard in crowd.heard)
            lags = list(crowd.lags_s)
        left = time.monotonic()
        while (
            len(process.net_connections("tcp")) > files and time.monotonic() - left < 2 * FILES_BACK_WITHIN_S
        ):
            time.sleep(0.2)
        back_s = time.monotonic() - left
    lag_s, growth = quantile(lags, 0.99), (max(peak) - memory) / MIB
    print(f"{open_before} open; lag p50 {quantile(lags, 0.5):.2f} s, p99 {lag_s:.2f} s, {len(lags)} pieces")
    tell_all(figure, alone, together, missing, twice, growth, cut_at, back_s, lag_s)


def tell_all(
    figure: Tell, alone: float, together: float, missing: int, twice: int, growth: float,
    cut_at: list[float], back_s: float, lag_s: float,
) -> None:  # fmt: skip
    figure(
        test="T18", what="ingest beside 1,000 readers", target="10 % less at most",
        value=f"{together * PER_REQUEST:.0f} events/s, {alone * PER_REQUEST:.0f} without them",
        ok=together >= 0.9 * alone,
    )  # fmt: skip
    figure(
        test="T18", what="400 good readers among 600 bad ones", target="0 missing, 0 twice",
        value=f"{missing} missing, {twice} twice", ok=missing == twice == 0,
    )  # fmt: skip
    figure(
        test="T18", what="memory for 1,000 readers", target="+300 MiB at most",
        value=f"+{growth:.0f} MiB", ok=growth <= 300,
    )  # fmt: skip
    figure(
        test="T18", what="300 readers that never read", target=f"cut in {CUT_WITHIN_S:.0f} s",
        value=f"all cut after {cut_at[0]:.0f} s" if cut_at else "not cut",
        ok=bool(cut_at) and cut_at[0] <= CUT_WITHIN_S + 5,
    )  # fmt: skip
    figure(
        test="T18", what="connections after the crowd has left", target="as before in 60 s",
        value=f"after {back_s:.1f} s", ok=back_s <= FILES_BACK_WITHIN_S,
    )  # fmt: skip
    figure(
        test="T18", what="lag of 400 good readers", target="p99 <= 1 s", value=f"{lag_s:.2f} s",
        ok=lag_s <= 1.0,
    )  # fmt: skip
