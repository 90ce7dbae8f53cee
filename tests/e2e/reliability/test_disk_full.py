"""A full disk: reads stay up, ingest answers 503, and nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from statistics import median

import pytest

from benchmarks.client import Answer
from benchmarks.server import Api, Server
from tests.e2e.reliability.spans import Sent, assert_kept, wait_until_read
from tests.e2e.reliability.traffic import HEADERS, Ledger, Outcome
from tests.figures import Tell

DISK_MIB = 128
TO_THE_LAST_BYTE = {"FANLIGHT_DISK_STOP_BYTES": "0"}
"""Nothing is kept free, so that it is the disk that refuses; operate/test_disk_low.py is about the rest."""

pytestmark = pytest.mark.timeout(180)


def _namespace() -> tuple[str, ...]:
    """The command that gives its child a file system of its own; skips where that is not permitted."""
    command = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    mount = [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    tried = subprocess.run(mount, capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"a file system of its own is not permitted here: {tried.stderr.decode().strip()}")
    return command


@pytest.mark.trust("T5")
def test_a_full_disk_refuses_with_503_and_recovers_without_a_loss(
    tmp_path: Path, sent: Sent, seed: int, figure: Tell
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    mount = f'mount -t tmpfs -o size={DISK_MIB}m tmpfs "$0" && exec "$@"'
    prefix = (*_namespace(), "sh", "-c", mount, str(data))
    server = Server(data, prefix=prefix, environment=TO_THE_LAST_BYTE)
    ledger = Ledger()
    try:
        server.start()
        # The server's own view of the folder: its file system is invisible from here.
        filler = Path(f"/proc/{server.process.pid}/root{data}/filler")
        for number in range(20):
            assert _send(server, sent, ledger, number).status == 200
        wait_until_read(server, sent, ledger)
        _fill(filler)
        refused = _send_until(server, sent, ledger, status=503)
        assert b"the disk is full; free some space in the data directory" in refused.body
        answered = [_refused_s(server, sent, ledger) for _ in range(5)]
        with server.connect() as connection:
            assert connection.request("GET", "/healthz").status == 200
            assert Api(connection).spans() > 0
            assert _full_in_health(Api(connection))
        filler.unlink()
        freed = time.monotonic()
        _send_until(server, sent, ledger, status=200)
        accepting_s = time.monotonic() - freed
        assert_kept(server, sent, ledger, sample=10, seed=seed)
        refused_ms = median(answered) * 1e3
        figure(
            test="T5", what="a full disk",
            target="503 + Retry-After <= 1 s, reads up, accepts <= 5 s, 0 lost",
            value=f"503 after {refused_ms:.0f} ms, reads up, accepts after {accepting_s:.1f} s, 0 lost",
            ok="retry-after" in refused.headers and refused_ms <= 1_000 and accepting_s <= 5,
        )  # fmt: skip
    finally:
        server.end()


def _refused_s(server: Server, sent: Sent, ledger: Ledger) -> float:
    """How long a refusal takes."""
    began = time.monotonic()
    answer = _send(server, sent, ledger, max(ledger.sent) + 1)
    assert (answer.status, "retry-after" in answer.headers) == (503, True)
    return time.monotonic() - began


def _full_in_health(api: Api) -> bool:
    """Whether the project's health says that requests are refused, and why."""
    refusals = api.get("/health")["refusals"]
    return any(refusal["status"] == 503 for refusal in refusals)


def _send(server: Server, sent: Sent, ledger: Ledger, number: int) -> Answer:
    ledger.outcomes[number] = Outcome.UNKNOWN
    with server.connect() as connection:
        answer = connection.request("POST", "/v1/traces", body=sent.body(number), headers=HEADERS)
    if answer.status == 200:
        ledger.outcomes[number] = Outcome.ACKED
    return answer


def _send_until(
    server: Server, sent: Sent, ledger: Ledger, *, status: int, timeout_s: float = 30.0
) -> Answer:
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        answer = _send(server, sent, ledger, max(ledger.sent) + 1)
        if answer.status == status:
            return answer
        assert answer.status in (200, 503), answer
    raise AssertionError(f"no answer {status} within {timeout_s} s, the last was {answer}")


def _fill(filler: Path) -> None:
    """Write until the file system takes no byte more."""
    with filler.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
