"""What a container of an agent is made of: its image, mounts, environment, limits. Asks nothing of an engine.

Inside, `/workspace` is a copy of the agent's folder, `/fanlight` holds what is ours, and all else cannot be
written to but `/tmp`, which is memory.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fanlight.config import Config
from fanlight.errors import ConfigError
from fanlight.runner.backend import (
    EVENTS_VARIABLE,
    FILES_VARIABLE,
    MIB,
    Launch,
    Limits,
    command_of,
)
from fanlight.runner.owner import this_runner
from fanlight.runner.workspace import Folder

LABEL_RUN = "dev.fanlight.run"
LABEL_RUNNER = "dev.fanlight.runner"
LABEL_FOLDER = "dev.fanlight.folder"

OURS = "/fanlight"
PACKAGE = f"{OURS}/support/fanlight"
ENVIRONMENT = f"{OURS}/environment"
FILES = f"{OURS}/files"
ENDING = f"{OURS}/ending"
WORKSPACE = "/workspace"
HOME = "/tmp"  # noqa: S108 - the container's own, which is memory
USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NOBODY = "65534:65534"

SPARE_S = 60
"""How much longer than its time a container may live when nobody ends it: its runner was killed."""

OF_THIS_MACHINE = frozenset(
    {
        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS", "FANLIGHT_SPOOL",
    }
)  # fmt: skip
"""Variables whose values are places of this machine: a container has its own."""

CERTIFICATES = (
    "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "PIP_CERT",
)  # fmt: skip
"""Variables that name a file of the authorities that this machine trusts."""

SERVER_URLS = ("FANLIGHT_URL", "OTEL_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
INDEXES = (
    "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL",
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
    "http_proxy", "https_proxy", "no_proxy", "all_proxy",
)  # fmt: skip
"""What the installer gets of this machine's environment: where packages come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSettings:
    """How containers are made. `host` is an engine's URL; empty = DOCKER_HOST, else the usual places.

    `images` gives adapters an image other than `image`. `user` is `uid:gid`; empty = the runner's own, or
    nobody's when that is root. `wheels` is a folder that installs use instead of an index.
    """

    host: str = ""
    image: str = "docker.io/library/python:3.13-slim"
    images: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    network: str = "bridge"
    user: str = ""
    wheels: Path | None = None
    cache: Path

    def image_for(self, launch: Launch) -> str:
        """The image of a launch: its own, else its adapter's, else the usual one."""
        return launch.image or self.images.get(launch.adapter) or self.image


def settings_of(config: Config) -> ContainerSettings:
    """The settings that `config` holds. Raises ConfigError."""
    return ContainerSettings(
        host=config.docker_host,
        image=config.docker_image,
        images=read_images(config.docker_images),
        network=config.docker_network,
        user=config.docker_user,
        wheels=Path(config.docker_wheels).expanduser().resolve() if config.docker_wheels else None,
        cache=config.environments_dir / "containers",
    )


def read_images(text: str) -> dict[str, str]:
    """Images by adapter. Raises ConfigError.

    Example:
        >>> read_images("node=node:24-slim, crewai=registry.local:5000/crew:2")
        {'node': 'node:24-slim', 'crewai': 'registry.local:5000/crew:2'}
    """
    found = {}
    for part in filter(None, map(str.strip, text.split(","))):
        adapter, _, image = part.partition("=")
        if not adapter or not image:
            raise ConfigError(f"docker_images holds {part!r}", hint="it takes ADAPTER=IMAGE, ...")
        found[adapter] = image
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an engine: who a container's user is, and how it calls this machine."""

    user: str
    limits_memory: bool
    host_name: str
    hosts: Mapping[str, str]


def facts_of(info: Mapping[str, Any], version: Mapping[str, Any], settings: ContainerSettings) -> Facts:
    """What an engine's own answers say of it."""
    is_rootless = any("rootless" in option for option in info.get("SecurityOptions") or ())
    is_podman = any("Podman" in part.get("Name", "") for part in version.get("Components") or ())
    user = NOBODY
    if settings.user:
        user = settings.user
    elif is_rootless:
        # Root of a user namespace is the user who runs the engine: no more than the runner itself.
        user = "0:0"
    elif os.getuid():
        user = f"{os.getuid()}:{os.getgid()}"
    limits_memory = info.get("MemoryLimit") is not False
    if is_podman:
        # It knows this name by itself.
        name = "host.containers.internal"
        return Facts(user=user, limits_memory=limits_memory, host_name=name, hosts={})
    name = "host.docker.internal"
    return Facts(user=user, limits_memory=limits_memory, host_name=name, hosts={name: "host-gateway"})


def cache_of(settings: ContainerSettings, launch: Launch, user: str) -> Path:
    """Where the installer keeps what it fetched for this agent.

    Not shared: packages run code while they are built, which must not leave anything for another agent.
    """
    key = hashlib.sha256(f"{launch.cwd}\0{user}".encode()).hexdigest()[:32]
    return settings.cache / key


def agent_container(
    launch: Launch, settings: ContainerSettings, engine: Facts, folder: Folder, *, package: Path, path: str
) -> dict[str, Any]:
    """The container of an agent, in the words of the engine's API. `path` is the image's own PATH."""
    limits = launch.limits
    life = 0 if limits.time_s is None else round(limits.time_s + limits.grace_s + SPARE_S)
    python = f"{ENVIRONMENT}/bin/python" if launch.requirements else "python3"
    command = command_of(launch, python=python, child=f"{PACKAGE}/runner/child/main.py")
    network = settings.network if limits.network else "none"
    mounts = [
        _mount(package, PACKAGE),
        _mount(folder.workspace, WORKSPACE, is_writable=True),
        _mount(folder.ending, ENDING, is_writable=True),
        _mount(folder.files, FILES),
    ]
    if launch.requirements:
        mounts.append(_mount(folder.environment, ENVIRONMENT))
    trusted, names = _certificates(launch.env)
    env = {**_agent_env(launch, engine, network, path), **names}
    return {
        **_container(launch, engine, settings, folder, mounts + trusted, limits, network),
        "Entrypoint": ["/bin/sh", f"{PACKAGE}/runner/boot.sh", str(life)],
        "Cmd": list(command),
        "Env": [f"{name}={value}" for name, value in env.items()],
    }


def install_container(
    launch: Launch,
    settings: ContainerSettings,
    engine: Facts,
    folder: Folder,
    *,
    package: Path,
    uv: Path | None,
    environ: Mapping[str, str],
) -> dict[str, Any]:
    """The container that installs an agent's requirements: the same image, nothing of its environment."""
    mounts = [
        _mount(package, PACKAGE),
        _mount(folder.workspace, WORKSPACE, is_writable=True),
        _mount(folder.environment, ENVIRONMENT, is_writable=True),
        _mount(cache_of(settings, launch, engine.user), f"{OURS}/cache", is_writable=True),
    ]
    env = {name: environ[name] for name in INDEXES if name in environ}
    env |= {"HOME": HOME, "UV_CACHE_DIR": f"{OURS}/cache", "UV_LINK_MODE": "copy", "UV_NO_PROGRESS": "1"}
    trusted, names = _certificates(environ)
    mounts += trusted
    env |= names
    network = settings.network
    if uv is not None:
        mounts.append(_mount(uv, f"{OURS}/uv"))
    if settings.wheels is not None:
        mounts.append(_mount(settings.wheels, f"{OURS}/wheels"))
        env |= {"UV_FIND_LINKS": f"{OURS}/wheels", "PIP_FIND_LINKS": f"{OURS}/wheels"}
        env |= {"UV_NO_INDEX": "1", "PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}
        network = "none"
    return {
        **_container(launch, engine, settings, folder, mounts, Limits(), network),
        "Entrypoint": ["/bin/sh", f"{PACKAGE}/runner/install.sh", str(launch.requirements)],
        "Cmd": [],
        "Env": [f"{name}={value}" for name, value in env.items()],
    }


def _container(
    launch: Launch,
    engine: Facts,
    settings: ContainerSettings,
    folder: Folder,
    mounts: list[dict[str, Any]],
    limits: Limits,
    network: str,
) -> dict[str, Any]:
    memory = limits.memory_bytes or 0
    return {
        "Image": settings.image_for(launch),
        "User": engine.user,
        "WorkingDir": WORKSPACE,
        "Labels": {
            LABEL_RUN: launch.env.get("FANLIGHT_RUN_ID", ""),
            LABEL_RUNNER: this_runner(),
            LABEL_FOLDER: str(folder.path),
        },
        "HostConfig": {
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            "ReadonlyRootfs": True,
            "Privileged": False,
            "Tmpfs": {"/tmp": f"rw,nosuid,nodev,exec,mode=1777,size={memory or 1024 * MIB}"},  # noqa: S108
            "Memory": memory,
            # No swap beside it: a run ends for want of memory, it does not crawl.
            "MemorySwap": memory,
            "NanoCpus": round((limits.cpus or 0) * 1_000_000_000),
            "PidsLimit": limits.processes or 0,
            "NetworkMode": network,
            "ExtraHosts": _hosts(engine) if network == "bridge" else [],
            "Mounts": mounts,
            # What it writes is read as it comes: a copy on the engine's disk would have no bound.
            "LogConfig": {"Type": "none", "Config": {}},
            "RestartPolicy": {"Name": "no"},
        },
    }  # fmt: skip


def _hosts(engine: Facts) -> list[str]:
    return [f"{name}:{where}" for name, where in engine.hosts.items()]


def _certificates(environ: Mapping[str, str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A mount of the authorities that `environ` trusts, and the variables that name it inside."""
    named = [name for name in CERTIFICATES if environ.get(name) and Path(environ[name]).is_file()]
    if not named:
        return [], {}
    place = f"{OURS}/certificates.pem"
    return [_mount(Path(environ[named[0]]).resolve(), place)], dict.fromkeys((CERTIFICATES[0], *named), place)


def _mount(source: Path, target: str, *, is_writable: bool = False) -> dict[str, Any]:
    return {"Type": "bind", "Source": str(source), "Target": target, "ReadOnly": not is_writable}


def _agent_env(launch: Launch, engine: Facts, network: str, path: str) -> dict[str, str]:
    env = {name: value for name, value in launch.env.items() if name not in OF_THIS_MACHINE}
    for name in SERVER_URLS:
        if name in env and network not in ("host", "none"):
            env[name] = reachable(env[name], engine.host_name)
    env |= {"HOME": HOME, EVENTS_VARIABLE: f"stdout:{launch.nonce}", FILES_VARIABLE: FILES}
    if launch.requirements:
        env |= {"VIRTUAL_ENV": ENVIRONMENT, "PATH": f"{ENVIRONMENT}/bin:{path or USUAL_PATH}"}
    return env


def reachable(url: str, host_name: str) -> str:
    """`url` as a container reaches it: this machine's loopback is not the container's.

    Example:
        >>> reachable("http://127.0.0.1:4319", "host.docker.internal")
        'http://host.docker.internal:4319'
        >>> reachable("https://fanlight.example/x", "host.docker.internal")
        'https://fanlight.example/x'
    """
    parts = urlsplit(url)
    if parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        return url
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"{host_name}{port}"))
