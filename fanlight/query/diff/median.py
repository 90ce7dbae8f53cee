"""A run against the median of several: what each of its steps usually takes, and what is usually there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from fanlight.model.diff import DiffRun, RunDiff, Side, StepDiff
from fanlight.model.step import Step
from fanlight.query.diff.compare import made, outcome, run_side, side, times_differ
from fanlight.query.diff.pairs import Key, Pair, key_of, pair_up
from fanlight.query.failure.tree import plant
from fanlight.query.steps import RunSteps

USUAL_SHARE = 0.5
"""A step is usual when more than this share of the runs have it."""

APART = 0.2
"""Tokens and cost differ from their median when they are a fifth of the larger one apart."""

Place = tuple[str | None, Key, int]
"""Where a step stands that the run does not have: below which of its steps, which one, the how-manieth."""


def compare_to_median(run: RunSteps, others: Sequence[RunSteps], *, changed_only: bool = False) -> RunDiff:
    """`run` against the median of `others`, which must not be empty."""
    tree = plant(run.steps)
    usual: dict[str, list[Step]] = {}
    missing: dict[Place, list[Pair]] = {}
    order: list[Pair] = pair_up(tree, plant(()))
    for other in others:
        seen: Counter[tuple[str | None, Key]] = Counter()
        for pair in pair_up(tree, plant(other.steps)):
            if pair.a is not None:
                usual.setdefault(pair.a.span_id, []).extend([pair.b] if pair.b else [])
            elif pair.b is not None and (pair.parent_a is not None or pair.depth == 0):
                below = (pair.parent_a, key_of(pair.b))
                missing.setdefault((*below, seen[below]), []).append(pair)
                seen[below] += 1
    least = USUAL_SHARE * len(others)
    absent: dict[str | None, list[StepDiff]] = {}
    for (parent, _, _), pairs in missing.items():
        if len(pairs) > least:
            steps = [pair.b for pair in pairs if pair.b is not None]
            absent.setdefault(parent, []).append(_absent(steps, pairs[0].depth))
    found = list(absent.get(None, []))
    for pair in order:
        assert pair.a is not None
        found.append(_differ(pair.a, pair.depth, usual.get(pair.a.span_id, []), least))
        found += absent.get(pair.a.span_id, [])
    whole, middle = run_side(run.run, run.steps), _whole(others)
    return made(
        whole,
        middle,
        found,
        differences=_run_differences(whole, middle),
        changed_only=changed_only,
        truncated=run.truncated or any(other.truncated for other in others),
    )


def _differ(step: Step, depth: int, others: Sequence[Step], least: float) -> StepDiff:
    middle = _median(others) if len(others) > least else None
    mine = side(step)
    assert mine is not None
    differences = _differences(mine, middle) if middle else []
    return StepDiff(
        change="only_a" if middle is None else "changed" if differences else "same",
        depth=depth,
        kind=step.kind,
        name=step.name,
        agent=step.agent or None,
        differences=differences,
        a=mine,
        b=middle,
    )


def _absent(steps: Sequence[Step], depth: int) -> StepDiff:
    step = steps[0]
    return StepDiff(
        change="only_b",
        depth=depth,
        kind=step.kind,
        name=step.name,
        agent=step.agent or None,
        differences=[],
        a=None,
        b=_median(steps),
    )


def _median(steps: Sequence[Step]) -> Side:
    models = Counter(step.model for step in steps).most_common(1)
    return Side(
        span_id=None,
        outcome=Counter(map(outcome, steps)).most_common(1)[0][0],
        duration_ms=_middle([step.duration_ns / 1e6 for step in steps if step.duration_ns is not None]),
        tokens_input=_whole_number([step.tokens_input for step in steps]),
        tokens_output=_whole_number([step.tokens_output for step in steps]),
        cost=_money([step.cost for step in steps]),
        model=models[0][0] or None,
        runs=len(steps),
    )


def _whole(others: Sequence[RunSteps]) -> DiffRun:
    runs = [other.run for other in others]
    first = runs[0]
    return DiffRun(
        id=None,
        status=Counter(run.status for run in runs).most_common(1)[0][0],
        name=first.name,
        agent=first.agent,
        started_at=None,
        duration_ms=_middle([run.duration_ms for run in runs if run.duration_ms is not None]),
        tokens_input=_whole_number([run.tokens.input for run in runs]),
        tokens_output=_whole_number([run.tokens.output for run in runs]),
        cost=_money([None if run.cost.amount is None else Decimal(run.cost.amount) for run in runs]),
        steps=round(median(len(other.steps) for other in others)),
        errors=round(median(sum(step.failed for step in other.steps) for other in others)),
        runs=[run.id for run in runs],
    )


def _differences(a: Side, b: Side) -> list[str]:
    found = {
        "time": times_differ(a.duration_ms, b.duration_ms),
        "tokens": _apart(a.tokens_input, b.tokens_input) or _apart(a.tokens_output, b.tokens_output),
        "cost": _apart(a.cost and Decimal(a.cost), b.cost and Decimal(b.cost)),
        "model": a.model != b.model,
        "outcome": a.outcome != b.outcome,
    }
    return [name for name, differs in found.items() if differs]


def _run_differences(a: DiffRun, b: DiffRun) -> list[str]:
    found = {
        "time": times_differ(a.duration_ms, b.duration_ms),
        "tokens": _apart(a.tokens_input, b.tokens_input) or _apart(a.tokens_output, b.tokens_output),
        "cost": _apart(a.cost and Decimal(a.cost), b.cost and Decimal(b.cost)),
        "outcome": a.status != b.status,
    }
    return [name for name, differs in found.items() if differs]


def _apart(a: int | Decimal | str | None, b: int | Decimal | str | None) -> bool:
    if a is None or b is None:
        return a is not b
    one, other = Decimal(a), Decimal(b)
    return abs(one - other) > Decimal(APART) * max(one, other)


def _middle(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _whole_number(values: Sequence[int | None]) -> int | None:
    reported = [value for value in values if value is not None]
    return round(median(reported)) if reported else None


def _money(values: Sequence[Decimal | None]) -> str | None:
    reported = [value for value in values if value is not None]
    return str(median(reported)) if reported else None
