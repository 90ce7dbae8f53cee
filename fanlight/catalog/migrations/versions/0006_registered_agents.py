"""Agents that were published here, their versions, and their environment variables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.String(64)
NAME = sa.String(128)
TEXT = sa.String(1024)


def upgrade() -> None:
    op.create_table(
        "registered_agents",
        sa.Column("project", NAME, sa.ForeignKey("projects.name"), primary_key=True),
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("version", NAME, nullable=False),
        sa.Column("telemetry", sa.Text, nullable=False),
        sa.Column("pricing", sa.Text, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("updated_ns", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_registered_agents_id", "registered_agents", ["id"])
    op.create_table(
        "agent_versions",
        sa.Column("project", NAME, primary_key=True),
        sa.Column("agent", ID, primary_key=True),
        sa.Column("version", NAME, primary_key=True),
        sa.Column("folder", ID, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("published_by", TEXT, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["project", "agent"], ["registered_agents.project", "registered_agents.id"]),
    )
    op.create_table(
        "agent_variables",
        sa.Column("project", NAME, sa.ForeignKey("projects.name"), primary_key=True),
        sa.Column("agent", TEXT, primary_key=True),
        sa.Column("name", NAME, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("updated_ns", sa.BigInteger, nullable=False),
        sa.Column("updated_by", TEXT, nullable=False),
    )
