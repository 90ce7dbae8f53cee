"""`meshagent session logs`: the log records of a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.meshagent import options
from fanlight.cli.meshagent.options import Output

if TYPE_CHECKING:
    from rich.text import Text

    from fanlight.cli.meshagent.account import Item

TEXT_CHARACTERS = 2_000
STYLES = {
    "trace": "dim", "debug": "dim", "info": "green", "warn": "yellow", "warning": "yellow",
    "error": "bold red", "critical": "bold red", "fatal": "bold red",
}  # fmt: skip


def logs(
    session: options.SessionArgument = None,
    session_id: options.SessionId = None,
    room: options.OfRoom = None,
    attributes: Annotated[
        bool, typer.Option("--attrs", help="Show the attributes of records and of what they came from.")
    ] = False,
    output: options.Format = Output.TABLE,
    project_id: options.ProjectId = None,
) -> None:
    """List the log records of a session, the newest last.

    Example: meshagent session logs --room lobby --attrs
    """
    from fanlight.cli.meshagent.account import Account, segment, whereabouts
    from fanlight.cli.meshagent.sessions import chosen, of_room, tell_cut
    from fanlight.cli.output import print_json, say, stdout, visible

    with Account(whereabouts(project_id)) as account:
        found = chosen(account, session, session_id, room)
        path = f"sessions/{segment(found or '')}/events"
        events, is_cut = account.items(path, "events") if found else ([], False)
    records = [event for event in events if event.get("type") == "otel.log"]
    if output == Output.JSON:
        print_json({"logs": records})
    elif found is None:
        say(f"no sessions{of_room(room)} yet", "dim")
    elif not records:
        say(f"no logs in session {visible(found)}", "dim")
    else:
        for record in records:
            stdout().print(record_line(record, attributes=attributes), soft_wrap=True)
    if is_cut:
        tell_cut(len(records), "record")


def record_line(event: Item, *, attributes: bool = False) -> Text:
    """One record: time, severity, scope, text, and its attributes on demand.

    Example:
        >>> event = {"created_at": "x", "data": {"log": "slow", "severity_text": "WARN", "scope_name": "app"}}
        >>> record_line(event).plain
        'x WARN    app  slow'
    """
    from fanlight.cli.output import visible
    from fanlight.cli.times import full_time

    data = event.get("data")
    given: Mapping[str, Any] = data if isinstance(data, dict) else {"log": data}
    severity = given.get("severity_text") or given.get("severity_number") or event.get("type")
    said = next((given[name] for name in ("log", "message", "body") if given.get(name) is not None), "")
    line = line_of(full_time(str(event.get("created_at") or "–")), str(severity))
    if scope := given.get("scope_name"):
        line.append(f"{visible(scope, limit=40)}  ", "cyan")
    line.append(visible(said, limit=TEXT_CHARACTERS))
    if attributes:
        shown = [pairs(given.get(name)) for name in ("log_attributes", "resource_attributes")]
        line.append("".join(f"  {text}" for text in shown if text), "dim")
    return line


def line_of(time: str, severity: str) -> Text:
    """The beginning of a line: its time, and its severity in its colour."""
    from rich.text import Text

    from fanlight.cli.output import visible

    line = Text(overflow="fold")
    line.append(f"{visible(time)} ", "dim")
    line.append(f"{visible(severity, limit=40):<7} ", STYLES.get(severity.lower(), "magenta"))
    return line


def pairs(attributes: Any) -> str:
    """Attributes in one line, by name.

    Example:
        >>> pairs({"room": "lobby", "attempt": 2})
        'attempt=2 room="lobby"'
    """
    import json

    from fanlight.cli.output import visible

    if not isinstance(attributes, Mapping):
        return ""
    shown = (f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sorted(attributes.items()))
    return visible(" ".join(shown), limit=TEXT_CHARACTERS)
