"""`meshagent session metrics`: what the metrics of a session came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.meshagent import options
from fanlight.cli.meshagent.options import Output

if TYPE_CHECKING:
    from rich.table import Table

    from fanlight.cli.meshagent.account import Item


def metrics(
    session: options.SessionArgument = None,
    session_id: options.SessionId = None,
    room: options.OfRoom = None,
    attributes: Annotated[bool, typer.Option("--attrs", help="Show attributes.")] = False,
    buckets: Annotated[bool, typer.Option("--buckets", help="Show the buckets of histograms.")] = False,
    output: options.Format = Output.TABLE,
    project_id: options.ProjectId = None,
) -> None:
    """List the metrics of a session.

    Example: meshagent session metrics 8c1f4e --buckets
    """
    from fanlight.cli.meshagent.account import Account, segment, whereabouts
    from fanlight.cli.meshagent.sessions import chosen, of_room, tell_cut
    from fanlight.cli.output import print_json, say, stdout, visible

    with Account(whereabouts(project_id)) as account:
        found = chosen(account, session, session_id, room)
        path = f"sessions/{segment(found or '')}/metrics"
        measured, is_cut = account.items(path, "metrics") if found else ([], False)
    if output == Output.JSON:
        print_json({"metrics": measured})
    elif found is None:
        say(f"no sessions{of_room(room)} yet", "dim")
    elif not measured:
        say(f"no metrics in session {visible(found)}", "dim")
    else:
        stdout().print(table_of(measured, attributes=attributes, buckets=buckets))
    if is_cut:
        tell_cut(len(measured), "metric")


def table_of(metrics: Sequence[Item], *, attributes: bool = False, buckets: bool = False) -> Table:
    """Metrics as a table."""
    from fanlight.cli.meshagent.logs import pairs
    from fanlight.cli.output import table
    from fanlight.cli.times import full_time

    rows = []
    for each in metrics:
        row = (
            full_time(str(each.get("ended_at") or each.get("created_at") or "–")),
            str(each.get("kind") or "sum"),
            str(each.get("metric_name") or each.get("name") or "–"),
            value_of(each, buckets=buckets),
            str(each.get("metric_unit") or each.get("unit") or ""),
        )
        rows.append((*row, pairs(each.get("metric_attributes"))) if attributes else row)
    columns: list[Any] = [("time", {"no_wrap": True}), "kind", "name", "value", "unit"]
    return table([*columns, ("attributes", {"overflow": "fold"})] if attributes else columns, rows)


def value_of(metric: Item, *, buckets: bool = False) -> str:
    """What a metric came to.

    Example:
        >>> value_of({"kind": "sum", "value": 2.0})
        '2'
        >>> value_of({"kind": "histogram", "count": 2, "sum": 7.0, "min": 3, "max": 4,
        ...     "bucket_counts": [0, 2, 0], "explicit_bounds": [1, 5]}, buckets=True)
        'count 2  sum 7  mean 3.5  min 3  max 4  ≤5: 2'
    """
    if metric.get("kind") != "histogram":
        return number(metric.get("value"))
    shown = {name: metric.get(name) for name in ("count", "sum", "mean", "min", "max")}
    shown["mean"] = _mean(shown["sum"], shown["count"])
    parts = [f"{name} {number(value)}" for name, value in shown.items() if value is not None]
    return "  ".join([*parts, *(_buckets(metric) if buckets else [])])


def _mean(total: Any, count: Any) -> float | None:
    return total / count if _is_number(total) and _is_number(count) and count > 0 else None


def _buckets(metric: Item) -> list[str]:
    counts, bounds = metric.get("bucket_counts") or [], metric.get("explicit_bounds") or []
    if not isinstance(counts, list) or not isinstance(bounds, list) or not bounds:
        return []
    # Most of a histogram's buckets are empty.
    labels = [f"≤{number(bound)}" for bound in bounds] + [f">{number(bounds[-1])}"]
    return [f"{label}: {number(count)}" for label, count in zip(labels, counts, strict=False) if count]


def number(value: Any) -> str:
    """A number as short as it says the same.

    Example:
        >>> number(2.0), number(0.1 + 0.2), number(12_000_000), number(None)
        ('2', '0.3', '12000000', '–')
    """
    if not _is_number(value):
        return "–" if value is None else str(value)
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.6g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value - value == 0
