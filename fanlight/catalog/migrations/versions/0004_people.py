"""People, their logins and roles, one-time secrets, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.String(16)
NAME = sa.String(128)
TEXT = sa.String(1024)
LONG_TEXT = sa.String(4096)


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", ID, primary_key=True),
        sa.Column("email", sa.String(320), nullable=False, unique=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("password", TEXT),
        sa.Column("is_admin", sa.Boolean, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("disabled_ns", sa.BigInteger),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(512), primary_key=True),
        sa.Column("subject", sa.String(256), primary_key=True),
        sa.Column("person", ID, sa.ForeignKey("people.id"), nullable=False),
    )
    op.create_index("ix_identities_person", "identities", ["person"])
    op.create_table(
        "members",
        sa.Column("project", NAME, sa.ForeignKey("projects.name"), primary_key=True),
        sa.Column("person", ID, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_members_person", "members", ["person"])
    op.create_table(
        "logins",
        sa.Column("sha256", sa.LargeBinary(32), primary_key=True),
        sa.Column("id", ID, nullable=False, unique=True),
        sa.Column("person", ID, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("used_ns", sa.BigInteger, nullable=False),
        sa.Column("expires_ns", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_logins_person", "logins", ["person"])
    op.create_table(
        "one_time",
        sa.Column("sha256", sa.LargeBinary(32), primary_key=True),
        sa.Column("id", ID, nullable=False, unique=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("project", NAME),
        sa.Column("data", LONG_TEXT, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("expires_ns", sa.BigInteger, nullable=False),
        sa.Column("used_ns", sa.BigInteger),
    )
    op.create_index("ix_one_time_purpose", "one_time", ["purpose"])
    op.create_index("ix_one_time_project", "one_time", ["project"])
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("project", NAME),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("detail", LONG_TEXT, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("ix_audit_action", "audit", ["action"])
    op.create_index("ix_audit_project", "audit", ["project"])
