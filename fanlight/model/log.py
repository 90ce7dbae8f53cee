"""A log record, as the API gives it."""

from __future__ import annotations

from typing import Any

import msgspec

from fanlight.model.span import Attribute

LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """One log record. `id` is opaque and unique in its project; `level` is one of LEVELS, or None.

    `body` is the value as it came (text, number, list, object). A text body over 16 KiB is cut in lists
    and `truncated` says so; `GET /logs/{id}` gives it whole.
    """

    id: str
    time: str
    observed_at: str | None
    level: str | None
    severity_number: int
    severity_text: str
    body: Any
    truncated: bool = False
    event_name: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    run: str | None = None
    service: str | None = None
    room: str | None = None
    session: str | None = None
    scope_name: str | None = None
    attributes: list[Attribute] = []
    resource_attributes: list[Attribute] = []
