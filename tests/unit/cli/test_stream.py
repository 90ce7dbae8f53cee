"""The live stream: nothing is missed over broken connections."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import httpx
import pytest

from fanlight.cli.client import Client
from fanlight.cli.stream import Message, follow
from fanlight.errors import UnauthenticatedError, UnreachableError


class Breaking(httpx.SyncByteStream):
    """A body that breaks off."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __iter__(self) -> Iterator[bytes]:
        yield self.text.encode()
        raise httpx.ReadError("connection reset")


def test_a_broken_connection_resumes_behind_the_last_message_and_waits_longer_each_time() -> None:
    asked: list[str | None] = []
    waits: list[float] = []
    said: list[str] = []
    answers: list[httpx.Response | Exception] = [
        httpx.Response(200, stream=Breaking("id: e.1\nevent: batch\ndata: [1]\n\nid: e.2\nevent: batch\nda")),
        httpx.ConnectError("refused"),
        httpx.Response(503, json={"error": {"message": "too many streams", "hint": ""}}),
        httpx.Response(200, stream=Breaking('id: e.2\nevent: gap\ndata: {"reason": "window"}\n\n')),
        httpx.Response(401, json={"error": {"message": "revoked", "hint": ""}}),
    ]

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("last-event-id"))
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = Client("http://127.0.0.1:1", None, transport=httpx.MockTransport(server))
    got: list[Message] = []
    with pytest.raises(UnauthenticatedError):
        got.extend(follow(client, "runs", say=said.append, sleep=waits.append))
    assert got == [Message("e.1", "batch", [1]), Message("e.2", "gap", {"reason": "window"})]
    assert asked == [None, "e.1", "e.1", "e.1", "e.2"]
    assert waits == [0.5, 1.0, 2.0, 0.5]
    assert [text.rpartition("; ")[2] for text in said] == [
        "trying again in 0.5 s",
        "trying again in 1 s",
        "trying again in 2 s",
        "connected again",
        "trying again in 0.5 s",
    ]


def test_the_first_connection_must_come_about() -> None:
    def server(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    client = Client("http://127.0.0.1:1", None, transport=httpx.MockTransport(server))
    with pytest.raises(UnreachableError, match="no answer from"):
        list(islice(follow(client, "runs", say=print), 1))
