"""Runs to compare, read from the store."""

from __future__ import annotations

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.diff import RunDiff
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run
from fanlight.query.diff.compare import compare
from fanlight.query.diff.median import compare_to_median
from fanlight.query.runs import list_runs
from fanlight.query.steps import get_steps
from fanlight.query.times import nanoseconds
from fanlight.store.contract import Store

MOST_RUNS = 100
MOST_STEPS_OF_MANY = 2_000
"""Of each run that a median is of, so many steps are read at most, the earliest ones."""


def get_diff(
    store: Store, scope: ProjectScope, a: str, b: str, *, changed_only: bool = False, clock: Clock = SYSTEM
) -> RunDiff:
    """How run `b` differs from run `a`.

    Raises:
        NotFoundError: the project has no such run.
    """
    first = get_steps(store, scope, a, clock=clock)
    second = first if a == b else get_steps(store, scope, b, clock=clock)
    return compare(first, second, changed_only=changed_only)


def get_median_diff(
    store: Store,
    scope: ProjectScope,
    run_id: str,
    *,
    last: int,
    changed_only: bool = False,
    clock: Clock = SYSTEM,
) -> RunDiff:
    """How a run differs from the median of the `last` finished runs of its agent before it.

    Raises:
        NotFoundError: the project has no such run, or its agent none before it.
        InvalidError: `last` is not between 1 and 100.
    """
    if not 1 <= last <= MOST_RUNS:
        raise InvalidError(f"a median of {last} runs", hint=f"take 1 to {MOST_RUNS}")
    run = get_steps(store, scope, run_id, clock=clock)
    before = list_runs(
        store, scope, q=_ended_of(run.run), until_ns=nanoseconds(run.run.started_at), limit=last
    )
    others = [
        get_steps(store, scope, each.id, limit=MOST_STEPS_OF_MANY, clock=clock) for each in before.items
    ]
    if not others:
        raise NotFoundError(
            f"{run.run.agent or run.run.name} has no finished run before {run_id[:64]}",
            hint="compare it with another run: fanlight diff A B",
        )
    return compare_to_median(run, others, changed_only=changed_only)


def _ended_of(run: Run) -> str:
    """The filter for finished runs of the same agent; of the same name when there is no agent."""
    field, value = ("agent", run.agent) if run.agent else ("name", run.name)
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'status:success,error,cancelled {field}:"{quoted}"'
