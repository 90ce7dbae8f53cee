"""Backups, made by a running server or, when there is none, of its data directory."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from fanlight.cli.administration import note_locally

if TYPE_CHECKING:
    from pathlib import Path

    from fanlight.cli.client import Client
    from fanlight.config import Config

Thing = Mapping[str, Any]
Step = Callable[[int, int], None]
"""Told how many bytes of how many are written."""

POLL_S = 0.2


class Backups(Protocol):
    """What can be done; every answer is as the API gives it."""

    def create(self, *, with_logins: bool, step: Step) -> Thing:
        """Make one, and wait for it."""
        ...

    def all(self) -> list[Thing]:
        """The newest first."""
        ...

    def remove(self, name: str) -> Thing:
        """Remove one for good."""
        ...


@contextlib.contextmanager
def open_backups(url: str | None, key: str | None, data: str | None) -> Iterator[Backups]:
    """The server at `url`; the one that has the data directory; that directory when nobody has it."""
    from fanlight.cli.administration import open_place
    from fanlight.cli.agents import find_key
    from fanlight.cli.client import Client
    from fanlight.config import load
    from fanlight.data_dir import is_owned
    from fanlight.errors import NotFoundError

    config = load(flags={"data": data})
    if data is not None and not config.data_dir.is_dir():
        raise NotFoundError(f"there is no data directory {config.data_dir}", hint="name that of a server")
    if url is None and data is not None and is_owned(config.data_dir):
        url = f"http://127.0.0.1:{config.port}"
    # The server's own data directory holds the key that it asks for, so both may be named.
    with open_place(url, key or find_key(url, data), None if url else data) as place:
        if isinstance(place, Client):
            yield Remote(place)
            return
    yield Local(config)


class Remote:
    """Over the API of a running server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def create(self, *, with_logins: bool, step: Step) -> Thing:
        told: Thing = self._client.request(
            "POST", "/api/v1/backups", json={"with_logins": with_logins}
        ).json()
        try:
            while told["state"] == "running":
                step(told["done_bytes"], told["bytes"])
                time.sleep(POLL_S)
                told = self._client.get(f"/api/v1/backups/{told['name']}")
        except KeyboardInterrupt:
            self.remove(told["name"])
            raise
        return told

    def all(self) -> list[Thing]:
        return list(self._client.get("/api/v1/backups")["items"])

    def remove(self, name: str) -> Thing:
        found: Thing = self._client.request("DELETE", f"/api/v1/backups/{name}").json()
        return found


class Local:
    """Of a data directory that no server has."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def create(self, *, with_logins: bool, step: Step) -> Thing:
        import msgspec

        with _opened(self._config) as shelf:
            made = shelf.ask(with_logins=with_logins)
            shelf.step()
            try:
                while (told := shelf.get(made.name)).state == "running":
                    step(told.done_bytes, told.bytes)
                    time.sleep(POLL_S)
            except KeyboardInterrupt:
                shelf.remove(made.name)
                raise
            note_locally(shelf.source.catalog, "backup.made", made.name, with_logins=with_logins)
            found: Thing = msgspec.to_builtins(told)
            return found

    def all(self) -> list[Thing]:
        import msgspec

        from fanlight.ingest.backups.shelf import on_disk

        return [msgspec.to_builtins(each) for each in on_disk(self._folder, self._config.backup_days)]

    def remove(self, name: str) -> Thing:
        from fanlight.catalog.database import open_catalog
        from fanlight.errors import NotFoundError
        from fanlight.ingest.backups.shelf import remove_folder

        for each in self.all():
            if each["name"] == name:
                remove_folder(self._folder / name)
                with contextlib.closing(open_catalog(self._config.catalog, self._config.data_dir)) as catalog:
                    note_locally(catalog, "backup.removed", name)
                return each
        raise NotFoundError(f"no backup {name[:40]!r}", hint="fanlight backup list names them")

    @property
    def _folder(self) -> Path:
        return self._config.backup_folder


@contextlib.contextmanager
def _opened(config: Config) -> Iterator[Any]:
    """The parts of a server that a backup is made of, without the server."""
    from fanlight.catalog.database import open_catalog
    from fanlight.data_dir import own
    from fanlight.errors import ConflictError
    from fanlight.ingest.backups.cut import Source
    from fanlight.ingest.backups.shelf import Shelf
    from fanlight.ingest.log import Log
    from fanlight.store.engine import open_store

    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(own(config.data_dir))
        except ConflictError as error:
            raise ConflictError(error.message, hint="have that server make it: name it with --url") from error
        catalog = open_catalog(config.catalog, config.data_dir)
        stack.callback(catalog.close)
        store = open_store(config.store, config.data_dir, config)
        store.open()
        stack.callback(store.close)
        log = Log(
            config.data_dir / "log",
            segment_bytes=config.segment_bytes,
            max_backlog_bytes=config.max_backlog_bytes,
        )
        log.open(above_seq=store.last_seq())
        stack.callback(log.close)
        source = Source(data_dir=config.data_dir, store=store, log=log, catalog=catalog)
        shelf = Shelf(
            config.backup_folder, source, keep_days=config.backup_days, stop_bytes=config.disk_stop_bytes
        )
        stack.callback(shelf.close)
        yield shelf
