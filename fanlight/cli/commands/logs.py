"""`fanlight logs`: log records of a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.text import Text

LEVEL_STYLES = {"warn": "yellow", "error": "bold red", "fatal": "bold red", "debug": "dim", "trace": "dim"}


def logs(
    filter_: options.Filter = None,
    since: options.Since = None,
    until: options.Until = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most records to list.")] = 50,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List log records, the newest last.

    Example: fanlight logs level:error "timed out" --since 1h
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, stdout
    from fanlight.cli.times import instant

    query = " ".join(filter_ or [])
    with Client(url, key, project) as client:
        newest_first = list(
            client.items(
                "logs",
                limit=limit,
                q=query or None,
                from_=since and instant(since),
                to=until and instant(until),
            )
        )
    found = newest_first[::-1]
    if json:
        print_json({"items": found})
        return
    for record in found:
        stdout().print(log_line(record), soft_wrap=True)
    if not found:
        say("no log records match" if query or since or until else "no log records yet", "dim")


def log_line(record: Mapping[str, Any]) -> Text:
    """One record: time, level, service, body."""
    from rich.text import Text

    from fanlight.cli.output import visible
    from fanlight.cli.times import clock_time

    level = record["level"] or "–"
    line = Text(overflow="fold")
    line.append(f"{clock_time(record['time'])} ", "dim")
    line.append(f"{visible(level):<5} ", LEVEL_STYLES.get(level, "green"))
    if record.get("service"):
        line.append(f"{visible(record['service'], limit=24)} ", "cyan")
    line.append(visible(body_text(record["body"]), limit=2_000))
    if record.get("trace_id"):
        line.append(f"  {record['trace_id'][:12]}", "dim")
    return line


def body_text(body: Any) -> str:
    """A log's body as text: an object's `message` first, then the rest of it.

    Example:
        >>> body_text({"message": "hello", "n": 1}), body_text(["a"]), body_text("plain")
        ('hello n=1', '["a"]', 'plain')
    """
    import json

    if isinstance(body, dict) and isinstance(body.get("message"), str):
        rest = (f"{name}={json.dumps(value)}" for name, value in body.items() if name != "message")
        return " ".join([body["message"], *rest])
    return body if isinstance(body, str) else "" if body is None else json.dumps(body)
