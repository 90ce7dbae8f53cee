"""Bodies that hold one event or a list of them, plain or as CloudEvents."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from starlette.requests import Request

from fanlight.errors import FanlightError, InvalidError, PayloadError

MOST_EVENTS = 1_000
MOST_BYTES = 4 * 1024 * 1024
_ENVELOPE = {"id": "id", "time": "occurred_at"}
"""What a CloudEvents envelope says -> the field of ours that it is."""

T = TypeVar("T")


async def read_events(request: Request, kind: str, read: Callable[[Mapping[str, Any]], T]) -> list[T]:
    """The events of a request's body, each read by `read`; `kind` is what a CloudEvents `type` begins with.

    All of them or none: one that is wrong is named with what is wrong, and the request is refused.

    Raises:
        InvalidError: the body, or something in it, is no event.
        PayloadError: the body is too long.
    """
    # A number keeps all the digits that it was written with.
    given = _parsed(await _body(request), kind="event", parse_float=str)
    return _each(given, lambda event: read(_fields(event, kind)), "event")


async def read_objects(request: Request, read: Callable[[Any], T], *, noun: str) -> list[T]:
    """What a request's body holds, one thing or a list, each read by `read`; all of them or none.

    NaN and infinities, which some programs write into what they call JSON, come as text.

    Raises:
        InvalidError: the body, or something in it, is none of what `noun` names.
        PayloadError: the body is too long.
    """
    return _each(_parsed(await _body(request), kind=noun), read, noun)


def _each(given: Any, read: Callable[[Any], T], noun: str) -> list[T]:
    listed = given if isinstance(given, list) else [given]
    if not 0 < len(listed) <= MOST_EVENTS:
        raise InvalidError(f"{len(listed)} {noun}s in one request", hint=f"send 1 to {MOST_EVENTS}")
    found = []
    for place, each in enumerate(listed):
        try:
            found.append(read(each))
        except FanlightError as error:
            where = f"{noun} {place}: " if isinstance(given, list) else ""
            raise InvalidError(f"{where}{error.message}", hint=error.hint) from error
    return found


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise PayloadError(f"the body is longer than {MOST_BYTES:,} bytes", status=413, hint="send less")
    return bytes(body)


def _parsed(body: bytes, *, kind: str, parse_float: Callable[[str], Any] | None = None) -> Any:
    try:
        return json.loads(body, parse_float=parse_float, parse_constant=str)
    except (ValueError, RecursionError) as error:
        article = "an" if kind[0] in "aeiou" else "a"
        raise InvalidError("the body is no JSON", hint=f"{article} {kind}, or a list of {kind}s") from error


def _fields(event: Any, kind: str) -> Mapping[str, Any]:
    """The fields of an event; those of a CloudEvent are in its `data`, under its own id and time."""
    if not isinstance(event, dict):
        raise InvalidError("an event is a JSON object")
    if not isinstance(event.get("type", ""), str):
        raise InvalidError("type is no text")
    if "specversion" not in event:
        return event
    if event["specversion"] != "1.0":
        raise InvalidError(
            f"specversion {str(event['specversion'])[:20]!r} is not understood", hint="send 1.0"
        )
    named = event.get("type", "")
    if named != kind and not named.startswith(f"{kind}."):
        raise InvalidError(f"the type {named[:60]!r} is none of ours", hint=f"send {kind}")
    if not isinstance(event.get("source"), str) or not event["source"]:
        raise InvalidError("source is no text", hint="say where the event comes from, as /checkout")
    data = event.get("data")
    if not isinstance(data, dict):
        raise InvalidError("data is no JSON object", hint="it holds the event's fields")
    envelope = {ours: event[theirs] for theirs, ours in _ENVELOPE.items() if theirs in event}
    return {**data, **envelope}
