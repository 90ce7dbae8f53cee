"""Findings of runs into the store."""

from __future__ import annotations

from collections.abc import Sequence

from fanlight.model.finding import Found
from fanlight.model.retention import Retention
from fanlight.store.connection import Connection
from fanlight.store.sql import statement


def note(writer: Connection, findings: Sequence[Found], *, first_seq: int, retention: Retention) -> None:
    """Store `findings` with sequences from `first_seq` on, in their order. Raises StoreError."""
    writer.run(
        statement("insert", "findings"),
        {
            "projects": [each.project_id for each in findings],
            "runs": [each.run_id for each in findings],
            "ids": [each.finding_id for each in findings],
            "kinds": [each.kind for each in findings],
            "states": [each.state for each in findings],
            "at_ms": [str(each.at_ns // 1_000_000) for each in findings],
            "data": [each.data for each in findings],
            "places": [str(place) for place in range(len(findings))],
            "first_seq": first_seq,
            "days": [retention.days_of(each.project_id) for each in findings],
        },
    )
