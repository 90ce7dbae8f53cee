"""Completion of a filter: its fields, and the values that they have."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, json_response, page_of
from fanlight.api.parameters import TIME, Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.times import parse_time_or_none
from fanlight.model.project import ProjectScope
from fanlight.query.page import Page
from fanlight.query.values import FieldValue, FilterField, list_fields, list_values
from fanlight.store.contract import Store

router = APIRouter(prefix="/api/v1/projects/{project}/fields", tags=["filter"])


class ValuesQuery(Strict):
    """Which values."""

    field: str = Field(
        min_length=1,
        max_length=512,
        description="As it stands in a filter; `attr.` and `resource.` give keys.",
        examples=["agent", "attr.user.id", "attr."],
    )
    prefix: str = Field("", max_length=512, description="How they begin, upper and lower case alike.")
    since: str = Field("", alias="from", max_length=64, description=f"Earliest time. {TIME}")
    until: str = Field("", alias="to", max_length=64, description=f"First time not included. {TIME}")
    limit: int = Field(20, ge=1, le=200, description="Most values.")

    def asked(self, now_ns: int) -> dict[str, Any]:
        """The arguments of the question. Raises InvalidError."""
        since, until = parse_time_or_none(self.since, now_ns), parse_time_or_none(self.until, now_ns)
        return {"prefix": self.prefix, "since_ns": since, "until_ns": until, "limit": self.limit}


@router.get("/{noun}", **described(page_of(FilterField)))
async def list_filter_fields(scope: Scoped, noun: str) -> Response:
    """What a filter on runs, spans, logs or metrics can name; all on one page."""
    return json_response(Page(items=list(list_fields(noun))))


@router.get("/{noun}/values", **described(page_of(FieldValue)))
async def list_field_values(
    request: Request, scope: Scoped, noun: str, query: Annotated[ValuesQuery, Query()]
) -> Response:
    """Values of a field among the newest rows of the window, the most frequent first, with their counts."""
    asked = query.asked(services_of(request).clock.now_ns())
    return await ask(request, _page, scope, noun, query.field, **asked)


def _page(store: Store, scope: ProjectScope, noun: str, field: str, **asked: Any) -> Page:
    return Page(items=list(list_values(store, scope, noun, field, **asked)))
