"""The unit as systemd runs it: in a container whose first process it is, beside the server of the wheel."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.server import free_port
from tests.e2e.operate.images import DEPLOY, Podman
from tests.e2e.operate.test_proxy import spans
from tests.fixtures.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SYSTEMD, MACHINE = "fanlight-test:systemd", "fanlight-test:machine"
PATIENCE_S = 120.0


class Machine:
    """A container with systemd, on the network of this machine."""

    def __init__(self, podman: Podman) -> None:
        self._podman = podman
        self.id = podman(
            "run", "--detach", "--privileged", "--systemd=always", "--network", "host",
            "--ulimit", "nofile=8192:8192", "--ulimit", "nproc=2048:2048", MACHINE, "/sbin/init",
        ).splitlines()[-1]  # fmt: skip

    def __call__(self, *command: str) -> str:
        """What a command in it prints, whether it succeeds or not."""
        done = subprocess.run(
            ["podman", "exec", self.id, *command],
            env=self._podman.environ, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        return (done.stdout + done.stderr).strip()

    def told(self, name: str) -> str:
        """A property of the service."""
        return self("systemctl", "show", "fanlight", "--value", "--property", name)


@pytest.fixture
def machine(podman: Podman, image: str, tmp_path: Path) -> Iterator[Machine]:
    podman.load(SYSTEMD, "systemd", "systemd-sysv")
    (tmp_path / "fanlight.service").write_bytes((DEPLOY / "fanlight.service").read_bytes())
    (tmp_path / "Containerfile").write_text(
        f"FROM {image} AS server\nFROM {SYSTEMD}\nCOPY --from=server /opt/fanlight /opt/fanlight\n"
        "COPY fanlight.service /etc/systemd/system/\n"
    )
    podman("build", "--quiet", "--layers=false", "--network", "none", "--tag", MACHINE, str(tmp_path))
    machine = Machine(podman)
    try:
        until(lambda: machine("systemctl", "is-system-running") in ("running", "degraded"))
        yield machine
    finally:
        podman("rm", "--force", "--time", "5", machine.id)


def test_the_unit_starts_is_killed_comes_back_and_stops(machine: Machine) -> None:
    port = free_port()
    settings = f"FANLIGHT_PORT={port}\nFANLIGHT_OTLP_HTTP_PORT=off\nFANLIGHT_OTLP_GRPC_PORT=off\n"
    machine("mkdir", "-p", "/etc/fanlight")
    machine("sh", "-c", f"printf '{settings}' > /etc/fanlight/environment")
    # It returns once the server has said that it accepts.
    assert machine("systemctl", "enable", "--now", "fanlight").startswith("Created symlink")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        assert http.get("/readyz").text == "ready\n", machine(
            "journalctl", "--unit", "fanlight", "--no-pager"
        )
        first = machine.told("MainPID")
        assert int(machine("stat", "--format", "%u", f"/proc/{first}")) > 0
        assert machine("stat", "--format", "%a", "/var/lib/private/fanlight") == "700"
        assert http.post("/v1/traces", json=spans("before")).status_code == 200

        machine("systemctl", "kill", "--signal=KILL", "--kill-who=main", "fanlight")
        until(lambda: machine.told("MainPID") not in ("0", first) and machine.told("ActiveState") == "active")
        until(lambda: "before" in http.get("/api/v1/projects/default/runs").text)

        began = time.monotonic()
        assert machine("systemctl", "stop", "fanlight") == ""
        assert time.monotonic() - began < 30
    assert (machine.told("Result"), machine.told("ActiveState")) == ("success", "inactive")
    journal = machine("journalctl", "--unit", "fanlight", "--no-pager")
    assert "Started fanlight.service - Fanlight, observability for AI agents." in journal
    assert "Traceback" not in journal
