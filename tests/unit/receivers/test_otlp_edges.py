"""What the receivers do with what is no request, with troubles of the server, and with a taken port."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, NoReturn

import pytest

from fanlight.errors import FanlightError, StoreError
from fanlight.ingest.receivers.otlp_grpc import start_grpc


@pytest.mark.parametrize("type_", ["lifespan", "websocket"])
def test_what_is_no_http_request_is_neither_read_nor_answered(receiver: Any, type_: str) -> None:
    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    async def receive() -> NoReturn:
        raise AssertionError("nothing is to be read")

    asyncio.run(receiver.app({"type": type_, "path": "/v1/traces"}, receive, send))
    assert (sent, receiver.batches, receiver.asked) == ([], [], [])


@pytest.mark.parametrize("error", [StoreError("the engine is short of memory"), FanlightError("so to say")])
def test_trouble_that_is_not_the_senders_is_to_be_tried_again_and_logged(
    receiver: Any, traces: Any, caplog: pytest.LogCaptureFixture, error: FanlightError
) -> None:
    receiver.append_error = error
    answer = receiver.post(b"{}", content_type="application/json")
    assert answer.status == 200  # nothing in it, nothing to append
    answer = receiver.post(traces("a").SerializeToString())
    assert (answer.status, error.message.encode() in answer.body) == (503, True)
    assert receiver.counts().refused == {error.code: 1}
    assert "an OTLP request failed" in caplog.text


def test_a_port_that_is_taken_is_an_error_that_names_it(receiver: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(RuntimeError, match=address):
            asyncio.run(start_grpc(address, receiver.gate, receiver.intake))
