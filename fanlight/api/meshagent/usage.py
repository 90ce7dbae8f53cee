"""Usage: what models came to, by provider, model and kind of call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described
from fanlight.api.meshagent.answers import ask_list, list_of
from fanlight.api.meshagent.parameters import PROJECT, WholeList
from fanlight.api.parameters import Scoped
from fanlight.api.visitor import principal_of
from fanlight.errors import InvalidError
from fanlight.model.meshagent import ModelUsage
from fanlight.query.meshagent.usage import list_model_usage

router = APIRouter(prefix=PROJECT, tags=["meshagent"])

MOST_ANNOTATIONS = 16
_LIST = described(list_of("usage", ModelUsage))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OwnUsage(WholeList):
    """When, in which intervals, and of which runs: those that hold all of `annotations`."""

    start: str = Field("", max_length=64, description="Earliest start of a run, as ISO 8601; in UTC.")
    end: str = Field("", max_length=64, description="First start not included.")
    interval: Literal["", "minute", "hour", "day", "week"] = Field("", description="In time, too; in UTC.")
    annotations: str = Field(
        "", max_length=4_096, description="JSON object: attributes that a span or a resource has."
    )

    @property
    def asked(self) -> dict[str, Any]:
        """The arguments of a question. Raises InvalidError."""
        return {
            "since_ns": _nanoseconds("start", self.start),
            "until_ns": _nanoseconds("end", self.end),
            "interval": self.interval,
            "annotations": _annotations(self.annotations),
            **self.page,
        }


class AnyUsage(OwnUsage):
    """Whose usage, of what, and what else it is told by."""

    report: Literal["", "user", "room", "agent", "session"] = Field("", description="Tell these apart, too.")
    users: str = Field("", max_length=4_096, description="Names of users with commas between them.")
    room: str = Field("", max_length=200)
    provider: str = Field("", max_length=256)
    model: str = Field("", max_length=256)
    usage_type: str = Field("", max_length=64, description="Kind of call: llm, embedding, tool, ...")

    @property
    def asked(self) -> dict[str, Any]:
        """The arguments of a question. Raises InvalidError."""
        return {
            **super().asked,
            "report": self.report,
            "users": [name.strip() for name in self.users.split(",") if name.strip()],
            "room": self.room,
            "provider": self.provider,
            "model": self.model,
            "kind": self.usage_type,
        }


@router.get("/usage", **_LIST)
async def get_usage(request: Request, scope: Scoped, asked: Annotated[AnyUsage, Query()]) -> Response:
    """What the runs that started in the window came to; the rows sum up to what those runs cost."""
    return await ask_list(request, "usage", list_model_usage, scope, **asked.asked)


@router.get("/llm-proxy/usage", **_LIST)
async def get_own_usage(request: Request, scope: Scoped, asked: Annotated[OwnUsage, Query()]) -> Response:
    """The same of the runs whose user is whoever asks; of all runs, if that is no person but a key."""
    principal = principal_of(request)
    users = [principal.name] if principal.person_id is not None else []
    return await ask_list(request, "usage", list_model_usage, scope, users=users, **asked.asked)


def _nanoseconds(name: str, text: str) -> int | None:
    """Nanoseconds since 1970 of what Python's `isoformat` gives.

    Example:
        >>> _nanoseconds("start", "1970-01-01T00:00:01.5"), _nanoseconds("start", "1970-01-01T01:00:00+01:00")
        (1500000000, 0)
    """
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError):
        raise InvalidError(f"{name} is no time: {text[:40]!r}", hint="as 2026-01-31T10:00:00Z") from None
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000


def _annotations(text: str) -> dict[str, str]:
    try:
        found = msgspec.json.decode(text, type=dict[str, str]) if text else {}
    except (msgspec.DecodeError, UnicodeError):
        raise InvalidError("annotations are no JSON object of texts", hint='as {"team": "blue"}') from None
    if len(found) > MOST_ANNOTATIONS:
        raise InvalidError(f"{len(found)} annotations", hint=f"name at most {MOST_ANNOTATIONS}")
    return found
