"""Agents and their settings, through a running server or, when there is none, in the data directory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from fanlight.cli.administration import LOCAL_ACTOR, note_locally, open_place

if TYPE_CHECKING:
    from pathlib import Path

    from fanlight.catalog.database import Catalog
    from fanlight.catalog.sealing import Keyring
    from fanlight.cli.client import Client

LARGEST_PAGE = 1_000


class Settings(Protocol):
    """What can be done with the settings of a project's agents; answers are as the API gives them."""

    def agents(self) -> list[Mapping[str, Any]]:
        """All agents that were heard of."""
        ...

    def variables(self, agent: str) -> list[Mapping[str, Any]]:
        """The variables of an agent, without their values. Raises NotFoundError."""
        ...

    def set(self, agent: str, values: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """Set variables; all of the agent's, afterwards. Raises NotFoundError, InvalidError."""
        ...

    def remove(self, agent: str, name: str) -> None:
        """Forget a variable. Raises NotFoundError."""
        ...


@contextlib.contextmanager
def open_settings(url: str | None, key: str | None, data: str | None, project: str) -> Iterator[Settings]:
    """The agents of a project at `url`; in the data directory when that is named, or no server answers."""
    from fanlight.cli.client import Client

    with open_place(url, key or find_key(url, data), data) as place:
        yield Remote(place, project) if isinstance(place, Client) else Local(place, project, data)


def find_key(url: str | None, data: str | None) -> str | None:
    """The login for a server, else the key of the data directory where the server is on this machine."""
    import httpx

    from fanlight.cli.client import DEFAULT_URL
    from fanlight.cli.login_file import find_login
    from fanlight.data_dir import find_local_key

    address = (url or DEFAULT_URL).rstrip("/")
    # The key opens this machine's server alone, and is told to no other.
    is_here = httpx.URL(address).host in {"127.0.0.1", "localhost", "::1"}
    return find_login(address) or (find_local_key(data_dir(data)) if is_here else None)


def rotate_key(data: str | None) -> int:
    """Seal all variables in the data directory with a new key; how many there were.

    Raises:
        ConfigError: a value cannot be opened, and nothing has changed.
    """
    from fanlight.catalog.database import open_catalog
    from fanlight.catalog.sealing import Keyring
    from fanlight.catalog.variables import rotate
    from fanlight.config import load

    config = load(flags={"data": data})
    with contextlib.closing(open_catalog(config.catalog, config.data_dir)) as catalog:
        count = rotate(catalog, Keyring(config.data_dir))
        note_locally(catalog, "agent.env.rotated", "", values=count)
    return count


def data_dir(data: str | None) -> Path:
    """The data directory that is named, or the usual one."""
    from fanlight.config import load

    return load(flags={"data": data}).data_dir


class Remote:
    """Over the API of a running server."""

    def __init__(self, client: Client, project: str) -> None:
        self._client = client
        self._client.project = project

    def agents(self) -> list[Mapping[str, Any]]:
        return list(self._client.items("agents", limit=LARGEST_PAGE))

    def variables(self, agent: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._client.project_get(_env(agent))["items"]
        return found

    def set(self, agent: str, values: Mapping[str, str]) -> list[Mapping[str, Any]]:
        path = self._client.project_path(_env(agent))
        answer = self._client.request("PUT", path, json={"variables": dict(values)})
        found: list[Mapping[str, Any]] = answer.json()["items"]
        return found

    def remove(self, agent: str, name: str) -> None:
        self._client.request("DELETE", self._client.project_path(_env(agent)), params={"name": name})


def _env(agent: str) -> str:
    return f"agents/{quote(agent, safe='/')}/env"


class Local:
    """In the catalog of the data directory."""

    def __init__(self, catalog: Catalog, project: str, data: str | None) -> None:
        self._catalog = catalog
        self._project = project
        self._data = data

    def agents(self) -> list[Mapping[str, Any]]:
        from fanlight.catalog.agents import list_agents
        from fanlight.query.times import rfc3339

        return [
            {
                "name": each.name,
                "first_seen_at": rfc3339(each.first_seen_ns),
                "last_seen_at": rfc3339(each.last_seen_ns),
            }
            for each in list_agents(self._catalog, self._project, limit=LARGEST_PAGE)
        ]

    def variables(self, agent: str) -> list[Mapping[str, Any]]:
        from fanlight.catalog.variables import list_variables
        from fanlight.query.times import rfc3339

        self._check(agent)
        return [
            {"name": each.name, "updated_at": rfc3339(each.updated_ns), "updated_by": each.updated_by}
            for each in list_variables(self._catalog, self._project, agent)
        ]

    def set(self, agent: str, values: Mapping[str, str]) -> list[Mapping[str, Any]]:
        from fanlight.catalog.variables import set_variables

        self._check(agent)
        set_variables(self._catalog, self._keyring(), self._project, agent, values, by=LOCAL_ACTOR)
        note_locally(self._catalog, "agent.env.set", agent, self._project, names=sorted(values))
        return self.variables(agent)

    def remove(self, agent: str, name: str) -> None:
        from fanlight.catalog.variables import remove_variable

        self._check(agent)
        remove_variable(self._catalog, self._project, agent, name)
        note_locally(self._catalog, "agent.env.removed", agent, self._project, names=[name])

    def _check(self, agent: str) -> None:
        from fanlight.catalog.registered import check_agent

        check_agent(self._catalog, self._project, agent)

    def _keyring(self) -> Keyring:
        from fanlight.catalog.sealing import Keyring

        return Keyring(data_dir(self._data))
