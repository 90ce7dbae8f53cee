"""Answers as MeshAgent's clients read them: lists under their names, a cursor beside, money as numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ref
from fanlight.api.services import services_of
from fanlight.query.page import Page

# Every digit stands in the answer; what a reader's floating point makes of it is theirs.
_encode = msgspec.json.Encoder(decimal_format="number").encode


def answer(data: Any, status: int = 200) -> Response:
    """`data` as JSON."""
    return Response(_encode(data), status, media_type="application/json")


def list_answer(noun: str, page: Page) -> Response:
    """A page as `{noun: [...], "next": cursor}`."""
    return answer({noun: page.items, "next": page.next})


async def ask_list(
    request: Request, noun: str, question: Callable[..., Page], *arguments: Any, **named: Any
) -> Response:
    """The page that `question(store, *arguments, **named)` gives, asked in a worker thread."""
    services = services_of(request)
    call = partial(question, services.store, *arguments, **named)
    return await services.workers.ask(lambda: list_answer(noun, call()), request.receive)


def list_of(noun: str, shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of such a page."""
    return {
        "type": "object",
        "required": [noun, "next"],
        "properties": {
            noun: {"type": "array", "items": ref(shape)},
            "next": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "description": "Cursor of the next page.",
            },
        },
    }
