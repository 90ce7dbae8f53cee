"""Clients as their users install them: each in an environment of its own, kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

import hatch_build
from fanlight.catalog.keys import KeyScope
from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer, running_server

from .meshagent_programs import Programs, programs_of
from .people import GUARDED, Guarded, register

CACHE = Path(platformdirs.user_cache_dir("fanlight", appauthor=False)) / "compat"
UV = Path(sys.executable).parent / "uv"
INSTALL_S = 300
MESHAGENT = ["meshagent-otel==0.50.1", "meshagent-api==0.50.1", "meshagent-cli[all]==0.50.1"]
# What runs in the environments that are made here needs packages that only those have.
collect_ignore = ["agents", "charm_agents", "meshagent_agents"]
UNREACHABLE = re.compile(
    r"client error \(Connect\)|operation timed out|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT"
)
"""What uv and npm say when no registry answers, as against one that answers without the package."""


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `server` stores."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def server(data: Path) -> Iterator[DemoServer]:
    """A server for all of this folder: modules differ in their projects, or in the services they name."""
    with running_server(data, {"port": "0", "otlp_http_port": "0", "otlp_grpc_port": "off"}) as running:
        yield running


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A server that asks who comes, for all of this folder; its tests differ in their rooms."""
    data = tmp_path_factory.mktemp("guarded")
    roles = {f"{role}@example.org": role for role in ("owner", "developer", "viewer")}
    tokens = register(data, GUARDED, roles, keys={"room": KeyScope.INGEST})
    with running_server(data, {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}) as running:
        yield Guarded(running, {name.removesuffix("@example.org"): token for name, token in tokens.items()})


@pytest.fixture(scope="module")
def client(server: DemoServer, request: pytest.FixtureRequest) -> Iterator[Client]:
    """Talks to that server about the module's PROJECT, without one about the default."""
    with Client(server.studio, None, getattr(request.module, "PROJECT", "default")) as made:
        yield made


def python_with(packages: list[str], interpreter: str = sys.executable, version: str = sys.version) -> Path:
    """The Python of an environment that has `packages` and nothing of this one. Made once."""
    place = _place("python", [*packages, version])
    python = place / "bin" / "python"
    if not (place / "done").exists():
        shutil.rmtree(place, ignore_errors=True)
        _install(UV, "venv", "--quiet", "--python", interpreter, place)
        _install(UV, "pip", "install", "--quiet", "--python", python, *packages)
        (place / "done").touch()
    if not (place / "compiled").exists():
        # Where PYTHONDONTWRITEBYTECODE is set, every start would compile thousands of modules anew.
        # Templates among them are no Python; they stay as they are.
        subprocess.run(
            [python, "-Wignore", "-m", "compileall", "-qq", "-j2", place / "lib"], timeout=INSTALL_S
        )
        (place / "compiled").touch()
    return python


@pytest.fixture(scope="session")
def charmos() -> Path:
    """The interpreter of an environment with the published `charmos`; its command is `charm` beside it."""
    return python_with(["charmos==0.5.2"])


@pytest.fixture(scope="session")
def meshagent() -> Path:
    """The interpreter of an environment with MeshAgent's own packages; `meshagent` is beside it."""
    return python_with(MESHAGENT, *demand_python_313(find_python_313(), is_ci=bool(os.environ.get("CI"))))


@pytest.fixture(scope="session")
def programs(meshagent: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """Runs the published script `meshagent`, and programs of MeshAgent's SDK."""
    with programs_of(meshagent, tmp_path_factory.mktemp("meshagent")) as made:
        yield made


def demand_python_313(found: tuple[str, str] | None, *, is_ci: bool) -> tuple[str, str]:
    """What was found; without it the test is skipped, and fails where CI should have brought it."""
    if found is not None:
        return found
    if is_ci:
        pytest.fail("MeshAgent's packages need Python 3.13 and there is none; CI has to bring it")
    pytest.skip("MeshAgent's packages need Python 3.13, which is not installed here")


def find_python_313() -> tuple[str, str] | None:
    """An interpreter of Python 3.13 that starts, and what it says of its version."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    managed = Path(platformdirs.user_data_dir("uv", appauthor=False)) / "python"
    kept = [*pyenv.glob("versions/3.13*/bin/python3.13"), *managed.glob("cpython-3.13*/bin/python3.13")]
    for candidate in (shutil.which("python3.13"), *map(str, sorted(kept))):
        if candidate is not None:
            asked = [candidate, "-c", "import sys; print(sys.version)"]
            done = subprocess.run(asked, capture_output=True, text=True, timeout=30)
            # A shim of pyenv is found even where the version behind it is not in use.
            if done.returncode == 0:
                return candidate, done.stdout.strip()
    return None


def node_modules_with(packages: list[str], node: hatch_build.Node) -> Path:
    """A folder whose `node_modules` has `packages`. Made once."""
    place = _place("node", packages)
    if not (place / "done").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        (place / "package.json").write_text('{"private": true, "type": "module"}')
        options = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        _install(*node.npm, "install", *options, *packages, cwd=place, path=node.folder)
        (place / "done").touch()
    return place


def _place(kind: str, content: list[str]) -> Path:
    return CACHE / f"{kind}-{hashlib.sha256(repr(sorted(content)).encode()).hexdigest()[:16]}"


def _install(*command: str | Path, cwd: Path | None = None, path: Path | None = None) -> None:
    """Only a registry that cannot be reached is an excuse."""
    environ = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"} if path else None
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=INSTALL_S)
    if done.returncode != 0 and UNREACHABLE.search(done.stderr):
        pytest.skip(f"offline: the package registry cannot be reached: {done.stderr.strip()[:300]}")
    assert done.returncode == 0, done.stderr
