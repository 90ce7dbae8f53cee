"""Logins whose tokens are replaced when their person's role changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("logins", sa.Column("is_due", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("logins", sa.Column("before", sa.LargeBinary(32)))
    op.add_column("logins", sa.Column("before_until_ns", sa.BigInteger, nullable=False, server_default="0"))
    op.create_index("ix_logins_before", "logins", ["before"])
