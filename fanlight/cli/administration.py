"""Projects and keys, through a running server or, when there is none, in the data directory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from fanlight.errors import UnreachableError

if TYPE_CHECKING:
    from fanlight.catalog.database import Catalog
    from fanlight.catalog.keys import Key
    from fanlight.catalog.projects import Project
    from fanlight.cli.client import Client
    from fanlight.model.sampling import Sampling


LOCAL_ACTOR = "data directory"
"""Who does what is done without a server: whoever may write the data directory."""


class Administration(Protocol):
    """What can be done; every answer is as the API gives it."""

    def projects(self) -> list[Mapping[str, Any]]:
        """All projects."""
        ...

    def project(self, name: str) -> Mapping[str, Any]:
        """One project. Raises NotFoundError."""
        ...

    def add_project(self, name: str, display_name: str) -> Mapping[str, Any]:
        """A new project. Raises ConflictError, InvalidError."""
        ...

    def set_project(self, name: str, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change `display_name`, `retention_days` and `limits` by name (None: the server's), `privacy`.

        Raises NotFoundError, InvalidError.
        """
        ...

    def limits(self, project: str) -> list[Mapping[str, Any]]:
        """Each limit of a project, and what it uses now. Raises NotFoundError."""
        ...

    def sampling(self, project: str) -> Mapping[str, Any]:
        """What a project keeps, and what that left out. Raises NotFoundError."""
        ...

    def set_sampling(self, project: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change what a project keeps. Raises NotFoundError, InvalidError."""
        ...

    def keys(self, project: str) -> list[Mapping[str, Any]]:
        """The keys of a project, revoked ones too."""
        ...

    def add_key(
        self, project: str, name: str, scopes: list[str], expires_ns: int | None
    ) -> Mapping[str, Any]:
        """A new key in `key` and its text in `secret`, this once. Raises NotFoundError, InvalidError."""
        ...

    def set_key(self, project: str, key_id: str, limits: Mapping[str, float | None]) -> Mapping[str, Any]:
        """Give a key rates of its own (None: no more). Raises NotFoundError, InvalidError."""
        ...

    def revoke_key(self, project: str, key_id: str) -> Mapping[str, Any]:
        """Revoke a key for good. Raises NotFoundError."""
        ...


@contextlib.contextmanager
def open_administration(url: str | None, key: str | None, data: str | None) -> Iterator[Administration]:
    """The server at `url`; the data directory when that is named, or when no server answers."""
    from fanlight.cli.client import Client

    with open_place(url, key, data) as place:
        yield Remote(place) if isinstance(place, Client) else Local(place, data)


@contextlib.contextmanager
def open_place(url: str | None, key: str | None, data: str | None) -> Iterator[Client | Catalog]:
    """The server at `url`, or the catalog of the data directory that is named or has no server."""
    from fanlight.cli.client import Client

    if data is None:
        with Client(url, key) as client:
            if url is not None or _answers(client):
                yield client
                return
    with _local(data) as catalog:
        yield catalog


def _answers(client: Client) -> bool:
    try:
        client.request("GET", "/healthz")
    except UnreachableError:
        return False
    return True


@contextlib.contextmanager
def _local(data: str | None) -> Iterator[Catalog]:
    from fanlight.config import load

    try:
        from fanlight.catalog.database import open_catalog
    except ModuleNotFoundError as error:
        raise UnreachableError(
            f"no server answers, and to read the data directory {error.name} is missing",
            hint='pip install "fanlight[server]"',
        ) from error
    config = load(flags={"data": data})
    if data is None and not config.catalog and not config.data_dir.exists():
        raise UnreachableError(
            f"no server answers, and there is no data directory {config.data_dir}",
            hint="start one with: fanlight serve, or name them with --url or --data",
        )
    catalog = open_catalog(config.catalog, config.data_dir)
    try:
        yield catalog
    finally:
        catalog.close()


class Remote:
    """Over the API of a running server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def projects(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._client.get("/api/v1/projects")["items"]
        return found

    def project(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._client.get(_path(name))
        return found

    def add_project(self, name: str, display_name: str) -> Mapping[str, Any]:
        return self._post("/api/v1/projects", {"name": name, "display_name": display_name})

    def set_project(self, name: str, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        changed: Mapping[str, Any] = self._client.request("PUT", _path(name), json=changes).json()
        return changed

    def limits(self, project: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._client.get(_path(project, "limits"))["items"]
        return found

    def sampling(self, project: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._client.get(_path(project, "sampling"))
        return found

    def set_sampling(self, project: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        path = _path(project, "sampling")
        found: Mapping[str, Any] = self._client.request("PUT", path, json=settings).json()
        return found

    def keys(self, project: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._client.get(_path(project, "keys"))["items"]
        return found

    def add_key(
        self, project: str, name: str, scopes: list[str], expires_ns: int | None
    ) -> Mapping[str, Any]:
        asked: dict[str, Any] = {"name": name, "scopes": scopes}
        if expires_ns is not None:
            asked["expires_at"] = datetime.fromtimestamp(expires_ns // 10**9, UTC).isoformat()
        return self._post(_path(project, "keys"), asked)

    def set_key(self, project: str, key_id: str, limits: Mapping[str, float | None]) -> Mapping[str, Any]:
        asked = {"limits": dict(limits)}
        found: Mapping[str, Any] = self._client.request(
            "PUT", _path(project, "keys", key_id), json=asked
        ).json()
        return found

    def revoke_key(self, project: str, key_id: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._client.request("DELETE", _path(project, "keys", key_id)).json()
        return found

    def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._client.request("POST", path, json=body).json()
        return found


def _path(project: str, *rest: str) -> str:
    return "/".join(["/api/v1/projects", quote(project, safe=""), *(quote(part, safe="") for part in rest)])


class Local:
    """In the catalog of the data directory."""

    def __init__(self, catalog: Catalog, data: str | None) -> None:
        self._catalog = catalog
        self._data = data

    def projects(self) -> list[Mapping[str, Any]]:
        from fanlight.catalog.projects import list_projects

        return [project_view(project) for project in list_projects(self._catalog)]

    def project(self, name: str) -> Mapping[str, Any]:
        from fanlight.catalog.projects import get_project

        return project_view(get_project(self._catalog, name))

    def add_project(self, name: str, display_name: str) -> Mapping[str, Any]:
        from fanlight.catalog.projects import create_project

        made = create_project(self._catalog, name, display_name=display_name)
        note_locally(self._catalog, "project.made", name, name)
        return project_view(made)

    def set_project(self, name: str, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        from fanlight.catalog.settings import set_project
        from fanlight.model.privacy import to_note

        project = set_project(self._catalog, name, changes)
        if "privacy" in changes:
            changes = {**changes, "privacy": to_note(changes["privacy"])}
        note_locally(self._catalog, "project.changed", name, name, **changes)
        return project_view(project)

    def limits(self, project: str) -> list[Mapping[str, Any]]:
        import msgspec

        from fanlight.catalog.limits import limits_of
        from fanlight.catalog.projects import get_project
        from fanlight.config import load
        from fanlight.model.limits import states

        get_project(self._catalog, project)
        found = states(limits_of(self._catalog, load(flags={"data": self._data})), project, {}, {})
        return [msgspec.to_builtins(state) for state in found]

    def sampling(self, project: str) -> Mapping[str, Any]:
        from fanlight.catalog.sampling import get_sampling

        return sampling_view(get_sampling(self._catalog, project))

    def set_sampling(self, project: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        from fanlight.catalog.sampling import set_sampling
        from fanlight.model.sampling import Sampling
        from fanlight.query.grammar import parse

        parse(settings.get("tail_keep", ""))
        found = set_sampling(self._catalog, project, Sampling(**settings))
        note_locally(self._catalog, "project.sampling", project, project, **settings)
        return sampling_view(found)

    def keys(self, project: str) -> list[Mapping[str, Any]]:
        from fanlight.catalog.keys import list_keys
        from fanlight.catalog.projects import get_project

        get_project(self._catalog, project)
        return [key_view(key) for key in list_keys(self._catalog, project)]

    def add_key(
        self, project: str, name: str, scopes: list[str], expires_ns: int | None
    ) -> Mapping[str, Any]:
        from fanlight.catalog.keys import create_key

        key, text = create_key(self._catalog, project, name=name, scopes=scopes, expires_ns=expires_ns)
        note_locally(self._catalog, "key.made", key.id, project, name=key.name, scopes=sorted(key.scopes))
        return {"key": key_view(key), "secret": text.reveal()}

    def set_key(self, project: str, key_id: str, limits: Mapping[str, float | None]) -> Mapping[str, Any]:
        from fanlight.catalog.limits import set_key_limits

        changed = set_key_limits(self._catalog, project, key_id, limits)
        note_locally(
            self._catalog, "key.changed", changed.id, project, name=changed.name, limits=dict(limits)
        )
        return key_view(changed)

    def revoke_key(self, project: str, key_id: str) -> Mapping[str, Any]:
        from fanlight.catalog.keys import revoke_key

        revoked = revoke_key(self._catalog, project, key_id)
        note_locally(self._catalog, "key.revoked", revoked.id, project, name=revoked.name)
        return key_view(revoked)


def note_locally(
    catalog: Catalog, action: str, target: str, project: str | None = None, **detail: Any
) -> None:
    """Write into the audit log what was done by whoever has the data directory."""
    from fanlight.catalog.audit import Deed, record

    record(catalog, Deed(actor=LOCAL_ACTOR, action=action, target=target, project=project, detail=detail))


def project_view(project: Project) -> dict[str, Any]:
    """A project as the API gives it."""
    from dataclasses import asdict

    from fanlight.query.times import rfc3339

    return {
        "name": project.name,
        "display_name": project.display_name,
        "created_at": rfc3339(project.created_ns),
        "retention_days": project.retention_days,
        "limits": dict(project.limits),
        "privacy": asdict(project.privacy),
    }


def sampling_view(sampling: Sampling) -> dict[str, Any]:
    """What a project keeps, as far as it is known without a server."""
    from fanlight.query.times import rfc3339

    return {
        "head_rate": sampling.head_rate,
        "tail_rate": sampling.tail_rate,
        "tail_keep": sampling.tail_keep,
        "tail_after_s": sampling.tail_after_s,
        "changed_at": rfc3339(sampling.changed_ns) if sampling.changed_ns else None,
    }


def key_view(key: Key) -> dict[str, Any]:
    """A key as the API gives it."""
    from fanlight.query.times import rfc3339, rfc3339_or_none

    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "limits": dict(key.limits),
        "created_at": rfc3339(key.created_ns),
        "expires_at": rfc3339_or_none(key.expires_ns),
        "last_used_at": rfc3339_or_none(key.used_ns),
        "revoked_at": rfc3339_or_none(key.revoked_ns),
    }
