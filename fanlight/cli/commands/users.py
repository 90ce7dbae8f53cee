"""`fanlight users`: whose runs belong together, and what they came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.table import Table

_Filter = Annotated[
    str, typer.Argument(metavar="[FILTER]", help="Runs to count, as in: fanlight runs FILTER.")
]

_Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="Most lines to show.")]


def users(
    where: _Filter = "",
    since: options.Since = None,
    until: options.Until = None,
    limit: _Limit = 20,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List the users that agents named, with what their runs came to.

    Example: fanlight users status:error --since 7d
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, stdout
    from fanlight.cli.times import instant

    window = {"from_": since and instant(since), "to": until and instant(until)}
    with Client(url, key, project) as client:
        found = list(client.items("users", limit=limit, q=where, **window))
    if json:
        print_json({"items": found})
    elif not found:
        say("no users in that time", "dim")
    else:
        stdout().print(activity_table("user", [(each["name"], each) for each in found]))


def activity_table(what: str, rows: Sequence[tuple[str, Mapping[str, Any] | None]]) -> Table:
    """A table of what the runs of each came to: a dash where it has none."""
    from fanlight.cli.output import table

    heads = [(what, {"overflow": "ellipsis", "no_wrap": True}), *activity_columns()]
    return table(heads, [[name, *figures(activity)] for name, activity in rows])


def activity_columns() -> list[Any]:
    """The columns of what runs came to."""
    right = {"justify": "right", "no_wrap": True}
    names = ("runs", "running", "failed", "in", "out", "cost", "median", "p95")
    return [("last heard", {"no_wrap": True}), *((name, right) for name in names)]


def figures(activity: Mapping[str, Any] | None) -> list[str | None]:
    """What runs came to, a text a column."""
    if activity is None:
        return [None] * 9
    from fanlight.cli.money import cost_text
    from fanlight.cli.times import local_time, span_of

    def count(number: int | None) -> str | None:
        return f"{number:,}" if number else None

    def took(ms: float | None) -> str | None:
        return None if ms is None else span_of(ms * 1e6)

    tokens = activity["tokens"]
    return [
        local_time(activity["last_at"]),
        f"{activity['runs']:,}",
        count(activity["running"]),
        count(activity["errors"]),
        count(tokens["input"]),
        count(tokens["output"]),
        cost_text(activity["cost"]),
        took(activity["median"]["duration_ms"]),
        took(activity["p95_ms"]),
    ]
