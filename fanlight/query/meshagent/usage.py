"""Usage by provider, model and kind of call: the rows that MeshAgent's clients ask for, page by page.

Like all usage it is made of the runs that started in the window, so that the rows sum up to what they cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from fanlight.errors import InvalidError
from fanlight.model.meshagent import ModelUsage
from fanlight.model.project import ProjectScope
from fanlight.model.run import Tokens
from fanlight.query.filter import Condition, compile_filter
from fanlight.query.grammar import quoted
from fanlight.query.meshagent.listing import MOST
from fanlight.query.page import Page, decode_cursor, encode_cursor
from fanlight.query.times import NS, bounded, rfc3339
from fanlight.query.usage import INTERVALS, check_grouping
from fanlight.store.contract import Store

REPORTS: Mapping[str, str] = MappingProxyType(
    {"": "''", "user": "user", "room": "room", "agent": "each.agent", "session": "session"}
)
"""What a report tells apart besides models."""

_NOUN = "model usage"
_FIRST = (0, "", "", "", "")
_HOLDS = "(mapContains({map}, {{{key}:String}}) AND {map}[{{{key}:String}}] = {{{value}:String}})"
_ANNOTATED = (
    "run_id IN (SELECT run_id FROM spans WHERE project_id = {{project_id:String}}"
    " AND effective_start >= fromUnixTimestamp64Nano({{since_ns:Int64}}, 'UTC')"
    " AND ({attributes} OR {resource}))"
)


def list_model_usage(
    store: Store,
    scope: ProjectScope,
    *,
    report: str = "",
    interval: str = "",
    since_ns: int | None = None,
    until_ns: int | None = None,
    users: Sequence[str] = (),
    room: str = "",
    provider: str = "",
    model: str = "",
    kind: str = "",
    annotations: Mapping[str, str] = MappingProxyType({}),
    limit: int = MOST,
    cursor: str | None = None,
) -> Page:
    """Rows of ModelUsage, of the runs that started in [since, until), oldest interval first.

    Runs are those of `users` and of `room`, with all of `annotations` on some span or its resource; rows are
    those of `provider`, `model` and `kind`. Days and weeks begin in UTC.

    Raises:
        InvalidError: there is no such report or interval, or the cursor or the limit is wrong.
    """
    if not 1 <= limit <= MOST:
        raise InvalidError(f"limit is {limit}", hint=f"ask for 1 to {MOST} rows")
    check_grouping("", REPORTS, interval, "UTC")
    if report not in REPORTS:
        hint = f"one of {', '.join(filter(None, REPORTS))}"
        raise InvalidError(f"no report {report[:40]!r}", hint=hint)
    since, until = bounded(since_ns, until_ns)
    condition = _annotated(compile_filter(store, "runs", _filter(users, room)).flat(), annotations)
    after = _FIRST if cursor is None else decode_cursor(cursor, _NOUN, int, str, str, str, str)
    asked = {
        **condition.parameters,
        **dict(
            zip(("after_at", "after_by", "after_provider", "after_model", "after_kind"), after, strict=True)
        ),
        "since_ns": since,
        "floor_ns": since,
        "until_ns": until,
        "provider": provider,
        "model": model,
        "kind": kind,
        "limit": limit + 1,
    }
    at = INTERVALS[interval].replace("{tz}", "UTC")
    fragments = {"at": at, "by": REPORTS[report], "filter": condition.sql}
    rows = store.read(scope, "model_usage", asked, fragments)
    more = len(rows) > limit
    return Page(
        items=[_row(row, report, has_time=bool(interval)) for row in rows[:limit]],
        next=encode_cursor(_NOUN, *rows[limit - 1][:5]) if more else None,
    )


def _filter(users: Sequence[str], room: str) -> str:
    fields = [f"user:{','.join(map(quoted, users))}"] if users else []
    return " ".join([*fields, f"room:{quoted(room)}"] if room else fields)


def _annotated(condition: Condition, annotations: Mapping[str, str]) -> Condition:
    parameters = dict(condition.parameters)
    terms = list(condition.terms)
    for place, (key, value) in enumerate(sorted(annotations.items())):
        names = {"key": f"annotation_{place}_key", "value": f"annotation_{place}_value"}
        held = {each: _HOLDS.format(map=each, **names) for each in ("attributes", "resource")}
        terms.append(_ANNOTATED.format(**held))
        parameters |= {names["key"]: key, names["value"]: value}
    return replace(condition, terms=tuple(terms), parameters=parameters)


def _row(row: Sequence[Any], report: str, *, has_time: bool) -> ModelUsage:
    at, by, provider, model, kind, calls, tokens_input, tokens_output, cost, unpriced = row
    amount = Decimal(cost)
    told: dict[str, str | None] = {"at": rfc3339(at * NS)} if has_time else {}
    if report:
        told[report] = by or None
    usage = ModelUsage(
        provider=provider or None,
        model=model or None,
        type=kind,
        # What has no price at all is not free.
        total=amount if amount or not unpriced else None,
        calls=calls,
        tokens=Tokens(input=tokens_input, output=tokens_output),
        unpriced_tokens=unpriced,
    )
    return msgspec.structs.replace(usage, **told)
