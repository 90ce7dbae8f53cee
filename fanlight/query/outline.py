"""Runs for those who may see that they are, and how they ended, but not what was said in them.

What is hidden must not be found by asking for it either: a filter may name only what is shown.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fanlight.errors import ForbiddenError
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run
from fanlight.query import runs
from fanlight.query.grammar import AllOf, AnyOf, Field, Node, Not, parse
from fanlight.query.page import Page
from fanlight.store.contract import Store

SHOWN = frozenset({"id", "status", "agent", "room", "dur"})
"""Fields of runs that a filter may name."""

_USAGE = frozenset({"cost", "tokens", "model"})


def check_asked(q: str, *, usage: bool) -> None:
    """Raises ForbiddenError when the filter `q` asks about what an outline does not show."""
    _check(parse(q), SHOWN | _USAGE if usage else SHOWN)


def list_outlines(store: Store, scope: ProjectScope, *, usage: bool, q: str = "", **window: Any) -> Page:
    """As `runs.list_runs`, outlines alone; with `usage` their tokens, cost and models too.

    Raises:
        ForbiddenError: the filter asks about what is not shown.
    """
    check_asked(q, usage=usage)
    page = runs.list_runs(store, scope, q=q, **window)
    return Page(items=[outline(run, usage=usage) for run in page.items], next=page.next)


def get_outline(store: Store, scope: ProjectScope, run_id: str, *, usage: bool) -> Run:
    """As `runs.get_run`, its outline. Raises NotFoundError."""
    return outline(runs.get_run(store, scope, run_id), usage=usage)


def outline(run: Run, *, usage: bool = False) -> Run:
    """What is left of a run: which agent, where, when, and how it ended.

    Example:
        >>> run = Run(id="1", trace_id="1", name="buy a ring", status="success", agent="shop",
        ...           user="ann", started_at="2026-11-21T00:00:00Z", input="a secret")
        >>> seen = outline(run)
        >>> seen.name, seen.status, seen.user, seen.input
        ('shop', 'success', None, None)
    """
    shown = Run(
        id=run.id,
        trace_id=run.trace_id,
        name=run.agent or "",
        status=run.status,
        agent=run.agent,
        room=run.room,
        started_at=run.started_at,
        ended_at=run.ended_at,
        duration_ms=run.duration_ms,
    )
    if usage:
        return replace(shown, tokens=run.tokens, cost=run.cost, models=run.models)
    return shown


def _check(node: Node, allowed: frozenset[str]) -> None:
    match node:
        case Not(term=term):
            _check(term, allowed)
        case AllOf(terms=terms) | AnyOf(terms=terms):
            for each in terms:
                _check(each, allowed)
        case Field(key=key) if not key.map and key.name in allowed:
            return
        case _:
            raise ForbiddenError(
                "you may not ask about what is in the runs", hint=f"filter by {', '.join(sorted(allowed))}"
            )
