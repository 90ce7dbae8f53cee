"""A container engine, by the Docker SDK: the few calls that a run needs. Each of them waits."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from fanlight.runner.backend import Channel, LaunchError, Load

CALL_S = 60
DOCKER_SOCKET = Path("/var/run/docker.sock")
MAX_OUTPUT_TEXT = 2_000

Client: TypeAlias = Any
"""A `docker.APIClient`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image that is there. `path` is its PATH, empty when it names none."""

    id: str
    path: str


def connect(host: str = "") -> Client:
    """A client of the engine at `host`, at DOCKER_HOST, or where Docker and Podman usually are.

    Raises LaunchError.
    """
    try:
        import docker
    except ImportError as error:
        raise LaunchError(
            "containers need the Docker SDK for Python", hint="pip install 'fanlight[docker]'"
        ) from error
    place = host or os.environ.get("DOCKER_HOST") or find_socket()
    try:
        if host or not os.environ.get("DOCKER_HOST"):
            return docker.APIClient(base_url=place, version="auto", timeout=CALL_S)
        return docker.from_env(version="auto", timeout=CALL_S).api
    except Exception as error:
        raise LaunchError(
            f"no container engine answers at {place}",
            hint="start Docker, or `podman system service`, or set DOCKER_HOST",
        ) from error


def find_socket() -> str:
    """The first socket of Docker's or Podman's that is there; else Docker's."""
    run = Path(os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}"))
    places = (DOCKER_SOCKET, run / "docker.sock", run / "podman/podman.sock", Path("/run/podman/podman.sock"))
    return f"unix://{next((place for place in places if _is_there(place)), DOCKER_SOCKET)}"


def _is_there(place: Path) -> bool:
    try:
        return place.is_socket()
    except OSError:
        return False


def find_image(client: Client, name: str, note: Callable[[str], None]) -> Image:
    """The image `name`, pulled when it is not there. Raises LaunchError."""
    from docker.errors import APIError, ImageNotFound, NotFound

    try:
        found = client.inspect_image(name)
    except (ImageNotFound, NotFound):
        note(f"pulling the image {name}")
        try:
            _pull(client, name)
            found = client.inspect_image(name)
        except Exception as error:
            raise LaunchError(
                f"the image {name} is not there and cannot be pulled: {said_of(error)}",
                hint="name another with runtime.custom_image or the setting docker_image",
            ) from error
    except APIError as error:
        raise LaunchError(f"the engine does not take {name!r} for an image: {said_of(error)}") from error
    env = dict(pair.partition("=")[::2] for pair in (found.get("Config") or {}).get("Env") or ())
    return Image(id=found["Id"], path=env.get("PATH", ""))


def _pull(client: Client, name: str) -> None:
    from docker.utils import parse_repository_tag

    repository, tag = parse_repository_tag(name)
    for line in client.pull(repository, tag=tag or "latest", stream=True, decode=True):
        if "error" in line:
            raise LaunchError(str(line["error"]))


def info(client: Client) -> Mapping[str, Any]:
    """What an engine says of itself. Raises LaunchError."""
    with _told("the engine says nothing of itself"):
        return dict(client.info())


def version(client: Client) -> Mapping[str, Any]:
    """Which engine it is. Raises LaunchError."""
    with _told("the engine does not say what it is"):
        return dict(client.version())


def create(client: Client, made: Mapping[str, Any]) -> str:
    """Create a container; its id. Raises LaunchError."""
    with _told("the container cannot be made"):
        return str(client.create_container_from_config(dict(made))["Id"])


def start(client: Client, container: str) -> None:
    """Start a container. Raises LaunchError."""
    with _told("the container cannot be started"):
        client.start(container)


@dataclass(frozen=True, slots=True)
class Output:
    """The connection that brings what a container writes."""

    socket: Any

    def pieces(self) -> Iterator[tuple[Channel, bytes]]:
        """What it writes, as it comes. Raises OSError or ValueError when the connection breaks."""
        from docker.utils.socket import frames_iter

        for number, data in frames_iter(self.socket, tty=False):
            yield ("stderr" if number == 2 else "stdout"), data

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError):
            self.socket.close()


def attach(client: Client, container: str) -> Output:
    """Connect to what a container will write. Raises LaunchError."""
    with _told("the container's output cannot be read"):
        return Output(client.attach_socket(container, params={"stdout": 1, "stderr": 1, "stream": 1}))


def wait(client: Client, container: str) -> int:
    """Wait for a container's end; its exit code."""
    return int(client.wait(container, timeout=None)["StatusCode"])


def was_out_of_memory(client: Client, container: str) -> bool:
    """Whether the engine says that a container was ended for want of memory. Not every engine tells."""
    with contextlib.suppress(Exception):
        return bool(client.inspect_container(container)["State"].get("OOMKilled"))
    return False


def load(client: Client, container: str) -> Load | None:
    """What a container uses; None when the engine does not tell, or it runs no more."""
    with contextlib.suppress(Exception):
        # One look: by itself the engine waits a second for a second one.
        found = client.stats(container, stream=False, one_shot=True)
        return load_of(found)
    return None


def load_of(stats: Mapping[str, Any]) -> Load | None:
    """What an engine's statistics come to, the cache of files left out; None when they are empty.

    Example:
        >>> load_of({"cpu_stats": {"cpu_usage": {"total_usage": 1_500_000_000}},
        ...          "memory_stats": {"usage": 9_000, "stats": {"inactive_file": 1_000}}})
        Load(cpu_s=1.5, memory_bytes=8000)
        >>> load_of({"cpu_stats": {}, "memory_stats": {}}) is None
        True
    """
    memory = stats.get("memory_stats") or {}
    cpu_ns = ((stats.get("cpu_stats") or {}).get("cpu_usage") or {}).get("total_usage")
    if cpu_ns is None or "usage" not in memory:
        return None
    files = (memory.get("stats") or {}).get("inactive_file", 0)
    return Load(cpu_s=cpu_ns / 1e9, memory_bytes=max(memory["usage"] - files, 0))


def kill(client: Client, container: str, signal: str) -> None:
    """Send a signal to a container's first process, if it still runs."""
    from docker.errors import APIError

    with contextlib.suppress(APIError):
        client.kill(container, signal)


def remove(client: Client, container: str) -> None:
    """Remove a container, running or not, with its volumes."""
    from docker.errors import NotFound

    with contextlib.suppress(NotFound):
        client.remove_container(container, v=True, force=True)


def find_labelled(client: Client, label: str) -> list[tuple[str, dict[str, str]]]:
    """Containers, running or not, that have `label`: their ids and labels."""
    found = client.containers(all=True, filters={"label": [label]})
    return [(each["Id"], each.get("Labels") or {}) for each in found]


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    from docker.errors import DockerException

    try:
        yield
    except (DockerException, OSError) as error:
        raise LaunchError(f"{what}: {said_of(error)}") from error


def said_of(error: Exception) -> str:
    """What the engine said, without the client's wrapping."""
    text = getattr(error, "explanation", None) or error
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return str(text)[:MAX_OUTPUT_TEXT]
