"""Usage: tokens, cost, activity, latency and errors of runs, by model, agent, tool, room and so on.

It covers the runs that started in the window, the very ones that `/runs` lists for it: totals are the sums of
those runs, to the cent and the token.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from fanlight.errors import InvalidError
from fanlight.model.project import ProjectScope
from fanlight.model.run import Cost, Tokens
from fanlight.model.usage import Usage, UsageItem
from fanlight.query.filter import Condition, Query, compile_filter
from fanlight.query.times import NS, bounded, rfc3339
from fanlight.store.contract import Store

LEAST_SAMPLES = 100
"""Percentiles of fewer would say more than is known."""

MOST_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class _Group:
    """What runs are grouped by: the key, and whose durations count; empty = those of the runs."""

    key: str
    timed: str = ""

    @property
    def parts(self) -> str:
        """SQL for the keys of a run's parts; empty where the whole run has one."""
        return self.key.replace("each.", "usage.") if self.key.startswith("each.") else ""


GROUPS: Mapping[str, _Group] = MappingProxyType(
    {
        "": _Group("''"),
        "model": _Group("each.model", "each.model != ''"),
        "provider": _Group("each.provider", "each.provider != ''"),
        "agent": _Group("each.agent", "each.kind = 'agent'"),
        "tool": _Group("each.tool", "each.tool != ''"),
        "room": _Group("room"),
        "session": _Group("session"),
        "user": _Group("user"),
    }
)
INTERVALS: Mapping[str, str] = MappingProxyType(
    {
        "": "toUInt32(0)",
        "minute": "toUnixTimestamp(toStartOfMinute(each.at, '{tz}'))",
        "hour": "toUnixTimestamp(toStartOfHour(each.at, '{tz}'))",
        "day": "toUnixTimestamp(toStartOfDay(each.at, '{tz}'))",
        "week": "toUnixTimestamp(toDateTime(toStartOfWeek(each.at, 1, '{tz}'), '{tz}'))",
    }
)
ORDERS: Mapping[str, str] = MappingProxyType(
    {"cost": "sum(each.cost)", "activity": "runs", "latency": "runs"}
)


def get_usage(
    store: Store,
    scope: ProjectScope,
    *,
    about: str = "cost",
    group: str = "",
    interval: str = "",
    tz: str = "UTC",
    q: str | Query = "",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> Usage:
    """What the runs that started in [since, until) and match `q` came to.

    `about` (cost, activity, latency) orders the groups; `group` is one of GROUPS, `interval` one of
    INTERVALS, begun in the time zone `tz`. An interval holds what happened in it, also of a run that began
    before.

    Raises:
        InvalidError: the filter is wrong, or there is no such group, interval or time zone.
    """
    check_grouping(group, GROUPS, interval, tz)
    since, until = bounded(since_ns, until_ns)
    condition = compile_filter(store, "runs", q).flat()
    # A run starts with its first span: spans from before the window belong to runs from before it.
    window = {**condition.parameters, "since_ns": since, "floor_ns": since, "until_ns": until}
    at = INTERVALS[interval].replace("{tz}", tz)
    times = f"arrayMap(at -> {at.replace('each.at', 'at')}, usage.at)" if interval else ""
    rows = _ask(store, scope, GROUPS[group], at, times, ORDERS[about], condition, window)
    total, parts = (rows[0], rows[1:]) if rows else (_NOTHING, [])
    found = [
        _item(row, has_time=bool(interval)) for row in parts[:MOST_ITEMS] if row[1] or _counts(group, row)
    ]
    return Usage(
        items=found if group or interval else [],
        total=_item(total, has_time=False),
        truncated=len(parts) > MOST_ITEMS,
    )


_NOTHING: Sequence[Any] = (1, "", 0, 0, 0, 0, 0, 0, 0, 0, 0, "0", 0, 0, [0.0, 0.0, 0.0])


def _counts(group: str, row: Sequence[Any]) -> bool:
    """Whether what has no name belongs into the list: steps that call no model are not of a nameless one."""
    if group == "tool":
        return False
    return group not in {"model", "provider"} or bool(row[6] or row[7]) or row[11] != "0"


def check_grouping(group: str, groups: Collection[str], interval: str, tz: str) -> None:
    """Raises InvalidError unless `group` is one of `groups`, and interval and time zone are known."""
    for what, given, known in (("group", group, groups), ("interval", interval, INTERVALS)):
        if given not in known:
            raise InvalidError(f"no {what} {given[:40]!r}", hint=f"one of {', '.join(filter(None, known))}")
    # The name becomes part of the question's text, so it must be one that is known.
    if tz not in available_timezones():
        raise InvalidError(f"no time zone {tz[:60]!r}", hint="as in Europe/Oslo or UTC")


def _ask(
    store: Store,
    scope: ProjectScope,
    group: _Group,
    at: str,
    times: str,
    order: str,
    condition: Condition,
    window: Mapping[str, Any],
) -> Sequence[Sequence[Any]]:
    if group.timed:
        samples = f"sumIf(length(each.durations_ms), {group.timed})"
        percentiles = f"quantilesExactArrayIf(0.5, 0.95, 0.99)(each.durations_ms, {group.timed})"
        durations = (", usage.durations_ms", ", usage.durations_ms AS `each.durations_ms`")
    else:
        # A run has several parts; its own duration counts once.
        total, part = (f"if(run_ms IS NULL, 0, each.{name} = 1)" for name in ("place", "nth"))
        samples = f"if(is_total > 0, countIf({total}), countIf({part}))"
        quantiles = "quantilesExactIf(0.5, 0.95, 0.99)(assumeNotNull(run_ms), {})"
        percentiles = f"if(is_total > 0, {quantiles.format(total)}, {quantiles.format(part)})"
        durations = ("", "")
    fragments = {
        "key": group.key,
        "at": at,
        "nth": _nth([keys for keys in (group.parts, times) if keys]),
        "order": order,
        "samples": samples,
        "percentiles": percentiles,
        "durations": durations[0],
        "joined_durations": durations[1],
        "filter": condition.sql,
    }
    return store.read(scope, "usage", {**window, "limit": MOST_ITEMS + 2}, fragments)


def _nth(keys: Sequence[str]) -> str:
    """SQL for how many of a run's parts with the same keys came before each, and itself."""
    return f"arrayEnumerateUniq({', '.join(keys)})" if keys else "arrayEnumerate(usage.at)"


def _item(row: Sequence[Any], *, has_time: bool) -> UsageItem:
    (
        _, key, at, runs, spans, errors, tokens_input, tokens_output, cache_read, cache_write, reasoning,
        cost, unpriced, samples, percentiles,
    ) = row  # fmt: skip
    known = samples >= LEAST_SAMPLES
    p50, p95, p99 = (float(each) for each in percentiles) if known else (None, None, None)
    return UsageItem(
        key=key or None,
        at=rfc3339(at * NS) if has_time else None,
        runs=runs,
        spans=spans,
        errors=errors,
        tokens=Tokens(
            input=tokens_input,
            output=tokens_output,
            cache_read=cache_read,
            cache_write=cache_write,
            reasoning=reasoning,
        ),
        cost=Cost(amount=cost, unpriced_tokens=unpriced),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
    )
