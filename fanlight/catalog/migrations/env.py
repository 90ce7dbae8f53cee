"""Alembic's entry: migrates over the connection that `catalog.migrate` hands over."""

from __future__ import annotations

from alembic import context

from fanlight.catalog.tables import Base

if __name__ == "env_py":  # the name under which Alembic runs this file; an import must not migrate
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
    )
    context.run_migrations()
