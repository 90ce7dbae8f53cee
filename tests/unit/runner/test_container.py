"""What a container is made of, without an engine."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from fanlight.config import load
from fanlight.errors import ConfigError
from fanlight.runner.backend import CHILD, MIB, PYTHON, Launch, LaunchError, Limits
from fanlight.runner.container import (
    ContainerSettings,
    Facts,
    agent_container,
    cache_of,
    facts_of,
    install_container,
    settings_of,
)
from fanlight.runner.engine import connect
from fanlight.runner.owner import is_gone, this_runner
from fanlight.runner.workspace import Folder, discard, fill, read_ending

PACKAGE = Path("/site-packages/fanlight")
FOLDER = Folder(path=Path("/tmp/run"))
FACTS = Facts(user="65534:65534", limits_memory=True, host_name="host.docker.internal", hosts={})
SETTINGS = ContainerSettings(image="usual", images={"node": "for-node"}, cache=Path("/cache"))


def launch_of(**more: Any) -> Launch:
    given: dict[str, Any] = {
        "command": (PYTHON, CHILD),
        "cwd": Path("/agents/one"),
        "env": {"FANLIGHT_RUN_ID": "r1", "PATH": "/here/bin", "API_KEY": "k"},
        "nonce": "n0",
        "limits": Limits(time_s=60, memory_bytes=64 * MIB, processes=8, cpus=0.5),
    }
    return Launch(**{**given, **more})


def container_of(launch: Launch, settings: ContainerSettings = SETTINGS, facts: Facts = FACTS) -> Any:
    return agent_container(launch, settings, facts, FOLDER, package=PACKAGE, path="/image/bin")


def test_an_agents_container_has_nothing_that_it_does_not_need() -> None:
    made = container_of(launch_of())
    assert made == {
        "Image": "usual",
        "User": "65534:65534",
        "WorkingDir": "/workspace",
        "Labels": {
            "dev.fanlight.run": "r1",
            "dev.fanlight.runner": this_runner(),
            "dev.fanlight.folder": "/tmp/run",
        },
        "Entrypoint": ["/bin/sh", "/fanlight/support/fanlight/runner/boot.sh", "125"],
        "Cmd": ["python3", "/fanlight/support/fanlight/runner/child/main.py"],
        "Env": [
            "FANLIGHT_RUN_ID=r1",
            "API_KEY=k",
            "HOME=/tmp",
            "FANLIGHT_EVENTS=stdout:n0",
            "FANLIGHT_FILES=/fanlight/files",
        ],
        "HostConfig": {
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            "ReadonlyRootfs": True,
            "Privileged": False,
            "Tmpfs": {"/tmp": "rw,nosuid,nodev,exec,mode=1777,size=67108864"},
            "Memory": 67108864,
            "MemorySwap": 67108864,
            "NanoCpus": 500_000_000,
            "PidsLimit": 8,
            "NetworkMode": "bridge",
            "ExtraHosts": [],
            "Mounts": [
                mount("/site-packages/fanlight", "/fanlight/support/fanlight", read_only=True),
                mount("/tmp/run/workspace", "/workspace", read_only=False),
                mount("/tmp/run/ending", "/fanlight/ending", read_only=False),
                mount("/tmp/run/files", "/fanlight/files", read_only=True),
            ],
            "LogConfig": {"Type": "none", "Config": {}},
            "RestartPolicy": {"Name": "no"},
        },
    }


def mount(source: str, target: str, *, read_only: bool) -> dict[str, Any]:
    return {"Type": "bind", "Source": source, "Target": target, "ReadOnly": read_only}


def test_the_installer_gets_no_variable_of_the_agent_and_the_agent_cannot_write_to_what_it_installed() -> (
    None
):
    launch = launch_of(requirements="requirements.txt")
    environ = {"UV_INDEX_URL": "https://index.example", "API_KEY": "k", "SECRET": "s"}
    made = install_container(
        launch, SETTINGS, FACTS, FOLDER, package=PACKAGE, uv=Path("/bin/uv"), environ=environ
    )
    assert made["Env"] == [
        "UV_INDEX_URL=https://index.example",
        "HOME=/tmp",
        "UV_CACHE_DIR=/fanlight/cache",
        "UV_LINK_MODE=copy",
        "UV_NO_PROGRESS=1",
    ]
    agent = container_of(launch)
    assert agent["Cmd"][0] == "/fanlight/environment/bin/python"
    assert "PATH=/fanlight/environment/bin:/image/bin" in agent["Env"]
    assert agent["HostConfig"]["Mounts"][-1] == mount(
        "/tmp/run/environment", "/fanlight/environment", read_only=True
    )


def test_the_authorities_that_this_machine_trusts_are_trusted_inside(tmp_path: Path) -> None:
    file = tmp_path / "authorities.pem"
    file.touch()
    environ = {"REQUESTS_CA_BUNDLE": str(file), "CURL_CA_BUNDLE": str(tmp_path / "none")}
    made = container_of(launch_of(env=environ))
    place = "/fanlight/certificates.pem"
    assert made["HostConfig"]["Mounts"][-1] == mount(str(file), place, read_only=True)
    assert made["Env"][-2:] == [f"SSL_CERT_FILE={place}", f"REQUESTS_CA_BUNDLE={place}"]


def test_no_agent_shares_the_installers_cache_with_another() -> None:
    places = {
        cache_of(SETTINGS, launch_of(cwd=Path(cwd)), user)
        for cwd in ("/agents/one", "/agents/two")
        for user in ("1000:1000", "65534:65534")
    }
    assert len(places) == 4


def test_a_server_on_loopback_is_named_as_the_container_reaches_it() -> None:
    env = {
        "FANLIGHT_URL": "http://127.0.0.1:4319",
        "OTEL_ENDPOINT": "http://localhost:4319/",
        "OTHER": "http://127.0.0.1",
    }
    found = {
        network: container_of(
            launch_of(env=env, limits=Limits(network=network != "none")),
            ContainerSettings(network=network, cache=Path("/cache")),
        )["Env"][:3]
        for network in ("bridge", "host", "none")
    }  # fmt: skip
    here = [
        "FANLIGHT_URL=http://127.0.0.1:4319",
        "OTEL_ENDPOINT=http://localhost:4319/",
        "OTHER=http://127.0.0.1",
    ]
    assert found == {
        "bridge": [
            "FANLIGHT_URL=http://host.docker.internal:4319",
            "OTEL_ENDPOINT=http://host.docker.internal:4319/",
            "OTHER=http://127.0.0.1",
        ],
        "host": here,
        "none": here,
    }


@pytest.mark.parametrize(
    ("launch", "image"),
    [
        (launch_of(), "usual"),
        (launch_of(adapter="node"), "for-node"),
        (launch_of(adapter="node", image="custom"), "custom"),
    ],
)
def test_the_image_is_the_agents_own_or_its_adapters_or_the_usual_one(launch: Launch, image: str) -> None:
    assert container_of(launch)["Image"] == image


def test_who_a_container_runs_as(monkeypatch: pytest.MonkeyPatch) -> None:
    rootful: dict[str, Any] = {"SecurityOptions": ["name=seccomp"], "MemoryLimit": True}
    rootless: dict[str, Any] = {"SecurityOptions": ["name=rootless"], "MemoryLimit": False}
    podman = {"Components": [{"Name": "Podman Engine"}]}
    monkeypatch.setattr(os, "getgid", lambda: 100)
    found = []
    for uid in (0, 1000):
        monkeypatch.setattr(os, "getuid", lambda uid=uid: uid)
        found += [facts_of(info, {}, SETTINGS).user for info in (rootful, rootless)]
    named = ContainerSettings(user="5:6", cache=Path("/cache"))
    assert found == ["65534:65534", "0:0", "1000:100", "0:0"]
    assert facts_of(rootless, {}, named).user == "5:6"
    assert facts_of(rootless, {}, SETTINGS).limits_memory is False
    assert facts_of(rootful, podman, SETTINGS).host_name == "host.containers.internal"


def test_settings_come_from_the_one_table(tmp_path: Path) -> None:
    environ = {
        "FANLIGHT_DOCKER_IMAGE": "mine",
        "FANLIGHT_DOCKER_IMAGES": "crewai=registry.example:5000/crew:2",
        "FANLIGHT_DOCKER_WHEELS": str(tmp_path),
        "FANLIGHT_ENVIRONMENTS": str(tmp_path),
    }
    assert settings_of(load(environ=environ)) == ContainerSettings(
        image="mine",
        images={"crewai": "registry.example:5000/crew:2"},
        wheels=tmp_path,
        cache=tmp_path / "containers",
    )
    with pytest.raises(ConfigError, match="docker_images holds 'node'; it takes ADAPTER=IMAGE"):
        settings_of(load(environ={**environ, "FANLIGHT_DOCKER_IMAGES": "node"}))


def test_a_workspace_is_a_copy_without_secrets_that_the_container_owns(tmp_path: Path) -> None:
    agent = tmp_path / "agent"
    (agent / ".git").mkdir(parents=True)
    (agent / "deep").mkdir()
    for name in ("main.py", ".env", ".env.example", ".envrc", "deep/.env.prod", "deep/data", ".git/config"):
        (agent / name).write_text(name)
    (agent / "link").symlink_to("/etc/passwd")
    os.mkfifo(agent / "fifo")
    folder = Folder(path=tmp_path / "run")
    folder.path.mkdir()
    user = f"{os.getuid() or 65534}:{os.getgid() or 65534}"
    fill(folder, launch_of(cwd=agent, files={"request.json": b"{}"}), user)
    found = sorted(str(place.relative_to(folder.workspace)) for place in folder.workspace.rglob("*"))
    assert found == [".env.example", "deep", "deep/data", "link", "main.py"]
    assert (folder.workspace / "link").is_symlink()
    assert (folder.files / "request.json").read_bytes() == b"{}"
    assert {place.lstat().st_uid for place in folder.workspace.rglob("*")} == {os.getuid() or 65534}
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_what_a_hostile_agent_leaves_is_neither_waited_for_nor_left(tmp_path: Path) -> None:
    folder = Folder(path=tmp_path / "run")
    reason = folder.ending / "reason"
    found = []
    for make in (
        lambda: reason.write_text("memory\n"),
        lambda: os.mkfifo(reason),
        lambda: reason.symlink_to("/etc/hostname"),
        lambda: reason.mkdir(),
        lambda: reason.write_bytes(b"\xff" * 1024),
        lambda: None,
    ):
        folder.ending.mkdir(parents=True)
        make()
        found.append(read_ending(folder))
        discard(folder.path)
        assert not folder.path.exists()
    assert found == ["memory", "", "", "", "\ufffd" * 16, ""]


def test_folders_nested_without_end_are_removed(tmp_path: Path) -> None:
    deep = tmp_path / "run"
    deep.mkdir()
    at = os.open(deep, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    discard(deep)
    assert not deep.exists()


def test_a_runner_is_gone_only_when_that_is_certain() -> None:
    host, boot, namespace, pid, started = this_runner().split("/")
    told = {
        "this one": this_runner(),
        "ended": f"{host}/{boot}/{namespace}/{2**22 + 1}/{started}",
        "its number used again": f"{host}/{boot}/{namespace}/{pid}/1",
        "before a restart": f"{host}/other-boot/{namespace}/{pid}/{started}",
        "in another namespace": f"{host}/{boot}/1/{pid}/1",
        "on another host": f"other/{boot}/{namespace}/{pid}/1",
        "no runner": "text",
    }
    assert {name for name, runner in told.items() if is_gone(runner)} == {
        "ended",
        "its number used again",
        "before a restart",
    }


def test_an_engine_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"no container engine answers at unix://.*/none; start Docker"):
        connect(f"unix://{tmp_path}/none")
