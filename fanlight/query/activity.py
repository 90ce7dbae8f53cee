"""Agents, rooms, sessions and users, by the runs that they had.

Nothing is added up on the way in: each sum is made of the very runs that `/runs` lists for the same filter,
so that a run which changes, comes late or twice is counted as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec

from fanlight.catalog.sessions import RoomSession
from fanlight.errors import NotFoundError
from fanlight.model.activity import Activity, Medians
from fanlight.model.project import ProjectScope
from fanlight.model.run import Cost, RunStatus, Tokens
from fanlight.query.filter import Condition, Query, compile_filter
from fanlight.query.page import Page, check_limit, decode_cursor, encode_cursor
from fanlight.query.times import EARLIEST_NS, LATEST_NS, bounded, rfc3339
from fanlight.query.within import whose
from fanlight.store.contract import Store

MS = 1_000_000


class By(StrEnum):
    """Whose runs are taken together. Each is a column of `runs`; a run is its main agent's."""

    AGENT = "agent"
    ROOM = "room"
    SESSION = "session"
    USER = "user"


def list_activity(
    store: Store,
    scope: ProjectScope,
    by: By,
    *,
    q: str | Query = "",
    since_ns: int | None = None,
    until_ns: int | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """Activity of all of a kind whose runs started in [since, until) and match `q`; whoever is active first.

    Raises:
        InvalidError: the filter, the cursor or the limit is wrong.
    """
    check_limit(limit)
    condition = compile_filter(store, "runs", q).flat()
    since, until = bounded(since_ns, until_ns)
    before = decode_cursor(cursor, f"{by}s", int, str) if cursor is not None else (LATEST_NS, "")
    asked = {
        **condition.parameters,
        # The filter's own windows begin where this one does.
        "floor_ns": since,
        "since_ns": since,
        "until_ns": until,
        "before_ms": before[0],
        "before_name": before[1],
        "names": [],
        "limit": limit + 1,
    }
    rows = store.read(scope, "activity", asked, {"key": by, "filter": condition.sql})
    found = [_activity(row) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(items=found, next=None if last is None else encode_cursor(f"{by}s", last[1], last[0]))


def find_activity(
    store: Store,
    scope: ProjectScope,
    by: By,
    names: Sequence[str],
    window: tuple[int, int] = (EARLIEST_NS, LATEST_NS),
) -> Mapping[str, Activity]:
    """Activity of each of `names` that had a run begin in [since, until)."""
    if not names:
        return MappingProxyType({})
    asked = {
        "since_ns": window[0],
        "until_ns": window[1],
        "before_ms": LATEST_NS,
        "before_name": "",
        "names": list(names),
        "limit": len(names),
    }
    rows = store.read(scope, "activity", asked, {"key": by, "filter": ""})
    return {row[0]: _activity(row) for row in rows}


def activities_of(
    store: Store,
    scope: ProjectScope,
    sessions: Sequence[RoomSession],
    idle_ns: int,
    condition: Condition | None = None,
    window: tuple[int, int] = (EARLIEST_NS, LATEST_NS),
) -> Mapping[str, Activity]:
    """Activity of each of `sessions` that had runs begin in [since, until) which meet `condition`.

    Runs of a session's room that name none, and began while it went on, are the session's as well.
    """
    if not sessions:
        return MappingProxyType({})
    condition = condition or Condition()
    key, windows = whose(sessions, idle_ns)
    asked = {
        **condition.parameters,
        **windows,
        "floor_ns": window[0],
        "since_ns": window[0],
        "until_ns": window[1],
        "before_ms": LATEST_NS,
        "before_name": "",
        "names": [each.id for each in sessions],
        "limit": len(sessions),
    }
    rows = store.read(scope, "activity", asked, {"key": key, "filter": condition.sql})
    return {row[0]: _activity(row) for row in rows}


def conversations(
    store: Store,
    scope: ProjectScope,
    condition: Condition,
    window: tuple[int, int],
    before: tuple[int, str],
    limit: int,
) -> list[Activity]:
    """Up to `limit` sessions of runs that name no room, behind the place `before` (last word in ns, name).

    Their runs began in [since, until) and meet `condition`; the one heard of last comes first.
    """
    heard_ms, rest_ns = divmod(before[0], MS)
    asked = {
        **condition.parameters,
        "floor_ns": window[0],
        "since_ns": window[0],
        "until_ns": window[1],
        # Within a millisecond all that is heard of in it is older than its end.
        "before_ms": heard_ms + 1 if rest_ns else heard_ms,
        "before_name": "" if rest_ns else before[1],
        "names": [],
        "limit": limit,
    }
    fragments = {"key": By.SESSION, "filter": f"{condition.sql} AND room = ''"}
    return [_activity(row) for row in store.read(scope, "activity", asked, fragments)]


def get_activity(store: Store, scope: ProjectScope, by: By, name: str) -> Activity:
    """Activity of one.

    Raises:
        NotFoundError: no run of the project was its.
    """
    found = find_activity(store, scope, by, [name])
    if name not in found:
        raise NotFoundError(
            f"no {by} {name[:128]!r} in project {scope.project_id}", hint=f"fanlight {by}s lists them"
        )
    return found[name]


def without_usage(activity: Activity) -> Activity:
    """What is left for those who may see that there were runs, and how they ended.

    Example:
        >>> seen = without_usage(Activity(name="lobby", status=RunStatus.SUCCESS, first_at="", last_at="",
        ...     runs=1, running=0, errors=0, cost=Cost(amount="0.5"), user="ann"))
        >>> seen.runs, seen.cost.amount, seen.user
        (1, None, None)
    """
    return msgspec.structs.replace(
        activity,
        tokens=Tokens(),
        cost=Cost(),
        median=Medians(duration_ms=activity.median.duration_ms),
        user=None,
    )


def _activity(row: Sequence[Any]) -> Activity:
    (
        name, heard_ms, first_ns, runs, running, errors, status,
        tokens_input, tokens_output, cache_read, cache_write, reasoning, cost, unpriced,
        durations, timed, middle_tokens, counted, middle_cost, priced, agents, room, user,
    ) = row  # fmt: skip
    return Activity(
        name=name,
        status=RunStatus(status),
        first_at=rfc3339(first_ns),
        last_at=rfc3339(heard_ms * MS),
        runs=runs,
        running=running,
        errors=errors,
        tokens=Tokens(
            input=tokens_input,
            output=tokens_output,
            cache_read=cache_read,
            cache_write=cache_write,
            reasoning=reasoning,
        ),
        cost=Cost(amount=cost, unpriced_tokens=unpriced),
        median=Medians(
            duration_ms=float(durations[0]) if timed else None,
            tokens=float(middle_tokens) if counted else None,
            cost=middle_cost if priced else None,
        ),
        p95_ms=float(durations[1]) if timed else None,
        agents=list(agents),
        room=room or None,
        user=user or None,
    )
