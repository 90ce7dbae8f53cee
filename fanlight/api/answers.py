"""Answers: msgspec bytes on the wire, and the words that describe them in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.services import services_of
from fanlight.query.within import finder, whole_sessions

_encode = msgspec.json.Encoder().encode


def json_response(data: Any, status: int = 200) -> Response:
    """`data` as JSON."""
    return Response(_encode(data), status, media_type="application/json")


async def ask(request: Request, question: Callable[..., Any], *arguments: Any, **named: Any) -> Response:
    """The JSON of `question(store, *arguments, **named)`, asked and encoded in a worker thread."""
    services = services_of(request)

    def call() -> bytes:
        return _encode(question(services.store, *arguments, **with_whole_sessions(request, named)))

    body = await services.workers.ask(call, request.receive)
    return Response(body, media_type="application/json")


def with_whole_sessions(request: Request, named: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a question, with a filter that means whole sessions where it names one. It blocks."""
    q = named.get("q", "")
    if "session" not in q:
        return named
    services = services_of(request)
    find = finder(services.catalog, request.path_params["project"])
    return {**named, "q": whole_sessions(q, find, services.occupancy.idle_ns)}


def ref(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """A reference to a shape among the components of the OpenAPI document."""
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def page_of(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a page of a list."""
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": ref(shape)},
            "next": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "description": "Cursor of the next page.",
            },
        },
    }


def described(
    schema: dict[str, Any], *, status: int = 200, media_type: str = "application/json"
) -> dict[str, Any]:
    """Arguments of a route that answers with `schema`; every other status is an Error."""
    return {
        "status_code": status,
        "response_class": Response,
        "responses": {status: {"description": "OK", "content": {media_type: {"schema": schema}}}},
    }
