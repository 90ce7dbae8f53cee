"""The image: built from the wheel by the Dockerfile as it is, and run by Podman as compose.yaml would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml

from benchmarks.server import MIB, free_port
from tests.e2e.operate.conftest import DEPLOY, EMAIL, PASSWORD
from tests.e2e.operate.images import Podman
from tests.e2e.operate.test_proxy import spans

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

USER = "10001"
PATIENCE_S = 120.0
MOST_BYTES = 1024 * MIB


class Container:
    """The server in a container on the machine's own network, as compose.yaml would run it."""

    def __init__(self, podman: Podman, image: str, volume: str) -> None:
        self.podman, self.port = podman, free_port()
        self.id = podman(
            "run", "--detach", "--network", "host", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "all",
            "--security-opt", "no-new-privileges", "--volume", volume,
            "--ulimit", "nofile=8192:8192", "--ulimit", "nproc=2048:2048",
            "--env", f"FANLIGHT_PORT={self.port}", "--env", "FANLIGHT_OTLP_HTTP_PORT=off",
            "--env", "FANLIGHT_OTLP_GRPC_PORT=off", image,
        ).splitlines()[-1]  # fmt: skip
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)

    def wait(self) -> None:
        """Until it accepts."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and self.state("Running") == "true":
            try:
                if self.http.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        pytest.fail(f"the server in the container does not accept: {self.podman.logs(self.id)[-2000:]}")

    def state(self, name: str) -> str:
        return self.podman("inspect", self.id, "--format", f"{{{{.State.{name}}}}}")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in the container; it may fail."""
        environ = self.podman.environ
        return subprocess.run(
            ["podman", "exec", self.id, *command], env=environ, capture_output=True, text=True, check=False
        )

    def runs(self, key: str, name: str) -> bool:
        """Whether the run is there, within a while."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            bearer = {"authorization": f"Bearer {key}"}
            if name in self.http.get("/api/v1/projects/default/runs", headers=bearer).text:
                return True
            time.sleep(0.1)
        return False

    def first_person(self) -> str:
        """Set the server up by the link in its log; a key."""
        [line] = [line for line in self.podman.logs(self.id).splitlines() if "/setup#" in line]
        body = {"token": line.split("#")[1].split()[0], "email": EMAIL, "name": "Olga", "password": PASSWORD}
        answer = self.http.post("/api/v1/setup", json=body)
        assert answer.status_code == 201, answer.text
        cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
        wanted = {"name": "agent", "scopes": ["ingest", "read"]}
        made = self.http.post("/api/v1/projects/default/keys", json=wanted, headers=cookie)
        return str(made.json()["secret"])


class Compose(Container):
    """The server as `podman-compose` starts it, with a network and ports of its own."""

    def __init__(self, podman: Podman, file: Path, port: int) -> None:
        self.podman, self.port, self._file = podman, port, file
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)

    def __call__(self, *arguments: str) -> None:
        command = [str(Path(sys.executable).with_name("podman-compose")), "--file", str(self._file)]
        done = subprocess.run(
            [*command, *arguments], env=self.podman.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{done.stdout[-1000:]} {done.stderr[-2000:]}"
        if arguments[0] == "up":
            self.id = self.podman("ps", "--quiet", "--filter", "label=io.podman.compose.project=fanlight")


def test_from_the_first_start_to_a_restart_after_kill(podman: Podman, image: str) -> None:
    container = Container(podman, image, "first:/data")
    container.wait()
    # It listens on all addresses, so nothing is open before the link of the log was used.
    assert container.http.get("/api/v1/projects").status_code == 403
    assert container.http.post("/v1/traces", json=spans("early")).status_code == 403
    key = container.first_person()
    bearer = {"authorization": f"Bearer {key}"}
    assert container.http.post("/v1/traces", json=spans("before"), headers=bearer).status_code == 200
    assert container.runs(key, "before")
    assert "<title>Fanlight" in container.http.get("/").text

    # Neither root nor able to write anywhere but to its volume and /tmp.
    assert container.run("id", "-u").stdout.strip() == USER
    for place in ("/opt/fanlight", "/etc", "/usr"):
        assert "Read-only file system" in container.run("touch", f"{place}/x").stderr
    assert container.run("stat", "-c", "%u %a", "/data").stdout.strip() == f"{USER} 700"
    podman("healthcheck", "run", container.id)
    pid = int(container.state("Pid"))
    rss = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert rss < MOST_BYTES
    print(f"\nmemory after the first trace: {rss / MIB:.0f} MiB")

    # Acknowledged and killed at once: it is there after the next start.
    assert container.http.post("/v1/traces", json=spans("killed"), headers=bearer).status_code == 200
    os.kill(pid, signal.SIGKILL)
    podman("wait", container.id)
    podman("start", container.id)
    container.wait()
    assert container.runs(key, "killed")
    assert container.runs(key, "before")

    assert container.http.post("/v1/traces", json=spans("stopped"), headers=bearer).status_code == 200
    podman("stop", "--time", "30", container.id)
    assert container.state("ExitCode") == "0"
    podman("start", container.id)
    container.wait()
    assert container.runs(key, "stopped")
    podman("rm", "--force", "--time", "30", container.id)


def test_compose_starts_what_its_file_says(podman: Podman, image: str, tmp_path: Path) -> None:
    podman("tag", image, "fanlight")
    port = free_port()
    file = tmp_path / "compose.yaml"
    written = (DEPLOY / "compose.yaml").read_text()
    ports = [line for line in written.splitlines(keepends=True) if line.strip().startswith("- 127.0.0.1:")]
    assert len(ports) == 3, "deploy's file has other ports than Studio's and OTLP's"
    file.write_text(written.replace("".join(ports), f"      - 127.0.0.1:{port}:4319\n"))
    compose = Compose(podman, file, port)
    compose("up", "--detach", "--no-build")
    try:
        compose.wait()
        key = compose.first_person()
        bearer = {"authorization": f"Bearer {key}"}
        assert compose.http.post("/v1/traces", json=spans("composed"), headers=bearer).status_code == 200
        assert compose.runs(key, "composed")
        # What it holds is in the volume, and outlives the container.
        compose("down")
        compose("up", "--detach", "--no-build")
        compose.wait()
        assert compose.runs(key, "composed")
    finally:
        compose("down", "--volumes")


def test_a_volume_of_somebody_else_is_refused_in_words(podman: Podman, image: str, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    container = Container(podman, image, f"{theirs}:/data")
    assert podman("wait", container.id) == "2"
    said = podman.logs(container.id)
    assert "the data directory /data cannot be used: Permission denied" in said
    assert f"chown -R {USER}:{USER} /data" in said
    assert "Traceback" not in said


def test_a_volume_mounted_for_reading_alone_is_refused_in_words(podman: Podman, image: str) -> None:
    container = Container(podman, image, "reading:/data:ro")
    assert podman("wait", container.id) == "2"
    assert "mount it for writing" in podman.logs(container.id)


def test_the_image_says_what_it_needs(podman: Podman, image: str) -> None:
    [told] = json.loads(podman("inspect", image))
    config = told["Config"]
    assert (config["User"], list(config["Volumes"])) == (f"{USER}:{USER}", ["/data"])
    assert sorted(config["ExposedPorts"]) == ["4317/tcp", "4318/tcp", "4319/tcp"]
    assert "Healthcheck" in told or "Healthcheck" in config
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    service = compose["services"]["fanlight"]
    assert (service["read_only"], service["volumes"], service["cap_drop"]) == (True, ["data:/data"], ["ALL"])
    assert [port.startswith("127.0.0.1:") for port in service["ports"]] == [True, True, True]
