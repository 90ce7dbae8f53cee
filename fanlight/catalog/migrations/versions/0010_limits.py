"""What projects and keys may take up, and what of a project's telemetry is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("projects", sa.Column("limits", sa.Text))
    op.add_column("projects", sa.Column("sampling", sa.Text))
    op.add_column("keys", sa.Column("limits", sa.Text))
