"""Declared secrets of projects, through a running server or, when there is none, in the data directory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from fanlight.cli.administration import LOCAL_ACTOR, note_locally, open_place
from fanlight.cli.agents import data_dir, find_key

if TYPE_CHECKING:
    from fanlight.catalog.database import Catalog
    from fanlight.cli.client import Client


class Secrets(Protocol):
    """What can be done with the declared secrets of a project; answers are as the API gives them."""

    def list(self) -> list[Mapping[str, Any]]:
        """All of them, without their values. Raises NotFoundError."""
        ...

    def declare(self, name: str, value: str) -> None:
        """Have a value masked from now on. Raises NotFoundError, InvalidError."""
        ...

    def remove(self, name: str) -> None:
        """Mask it no more. Raises NotFoundError."""
        ...


@contextlib.contextmanager
def open_secrets(url: str | None, key: str | None, data: str | None, project: str) -> Iterator[Secrets]:
    """Those of a project at `url`; in the data directory when that is named, or no server answers."""
    from fanlight.cli.client import Client

    with open_place(url, key or find_key(url, data), data) as place:
        yield Remote(place, project) if isinstance(place, Client) else Local(place, project, data)


class Remote:
    """Over the API of a running server."""

    def __init__(self, client: Client, project: str) -> None:
        self._client = client
        self._path = f"/api/v1/projects/{quote(project, safe='')}/secrets"

    def list(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._client.get(self._path)["items"]
        return found

    def declare(self, name: str, value: str) -> None:
        self._client.request("PUT", self._path, json={"secrets": {name: value}})

    def remove(self, name: str) -> None:
        self._client.request("DELETE", self._path, params={"name": name})


class Local:
    """In the catalog of the data directory."""

    def __init__(self, catalog: Catalog, project: str, data: str | None) -> None:
        self._catalog = catalog
        self._project = project
        self._data = data

    def list(self) -> list[Mapping[str, Any]]:
        from fanlight.catalog.declared import list_secrets
        from fanlight.query.times import rfc3339

        return [
            {"name": each.name, "updated_at": rfc3339(each.updated_ns), "updated_by": each.updated_by}
            for each in list_secrets(self._catalog, self._project)
        ]

    def declare(self, name: str, value: str) -> None:
        from fanlight.catalog.declared import declare_secrets
        from fanlight.catalog.sealing import Keyring

        keyring = Keyring(data_dir(self._data))
        declare_secrets(self._catalog, keyring, self._project, {name: value}, by=LOCAL_ACTOR)
        note_locally(self._catalog, "project.secrets.set", self._project, self._project, names=[name])

    def remove(self, name: str) -> None:
        from fanlight.catalog.declared import remove_secret

        remove_secret(self._catalog, self._project, name)
        note_locally(self._catalog, "project.secrets.removed", self._project, self._project, names=[name])
