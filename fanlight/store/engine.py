"""The store over ClickHouse's engine: embedded (chDB) or a server, one SQL for both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fanlight.config import Config
from fanlight.errors import ConfigError
from fanlight.model.finding import Found
from fanlight.model.project import ProjectScope
from fanlight.pricing.book import Book
from fanlight.store import migrate
from fanlight.store.backend import Backend
from fanlight.store.connection import patiently
from fanlight.store.contract import Inserted, Repriced, Repricing, RunKey, Segment, Store
from fanlight.store.embedded import Embedded
from fanlight.store.inserting import Inserter
from fanlight.store.noting import note
from fanlight.store.repricing import priced_days, reprice_day
from fanlight.store.rolling import Rollup
from fanlight.store.served import Served
from fanlight.store.sql import statement
from fanlight.store.summarising import Summariser

_MARK = re.compile(r"/\*(\w+)\*/")


def open_store(url: str, data_dir: Path, config: Config, book: Book | None = None) -> Store:
    """The store that `url` names, not yet open: `chdb:///path`, `clickhouse://user:secret@host:8123/database`.

    An empty `url` is the embedded engine in `data_dir`. Raises ConfigError for another scheme.
    """
    return Engine(_backend(url or f"chdb://{data_dir / 'store'}", data_dir, config), config, book or Book())


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

    def __init__(self, backend: Backend, config: Config, book: Book) -> None:
        self._backend = backend
        self._book = book
        self._config = config
        self._epoch = ""

    def open(self) -> None:
        self._backend.open()
        migrate.migrate(self._backend.writer)
        self._epoch = migrate.epoch(self._backend.writer)
        self._inserter = Inserter(self._backend, self._book, retention_days=self._config.retention_days)
        self._summariser = Summariser(self._backend.writer)
        self._rollup = Rollup(self._backend)

    def close(self) -> None:
        self._backend.close()

    @property
    def epoch(self) -> str:
        return self._epoch

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
        note(
            self._backend.writer,
            findings,
            first_seq=first_seq,
            retention_days=self._config.retention_days,
        )

    def priced_days(self, asked: Repricing) -> Sequence[str]:
        return priced_days(self._backend, asked)

    def reprice_day(self, asked: Repricing, day: str) -> Repriced:
        return reprice_day(self._backend, self._book, self._inserter.keep_prices, asked, day)

    def roll_up_metrics(self, now_ns: int) -> bool:
        return self._rollup.step(now_ns)

    def last_seq(self) -> int:
        return int(self._backend.writer.rows(statement("operator", "last_seq"))[0][0])

    def read(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        fragments: Mapping[str, str] | None = None,
    ) -> Sequence[Sequence[Any]]:
        text, bound = _filled(query, fragments), _bound(scope, parameters)
        with self._backend.readers.connection() as connection:
            return patiently(lambda: connection.rows(text, bound))

    def read_columns(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        fragments: Mapping[str, str] | None = None,
    ) -> Sequence[Sequence[Any]]:
        text, bound = _filled(query, fragments), _bound(scope, parameters)
        with self._backend.readers.connection() as connection:
            return patiently(lambda: connection.columns(text, bound))

    def read_operator(
        self, query: str, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[Any]]:
        with self._backend.readers.connection() as connection:
            return patiently(lambda: connection.rows(statement("operator", query), parameters))


def _filled(query: str, fragments: Mapping[str, str] | None) -> str:
    given = fragments or {}
    return _MARK.sub(lambda mark: given.get(mark[1], mark[0]), statement("queries", query))


def _bound(scope: ProjectScope, parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    # The scope comes last: no parameter of a caller can name another project.
    return {**(parameters or {}), "project_id": scope.project_id}
