"""Findings of runs: loops and standstill."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, page_of
from fanlight.api.parameters import Scoped, Strict
from fanlight.model.finding import Finding
from fanlight.query import findings

router = APIRouter(prefix="/api/v1/projects/{project}/findings", tags=["runs"])


class FindingPage(Strict):
    """Which findings."""

    run: str | None = Field(None, max_length=512, description="Only those of this run.")
    state: str | None = Field(None, max_length=16, description="`open` or `over`; both without it.")
    limit: int = Field(50, ge=1, le=1_000, description="Most items in one page.")
    cursor: str | None = Field(None, max_length=512, description="`next` of the page before.")

    def asked(self) -> dict[str, Any]:
        """The arguments of the question."""
        return {"run": self.run or None, "state": self.state or None, "limit": self.limit,
                "cursor": self.cursor or None}  # fmt: skip


@router.get("", **described(page_of(Finding)))
async def list_findings(request: Request, scope: Scoped, page: Annotated[FindingPage, Query()]) -> Response:
    """Loops and standstill, found while runs went on; newest first."""
    return await ask(request, findings.list_findings, scope, **page.asked())
