"""How far rooms, sessions and agents were noted: what a crash left out is noted by the next start."""

from __future__ import annotations

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import NotedRow


def noted_upto(catalog: Catalog, epoch: str) -> int | None:
    """The sequence up to which all of the store `epoch` was noted; None when nothing was yet."""
    with catalog.reading() as session:
        row = session.get(NotedRow, epoch)
        return None if row is None else row.seq


def keep_noted(catalog: Catalog, epoch: str, seq: int) -> None:
    """Everything up to `seq` was noted."""
    with catalog.writing() as session:
        session.merge(NotedRow(epoch=epoch, seq=seq))
