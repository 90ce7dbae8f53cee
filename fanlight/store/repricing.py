"""Costs of stored spans, computed anew by the prices of today's tables.

A day is a partition, and changed by one mutation that the engine carries out whole or not at all. What would
come out the same is left alone, so that repeating costs a question and no write. See docs/adr/0005.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from fanlight.pricing.book import Book
from fanlight.pricing.rates import Rates
from fanlight.store.backend import Backend
from fanlight.store.contract import Repriced, Repricing, RunKey
from fanlight.store.costing import COST_COLUMNS, Costs, cost_columns
from fanlight.store.sql import statement

WHICH = (
    "project_id = {project_id:String} AND toDate(effective_start) = toDate({day:String})"
    " AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')"
    " AND effective_start < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')"
    " AND ({model:String} = '' OR model = {model:String} OR model_requested = {model:String})"
)
KeepPrices = Callable[[Sequence[tuple[str, Rates]]], None]


def priced_days(backend: Backend, asked: Repricing) -> list[str]:
    """The days on which the project has spans that are asked about, as ISO dates."""
    return [
        str(day) for (day,) in backend.writer.rows(statement("operator", "priced_days"), _parameters(asked))
    ]


def reprice_day(backend: Backend, book: Book, keep: KeepPrices, asked: Repricing, day: str) -> Repriced:
    """Compute the costs of one day anew; the runs are all those that may rest on them."""
    given = {**_parameters(asked), "day": day}
    writer = backend.writer
    costs = cost_columns(writer.rows(statement("operator", "priced_models"), given), book)
    keep(costs.used)
    given |= costs.parameters
    changed = f"{WHICH} AND ({_differs(costs)})"
    ((count,),) = writer.rows(f"SELECT count() FROM spans WHERE {changed}", given)  # noqa: S608
    if count:
        updates = ", ".join(f"{name} = {costs.alone(name)}" for name in sorted(COST_COLUMNS))
        writer.run(
            f"ALTER TABLE spans UPDATE {updates} IN PARTITION '{_date(day)}' WHERE {changed}"
            " SETTINGS mutations_sync = 1",
            given,
        )
    runs = writer.rows(statement("operator", "priced_runs"), given)
    return Repriced(spans=int(count), runs=frozenset(RunKey(project, run) for project, run in runs))


def _differs(costs: Costs) -> str:
    # A missing cost is no number that could be compared.
    pairs = ((f"ifNull({name}, -1)", f"ifNull({costs.alone(name)}, -1)") for name in ("cost",))
    texts = ((name, costs.alone(name)) for name in sorted(COST_COLUMNS - {"cost"}))
    return " OR ".join(f"{old} != {new}" for old, new in (*pairs, *texts))


def _date(day: str) -> str:
    return date.fromisoformat(day).isoformat()


def _parameters(asked: Repricing) -> dict[str, Any]:
    return {
        "project_id": asked.project_id,
        "since_ns": asked.since_ns,
        "until_ns": asked.until_ns,
        "model": asked.model,
    }
