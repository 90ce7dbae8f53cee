"""Filters that people keep under a name, for everybody in the project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NAME = sa.String(128)


def upgrade() -> None:
    op.create_table(
        "views",
        sa.Column("project", NAME, sa.ForeignKey("projects.name"), primary_key=True),
        sa.Column("page", sa.String(32), primary_key=True),
        sa.Column("name", NAME, primary_key=True),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("updated_by", sa.String(1024), nullable=False),
        sa.Column("updated_ns", sa.BigInteger, nullable=False),
    )
