"""What of its telemetry each project keeps."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import get_project
from fanlight.catalog.tables import ProjectRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import StoreError
from fanlight.model.sampling import EVERYTHING, Sampling, check_sampling


def set_sampling(
    catalog: Catalog, project: str, sampling: Sampling | None, *, clock: Clock = SYSTEM
) -> Sampling:
    """Keep so much of a project's telemetry from now on; None keeps everything.

    Raises:
        NotFoundError: there is no such project.
        InvalidError: a share or a time cannot be set.
    """
    get_project(catalog, project)
    wanted = check_sampling(sampling or EVERYTHING)
    wanted = msgspec.structs.replace(wanted, changed_ns=clock.now_ns())
    with catalog.writing() as session:
        row = session.get_one(ProjectRow, project)
        row.sampling = msgspec.json.encode(wanted).decode()
    return wanted


def get_sampling(catalog: Catalog, project: str) -> Sampling:
    """What a project keeps. Raises NotFoundError."""
    get_project(catalog, project)
    return sampling_of(catalog).get(project, EVERYTHING)


def sampling_of(catalog: Catalog) -> Mapping[str, Sampling]:
    """What projects keep that have said so. Raises StoreError when the catalog cannot be read."""
    query = select(ProjectRow.name, ProjectRow.sampling).where(ProjectRow.sampling.is_not(None))
    try:
        with catalog.reading() as session:
            return {
                name: msgspec.json.decode(text, type=Sampling)
                for name, text in session.execute(query)
                if text
            }
    except SQLAlchemyError as error:
        raise StoreError(f"the catalog cannot be read: {error}", retryable=True) from error
