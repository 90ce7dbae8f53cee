"""What to look at first when a run fails, as far as what is stored can tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from fanlight.clock import SYSTEM, Clock
from fanlight.model.debugging import SameInput, SameRun
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run, RunStatus
from fanlight.query.steps import RunSteps, get_steps
from fanlight.query.times import NS, bounded, rfc3339
from fanlight.store.contract import Store

MOST_SAME = 1_000
MOST_SHOWN = 5
AROUND_NS = 30 * 24 * 3_600 * NS
KEPT_BYTES = 2_048
"""So much of an input is kept with its run."""

MOST_NAMES = 20
_NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_SECRET = re.compile(r"_(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS|DSN|URL|URI|ENDPOINT|HOST|REGION)$")
_ENVIRONMENT = re.compile(r"(?i:environ|env[ _]?var|not set|must be set|missing)|KeyError")


def read_run(store: Store, scope: ProjectScope, run_id: str, *, clock: Clock = SYSTEM) -> RunSteps:
    """The run and its steps. Raises NotFoundError when the project has no such run."""
    return get_steps(store, scope, run_id, clock=clock)


def same_input(store: Store, scope: ProjectScope, run: Run) -> SameInput | None:
    """How other runs of its agent ended that were given the same; None where nothing went in."""
    if not run.input:
        return None
    began_ns = round(datetime.fromisoformat(run.started_at).timestamp() * NS)
    since, until = bounded(began_ns - AROUND_NS, began_ns + AROUND_NS)
    asked = {
        "run_id": run.id, "agent": run.agent or "", "input": run.input,
        "since_ns": since, "until_ns": until, "limit": MOST_SAME + 1,
    }  # fmt: skip
    rows = store.read(scope, "same_inputs", asked)
    found = [_same(row) for row in rows[:MOST_SAME]]
    good = [each for each in found if each.status == RunStatus.SUCCESS]
    return SameInput(
        runs=len(found),
        succeeded=len(good),
        failed=sum(each.status in (RunStatus.ERROR, RunStatus.LOST) for each in found),
        last_success=good[0] if good else None,
        newest=found[:MOST_SHOWN],
        beginning_only=len(run.input.encode()) >= KEPT_BYTES,
        truncated=len(rows) > MOST_SAME,
    )


def named_variables(texts: Iterable[str]) -> list[str]:
    """Environment variables that errors seem to name, each once, in their order.

    Example:
        >>> named_variables(["KeyError: 'WEATHER_CITY'", "set OPENAI_API_KEY", "HTTP_418 from upstream"])
        ['WEATHER_CITY', 'OPENAI_API_KEY']
    """
    found: dict[str, None] = {}
    for text in texts:
        speaks_of_them = _ENVIRONMENT.search(text) is not None
        for name in _NAME.findall(text):
            if speaks_of_them or _SECRET.search(name):
                found[name] = None
    return list(found)[:MOST_NAMES]


def errors_of(read: RunSteps) -> list[str]:
    """What the run and its steps say of their errors."""
    error = read.run.error
    whole = [f"{error.type or ''}: {error.message or ''}"] if error else []
    return [*whole, *(f"{step.error_type}: {step.error_message}" for step in read.steps if step.failed)]


def _same(row: Sequence[Any]) -> SameRun:
    run_id, status, started_ns, ended_ns = row
    took_ms = None if ended_ns is None else max(ended_ns - started_ns, 0) / 1e6
    return SameRun(id=run_id, status=status, started_at=rfc3339(started_ns), duration_ms=took_ms)
