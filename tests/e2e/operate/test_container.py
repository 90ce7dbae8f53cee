"""The image: built from the wheel by the Dockerfile as it is, and run by Podman as compose.yaml would."""

from __future__ import annotations

import ensurepip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from benchmarks.server import MIB, free_port
from tests.e2e.containers.conftest import CONTAINERS_CONF, STORAGE_CONF
from tests.e2e.operate.conftest import DEPLOY, EMAIL, PASSWORD, ROOT
from tests.e2e.operate.test_proxy import spans

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PLAIN, BASE, IMAGE = "fanlight-test:plain", "fanlight-test:pip", "fanlight-test:server"
USER = "10001"
PATIENCE_S = 120.0
MOST_BYTES = 1024 * MIB


class Podman:
    """Its command, on a storage of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / "containers.conf").write_text(CONTAINERS_CONF.format(place=place))
        (place / "storage.conf").write_text(STORAGE_CONF.format(place=place))
        self._environ = {
            **os.environ,
            "CONTAINERS_CONF": str(place / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(place / "storage.conf"),
        }

    def __call__(self, *arguments: str, cwd: Path | None = None) -> str:
        """What it prints; what it says on stderr when it fails."""
        done = subprocess.run(
            ["podman", *arguments], env=self._environ, cwd=cwd, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"podman {arguments[0]}: {done.stdout[-1000:]} {done.stderr[-2000:]}"
        return done.stdout.strip()

    def logs(self, container: str) -> str:
        done = subprocess.run(
            ["podman", "logs", container], env=self._environ, capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def podman() -> Iterator[Podman]:
    if os.getuid() != 0:
        pytest.skip("containers are tested as root: Podman's storage and debootstrap need it")
    if missing := [name for name in ("podman", "runc", "debootstrap") if shutil.which(name) is None]:
        pytest.fail(f"{', '.join(missing)} missing: scripts/test installs them, or apt-get install them")
    podman = Podman(Path(tempfile.mkdtemp(prefix="fli-")))
    try:
        yield podman
    finally:
        podman("rm", "--all", "--force", "--time", "1")
        podman("volume", "prune", "--force")
        unmount_below(podman.place)
        shutil.rmtree(podman.place)


def unmount_below(place: Path) -> None:
    """A build that was broken off leaves its file systems mounted."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for each in sorted((each for each in mounted if each.startswith(f"{place}/")), reverse=True):
        subprocess.run(["umount", "--lazy", each], check=False)


@pytest.fixture(scope="module")
def image(podman: Podman, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Built on Debian's Python instead of the one of a registry, and from a folder of wheels.

    Without compiled modules, which take half of the build; a start is a few seconds slower for it.
    """
    dist = tmp_path_factory.mktemp("dist")
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", str(dist)], cwd=ROOT, check=True)
    requirements = dist / "requirements.txt"
    make = (ROOT / "Makefile").read_text()
    export = make[make.index("export --frozen") :].partition(" --output-file")[0].split()
    subprocess.run(
        [uv, *export, "--output-file", str(requirements)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    base(podman, tmp_path_factory.mktemp("base"))
    version = podman(
        "run", "--rm", BASE, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"
    )
    wheels = wheelhouse(requirements, version)
    podman(
        "build", "--format", "docker", "--layers=false", "--network", "none",
        "--volume", f"{wheels}:/wheels:ro",
        "--build-arg", f"BASE=localhost/{BASE}",
        "--build-arg", "PIP_ARGS=--quiet --no-compile --no-index --find-links /wheels",
        "--file", str(DEPLOY / "Dockerfile"), "--tag", IMAGE, str(dist),
    )  # fmt: skip
    return IMAGE


def base(podman: Podman, place: Path) -> None:
    """Debian's Python with the pip that comes with Python: no registry is needed for it."""
    made = subprocess.run([ROOT / "scripts" / "container-image"], capture_output=True, text=True, check=True)
    podman("import", "--quiet", made.stdout.strip(), PLAIN)
    [pip] = (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")
    with zipfile.ZipFile(pip) as wheel:
        wheel.extractall(place / "pip")
    (place / "Containerfile").write_text(f"FROM {PLAIN}\nCOPY pip /usr/lib/python3/dist-packages\n")
    podman("build", "--quiet", "--network", "none", "--tag", BASE, str(place))


def wheelhouse(requirements: Path, version: str) -> Path:
    """A folder of all wheels that the requirements name, fetched once and kept."""
    # Its comments name the folder that it was written to.
    named = [line for line in requirements.read_text().splitlines() if not line.lstrip().startswith("#")]
    key = hashlib.sha256("\n".join([version, *named]).encode()).hexdigest()[:16]
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fanlight" / "containers"
    folder = kept / f"wheels-{key}"
    if not folder.exists():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept) as draft:
            fetch = [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary",
                ":all:",
            ]
            fetch += ["--python-version", version, "-r", str(requirements), "--dest", f"{draft}/wheels"]
            subprocess.run(fetch, check=True, timeout=600)
            Path(draft, "wheels").rename(folder)
    return folder


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
        environ = self.podman._environ
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
