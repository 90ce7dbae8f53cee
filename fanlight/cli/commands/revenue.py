"""`fanlight revenue`: what agents earned, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from fanlight.cli import options

_By = Annotated[str, typer.Option("--by", help="agent, model, room, user, customer or run.")]
_Every = Annotated[
    str | None, typer.Option("--every", help="minute, hour, day or week.", show_default="all in one")
]
_Zone = Annotated[str, typer.Option("--tz", help="Where days and weeks begin, as in Europe/Oslo.")]

SUMS = ("gross", "refunds", "fees", "adjustments", "net", "payouts")


def revenue(
    by: _By = "agent",
    every: _Every = None,
    since: options.Since = None,
    until: options.Until = None,
    tz: _Zone = "UTC",
    csv: options.Csv = False,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Show what agents earned and cost: gross, refunds, fees, net and margin, each currency apart.

    Example: fanlight revenue --by agent --every day --since 7d
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, print_text, say
    from fanlight.cli.times import instant

    asked = {
        "group": by,
        "interval": every,
        "tz": tz,
        "from_": since and instant(since),
        "to": until and instant(until),
    }
    with Client(url, key, project) as client:
        if csv:
            print_text(client.project_text("usage/revenue", format="csv", **asked))
            return
        found = client.project_get("usage/revenue", **asked)
    if json:
        print_json(found)
        return
    if not found["total"]["revenue"] and not found["total"]["runs"]:
        say("no billing events and no runs in that time", "dim")
        return
    _print(found, by, every, tz)


def _print(found: Mapping[str, Any], by: str, every: str | None, tz: str) -> None:
    from fanlight.cli.output import say, stdout, table, visible

    right = {"justify": "right", "no_wrap": True}
    heads: list[Any] = [("when", {"no_wrap": True})] if every else []
    heads += [by, ("", {"no_wrap": True}), *((name, right) for name in (*SUMS, "cost", "margin"))]
    items = [*found["items"], found["total"]]
    rows = [row for item in items for row in _rows(item, item is found["total"], every, tz)]
    stdout().print(table(heads, rows))
    if found["truncated"]:
        say("there are more groups than are shown; name a shorter time", "yellow")
    for note in dict.fromkeys(item["margin_note"] for item in items if item["margin_note"]):
        say(visible(note), "yellow")
    if unverified := sum(each["unverified"] for each in found["total"]["revenue"]):
        say(
            f"{unverified:,} events came as text that anybody could have printed; they are in no sum",
            "yellow",
        )


def _rows(item: Mapping[str, Any], is_total: bool, every: str | None, tz: str) -> Iterator[list[str | None]]:
    """A row a currency; cost and margin, which are in dollars, stand in the first."""
    from fanlight.cli.money import cost_text, money
    from fanlight.cli.times import interval_text

    when = [interval_text(item["at"], every, tz) if item["at"] else ""] if every else []
    name = "total" if is_total else item["key"]
    cost = cost_text(item["cost"]) if item["runs"] else None
    margin = None if item["margin"] is None else money(item["margin"])
    rows = [[each["currency"], *(_amount(each[sum_]) for sum_ in SUMS)] for each in item["revenue"]]
    for place, row in enumerate(rows or [["", *[None] * len(SUMS)]]):
        first = place == 0
        yield [*(when if first else [""] * len(when)), name if first else "", *row,
               *([cost, margin] if first else ["", ""])]  # fmt: skip


def _amount(text: str) -> str | None:
    """An amount to the last place that it has, two at least; nothing for none.

    Example:
        >>> _amount("1234.5"), _amount("0.000000000001"), _amount("-3"), _amount("0")
        ('1,234.50', '0.000000000001', '-3.00', None)
    """
    whole, _, places = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return None if text == "0" else f"{sign}{int(whole.lstrip('-')):,}.{places.ljust(2, '0')}"
