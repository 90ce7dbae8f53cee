"""The catalog's database: who and what there is. SQLite by default, any SQLAlchemy URL by setting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from fanlight.catalog.migrate import migrate
from fanlight.errors import ConfigError, StoreError

FILE = "catalog.sqlite"
BUSY_MS = 5_000
"""How long a writer waits for another process to finish writing."""

JOURNAL_MS = 100
"""How long emptying the journal waits for those who read it: the writer's thread has other work."""

_WRITES = "fanlight_writes"


class Catalog:
    """An open catalog, shared by all threads; several processes may use the same SQLite file at once."""

    def __init__(self, engine: Engine) -> None:
        self._readers = engine
        self._writers = engine.execution_options(**{_WRITES: True})
        self.known_projects: set[str] = set()
        """Names that were found in the database before: projects are never removed."""

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, over one consistent state."""
        with Session(self._readers) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that writes; commits at the end, or changes nothing when an error leaves it."""
        with Session(self._writers) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Bring the schema to the newest revision. Raises SchemaTooNewError."""
        migrate(self._writers)

    def forget_journal(self) -> None:
        """Leave nothing of what was written before in SQLite's journal; another database sees to its own.

        Raises StoreError while somebody still reads what was there before.
        """
        if self._readers.dialect.name != "sqlite":
            return
        with self.driver_connection() as connection:
            connection.execute(f"PRAGMA busy_timeout={JOURNAL_MS}").close()
            is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute(f"PRAGMA busy_timeout={BUSY_MS}").close()
        if is_busy:
            raise StoreError("the catalog's journal is being read and could not be emptied", retryable=True)

    @property
    def dialect(self) -> str:
        """What kind of database it is: `sqlite`, `postgresql`."""
        return self._readers.dialect.name

    @contextmanager
    def driver_connection(self) -> Iterator[Any]:
        """A connection of the database's own driver."""
        connection = self._readers.raw_connection()
        try:
            yield connection.driver_connection
        finally:
            connection.close()

    def close(self) -> None:
        """Close all connections."""
        self._readers.dispose()


def open_catalog(url: str, data_dir: Path) -> Catalog:
    """The catalog at `url`, migrated; the SQLite file in `data_dir` when `url` is empty.

    Raises:
        ConfigError: the URL cannot be used, or nothing answers there.
        SchemaTooNewError: a newer Fanlight wrote the catalog.
    """
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        url = f"sqlite:///{data_dir / FILE}"
    try:
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(
            f"the catalog's URL cannot be used ({error})", hint="FANLIGHT_CATALOG takes a SQLAlchemy URL"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    catalog = Catalog(engine)
    try:
        catalog.migrate()
    except DBAPIError as error:
        catalog.close()
        shown = make_url(url).render_as_string(hide_password=True)
        raise ConfigError(
            f"no catalog at {shown} ({error.orig})", hint="is the place there and writable?"
        ) from error
    except BaseException:
        catalog.close()
        raise
    return catalog


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN itself, see below
    # With secure_delete what is removed is overwritten, and not only left out.
    pragmas = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in (*pragmas, f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that turns from reading to writing fails at once when another process wrote meanwhile;
    # one that says at its start that it will write waits for its turn instead.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
