"""Secrets leave a capture masked: in lines, in events, and across the pieces of a streamed answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fanlight.redact import Redactor
from fanlight.runner.capture.events import Found, event_at
from fanlight.runner.capture.items import Hook
from fanlight.runner.capture.lines import RawLine

DELTA = "delta"


class Masking:
    """Masks what one capture gives out."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._stream = redactor.stream()

    def line(self, raw: RawLine) -> str:
        """A line as text."""
        text = raw.data.decode("utf-8", "replace")
        return self._redactor.head(text) if raw.cut_bytes else self._redactor.text(text)

    def event(self, found: Found) -> Found:
        """An event that came by the own pipe."""
        text = self._redactor.text(found.text)
        original = None if found.original is None else self._redactor.text(found.original)
        if text == found.text and original == found.original:
            return found
        masked, _ = event_at(text, 0)
        return replace(masked, original=original) if masked else replace(found, text=text, original=original)

    def hook(self, hook: Hook) -> Hook:
        """The arguments of a hook."""
        text = json.dumps(hook.arguments, ensure_ascii=False)
        masked = self._redactor.text(text)
        return hook if masked == text else replace(hook, arguments=_object_of(masked))

    def deltas(self, found: Found) -> Iterator[Found]:
        """`found`, with what its predecessors held back; a delta may itself hold back its end."""
        content = found.value.get("content")
        if found.type != DELTA or not isinstance(content, str):
            yield from self.held()
            yield found
            return
        given = self._stream.feed(content)
        if given == content:
            yield found
        elif given:
            yield _delta(found.value, given)

    def held(self) -> Iterator[Found]:
        """What was held back and turned out to be no secret, as a delta of its own."""
        if rest := self._stream.close():
            yield _delta({"type": DELTA}, rest)


def _delta(like: Any, content: str) -> Found:
    value = {**like, "content": content}
    return Found(DELTA, json.dumps(value, ensure_ascii=False), value)


def _object_of(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        # A mask that fell onto JSON's own signs; what is left is shown as the text that it is.
        return {"masked": text}
    return found if isinstance(found, dict) else {"masked": text}
