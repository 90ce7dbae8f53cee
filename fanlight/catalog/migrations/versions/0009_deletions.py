"""What was asked to be erased, and the reports of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "deletions",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("project", sa.String(128), sa.ForeignKey("projects.name"), nullable=False, index=True),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("asked_by", sa.String(1024), nullable=False),
        sa.Column("asked_ns", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("removed", sa.Text, nullable=False),
        sa.Column("unreadable_ns", sa.BigInteger),
        sa.Column("gone_ns", sa.BigInteger),
        sa.Column("error", sa.Text),
    )
