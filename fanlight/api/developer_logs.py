"""Developer logs: by HTTP, as they also come by the WebSocket of a room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, json_response, page_of, ref
from fanlight.api.event_body import MOST_EVENTS, read_objects
from fanlight.api.logs import LogWindow
from fanlight.api.parameters import Scoped
from fanlight.api.services import services_of
from fanlight.api.visitor import note_reading
from fanlight.errors import InvalidError
from fanlight.model.developer_log import (
    MAX_NAME_CHARACTERS,
    MAX_TYPE_CHARACTERS,
    DeveloperLog,
    NewDeveloperLog,
    read_developer_log,
    read_traceparent,
)
from fanlight.model.revenue import Accepted
from fanlight.model.signal import Signal
from fanlight.otlp.developer_log import developer_log_request
from fanlight.query.developer_logs import developer_filter, list_developer_logs

router = APIRouter(prefix="/api/v1/projects/{project}/developer-logs", tags=["logs"])

TRACEPARENT = "traceparent"
_NAME = {"type": ["string", "null"], "maxLength": MAX_NAME_CHARACTERS}
_FIELDS = {
    "type": {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_TYPE_CHARACTERS,
        "description": "info, warning, error, or a word of your own.",
        "examples": ["info"],
    },
    "data": {"type": ["object", "string"], "examples": [{"message": "hello"}]},
    "room": _NAME,
    "session": {**_NAME, "description": "Without it: the session that the room is in."},
    "service": {**_NAME, "description": "Who writes."},
    "time": {"type": ["string", "null"], "format": "date-time", "description": "Without it: now."},
    TRACEPARENT: {"type": ["string", "null"], "description": "The span, as W3C Trace Context names it."},
    "trace_id": {"type": ["string", "null"], "pattern": "^([0-9a-f]{32})?$"},
    "span_id": {"type": ["string", "null"], "pattern": "^([0-9a-f]{16})?$"},
}
_ONE = {"type": "object", "required": ["type", "data"], "additionalProperties": False, "properties": _FIELDS}
_MANY = {"type": "array", "items": _ONE, "minItems": 1, "maxItems": MOST_EVENTS}
_TAKES = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"anyOf": [_ONE, _MANY]}}}},
    "parameters": [
        {
            "name": TRACEPARENT,
            "in": "header",
            "schema": {"type": "string"},
            "description": "The span of every log that names none itself.",
        }
    ],
}


class DeveloperLogWindow(LogWindow):
    """A page of developer logs."""

    room: str = Field("", max_length=MAX_NAME_CHARACTERS, description="Only those of this room.")
    session: str = Field("", max_length=MAX_NAME_CHARACTERS, description="Only those of this session.")
    type: str = Field("", max_length=MAX_TYPE_CHARACTERS, description="Only those of this type.")


@router.get("", **described(page_of(DeveloperLog)))
async def list_posted(
    request: Request, scope: Scoped, window: Annotated[DeveloperLogWindow, Query()]
) -> Response:
    """Developer logs of the window; long texts are cut and marked, `/logs/{id}` gives them whole."""
    page = window.page(request)
    q = developer_filter(window.q, room=window.room, session=window.session, type_=window.type)
    answer = await ask(request, list_developer_logs, scope, **{**page, "q": q}, order=window.order)
    await note_reading(request, "logs")
    return answer


@router.post("", openapi_extra=_TAKES, **described(ref(Accepted)))
async def post_developer_logs(request: Request, scope: Scoped) -> Response:
    """Take one developer log or a list of them, all or none. They are on disk when this is answered."""
    span = _span_of(request)
    logs = await read_objects(request, lambda given: _read(given, span), noun="developer log")
    services = services_of(request)
    body = developer_log_request(logs, services.clock.now_ns())
    await services.otlp.report(scope.project_id, body, Signal.LOGS)
    return json_response(Accepted(accepted=len(logs)))


def _span_of(request: Request) -> Mapping[str, str]:
    """The span that the request's header names. Libraries add it by themselves: none is no error."""
    found = read_traceparent(request.headers.get(TRACEPARENT, ""))
    return {"trace_id": found[0], "span_id": found[1]} if found else {}


def _read(given: Any, span: Mapping[str, str]) -> NewDeveloperLog:
    if not isinstance(given, dict):
        raise InvalidError("a developer log is a JSON object", hint='{"type": "info", "data": {...}}')
    names_one = any(given.get(field) for field in (TRACEPARENT, "trace_id"))
    return read_developer_log(given if names_one else {**given, **span})
