"""Sessions of rooms, who was in them, what runs in a room, and what is still to be told of all that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

NAME = sa.String(128)
TEXT = sa.String(1024)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("project", NAME, sa.ForeignKey("projects.name"), primary_key=True),
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("room", TEXT, nullable=False),
        sa.Column("is_unnamed", sa.Boolean, nullable=False),
        sa.Column("own_first_ns", sa.BigInteger, nullable=False),
        sa.Column("own_last_ns", sa.BigInteger, nullable=False),
        sa.Column("started_ns", sa.BigInteger, nullable=False),
        sa.Column("last_ns", sa.BigInteger, nullable=False),
        sa.Column("heard_ns", sa.BigInteger, nullable=False),
        sa.Column("ended_ns", sa.BigInteger),
        sa.Column("ended_by", sa.String(16)),
        sa.Column("merged_into", TEXT),
    )
    op.create_index("ix_sessions_of_room", "sessions", ["project", "room", "last_ns"])
    op.create_index("ix_sessions_by_last", "sessions", ["project", "last_ns", "id"])
    op.create_index("ix_sessions_open", "sessions", ["ended_ns", "last_ns"])
    op.create_table(
        "session_participants",
        sa.Column("project", NAME, primary_key=True),
        sa.Column("session", TEXT, primary_key=True),
        sa.Column("id", NAME, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", NAME, nullable=False),
        sa.Column("joined_ns", sa.BigInteger, nullable=False),
        sa.Column("left_ns", sa.BigInteger),
        sa.ForeignKeyConstraint(["project", "session"], ["sessions.project", "sessions.id"]),
    )
    op.create_table(
        "services",
        sa.Column("project", NAME, sa.ForeignKey("projects.name"), primary_key=True),
        sa.Column("room", TEXT, primary_key=True),
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("session", TEXT),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("image", TEXT),
        sa.Column("version", TEXT),
        sa.Column("restarts", sa.BigInteger),
        sa.Column("cpu_percent", sa.Float),
        sa.Column("memory_bytes", sa.BigInteger),
        sa.Column("run_id", TEXT),
        sa.Column("started_ns", sa.BigInteger, nullable=False),
        sa.Column("reported_ns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "room_events",
        sa.Column("id", COUNTER, primary_key=True, autoincrement=True),
        sa.Column("project", NAME, nullable=False),
        sa.Column("room", TEXT, nullable=False),
        sa.Column("session", TEXT, nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_table(
        "noted",
        sa.Column("epoch", NAME, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "room_members",
        sa.Column("project", NAME, primary_key=True),
        sa.Column("room", TEXT, primary_key=True),
        sa.Column("person", sa.String(16), sa.ForeignKey("people.id"), primary_key=True, index=True),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["project", "room"], ["rooms.project", "rooms.name"]),
    )
