"""Projects, keys, rooms and agents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NAME = sa.String(128)
TEXT = sa.String(1024)


def upgrade() -> None:
    op.create_table(
        "projects",
        sa.Column("name", NAME, primary_key=True),
        sa.Column("display_name", TEXT, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("retention_days", sa.BigInteger),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("project", NAME, sa.ForeignKey("projects.name"), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("scopes", NAME, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("expires_ns", sa.BigInteger),
        sa.Column("used_ns", sa.BigInteger),
        sa.Column("revoked_ns", sa.BigInteger),
    )
    op.create_index("ix_keys_project", "keys", ["project"])
    op.create_table(
        "rooms",
        sa.Column("project", NAME, sa.ForeignKey("projects.name"), primary_key=True),
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "agents",
        sa.Column("project", NAME, sa.ForeignKey("projects.name"), primary_key=True),
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("first_seen_ns", sa.BigInteger, nullable=False),
        sa.Column("last_seen_ns", sa.BigInteger, nullable=False),
    )
