"""The store over ClickHouse's engine: embedded (chDB) or a server, one SQL for both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

from fanlight.config import Config
from fanlight.errors import ConfigError, InvalidError, StoreError
from fanlight.model.deletion import Erased, Erasure
from fanlight.model.finding import Found
from fanlight.model.limits import Limits
from fanlight.model.project import ProjectScope
from fanlight.model.retention import Retention
from fanlight.pricing.book import Book
from fanlight.store import migrate
from fanlight.store.backend import Backend
from fanlight.store.connection import TOO_MANY_ROWS, patiently
from fanlight.store.contract import Inserted, Repriced, Repricing, RunKey, Segment, Store, Thinning
from fanlight.store.embedded import Embedded
from fanlight.store.erasing import TABLES, erase
from fanlight.store.expiry import Expiry
from fanlight.store.freezing import Frozen, check, freeze, thaw
from fanlight.store.inserting import Inserter
from fanlight.store.names import Names
from fanlight.store.noting import note
from fanlight.store.removing import old_parts
from fanlight.store.repricing import priced_days, reprice_day
from fanlight.store.rolling import Rollup
from fanlight.store.served import Served
from fanlight.store.sql import statement
from fanlight.store.summarising import Summariser
from fanlight.store.thinning import empty, mark

_MARK = re.compile(r"/\*(\w+)\*/")


def open_store(
    url: str,
    data_dir: Path,
    config: Config,
    book: Book | None = None,
    retention: Callable[[], Retention] | None = None,
    names: Names | None = None,
) -> Store:
    """The store that `url` names, not yet open: `chdb:///path`, `clickhouse://user:secret@host:8123/database`.

    An empty `url` is the embedded engine in `data_dir`. `retention` tells how long rows are kept now; without
    it the setting holds for every project. `names` counts those of items and says which are folded; without
    it all are stored as they came. Raises ConfigError for another scheme.
    """
    backend = _backend(url or f"chdb://{data_dir / 'store'}", data_dir, config)
    everywhere = Retention(config.retention_days)
    return Engine(backend, book or Book(), retention or (lambda: everywhere), names)


def place_of(url: str, data_dir: Path) -> Path:
    """Where on this machine the store that `url` names keeps things; ClickHouse has a disk of its own."""
    return Path(url.removeprefix("chdb://")) if url.startswith("chdb://") else data_dir / "store"


def _backend(url: str, data_dir: Path, config: Config) -> Backend:
    scheme = url.partition("://")[0]
    if scheme == "chdb":
        return Embedded(Path(url.removeprefix("chdb://")), query_timeout_s=config.query_timeout_s)
    if scheme == "clickhouse":
        return Served(url, data_dir / "store", query_timeout_s=config.query_timeout_s)
    raise ConfigError(
        f"store {scheme}:// is unknown",
        hint="use chdb:///path or clickhouse://user:secret@host:8123/database",
    )


class Engine:
    """`store.contract.Store` over a backend."""

    def __init__(
        self, backend: Backend, book: Book, retention: Callable[[], Retention], names: Names | None = None
    ) -> None:
        self._limits: Callable[[], Limits] | None = None
        self._backend = backend
        self._book = book
        self._retention = retention
        self._names = names
        self._epoch = ""
        self._schema = 0

    def open(self) -> None:
        self._backend.open()
        try:
            self._bring_up_to_date()
        except BaseException:
            self._backend.close()
            raise
        # The connection is the writer's from now on, and others ask for these.
        self._epoch = migrate.epoch(self._backend.writer)
        self._schema = migrate.version(self._backend.writer)
        self._inserter = Inserter(self._backend, self._book, retention=self._retention, names=self._names)
        self._summariser = Summariser(self._backend.writer)
        self._rollup = Rollup(self._backend)
        self._expiry = Expiry(self._backend, self._retention)

    def _bring_up_to_date(self) -> None:
        if migrate.is_behind(self._backend.writer):
            self._backend.upgrade(migrate.migrate)
        else:
            migrate.migrate(self._backend.writer)

    def close(self) -> None:
        self._backend.close()

    @property
    def epoch(self) -> str:
        return self._epoch

    @property
    def schema(self) -> int:
        return self._schema

    def insert(self, segment: Segment) -> Inserted:
        return self._inserter.insert(segment)

    def summarise(self, runs: Sequence[RunKey], *, first_seq: int) -> int:
        return self._summariser.summarise(runs, first_seq=first_seq)

    def lose_runs(
        self, *, silent_since_ns: int, first_seq: int, open_silent_since_ns: int = 0
    ) -> Sequence[RunKey]:
        return self._summariser.lose(
            silent_since_ns=silent_since_ns,
            first_seq=first_seq,
            open_silent_since_ns=open_silent_since_ns,
        )

    def note_findings(self, findings: Sequence[Found], *, first_seq: int) -> None:
        note(self._backend.writer, findings, first_seq=first_seq, retention=self._retention())

    def priced_days(self, asked: Repricing) -> Sequence[str]:
        return priced_days(self._backend, asked)

    def reprice_day(self, asked: Repricing, day: str) -> Repriced:
        return reprice_day(self._backend, self._book, self._inserter.keep_prices, asked, day)

    def roll_up_metrics(self, now_ns: int) -> bool:
        return self._rollup.step(now_ns)

    def expire(self, now_ns: int) -> bool:
        return self._expiry.step(now_ns)

    def thin(self, asked: Thinning) -> int:
        mark(self._backend.writer, asked)
        return empty(self._backend.writer, asked)

    def erase(self, asked: Erasure) -> Erased:
        return erase(self._backend.writer, asked)

    def old_parts(self) -> frozenset[str]:
        return old_parts(self._backend.writer, TABLES)

    def freeze(self, name: str) -> Frozen:
        return freeze(self._backend, name)

    def check(self) -> None:
        check(self._backend.writer)

    def thaw(self, name: str) -> None:
        thaw(self._backend, name)

    def last_seq(self) -> int:
        return int(self._backend.writer.rows(statement("operator", "last_seq"))[0][0])

    def bounded_by(self, limits: Callable[[], Limits]) -> Engine:
        bounded = copy(self)
        bounded._limits = limits
        return bounded

    def read(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        fragments: Mapping[str, str] | None = None,
    ) -> Sequence[Sequence[Any]]:
        text, bound = _filled(query, fragments), _bound(scope, parameters)
        settings = self._settings(scope)
        with self._backend.readers.connection() as connection, _told(settings):
            return patiently(lambda: connection.rows(text, bound, settings))

    def read_columns(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        fragments: Mapping[str, str] | None = None,
    ) -> Sequence[Sequence[Any]]:
        text, bound = _filled(query, fragments), _bound(scope, parameters)
        settings = self._settings(scope)
        with self._backend.readers.connection() as connection, _told(settings):
            return patiently(lambda: connection.columns(text, bound, settings))

    def export(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any],
        fragments: Mapping[str, str],
        fmt: str,
    ) -> bytes:
        text, bound = _filled(query, fragments), _bound(scope, parameters)
        with self._backend.readers.connection() as connection:
            return patiently(lambda: connection.raw(text, bound, fmt=fmt))

    def read_operator(
        self, query: str, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[Any]]:
        with self._backend.readers.connection() as connection:
            return patiently(lambda: connection.rows(statement("operator", query), parameters))

    def _settings(self, scope: ProjectScope) -> dict[str, int | float]:
        """What the engine lets a question of the project take; it has the server's time anyway."""
        if self._limits is None:
            return {}
        limits, project = self._limits(), scope.project_id
        found: dict[str, int | float] = {}
        if rows := limits.of(project, "max_query_rows"):
            found["max_rows_to_read"] = int(rows)
        if project in limits.projects:
            found["max_execution_time"] = limits.of(project, "query_timeout_s")
        return found


@contextmanager
def _told(settings: Mapping[str, int | float]) -> Iterator[None]:
    """A question over its rows is the caller's to change: it is told so, not that the store failed."""
    try:
        yield
    except StoreError as error:
        if error.engine_code != TOO_MANY_ROWS:
            raise
        raise InvalidError(
            f"the question would look at more than {settings['max_rows_to_read']:,} rows",
            hint="ask for a shorter time, or raise the project's limit max_query_rows",
        ) from error


def _filled(query: str, fragments: Mapping[str, str] | None) -> str:
    given = fragments or {}
    return _MARK.sub(lambda mark: given.get(mark[1], mark[0]), statement("queries", query))


def _bound(scope: ProjectScope, parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    # The scope comes last: no parameter of a caller can name another project.
    return {**(parameters or {}), "project_id": scope.project_id}
