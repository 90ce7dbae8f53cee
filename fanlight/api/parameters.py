"""Parameters that several routes share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from fanlight.api.door import SCOPE
from fanlight.api.services import services_of
from fanlight.api.times import parse_time_or_none
from fanlight.model.project import ProjectScope
from fanlight.query.page import Page, decode_cursor, encode_cursor

TIME = "RFC 3339, or counted from now: `now`, `now-15m`, `now-1h`, `now-7d`."


async def _scope_of(
    request: Request, project: Annotated[str, Path(description="Name of the project.", examples=["default"])]
) -> ProjectScope:
    # The door found the project in the path and asked for the right to it: only its word counts.
    found = request.scope[SCOPE]
    assert isinstance(found, ProjectScope)
    return found


Scoped = Annotated[ProjectScope, Depends(_scope_of)]
"""The project of the path, as the right to touch it."""


class Strict(BaseModel):
    """Whatever is not named here is an error, never ignored."""

    model_config = ConfigDict(extra="forbid")


class Window(Strict):
    """Which items: those that match `q` in [from, to)."""

    q: str = Field("", max_length=4_096, description="Filter, for example `status:error kind:tool`.")
    since: str = Field("", alias="from", max_length=64, description=f"Earliest time. {TIME}")
    until: str = Field("", alias="to", max_length=64, description=f"First time not included. {TIME}")

    def bounds(self, request: Request) -> dict[str, Any]:
        """The arguments `q`, `since_ns` and `until_ns` of a question. Raises InvalidError."""
        now = services_of(request).clock.now_ns()
        return {
            "q": self.q,
            "since_ns": parse_time_or_none(self.since, now),
            "until_ns": parse_time_or_none(self.until, now),
        }


class PageWindow(Window):
    """A page of them."""

    limit: int = Field(50, ge=1, le=1_000, description="Most items in one page.")
    cursor: str | None = Field(None, max_length=512, description="`next` of the page before.")

    def page(self, request: Request) -> dict[str, Any]:
        """The bounds with `limit` and `cursor`."""
        return {**self.bounds(request), "limit": self.limit, "cursor": self.cursor or None}


Paged = Annotated[PageWindow, Query()]
Windowed = Annotated[Window, Query()]


class NamePage(Strict):
    """A page of things by name."""

    limit: int = Field(100, ge=1, le=1_000, description="Most items in one page.")
    cursor: str | None = Field(None, max_length=4_096, description="`next` of the page before.")

    def place(self, noun: str) -> dict[str, Any]:
        """The arguments `limit`, one more to see whether a page follows, and `after`. Raises InvalidError."""
        after = decode_cursor(self.cursor, noun, str)[0] if self.cursor else ""
        return {"limit": self.limit + 1, "after": after}

    def of(self, noun: str, items: list[Any]) -> Page:
        """The page of what was found with `place`."""
        shown = items[: self.limit]
        return Page(
            items=shown, next=encode_cursor(noun, shown[-1].name) if len(items) > self.limit else None
        )


Named = Annotated[NamePage, Query()]
