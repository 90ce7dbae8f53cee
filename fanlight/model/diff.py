"""How two runs differ, as the API gives it."""

from __future__ import annotations

import msgspec


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """A step in one of the runs. `outcome` is ok, error, open or lost; money is in US dollars.

    Against a median, `runs` says how many of the runs have this step, and the figures are their medians.
    """

    span_id: str | None
    outcome: str
    duration_ms: float | None = None
    tokens_input: int | None = None
    tokens_output: int | None = None
    cost: str | None = None
    model: str | None = None
    error: str | None = None
    output: str | None = None
    runs: int | None = None


class StepDiff(msgspec.Struct, frozen=True, kw_only=True):
    """One step of either run, or of both where they are aligned.

    `change` is same, changed, only_a or only_b. `differences` says in what: time, tokens, cost, model,
    output, outcome, order, name (of a run's root alone).
    """

    change: str
    depth: int
    kind: str
    name: str
    agent: str | None
    differences: list[str]
    a: Side | None
    b: Side | None


class DiffRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a whole. Of a median `id` is None, and `runs` names those that it is of."""

    id: str | None
    status: str
    name: str
    agent: str | None
    started_at: str | None
    duration_ms: float | None
    tokens_input: int | None
    tokens_output: int | None
    cost: str | None
    steps: int
    errors: int
    runs: list[str] = []


class RunDiff(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /runs/{a}/diff/{b}`: the runs, and their steps from top to bottom.

    The counts are of all steps, whatever part of them `steps` gives. `differences` are those of the whole
    runs. `truncated`: of a very large run only the earliest steps were compared.
    """

    a: DiffRun
    b: DiffRun
    differences: list[str]
    same: int
    changed: int
    only_a: int
    only_b: int
    steps: list[StepDiff]
    truncated: bool = False
