"""What MeshAgent's clients read: sessions, events, spans, metrics, usage and money in their field names.

Where theirs leave room, a row says more. What is not known is None, never a number that was made up. Texts of
events and spans come as `query/meshagent/text.py` makes them harmless to a terminal.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec

from fanlight.model.run import Tokens


class MeshRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room; its id is its name. Fanlight keeps no metadata and no annotations of rooms."""

    id: str
    name: str
    metadata: dict[str, Any] = {}
    annotations: dict[str, str] = {}
    enabled: bool = True


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """The way into a room: a participant's token, and where the room's WebSocket is."""

    jwt: str
    room_name: str
    project_id: str
    room_url: str


class MeshSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a room, or (`kind` agent) a conversation: `room_id` is None then and `room_name` empty."""

    id: str
    room_id: str | None
    room_name: str
    created_at: str
    is_active: bool
    participants: dict[str, int] | None
    kind: Literal["room", "agent"]
    agent_id: str | None
    agent_name: str | None
    last_at: str
    ended_at: str | None
    ended_by: str | None


class MeshEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in a session: a log record (`otel.log`), or an event of its room."""

    type: str
    created_at: str
    data: Any


class MeshSpan(msgspec.Struct, frozen=True, kw_only=True):
    """One span. `duration` is in nanoseconds, None while it is open; `status` is unset, ok or error."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    span_name: str
    created_at: str
    duration: int | None
    span_attributes: dict[str, Any]
    kind: str
    status: str
    status_message: str | None
    state: str
    service_name: str | None


class MeshMetric(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one series of a metric came to in a session.

    `kind` is sum (`value` is the total, of one that may fall the level), gauge (`value` is the last) or
    histogram. One that was sent with exponential buckets, or as a summary, says so in `sent_as`.
    """

    kind: Literal["sum", "gauge", "histogram"]
    metric_name: str
    metric_unit: str
    created_at: str
    ended_at: str
    metric_attributes: dict[str, str]
    value: float | None = None
    count: int | None = None
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    bucket_counts: list[int] = []
    explicit_bounds: list[float] = []
    sent_as: str | None = None


class ModelUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What one model of one provider came to. `type` is the kind of call: llm, embedding, tool, ...

    `total` is money in `currency`, None when nothing of it has a price; `unpriced_tokens` are in no total.
    `at` begins the interval, if one was asked for. Of `user`, `room`, `agent` and `session` there is the one
    that the report is about.
    """

    provider: str | None
    model: str | None
    type: str
    total: Decimal | None
    currency: str = "USD"
    calls: int
    tokens: Tokens
    unpriced_tokens: int
    at: str | msgspec.UnsetType | None = msgspec.UNSET
    user: str | msgspec.UnsetType | None = msgspec.UNSET
    room: str | msgspec.UnsetType | None = msgspec.UNSET
    agent: str | msgspec.UnsetType | None = msgspec.UNSET
    session: str | msgspec.UnsetType | None = msgspec.UNSET


class Transaction(msgspec.Struct, frozen=True, kw_only=True, rename={"reference_type": "referenceType"}):
    """A billing event that counts. `reference` is its run, if it names one; `amount` is as it was billed."""

    id: str
    amount: Decimal
    currency: str
    kind: str
    reference: str | None
    reference_type: str | None
    description: str
    created_at: str


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of the project's monthly budget in US dollars; None without such a budget.

    Fanlight takes no payments, so that nothing is ever recharged.
    """

    balance: Decimal | None
    monthly_budget: Decimal | None
    used_this_month: Decimal | None
    unpriced_tokens: int | None
    auto_recharge_threshold: None = None
    auto_recharge_amount: None = None
    last_recharge: None = None
    auto_recharge_paused: bool = False
    auto_recharged_this_month: None = None


class ProjectStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a project takes telemetry."""

    enabled: bool
