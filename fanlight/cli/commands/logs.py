"""`fanlight logs`: log records of a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.text import Text

ROOM_EVENT = "fanlight.room.event"
LEVEL_STYLES = {"warn": "yellow", "error": "bold red", "fatal": "bold red", "debug": "dim", "trace": "dim"}


def logs(
    filter_: options.Filter = None,
    since: options.Since = None,
    until: options.Until = None,
    developer: Annotated[
        bool,
        typer.Option("--developer", help="Only developer logs: what agents' authors write for themselves."),
    ] = False,
    room: Annotated[str | None, typer.Option("--room", help="Only those of this room.")] = None,
    type_: Annotated[
        str | None, typer.Option("--type", help="Only those of this type, as info or order_placed.")
    ] = None,
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

    query = narrowed(" ".join(filter_ or []), room=room, type=type_)
    with Client(url, key, project) as client:
        newest_first = list(
            client.items(
                "developer-logs" if developer else "logs",
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
        stdout().print(developer_line(record) if developer else log_line(record), soft_wrap=True)
    if not found:
        what = "developer logs" if developer else "log records"
        say(f"no {what} match" if query or since or until else f"no {what} yet", "dim")


def narrowed(query: str, **fields: str | None) -> str:
    """The filter `query` with what `fields` must be.

    Example:
        >>> narrowed("slow OR late", room="lobby", type=None)
        '(slow OR late) room:"lobby"'
    """
    escaped = {
        name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in fields.items() if value
    }
    terms = [f'{name}:"{value}"' for name, value in escaped.items()]
    if not terms or not query:
        return " ".join(terms) or query
    return " ".join([f"({query})" if " OR " in f" {query} " else query, *terms])


def developer_line(record: Mapping[str, Any]) -> Text:
    """One developer log: time, type, who wrote it, data."""
    return log_line({**record, "level": record["type"], "style": record["level"], "body": record["data"]})


def log_line(record: Mapping[str, Any]) -> Text:
    """One record: time, level, service, body."""
    from rich.text import Text

    from fanlight.cli.output import visible
    from fanlight.cli.times import clock_time

    level = record["level"] or "–"
    line = Text(overflow="fold")
    line.append(f"{clock_time(record['time'])} ", "dim")
    line.append(f"{visible(level, limit=24):<5} ", LEVEL_STYLES.get(record.get("style", level), "green"))
    if record.get("service"):
        line.append(f"{visible(record['service'], limit=24)} ", "cyan")
    line.append(visible(told(record), limit=2_000))
    if record.get("trace_id"):
        line.append(f"  {record['trace_id'][:12]}", "dim")
    return line


def told(record: Mapping[str, Any]) -> str:
    """What a log record says; an event of a room begins with what happened."""
    body = record["body"]
    if record.get("event_name") == ROOM_EVENT and isinstance(body, dict):
        about = {each["key"]: each["value"] for each in record.get("attributes") or ()}
        return body_text({"message": str(about.get("fanlight.event.type", ROOM_EVENT)), **body})
    return body_text(body)


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
