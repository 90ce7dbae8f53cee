"""Bring a catalog to the newest schema; refuse one that a newer Fanlight wrote."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Connection, Engine, inspect, text

from fanlight.catalog import migrations
from fanlight.catalog.tables import Base
from fanlight.errors import SchemaTooNewError

VERSION_TABLE = "alembic_version"


def migrate(engine: Engine) -> None:
    """Run whatever migrations are missing, in one transaction.

    `engine` opens transactions that write at once, so of two processes that start together one migrates and
    the other finds it done.

    Raises:
        SchemaTooNewError: the catalog has a revision that this Fanlight does not know.
    """
    with engine.begin() as connection:
        if not inspect(connection).get_table_names():
            _create(connection)
        elif _revision(connection) != migrations.HEAD:
            upgrade(connection)


def _create(connection: Connection) -> None:
    # Alembic costs a third of a second to import: a new catalog gets its tables without it. That both ways
    # lead to the same schema is tested.
    Base.metadata.create_all(connection)
    connection.execute(text(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    stamp = text(f"INSERT INTO {VERSION_TABLE} VALUES (:head)")  # noqa: S608
    connection.execute(stamp, {"head": migrations.HEAD})


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608


def upgrade(connection: Connection) -> None:
    """Run the missing migrations over `connection`. Raises SchemaTooNewError."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(files(migrations)).replace("%", "%%"))
    config.attributes["connection"] = connection
    found = _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaTooNewError(
            f"the catalog has revision {found}, and this Fanlight knows none beyond {migrations.HEAD}",
            hint="start the newer Fanlight again, or restore a backup from before it",
        )
    command.upgrade(config, "head")
