"""Streamed tokens: the text of a span while it is being made.

An agent sends them as log records named `fanlight.token`: a piece of text, its span, and the index of its
first token. They are kept as what they are, log records with their retention; lists of logs leave them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fanlight.model.project import ProjectScope
from fanlight.model.span import SpanTokens
from fanlight.query.traces import check_hex
from fanlight.store.contract import Store

MOST_PIECES = 20_000
MOST_CHARACTERS = 1_000_000


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the stream: a piece of text of a span, its first token the `index`-th, counted from 0."""

    trace_id: str
    span_id: str
    index: int
    count: int
    text: str


def token_from_row(row: Sequence[Any]) -> Token:
    """A piece from the columns trace, span, index, count and text."""
    trace_id, span_id, index, count, text = row
    return Token(trace_id=trace_id, span_id=span_id, index=index, count=max(1, count), text=text)


def get_tokens(store: Store, scope: ProjectScope, trace_id: str, span_id: str) -> SpanTokens:
    """The text that a span has streamed so far; empty when it streams none.

    Raises:
        InvalidError: an id is not made of hex digits, or not of so many.
    """
    trace, span = check_hex(trace_id, 32, "trace"), check_hex(span_id, 16, "span")
    asked = {"trace_id": trace, "span_id": span, "limit": MOST_PIECES + 1}
    pieces = [token_from_row(row) for row in store.read(scope, "span_tokens", asked)]
    text = "".join(piece.text for piece in pieces[:MOST_PIECES])
    last = pieces[-1] if pieces else None
    return SpanTokens(
        trace_id=trace,
        span_id=span,
        text=text[:MOST_CHARACTERS],
        first_index=pieces[0].index if pieces else 0,
        next_index=last.index + last.count if last else 0,
        truncated=len(pieces) > MOST_PIECES or len(text) > MOST_CHARACTERS,
    )
