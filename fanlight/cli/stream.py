"""The server's live stream, read so that nothing is missed: it resumes where it stopped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fanlight.errors import FanlightError, OverloadError, UnreachableError

if TYPE_CHECKING:
    from fanlight.cli.client import Client

SILENCE_S = 45.0
"""Three heartbeats. A connection that is silent for longer is dead, whatever the socket says."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the stream; `id` is what a reader resumes from."""

    id: str
    event: str
    data: Any


def parse(lines: Iterable[str]) -> Iterator[Message]:
    r"""Server-sent events out of lines without their ends. Comments are skipped.

    Example:
        >>> list(parse(["id: e.7", "event: batch", "data: [1,", "data: 2]", "", ": heartbeat", ""]))
        [Message(id='e.7', event='batch', data=[1, 2])]
    """
    last_id, event, data = "", "message", list[str]()
    for line in lines:
        if not line:
            if data:
                yield Message(last_id, event, json.loads("\n".join(data)))
            event, data = "message", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            last_id = value
        elif name == "event":
            event = value
        elif name == "data":
            data.append(value)


def follow(
    client: Client,
    topics: str,
    *,
    kinds: str | None = None,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Message]:
    """Messages of `topics` for ever, over as many connections as it takes; of `kinds` of items alone.

    The first connection must come about, else UnreachableError is raised; later ones are tried again, and
    `say` is told. Each resumes behind the last message that was given out.
    """
    asked = {"topics": topics, **({"kinds": kinds} if kinds else {})}
    last_id, wait_s, connected, lost = "", FIRST_WAIT_S, False, False
    while True:
        try:
            for message in _once(client, asked, last_id):
                connected, wait_s = True, FIRST_WAIT_S
                if message.id:
                    last_id = message.id
                if message.event != "open":
                    yield message
                elif lost:
                    say("connected again")
            reason = "the server closed the stream"
        except (UnreachableError, OverloadError) as error:
            if not connected:
                raise
            reason = error.message
        lost = True
        say(f"{reason}; trying again in {wait_s:g} s")
        sleep(wait_s)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


def _once(client: Client, asked: dict[str, str], last_id: str) -> Iterator[Message]:
    import httpx

    from fanlight.cli.client import error_of

    headers = {"accept": "text/event-stream", **({"last-event-id": last_id} if last_id else {})}
    timeout = httpx.Timeout(SILENCE_S, connect=5.0)
    path = client.project_path("stream")
    try:
        with client.http.stream("GET", path, params=asked, headers=headers, timeout=timeout) as response:
            if response.status_code >= 400:
                raise error_of(response)
            yield Message("", "open", None)
            yield from parse(response.iter_lines())
    except httpx.TransportError as error:
        raise client.unreachable(error) from error
    except json.JSONDecodeError as error:
        raise FanlightError(f"the stream is not what Fanlight sends: {error}") from error
