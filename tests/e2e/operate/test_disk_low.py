"""A disk that runs out: telemetry is refused while there is still room for everything else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.server import MIB, Server
from tests.e2e.operate.test_proxy import spans
from tests.fixtures.waiting import until

DISK_MIB = 256
STOP, LOW = DISK_MIB * MIB // 4, DISK_MIB * MIB // 2
"""What a disk of that size keeps free, and what is little on it, by the defaults."""

ACCEPTS_AGAIN_S = 5.0
PROJECT = "/api/v1/projects/default"


class SmallDisk:
    """A server whose data directory is a file system of its own, kept by a process that outlives it."""

    def __init__(self, data: Path, namespace: tuple[str, ...]) -> None:
        mount = f'mount -t tmpfs -o size={DISK_MIB}m tmpfs "$0" && echo mounted && exec cat'
        self._keeper = subprocess.Popen(
            [*namespace, "sh", "-c", mount, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._keeper.stdout is not None
        assert self._keeper.stdout.readline() == b"mounted\n"
        inside = ("--mount",) if os.geteuid() == 0 else ("--mount", "--user", "--preserve-credentials")
        self.server = Server(data, prefix=("nsenter", f"--target={self._keeper.pid}", *inside))
        self.server.start()
        self.api = httpx.Client(base_url=f"http://127.0.0.1:{self.server.port}", timeout=30)

    @property
    def place(self) -> Path:
        return Path(f"/proc/{self._keeper.pid}/root{self.server.data}")

    def leave(self, count: int) -> None:
        """Take so much of the disk that `count` bytes are left."""
        self.place.joinpath("filler").unlink(missing_ok=True)
        found = os.statvfs(self.place)
        with self.place.joinpath("filler").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, found.f_bavail * found.f_frsize - count)

    def make_room(self) -> None:
        self.place.joinpath("filler").unlink()

    def restart(self, *, leave: int) -> None:
        self.server.kill()
        self.leave(leave)
        self.server.start()

    def send(self, name: str) -> httpx.Response:
        return self.api.post("/v1/traces", json=spans(name))

    def knows(self, name: str) -> bool:
        """Whether there is a run of that name."""
        return any(run["name"] == name for run in self.api.get(f"{PROJECT}/runs").json().get("items", ()))

    def health(self) -> Any:
        return self.api.get(f"{PROJECT}/health").json()

    def end(self) -> None:
        self.api.close()
        self.server.end()
        self._keeper.communicate()


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    """One for both tests: each begins and ends with room on it."""
    namespace = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")
    if not (shutil.which("unshare") and shutil.which("nsenter")):
        pytest.skip("unshare and nsenter are not installed")
    tried = subprocess.run(
        [*namespace, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"a file system of its own is not permitted here: {tried.stderr.decode().strip()}")
    data = tmp_path_factory.mktemp("disk") / "data"
    data.mkdir()
    disk = SmallDisk(data, namespace)
    try:
        yield disk
    finally:
        disk.end()


def test_telemetry_is_refused_before_the_disk_is_full_and_everything_else_goes_on(disk: SmallDisk) -> None:
    said_before = len(disk.server.output.read_text())
    assert disk.send("before").status_code == 200
    until(lambda: disk.knows("before"))
    assert disk.health()["disk"]["state"] == "ok"

    disk.leave(LOW - 8 * MIB)
    until(lambda: disk.health()["disk"]["state"] == "low")
    assert disk.send("while it is low").status_code == 200

    disk.leave(STOP - 8 * MIB)
    until(lambda: disk.send("refused").status_code == 503)
    refused = disk.send("refused")
    assert refused.headers["retry-after"] == "5"
    assert "free some space" in refused.json()["message"]
    told = disk.health()["disk"]
    assert (told["state"], told["low_bytes"], told["stop_bytes"]) == ("full", LOW, STOP)
    assert told["free_bytes"] < STOP
    assert disk.api.get("/readyz").text == "degraded: the disk is full, telemetry is refused\n"
    assert "fanlight_disk_full 1\n" in disk.api.get("/metrics").text
    # What is stored is read, and people's changes are kept.
    until(lambda: disk.knows("while it is low"))
    assert disk.api.post("/api/v1/projects", json={"name": "made-meanwhile"}).status_code == 201
    [server] = [found for found in doctor(disk)["items"] if found["about"] == "server's disk"]
    assert (server["state"], "telemetry is refused" in server["text"]) == ("wrong", True)
    [traces] = [each for each in disk.health()["signals"] if each["signal"] == "traces"]
    assert traces["refused"].keys() == {"disk_full"}

    began = time.monotonic()
    disk.make_room()
    until(lambda: disk.send("after").status_code == 200)
    assert time.monotonic() - began < ACCEPTS_AGAIN_S
    until(lambda: disk.knows("after"))
    assert disk.health()["disk"]["state"] == "ok"
    said = disk.server.output.read_text()[said_before:]
    lines = ("the disk runs out", "the disk is nearly full", "the disk has room again")
    assert [said.count(line) for line in lines] == [1, 1, 1]


def doctor(disk: SmallDisk) -> Any:
    command = [str(Path(sys.executable).with_name("fanlight")), "doctor", "--json"]
    command += ["--url", f"http://127.0.0.1:{disk.server.port}", "--data", str(disk.server.data)]
    asked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return json.loads(asked.stdout)


def test_a_server_that_was_killed_starts_on_a_disk_that_is_nearly_full(disk: SmallDisk) -> None:
    assert disk.send("before its end").status_code == 200
    until(lambda: disk.knows("before its end"))
    disk.restart(leave=4 * MIB)
    until(lambda: disk.knows("before its end"))
    assert disk.send("refused").status_code == 503
    assert disk.health()["disk"]["state"] == "full"
    disk.make_room()
    until(lambda: disk.send("after its end").status_code == 200)
    until(lambda: disk.knows("after its end"))
    assert disk.knows("before its end")
    assert disk.health()["disk"]["state"] == "ok"
