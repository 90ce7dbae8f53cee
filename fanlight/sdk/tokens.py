"""Streamed tokens: one cheap step in the agent, one log record a span and turn on the wire."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.trace import SpanContext

    from fanlight.sdk.records import Records

EVENT = "fanlight.token"
FIRST_TOKEN = "fanlight.first_token_ns"  # noqa: S105 - the name of an attribute
RATE = "fanlight.tokens_per_s"
MAX_TOKEN_CHARACTERS = 16_384


class Token(NamedTuple):
    """One piece of text, the `place`-th of its span from 0."""

    span: SpanContext
    place: int
    text: str
    at_ns: int


@dataclass(slots=True)
class Stream:
    """What one span has streamed so far. Times are nanoseconds since 1970."""

    count: int = 0
    first_ns: int = 0
    last_ns: int = 0

    def add(self, span: SpanContext, text: str) -> Token:
        """The next token of the span."""
        now_ns = time.time_ns()
        token = Token(span, self.count, text[:MAX_TOKEN_CHARACTERS], now_ns)
        self.first_ns = self.first_ns or now_ns
        self.last_ns = now_ns
        self.count += 1
        return token

    def rate(self) -> float | None:
        """Tokens a second from the first to the last; None when there was but one moment.

        Example:
            >>> Stream(count=11, first_ns=1_000_000_000, last_ns=3_000_000_000).rate()
            5.0
        """
        duration_ns = self.last_ns - self.first_ns
        return (self.count - 1) * 1e9 / duration_ns if duration_ns > 0 else None


@dataclass(slots=True)
class _Piece:
    first: Token
    texts: list[str] = field(default_factory=list)


def coalesce(tokens: Iterable[Token], records: Records) -> list[ReadableLogRecord]:
    """One `fanlight.token` record for each span that streamed: its text, the first index and the count."""
    pieces: dict[tuple[int, int], _Piece] = {}
    for token in tokens:
        key = (token.span.trace_id, token.span.span_id)
        pieces.setdefault(key, _Piece(token)).texts.append(token.text)
    return [
        records.make(
            EVENT,
            body="".join(piece.texts),
            attributes={"fanlight.token.index": piece.first.place, "fanlight.token.count": len(piece.texts)},
            span=piece.first.span,
            at_ns=piece.first.at_ns,
        )
        for piece in pieces.values()
    ]
