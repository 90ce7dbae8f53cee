"""`fanlight sessions`, `users` and `rooms`: whose runs belong together, and what they came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.table import Table

MOST_ROOMS = 10_000

_Filter = Annotated[
    str, typer.Argument(metavar="[FILTER]", help="Runs to count, as in: fanlight runs FILTER.")
]

_Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="Most lines to show.")]


def sessions(
    where: _Filter = "",
    since: options.Since = None,
    until: options.Until = None,
    limit: _Limit = 20,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List sessions and conversations, the one heard of last first.

    Example: fanlight sessions room:lobby --since 1d
    """
    _list("sessions", where, since, until, limit, project, url, key, json)


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
    _list("users", where, since, until, limit, project, url, key, json)


def rooms(
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List rooms, with what their runs came to.

    Example: fanlight rooms --project weather
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, stdout

    with Client(url, key, project) as client:
        found = list(client.items("rooms", limit=MOST_ROOMS))
    if json:
        print_json({"items": found})
    elif not found:
        say("no rooms yet: telemetry that names one makes it", "dim")
    else:
        stdout().print(activity_table("room", [(each["name"], each.get("activity")) for each in found]))


def _list(
    what: str,
    where: str,
    since: str | None,
    until: str | None,
    limit: int,
    project: str,
    url: str | None,
    key: str | None,
    json: bool,
) -> None:
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, stdout
    from fanlight.cli.times import instant

    window = {"from_": since and instant(since), "to": until and instant(until)}
    with Client(url, key, project) as client:
        found = list(client.items(what, limit=limit, q=where, **window))
    if json:
        print_json({"items": found})
    elif not found:
        say(f"no {what} in that time", "dim")
    else:
        stdout().print(activity_table(what[:-1], [(each["name"], each) for each in found]))


def activity_table(what: str, rows: Sequence[tuple[str, Mapping[str, Any] | None]]) -> Table:
    """A table of what the runs of each came to: a dash where it has none."""
    from fanlight.cli.output import table

    right = {"justify": "right", "no_wrap": True}
    heads: list[Any] = [
        (what, {"overflow": "ellipsis", "no_wrap": True}),
        ("last heard", {"no_wrap": True}),
        *((name, right) for name in ("runs", "running", "failed", "in", "out", "cost", "median", "p95")),
    ]
    return table(heads, [[name, *_figures(activity)] for name, activity in rows])


def _figures(activity: Mapping[str, Any] | None) -> list[str | None]:
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
