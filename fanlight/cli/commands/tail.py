"""`fanlight tail`: what happens, as it happens."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.text import Text


def tail(
    topics: Annotated[
        list[str] | None,
        typer.Argument(
            help="runs, logs, metrics, run:ID, room:NAME or session:ID. Without any: runs and logs.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="End after so many events.", show_default=False)
    ] = None,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Follow runs and logs live until Ctrl-C; a lost connection resumes where it stopped.

    Example: fanlight tail logs run:4bf92f3577b34da6a3ce929d0e0e4736
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import say, visible
    from fanlight.cli.stream import follow

    with Client(url, key, project) as client, contextlib.suppress(KeyboardInterrupt):
        chosen = ",".join(topics or ["runs", "logs"])
        messages = follow(client, chosen, say=lambda text: say(visible(text), "dim"))
        events = (event for message in messages for event in events_of(message.event, message.data))
        for event in itertools.islice(events, limit):
            _print_event(event, json)


def events_of(name: str, data: Any) -> list[dict[str, Any]]:
    """The events in one message; a gap is one event of type `gap`."""
    if name == "gap":
        return [{"type": "gap", "data": data}]
    return list(data) if name == "batch" else []


def _print_event(event: Mapping[str, Any], json: bool) -> None:
    from fanlight.cli.output import print_json_line, stdout

    if json:
        print_json_line(event)
    else:
        stdout().print(event_line(event), soft_wrap=True)


def event_line(event: Mapping[str, Any]) -> Text:
    """One event as a line of text."""
    from rich.text import Text

    from fanlight.cli.commands.logs import log_line
    from fanlight.cli.output import status_text, visible
    from fanlight.cli.times import clock_time, span_of
    from fanlight.cli.tree import KIND_STYLES

    kind, data = event["type"], event["data"]
    if kind == "gap":
        reason = visible(data.get("reason", ""))
        return Text(f"── gap: {reason}; what was missed is in: fanlight runs, fanlight logs", "yellow")
    if kind == "log":
        return log_line(data)
    line = Text(overflow="fold")
    if kind == "run":
        line.append(f"{clock_time(data['started_at'])} ", "dim").append("run   ", "magenta")
        line.append(visible(data["agent"] or data["name"], limit=60), "bold").append("  ")
        line.append_text(status_text(data["status"]))
        line.append(f"  {data['span_count']} spans", "dim")
        if data["duration_ms"] is not None:
            line.append(f"  {span_of(data['duration_ms'] * 1e6)}")
        return line.append(f"  {data['id'][:12]}", "dim")
    if kind == "span":
        line.append(f"{clock_time(data['started_at'])} ", "dim")
        line.append(f"{visible(data['kind']):<5} ", KIND_STYLES.get(data["kind"], "dim"))
        line.append(visible(data["name"], limit=80), "bold red" if data["status"] == "error" else "")
        return line.append(f"  {span_of(data['duration_ns']) or data['state']}", "dim")
    if kind == "finding":
        line.append(f"{clock_time(data['at'])} ", "dim").append("found ", "yellow")
        line.append(visible(data["statement"], limit=200), "yellow" if data["state"] == "open" else "dim")
        over = "" if data["state"] == "open" else "  over"
        return line.append(f"{over}  {visible(data['run_id'], limit=12)}", "dim")
    return line.append(f"{visible(kind):<5} ", "dim").append(visible(data, limit=400))
