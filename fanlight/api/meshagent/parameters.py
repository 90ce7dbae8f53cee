"""Parameters that several of MeshAgent's routes share. Its own have a limit at most; `cursor` is ours."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from fanlight.api.parameters import Strict
from fanlight.query.meshagent.listing import MOST

PROJECT = "/accounts/projects/{project}"
CURSOR = "`next` of the page before."


class PageOf(Strict):
    """A page of sessions, or of billing events."""

    limit: int = Field(25, ge=1, le=1_000, description="Most items in one page.")
    cursor: str | None = Field(None, max_length=4_096, description=CURSOR)

    @property
    def page(self) -> dict[str, Any]:
        """The arguments `limit` and `cursor` of a question."""
        return {"limit": self.limit, "cursor": self.cursor or None}


class WholeList(PageOf):
    """A list that MeshAgent's clients take for all there is."""

    limit: int = Field(MOST, ge=1, le=MOST, description="Most items in one page.")


Paged = Annotated[PageOf, Query()]
Whole = Annotated[WholeList, Query()]
