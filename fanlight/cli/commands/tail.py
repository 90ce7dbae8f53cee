"""`fanlight tail`: what happens, as it happens."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.text import Text

REASONS = {
    "too_old": "away for longer than the stream reaches back",
    "ahead": "the server has less than was seen before",
    "other_store": "the server has another store now",
    "unknown_id": "the place to resume from is unknown",
}


def tail(
    topics: Annotated[
        list[str] | None,
        typer.Argument(
            help="runs, logs, metrics, run:ID, room:NAME or session:ID. Without any: runs and logs.",
            show_default=False,
        ),
    ] = None,
    room: Annotated[
        list[str] | None,
        typer.Option("--room", help="Everything of a room; more than once for several.", show_default=False),
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            "--kinds",
            help="Only these, comma separated: run, finding, span, log, developer_log, room_event, service,"
            " metric, token.",
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
    """Follow runs, logs or a room live until Ctrl-C; a lost connection resumes where it stopped.

    Example: fanlight tail --room lobby --kinds log,developer_log
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import say, visible
    from fanlight.cli.stream import follow

    with Client(url, key, project) as client, contextlib.suppress(KeyboardInterrupt):
        rooms = [f"room:{name}" for name in room or []]
        chosen = ",".join([*(topics or []), *rooms] or ["runs", "logs"])
        messages = follow(client, chosen, kinds=kinds, say=lambda text: say(visible(text), "dim"))
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
    """One event as a line of text: when, what, and what it says."""
    from fanlight.cli.output import visible

    kind, data = str(event["type"]), event["data"]
    if shown := _LINES.get(kind):
        return shown(data)
    return _line("", kind, "dim").append(visible(data, limit=400))


def _line(at: str, label: str, style: str) -> Text:
    from rich.text import Text

    from fanlight.cli.output import visible
    from fanlight.cli.times import clock_time

    line = Text(overflow="fold")
    if at:
        line.append(f"{clock_time(at)} ", "dim")
    return line.append(f"{visible(label, limit=5):<5} ", style)


def _gap(data: Mapping[str, Any]) -> Text:
    from rich.text import Text

    from fanlight.cli.output import counted, visible

    reason = str(data.get("reason", ""))
    missed = f", {counted(data['missed'], 'event')} missed" if data.get("missed") is not None else ""
    said = visible(REASONS.get(reason, reason))
    return Text(f"── gap: {said}{missed}; see: fanlight runs, fanlight logs", "yellow")


def _log(data: Mapping[str, Any]) -> Text:
    from fanlight.cli.commands.logs import log_line

    return log_line(data)


def _developer_log(data: Mapping[str, Any]) -> Text:
    from fanlight.cli.commands.logs import LEVEL_STYLES, body_text
    from fanlight.cli.output import visible

    style = LEVEL_STYLES.get(data["level"], "green")
    line = _line(data["time"], "dev", style).append(f"{visible(data['type'], limit=24):<7} ", style)
    if data.get("service"):
        line.append(f"{visible(data['service'], limit=24)} ", "cyan")
    line.append(visible(body_text(data["data"]), limit=2_000))
    return _of_run(line, data.get("run"))


def _happening(label: str) -> Callable[[Mapping[str, Any]], Text]:
    def shown(data: Mapping[str, Any]) -> Text:
        from fanlight.cli.output import visible

        line = _line(data["time"], label, "magenta").append(visible(data["type"], limit=40), "bold")
        told = data["data"] if isinstance(data["data"], Mapping) else {"data": data["data"]}
        for name, value in told.items():
            line.append(f"  {visible(name, limit=40)}=", "dim").append(visible(value, limit=200))
        return line

    return shown


def _run(data: Mapping[str, Any]) -> Text:
    from fanlight.cli.output import status_text, visible
    from fanlight.cli.times import span_of

    line = _line(data["started_at"], "run", "magenta")
    line.append(visible(data["agent"] or data["name"], limit=60), "bold").append("  ")
    line.append_text(status_text(data["status"]))
    line.append(f"  {data['span_count']} spans", "dim")
    if data["duration_ms"] is not None:
        line.append(f"  {span_of(data['duration_ms'] * 1e6)}")
    return _of_run(line, data["id"])


def _span(data: Mapping[str, Any]) -> Text:
    from fanlight.cli.output import visible
    from fanlight.cli.times import span_of
    from fanlight.cli.tree import KIND_STYLES

    line = _line(data["started_at"], data["kind"], KIND_STYLES.get(data["kind"], "dim"))
    line.append(visible(data["name"], limit=80), "bold red" if data["status"] == "error" else "")
    line.append(f"  {span_of(data['duration_ns']) or data['state']}", "dim")
    return _of_run(line, data.get("run_id"))


def _metric(data: Mapping[str, Any]) -> Text:
    from fanlight.cli.output import visible

    line = _line(data["at"], "point", "blue").append(visible(data["name"], limit=80)).append(" ")
    if data["value"] is not None:
        line.append(f"{data['value']:,g}", "bold")
    else:
        line.append(f"{data['count'] or 0:,} in all {data['sum'] or 0:,g}", "bold")
    line.append(f" {visible(data['unit'], limit=20)}" if data["unit"] else "", "dim")
    for name, value in data["attributes"].items():
        line.append(f"  {visible(name, limit=40)}={visible(value, limit=80)}", "dim")
    return line


def _finding(data: Mapping[str, Any]) -> Text:
    from fanlight.cli.output import visible

    line = _line(data["at"], "found", "yellow")
    line.append(visible(data["statement"], limit=200), "yellow" if data["state"] == "open" else "dim")
    line.append("" if data["state"] == "open" else "  over", "dim")
    return _of_run(line, data["run_id"])


def _of_run(line: Text, run: str | None) -> Text:
    from fanlight.cli.output import visible

    return line.append(f"  {visible(run[:12])}", "dim") if run else line


_LINES: Mapping[str, Callable[[Mapping[str, Any]], Text]] = {
    "gap": _gap,
    "log": _log,
    "developer_log": _developer_log,
    "room_event": _happening("room"),
    "service": _happening("serv"),
    "run": _run,
    "span": _span,
    "metric": _metric,
    "finding": _finding,
}
