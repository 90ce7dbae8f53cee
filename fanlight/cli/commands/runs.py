"""`fanlight runs`: the newest runs of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from fanlight.cli import options

SHORT_ID = 12


def runs(
    filter_: options.Filter = None,
    since: options.Since = None,
    until: options.Until = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most runs to list.")] = 20,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List runs, newest first.

    Example: fanlight runs status:error --since 3h
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, stdout
    from fanlight.cli.sampled import tell_sampled
    from fanlight.cli.times import instant

    query = " ".join(filter_ or [])
    with Client(url, key, project) as client:
        found = list(
            client.items(
                "runs",
                limit=limit,
                q=query or None,
                from_=since and instant(since),
                to=until and instant(until),
            )
        )
        if json:
            print_json({"items": found})
        elif found:
            stdout().print(runs_table(found, width=stdout().width))
            tell_sampled(client)
        else:
            say(
                "no runs match" if query or since or until else "no runs yet: fanlight demo makes some", "dim"
            )


def runs_table(runs: Sequence[Mapping[str, Any]], *, width: int) -> Any:
    """Runs as a table; what a narrow terminal has no room for is left out, least important first."""
    from fanlight.cli.output import table

    columns = [column for column in _COLUMNS if width >= column[2]]
    return table(
        [(name, style) for name, style, _, _ in columns],
        [[cell(run) for *_, cell in columns] for run in runs],
    )


def _started(run: Mapping[str, Any]) -> Any:
    from fanlight.cli.times import local_time

    return local_time(run["started_at"])


def _status(run: Mapping[str, Any]) -> Any:
    from fanlight.cli.output import status_text

    return status_text(run["status"])


def _duration(run: Mapping[str, Any]) -> Any:
    from fanlight.cli.times import span_of

    return span_of(run["duration_ms"] * 1e6) if run["duration_ms"] is not None else None


def _tokens(run: Mapping[str, Any]) -> Any:
    tokens = run.get("tokens") or {}
    if tokens.get("input") is None and tokens.get("output") is None:
        return None
    return f"{tokens.get('input') or 0:,} → {tokens.get('output') or 0:,}"


def _cost(run: Mapping[str, Any]) -> Any:
    from fanlight.cli.money import cost_text

    return cost_text(run.get("cost") or {})


_COLUMNS: list[tuple[str, dict[str, Any], int, Any]] = [
    ("run", {"no_wrap": True, "style": "cyan"}, 0, lambda run: run["id"][:SHORT_ID]),
    ("status", {"no_wrap": True}, 0, _status),
    ("agent", {"overflow": "ellipsis", "no_wrap": True}, 0, lambda run: run["agent"] or run["name"]),
    ("started", {"no_wrap": True}, 78, _started),
    ("took", {"no_wrap": True, "justify": "right"}, 52, _duration),
    ("tokens", {"no_wrap": True, "justify": "right"}, 100, _tokens),
    ("cost", {"no_wrap": True, "justify": "right"}, 66, _cost),
    ("spans", {"no_wrap": True, "justify": "right"}, 88, lambda run: run.get("span_count")),
    (
        "model",
        {"overflow": "ellipsis", "no_wrap": True},
        132,
        lambda run: ", ".join(run.get("models") or []) or None,
    ),
]
