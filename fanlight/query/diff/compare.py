"""How the two sides of a pair differ, and two runs as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from fanlight.model.diff import DiffRun, RunDiff, Side, StepDiff
from fanlight.model.run import Run
from fanlight.model.step import Step
from fanlight.query.diff.pairs import Pair, key_of, pair_up
from fanlight.query.failure.tree import plant
from fanlight.query.steps import RunSteps

TIME_SHARE, TIME_LEAST_MS = 0.2, 50.0
"""Two runs never take the same time: only a fifth of the longer one, and this long, is a difference."""

MOST_OUTPUT = 300


def compare(a: RunSteps, b: RunSteps, *, changed_only: bool = False) -> RunDiff:
    """Two runs, step by step. With `changed_only` steps that do not differ are counted and left out."""
    steps = [differ(pair) for pair in pair_up(plant(a.steps), plant(b.steps))]
    whole_a, whole_b = run_side(a.run, a.steps), run_side(b.run, b.steps)
    output_differs = (a.run.output or "") != (b.run.output or "")
    return made(
        whole_a,
        whole_b,
        steps,
        differences=run_differences(whole_a, whole_b) + (["output"] if output_differs else []),
        changed_only=changed_only,
        truncated=a.truncated or b.truncated,
    )


def made(
    a: DiffRun,
    b: DiffRun,
    steps: Sequence[StepDiff],
    *,
    differences: list[str],
    changed_only: bool,
    truncated: bool,
) -> RunDiff:
    """The answer from its parts."""
    counts = Counter(step.change for step in steps)
    return RunDiff(
        a=a,
        b=b,
        differences=differences,
        same=counts["same"],
        changed=counts["changed"],
        only_a=counts["only_a"],
        only_b=counts["only_b"],
        steps=[step for step in steps if step.change != "same" or not changed_only],
        truncated=truncated,
    )


def differ(pair: Pair) -> StepDiff:
    """One pair, compared."""
    step = pair.step
    differences = _differences(pair.a, pair.b) if pair.a and pair.b else []
    if pair.moved:
        differences.append("order")
    change = (
        "only_b" if pair.a is None else "only_a" if pair.b is None else "changed" if differences else "same"
    )
    return StepDiff(
        change=change,
        depth=pair.depth,
        kind=step.kind,
        name=step.name,
        agent=step.agent or None,
        differences=differences,
        a=side(pair.a),
        b=side(pair.b),
    )


def side(step: Step | None) -> Side | None:
    """A step as one side of the answer."""
    if step is None:
        return None
    return Side(
        span_id=step.span_id,
        outcome=outcome(step),
        duration_ms=_ms(step),
        tokens_input=step.tokens_input,
        tokens_output=step.tokens_output,
        cost=None if step.cost is None else str(step.cost),
        model=step.model or None,
        error=step.error_type or step.error_message[:MOST_OUTPUT] or None if step.failed else None,
        output=None if step.output is None else step.output[:MOST_OUTPUT],
    )


def outcome(step: Step) -> str:
    """How a step ended: ok, error, open or lost."""
    return "error" if step.failed else "ok" if step.end_ns is not None else step.state


def times_differ(a_ms: float | None, b_ms: float | None) -> bool:
    """Whether two lengths of time are apart by more than chance.

    Example:
        >>> times_differ(1_000, 1_100), times_differ(1_000, 1_300), times_differ(1, 9)
        (False, True, False)
    """
    if a_ms is None or b_ms is None:
        return a_ms is not b_ms
    return abs(a_ms - b_ms) >= max(TIME_LEAST_MS, TIME_SHARE * max(a_ms, b_ms))


def run_side(run: Run, steps: Sequence[Step]) -> DiffRun:
    """A run as a whole, with the figures of its summary."""
    return DiffRun(
        id=run.id,
        status=run.status,
        name=run.name,
        agent=run.agent,
        started_at=run.started_at,
        duration_ms=run.duration_ms,
        tokens_input=run.tokens.input,
        tokens_output=run.tokens.output,
        cost=run.cost.amount,
        steps=len(steps),
        errors=sum(step.failed for step in steps),
    )


def run_differences(a: DiffRun, b: DiffRun) -> list[str]:
    """In what two runs differ as a whole."""
    found = {
        "time": times_differ(a.duration_ms, b.duration_ms),
        "tokens": (a.tokens_input, a.tokens_output) != (b.tokens_input, b.tokens_output),
        "cost": _money(a.cost) != _money(b.cost),
        "outcome": a.status != b.status,
    }
    return [name for name, differs in found.items() if differs]


def _differences(a: Step, b: Step) -> list[str]:
    found = {
        "name": key_of(a) != key_of(b),
        "time": times_differ(_ms(a), _ms(b)),
        "tokens": (a.tokens_input, a.tokens_output) != (b.tokens_input, b.tokens_output),
        "cost": a.cost != b.cost,
        "model": a.model != b.model,
        "output": a.output_hash != b.output_hash,
        "outcome": (outcome(a), a.error_type) != (outcome(b), b.error_type),
    }
    return [name for name, differs in found.items() if differs]


def _ms(step: Step) -> float | None:
    return None if step.duration_ns is None else step.duration_ns / 1e6


def _money(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
