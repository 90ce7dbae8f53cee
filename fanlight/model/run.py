"""A run: one execution of an agent, as the API gives it. What was not reported is None, never 0."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from fanlight.model.finding import Finding


class RunStatus(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    SUCCESS = "success"
    ERROR = "error"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    LOST = "lost"


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """Token counts; input includes both caches, output includes reasoning."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Money as a decimal string. `unpriced_tokens` counts the tokens that no price was known for."""

    amount: str | None = None
    currency: str = "USD"
    unpriced_tokens: int | None = None


class RunError(msgspec.Struct, frozen=True, kw_only=True):
    """The error a run ended with: its type, its text, and the span that carries it."""

    type: str | None = None
    message: str | None = None
    span_id: str | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run in a list or alone. Times are RFC 3339 in UTC, ids lower-case hex.

    `input` and `output` are given only for one run alone, and in lists are None; `findings` likewise.
    `first_token_ms` is that of the first model call which streamed; `unpriced_reasons` say why some of its
    tokens have no price.
    """

    id: str
    trace_id: str
    name: str
    status: RunStatus
    agent: str | None = None
    service: str | None = None
    room: str | None = None
    session: str | None = None
    user: str | None = None
    started_at: str
    ended_at: str | None = None
    duration_ms: float | None = None
    tokens: Tokens = Tokens()
    cost: Cost = Cost()
    unpriced_reasons: list[str] = []
    models: list[str] = []
    providers: list[str] = []
    first_token_ms: float | None = None
    error: RunError | None = None
    span_count: int = 0
    error_count: int = 0
    llm_count: int = 0
    tool_count: int = 0
    root_span_id: str | None = None
    findings: list[Finding] = []
    input: str | None = None
    output: str | None = None
