"""Podman on a storage of its own, and the server's image in it, built by the Dockerfile as it is."""

from __future__ import annotations

import ensurepip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.containers.conftest import CONTAINERS_CONF, STORAGE_CONF

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
NEEDED = ("podman", "runc", "debootstrap", "catatonit")
PLAIN, BASE, IMAGE = "fanlight-test:plain", "fanlight-test:pip", "fanlight-test:server"


class Podman:
    """Its command, on a storage of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / "containers.conf").write_text(CONTAINERS_CONF.format(place=place))
        (place / "storage.conf").write_text(STORAGE_CONF.format(place=place))
        self.environ = {
            **os.environ,
            "CONTAINERS_CONF": str(place / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(place / "storage.conf"),
        }

    def __call__(self, *arguments: str, cwd: Path | None = None) -> str:
        """What it prints; what it says on stderr when it fails."""
        done = subprocess.run(
            ["podman", *arguments], env=self.environ, cwd=cwd, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"podman {arguments[0]}: {done.stdout[-1000:]} {done.stderr[-2000:]}"
        return done.stdout.strip()

    def load(self, tag: str, *packages: str) -> None:
        """Debian with Python and these packages, as the image `tag`."""
        script = [ROOT / "scripts" / "container-image", *packages]
        made = subprocess.run(script, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        self("import", "--quiet", made.stdout.strip(), tag)

    def logs(self, container: str) -> str:
        done = subprocess.run(
            ["podman", "logs", container], env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    if os.getuid() != 0:
        pytest.skip("containers are tested as root: Podman's storage and debootstrap need it")
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        pytest.fail(f"{', '.join(missing)} missing: scripts/test installs them, or apt-get install them")
    podman = Podman(Path(tempfile.mkdtemp(prefix="fli-")))
    try:
        yield podman
    finally:
        podman("rm", "--all", "--force", "--time", "1")
        podman("volume", "prune", "--force")
        _unmount_below(podman.place)
        shutil.rmtree(podman.place)


def _unmount_below(place: Path) -> None:
    """A build that was broken off leaves its file systems mounted."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for each in sorted((each for each in mounted if each.startswith(f"{place}/")), reverse=True):
        subprocess.run(["umount", "--lazy", each], check=False)


@pytest.fixture(scope="session")
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
    _base(podman, tmp_path_factory.mktemp("base"))
    version = podman(
        "run", "--rm", BASE, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"
    )
    wheels = _wheelhouse(requirements, version)
    podman(
        "build", "--format", "docker", "--layers=false", "--network", "none",
        "--volume", f"{wheels}:/wheels:ro",
        "--build-arg", f"BASE=localhost/{BASE}",
        "--build-arg", "PIP_ARGS=--quiet --no-compile --no-index --find-links /wheels",
        "--file", str(DEPLOY / "Dockerfile"), "--tag", IMAGE, str(dist),
    )  # fmt: skip
    return IMAGE


def _base(podman: Podman, place: Path) -> None:
    """Debian's Python with the pip that comes with Python: no registry is needed for it."""
    podman.load(PLAIN)
    [pip] = (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")
    with zipfile.ZipFile(pip) as wheel:
        wheel.extractall(place / "pip")
    (place / "Containerfile").write_text(f"FROM {PLAIN}\nCOPY pip /usr/lib/python3/dist-packages\n")
    podman("build", "--quiet", "--network", "none", "--tag", BASE, str(place))


def _wheelhouse(requirements: Path, version: str) -> Path:
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
