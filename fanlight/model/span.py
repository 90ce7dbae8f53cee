"""A span: in a trace's structure as columns, alone with everything."""

from __future__ import annotations

from typing import Any

import msgspec

from fanlight.model.content import Content

KINDS = (
    "agent", "llm", "tool", "chain", "retriever", "embedding", "reranker",
    "guardrail", "evaluator", "room", "io", "internal",
)  # fmt: skip


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute as it came. `type` is OTLP's: string bool int double array kvlist bytes, or empty.

    Integers beyond 2^53 - 1 are decimal strings, NaN and infinities the strings "NaN", "Infinity" and
    "-Infinity", bytes are base64. A key that came twice stands twice.
    """

    key: str
    type: str
    value: Any


class SpanColumns(msgspec.Struct, frozen=True, kw_only=True):
    """The structure of a trace, one list a field, row i of each is span i, ordered by start.

    `start_ns` counts from the trace's `started_at`. `duration_ns` is None while a span is open.
    `kind` is Fanlight's (agent, llm, ...), `span_kind` OpenTelemetry's (INTERNAL, SERVER, CLIENT, ...).
    `status` is unset, ok or error. `state` is finished, open, lost (its process went silent), or missing:
    the placeholder of a parent that was not received, as long as its children; it is no span and not counted.

    `agent` is the span's own or, where `agent_inherited`, that of its nearest ancestor. A `wrapper` says
    nothing that its only child does not: it can be folded. `first_token_ns` counts from the span's start.
    `flags` lists what was mended or doubted; here also "cyclic_parent" (its parent is below it: shown without
    one), "duplicate_id", "ends_before_start" and "starts_before_parent".
    """

    span_id: list[str]
    parent_span_id: list[str | None]
    name: list[str]
    kind: list[str]
    span_kind: list[str]
    status: list[str]
    state: list[str]
    start_ns: list[int]
    duration_ns: list[int | None]
    service: list[str | None]
    agent: list[str | None]
    model: list[str | None]
    tool: list[str | None]
    tokens_input: list[int | None]
    tokens_output: list[int | None]
    cost: list[str | None]
    error_type: list[str | None]
    event_count: list[int]
    has_content: list[bool]
    agent_inherited: list[bool]
    wrapper: list[bool]
    finish_reason: list[str | None]
    first_token_ns: list[int | None]
    flags: list[list[str]]


class SpanRow(msgspec.Struct, frozen=True, kw_only=True):
    """One span alone, in a list or over the stream: what `SpanColumns` says of it without its trace.

    `started_at` stands for `start_ns`: whoever meets one span alone does not know where its trace begins.
    """

    trace_id: str
    run_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: str
    span_kind: str
    status: str
    state: str
    started_at: str
    duration_ns: int | None
    service: str | None
    agent: str | None
    model: str | None
    tool: str | None
    tokens_input: int | None
    tokens_output: int | None
    cost: str | None
    error_type: str | None
    event_count: int
    has_content: bool
    finish_reason: str | None
    first_token_ns: int | None


class TraceStructure(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /traces/{trace_id}`. `truncated`: only `len(columns.span_id)` of `span_count` are given."""

    trace_id: str
    run_id: str
    started_at: str
    duration_ns: int
    span_count: int
    truncated: bool
    columns: SpanColumns


class SpanTokens(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /traces/{trace_id}/spans/{span_id}/tokens`: what a span streamed so far.

    `text` begins with piece `first_index` (0 unless earlier pieces were dropped on the way or are no longer
    kept); `next_index` is that of the next piece to come. `truncated`: there is more than is given.
    """

    trace_id: str
    span_id: str
    text: str
    first_index: int
    next_index: int
    truncated: bool


class SpanEvent(msgspec.Struct, frozen=True, kw_only=True):
    time: str
    name: str
    attributes: list[Attribute]
    dropped_attributes_count: int = 0


class SpanLink(msgspec.Struct, frozen=True, kw_only=True):
    trace_id: str
    span_id: str
    trace_state: str
    attributes: list[Attribute]
    flags: int = 0
    dropped_attributes_count: int = 0


class SpanPrice(msgspec.Struct, frozen=True, kw_only=True):
    """A price that a cost was computed by: US dollars for a million tokens by kind, and whose they are."""

    provider: str
    model: str
    source: str
    version: str
    prices: dict[str, Any]


class CostTerm(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a cost's arithmetic, as `text` for people: "1,200 input x $2.50/M".

    `price` is that of `per` tokens, requests or uses of a tool; `tokens` is how many there were.
    """

    kind: str
    tokens: int
    price: str
    amount: str
    text: str
    per: int = 1_000_000


class SpanCost(msgspec.Struct, frozen=True, kw_only=True):
    """What a span cost in US dollars, as a decimal string.

    `source` is "reported" (what the instrumentation claims) or "price" (tokens by the prices `price_id`).
    Without an amount `unpriced` says why there is none, empty = there was nothing to price. `reported` is the
    claim in the currency it was made in. `price` and `terms` show how an amount by price is made up:
    it is the sum of the terms.
    """

    amount: str | None
    currency: str = "USD"
    source: str | None = None
    price_id: str | None = None
    unpriced: str | None = None
    reported: str | None = None
    reported_currency: str | None = None
    price: SpanPrice | None = None
    terms: list[CostTerm] = []


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /traces/{trace_id}/spans/{span_id}`: everything that was sent, and what Fanlight made of it.

    `start_ns` and `end_ns` are the exact numbers as decimal strings; `flags` lists what was mended or
    doubted on the way in (clamped time, invalid UTF-8, value too deep, ...). `operation` is the word by which
    `dialect` named the kind; `first_token_ns` counts from the start, `tokens_per_s` from the first token on.
    `content` is None when it was not asked.
    """

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: str
    span_kind: str
    status: str
    status_message: str
    state: str
    started_at: str
    ended_at: str | None
    start_ns: str
    end_ns: str
    duration_ns: int | None
    service: str | None
    agent: str | None
    model: str | None
    provider: str | None
    tool: str | None
    session: str | None
    user: str | None
    room: str | None
    operation: str | None
    dialect: str | None
    tokens: dict[str, int | None]
    finish_reason: str | None
    first_token_ns: int | None
    tokens_per_s: float | None
    cost: SpanCost | None
    error_type: str | None
    trace_state: str
    span_flags: int
    scope_name: str
    scope_version: str
    scope_attributes: list[Attribute]
    resource_attributes: list[Attribute]
    attributes: list[Attribute]
    events: list[SpanEvent]
    links: list[SpanLink]
    dropped_attributes_count: int
    dropped_events_count: int
    dropped_links_count: int
    flags: list[str]
    content: Content | None = None
