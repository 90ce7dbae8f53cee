"""Usage: what runs came to, by whatever they are grouped by. What was not reported is None, never 0."""

from __future__ import annotations

import msgspec

from fanlight.model.run import Cost, Tokens


class UsageItem(msgspec.Struct, frozen=True, kw_only=True):
    """One group, in one interval. `key` is None where the group has no name, `at` without an interval.

    `runs` are those with a part in it. Percentiles are None under 100 samples: of the calls of a model or a
    tool, of an agent's spans, and of whole runs by room, session or user.
    """

    key: str | None
    at: str | None
    runs: int
    spans: int
    errors: int
    tokens: Tokens
    cost: Cost
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """The groups, and all of the runs together. `truncated`: there are more groups than are given."""

    items: list[UsageItem]
    total: UsageItem
    truncated: bool = False
