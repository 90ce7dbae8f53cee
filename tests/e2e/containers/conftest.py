"""A container engine for the tests alone: Podman's Docker-compatible service, on its own storage."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fanlight.runner import engine
from fanlight.runner.backend import MIB, Limits
from fanlight.runner.container import LABEL_RUN, ContainerSettings
from fanlight.runner.docker import DockerBackend
from tests.fixtures.runs import MakeAgent, Watched, agents_in, watch

ROOT = Path(__file__).parents[3]
IMAGE, CUSTOM_IMAGE = "fanlight-test:plain", "fanlight-test:custom"
NEEDED = ("podman", "runc", "debootstrap")
LIFE_S = 600

CONTAINERS_CONF = """
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "{place}/tmp"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=2048:2048"]
"""

STORAGE_CONF = """
[storage]
driver = "overlay"
runroot = "{place}/run"
graphroot = "{place}/graph"
"""


LIMITS = Limits(time_s=30, grace_s=0.5, memory_bytes=256 * MIB, processes=64)


def contained(agent: Path, backend: DockerBackend, inputs: object = None, **more: object) -> Watched:
    return watch(agent, inputs, backend=backend, **{"in_container": True, "limits": LIMITS, **more})


@dataclass(frozen=True, slots=True)
class Podman:
    """The service, and what asks it the way the backend does not."""

    url: str
    client: Any

    def containers(self) -> list[str]:
        """Ids of the containers that are there, running or not."""
        return [container for container, _ in engine.find_labelled(self.client, LABEL_RUN)]


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if os.getuid() != 0:
        pytest.skip("containers are tested as root: Podman's storage and debootstrap need it")
    if missing:
        pytest.fail(f"{', '.join(missing)} missing: scripts/test installs them, or apt-get install them")
    place = Path(tempfile.mkdtemp(prefix="flc-"))
    (place / "containers.conf").write_text(CONTAINERS_CONF.format(place=place))
    (place / "storage.conf").write_text(STORAGE_CONF.format(place=place))
    environ = {
        **os.environ,
        "CONTAINERS_CONF": str(place / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(place / "storage.conf"),
    }
    url = f"unix://{place}/podman.sock"
    with (place / "log").open("wb") as log:
        # In its own folder: where its monitor stands when a container runs out of memory, it leaves a file.
        service = subprocess.Popen(
            ["podman", "system", "service", "--time", str(LIFE_S), url],
            env=environ, cwd=place, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        client = connect(url, service, place / "log")
        import_image(client)
        yield Podman(url, client)
    finally:
        # It would wait for connections that its clients keep.
        service.kill()
        service.wait()
        subprocess.run(["umount", "-q", place / "graph" / "overlay"], check=False)
        shutil.rmtree(place)


def connect(url: str, service: subprocess.Popen[bytes], log: Path) -> Any:
    until = time.monotonic() + 30
    while service.poll() is None and time.monotonic() < until:
        if Path(url.removeprefix("unix://")).is_socket():
            return engine.connect(url)
        time.sleep(0.02)
    pytest.fail(f"Podman's service does not start on this machine:\n{log.read_text()[-2000:]}")


def import_image(client: Any) -> None:
    made = subprocess.run([ROOT / "scripts" / "container-image"], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.fail(f"the image of the tests cannot be made:\n{made.stderr}")
    # Podman takes no notice of the argument `tag`.
    answer = client.import_image(made.stdout.strip(), repository=IMAGE)
    assert "error" not in answer, answer


@pytest.fixture(scope="session")
def custom_image(podman: Podman) -> str:
    """The plain image with one file more, as somebody would make their own."""
    made = podman.client.create_container(IMAGE, ["sh", "-c", "echo ours > /etc/made-for-this-agent"])
    podman.client.start(made["Id"])
    podman.client.wait(made["Id"])
    podman.client.commit(made["Id"], *CUSTOM_IMAGE.split(":"))
    podman.client.remove_container(made["Id"])
    return CUSTOM_IMAGE


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one package: an exporter that writes what it is told to /tmp/told."""
    folder = tmp_path_factory.mktemp("wheels")
    # The container's user reads it.
    folder.chmod(0o755)
    module = (
        "def _hook(name):\n"
        "    return lambda self, **given: open('/tmp/told', 'a').write(name + ' ')\n"
        "names = ('run_start', 'run_end', 'error', 'tool_start', 'tool_end', 'tool_error',"
        " 'llm_new_token', 'agent_action')\n"
        "Teller = type('Teller', (), {f'on_{name}': _hook(f'on_{name}') for name in names})\n"
    )
    about = "telling_exporter-1.0.dist-info"
    with zipfile.ZipFile(folder / "telling_exporter-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("telling_exporter.py", module)
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: telling-exporter\nVersion: 1.0\n")
        wheel.writestr(
            f"{about}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{about}/entry_points.txt", "[charm.telemetry]\nteller = telling_exporter:Teller\n")
        wheel.writestr(f"{about}/RECORD", "")
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def settings(podman: Podman, cache: Path, wheels: Path) -> ContainerSettings:
    return ContainerSettings(host=podman.url, image=IMAGE, cache=cache, wheels=wheels)


@pytest.fixture(scope="session")
def shared_backend(settings: ContainerSettings) -> DockerBackend:
    return DockerBackend(settings)


@pytest.fixture
def backend(podman: Podman, shared_backend: DockerBackend) -> Iterator[DockerBackend]:
    """A backend; none of its containers is left when the test is over."""
    yield shared_backend
    assert podman.containers() == []


@pytest.fixture
def make_agent(tmp_path: Path) -> MakeAgent:
    """`make_agent(code, adapter=..., policies=...)`: a folder with a charm.yaml and a main.py."""
    return agents_in(tmp_path)
