"""`fanlight usage`: what runs came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from fanlight.cli import options
from fanlight.cli.commands import prices

app = typer.Typer()
app.command("reprice")(prices.reprice)

_By = Annotated[
    str,
    typer.Option("--by", help="model, provider, agent, tool, room, session or user.", show_default=True),
]
_Every = Annotated[
    str | None, typer.Option("--every", help="minute, hour, day or week.", show_default="all in one")
]
_Zone = Annotated[str, typer.Option("--tz", help="Where days and weeks begin, as in Europe/Oslo.")]


@app.callback(invoke_without_command=True)
def usage(
    context: typer.Context,
    by: _By = "model",
    every: _Every = None,
    since: options.Since = None,
    until: options.Until = None,
    where: Annotated[
        str | None, typer.Option("--where", metavar="FILTER", help="Runs, as in: fanlight runs FILTER.")
    ] = None,
    tz: _Zone = "UTC",
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
    csv: options.Csv = False,
) -> None:
    """Show what runs came to: tokens, cost, errors and how long things took.

    Example: fanlight usage --by model --every day --since 7d
    """
    if options.is_alone(context):
        _show(by, every, since, until, where, tz, project, url, key, json, csv)


def _show(
    by: str,
    every: str | None,
    since: str | None,
    until: str | None,
    where: str | None,
    tz: str,
    project: str,
    url: str | None,
    key: str | None,
    json: bool,
    csv: bool,
) -> None:
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, print_text, say
    from fanlight.cli.sampled import tell_sampled
    from fanlight.cli.times import instant

    with Client(url, key, project) as client:
        asked = {
            "group": by,
            "interval": every,
            "tz": tz,
            "q": where,
            "from_": since and instant(since),
            "to": until and instant(until),
        }
        if csv:
            print_text(client.project_text("usage/cost", format="csv", **asked))
            return
        found = client.project_get("usage/cost", **asked)
        if json:
            print_json(found)
            return
        if not found["total"]["runs"]:
            say("no runs in that time", "dim")
            return
        _print(found, by, every, tz)
        _tell_unpriced(found["total"])
        tell_sampled(client)


def _print(found: Mapping[str, Any], by: str, every: str | None, tz: str) -> None:
    from fanlight.cli.output import stdout, table
    from fanlight.cli.times import interval_text

    right = {"justify": "right", "no_wrap": True}
    heads: list[Any] = [("when", {"no_wrap": True})] if every else []
    heads += [by, *((name, right) for name in ("runs", "spans", "errors", "in", "out", "cost", "p50", "p95"))]
    rows = []
    for item in [*found["items"], found["total"]]:
        when = [interval_text(item["at"], every, tz) if item["at"] else ""] if every else []
        name = "total" if item is found["total"] else item["key"]
        rows.append([*when, name, *_figures(item)])
    stdout().print(table(heads, rows))


def _figures(item: Mapping[str, Any]) -> list[str | None]:
    from fanlight.cli.money import cost_text

    tokens = item["tokens"]
    return [
        f"{item['runs']:,}",
        f"{item['spans']:,}",
        f"{item['errors']:,}",
        f"{tokens['input']:,}",
        f"{tokens['output']:,}",
        cost_text(item["cost"]),
        _took(item["p50_ms"]),
        _took(item["p95_ms"]),
    ]


def _took(milliseconds: float | None) -> str | None:
    if milliseconds is None:
        return None
    return f"{milliseconds:,.0f} ms" if milliseconds < 1_000 else f"{milliseconds / 1_000:,.1f} s"


def _tell_unpriced(total: Mapping[str, Any]) -> None:
    from fanlight.cli.output import say

    unpriced = total["cost"]["unpriced_tokens"]
    tokens = total["tokens"]["input"] + total["tokens"]["output"]
    if unpriced:
        say(f"{unpriced:,} tokens ({unpriced / tokens:.0%}) have no price and are in no sum", "yellow")
