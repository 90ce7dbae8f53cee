"""What projects keep out of their telemetry, and the secrets that they declared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("projects", sa.Column("privacy", sa.Text))
    op.create_table(
        "project_secrets",
        sa.Column("project", sa.String(128), sa.ForeignKey("projects.name"), primary_key=True),
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("updated_ns", sa.BigInteger, nullable=False),
        sa.Column("updated_by", sa.String(1024), nullable=False),
    )
