"""Budgets: how much a project, an agent or a room may use, and how much of it is used."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class BudgetScope(StrEnum):
    """Whose use a budget limits."""

    PROJECT = "project"
    AGENT = "agent"
    ROOM = "room"


class Period(StrEnum):
    """How long a budget lasts until it begins anew. Days and months are those of UTC."""

    DAY = "day"
    MONTH = "month"
    RUN = "run"


class Unit(StrEnum):
    """What a budget counts: US dollars, or tokens in and out."""

    USD = "usd"
    TOKENS = "tokens"


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """A budget; `name` is unique in its project. `subject` names the agent or room, empty for a project.

    `limit` is a decimal number as text.
    """

    name: str
    scope: BudgetScope
    subject: str
    period: Period
    unit: Unit
    limit: str
    created_at: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A budget with what was used of it in its period. `exceeded` when that is more than the limit.

    `unpriced_tokens` were used in it too, and nobody knows what they cost.
    """

    name: str
    scope: BudgetScope
    subject: str
    period: Period
    unit: Unit
    limit: str
    used: str
    unpriced_tokens: int
    exceeded: bool


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`exceeded` when any of the budgets that hold for a run is, else `ok`."""

    verdict: str
    run: str | None
    budgets: list[Standing]
