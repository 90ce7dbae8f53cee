"""The run's own pipe: messages that no text on stdout can imitate.

A message is a line `::FANLIGHT:<nonce>::{"seq": n, ...}`. The nonce is known to the runner and to the part of
it that runs in the agent's process; `seq` counts from 1 there. Besides it, a message holds either `"event"`,
the JSON text of an event, or `"hook"`, `"arguments"`, `"thread"`, `"at_ns"`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any

from fanlight.runner.capture.events import Found, event_at
from fanlight.runner.capture.items import Hook

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
OPENING = "::FANLIGHT:"


class Pipe:
    """Reads the messages of one run. `missing` counts those that never came, `refused` what is no message."""

    def __init__(self, nonce: str) -> None:
        self._prefix = f"{OPENING}{nonce}::"
        self._last = 0
        self.missing = 0
        self.refused = 0

    def read(self, line: str) -> Found | Hook | None:
        """The message that `line` is; None when it is none: wrong nonce, shape, or a number that was used."""
        found = self._message_of(line)
        if found is None:
            self.refused += 1
        return found

    def _message_of(self, line: str) -> Found | Hook | None:
        head, rest = line[: len(self._prefix)], line[len(self._prefix) :]
        if not hmac.compare_digest(head.encode("utf-8", "replace"), self._prefix.encode()):
            return None
        try:
            message = json.loads(rest)
        except (ValueError, RecursionError):
            return None
        if not isinstance(message, dict) or not self._is_next(message.get("seq")):
            return None
        return _event_of(message) or _hook_of(message)

    def _is_next(self, seq: object) -> bool:
        if type(seq) is not int or not self._last < seq < 2**53:
            return False
        self.missing += seq - self._last - 1
        self._last = seq
        return True


def _event_of(message: Mapping[str, Any]) -> Found | None:
    text = message.get("event")
    if not isinstance(text, str):
        return None
    found, end = event_at(text, 0)
    return found if found is not None and end == len(text) else None


def _hook_of(message: Mapping[str, Any]) -> Hook | None:
    name, arguments = message.get("hook"), message.get("arguments")
    thread, at_ns = message.get("thread", 0), message.get("at_ns", 0)
    if not isinstance(name, str) or not isinstance(arguments, dict):
        return None
    if type(thread) is not int or type(at_ns) is not int:
        return None
    return Hook(name=name, arguments=arguments, thread=thread, at_ns=at_ns)
