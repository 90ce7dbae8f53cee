"""`meshagent session list|get|kill`, and which session a command is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.meshagent import options
from fanlight.cli.meshagent.options import Output
from fanlight.errors import InvalidError

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from fanlight.cli.meshagent.account import Account, Item

SERVER_MOST = 1_000
DATA_CHARACTERS = 2_000
FIXED = ("session", "began", "state")


def list_(
    project_id: options.ProjectId = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Most sessions to list; a server gives 1000 at most.")
    ] = 25,
    room: Annotated[
        str | None, typer.Option("--room", help="Sessions of this room alone.", show_default=False)
    ] = None,
    output: options.Format = Output.TABLE,
) -> None:
    """List sessions, the newest first.

    Example: meshagent session list --room lobby --limit 10
    """
    from fanlight.cli.meshagent.account import Account, whereabouts
    from fanlight.cli.output import print_json, say, stdout

    with Account(whereabouts(project_id)) as account:
        found = recent(account, room, limit)
    if output == Output.JSON:
        print_json({"sessions": found})
    elif found:
        stdout().print(table_of(found))
    else:
        say(f"no sessions{of_room(room)} yet", "dim")
        # MeshAgent's script ends so, too, unless the room was named.
        raise typer.Exit(0 if room else 1)


def get(
    session_id: Annotated[str, typer.Argument(metavar="ID", help="The session.")],
    project_id: options.ProjectId = None,
    output: options.Format = Output.TABLE,
) -> None:
    """List what happened in a session: events of its room and log records, the newest last.

    Example: meshagent session get 8c1f4e
    """
    from fanlight.cli.meshagent.account import Account, segment, whereabouts
    from fanlight.cli.output import print_json, say, stdout

    with Account(whereabouts(project_id)) as account:
        events, is_cut = account.items(f"sessions/{segment(session_id)}/events", "events")
    if output == Output.JSON:
        print_json({"events": events})
    for event in events if output == Output.TABLE else ():
        stdout().print(event_line(event), soft_wrap=True)
    if is_cut:
        tell_cut(len(events), "event")
    if not events:
        say(f"no events in session {session_id}", "dim")
        raise typer.Exit(1)


def kill(
    session_id: Annotated[str, typer.Argument(metavar="ID", help="The session.")],
    project_id: options.ProjectId = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """End a session at once: its participants are cut off, and it never comes back.

    Example: meshagent session kill 8c1f4e -y
    """
    from fanlight.cli.meshagent.account import Account, segment, whereabouts
    from fanlight.cli.output import say, visible

    if not yes and not typer.confirm(f"Kill session {visible(session_id)}?", default=False):
        return
    with Account(whereabouts(project_id)) as account:
        account.post(f"sessions/{segment(session_id)}/kill")
    say(f"session {visible(session_id)} is killed", "green")


def recent(account: Account, room: str | None, limit: int) -> Sequence[Item]:
    """The newest sessions, of `room` alone when it is named. Raises NotFoundError when it is unknown."""
    from fanlight.cli.meshagent.account import segment

    if room is None:
        return account.items("sessions", "sessions", limit=min(limit, SERVER_MOST))[0][:limit]
    known = account.get(f"rooms/{segment(room)}")
    # There are servers that do not heed `room_id`; what they give is sifted here.
    found, _ = account.items("sessions", "sessions", limit=SERVER_MOST, room_id=known.get("id"))
    return [each for each in found if each.get("room_name") == known.get("name")][:limit]


def chosen(account: Account, argument: str | None, named: str | None, room: str | None) -> str | None:
    """The session that the words name, else the newest; None when there is none.

    Raises:
        InvalidError: two sessions are named.
    """
    if argument is not None and named is not None and argument != named:
        raise InvalidError(
            f"two sessions are named, {argument} and {named}", hint="name one, as argument or as --session-id"
        )
    if (found := named or argument) is not None:
        return found
    newest = recent(account, room, 1)
    return str(newest[0].get("id")) if newest else None


def of_room(room: str | None) -> str:
    """The room in a sentence.

    Example:
        >>> of_room("lobby"), of_room(None)
        (' of room lobby', '')
    """
    from fanlight.cli.output import visible

    return f" of room {visible(room)}" if room else ""


def tell_cut(number: int, what: str) -> None:
    """Say that a list holds the newest items alone."""
    from fanlight.cli.output import counted, say

    say(f"the newest {counted(number, what)}; those before are not shown", "yellow")


def table_of(sessions: Sequence[Item]) -> Table:
    """Sessions as a table. A column in which nothing stands is left out."""
    from fanlight.cli.output import table
    from fanlight.cli.times import local_time

    rows = [
        {
            "session": str(each.get("id")),
            "room": each.get("room_name") or None,
            "agent": each.get("agent_name"),
            "began": local_time(str(each.get("created_at") or "–")),
            "state": _state(each),
            "participants": people(each.get("participants")),
        }
        for each in sessions
    ]
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    fixed = {"no_wrap": True}
    columns: list[Any] = [(name, fixed) if name in FIXED else name for name in names]
    return table(columns, [[row[name] for name in names] for row in rows])


def _state(session: Item) -> Text:
    from rich.text import Text

    from fanlight.cli.output import visible

    is_active = session.get("is_active") is True
    state = "active" if is_active else str(session.get("ended_by") or "ended")
    return Text(visible(state), "green" if is_active else "red" if state == "killed" else "dim")


def people(participants: Any) -> str | None:
    """Participants by role, in words.

    Example:
        >>> people({"user": 2, "agent": 1}), people({}), people(None)
        ('2 user, 1 agent', None, None)
    """
    if not isinstance(participants, Mapping):
        return None
    return ", ".join(f"{number} {role}" for role, number in participants.items()) or None


def event_line(event: Item) -> Text:
    """One event: time, type, and what it says."""
    import json

    from rich.text import Text

    from fanlight.cli.meshagent.logs import record_line
    from fanlight.cli.output import visible
    from fanlight.cli.times import full_time

    if event.get("type") == "otel.log":
        return record_line(event)
    data = event.get("data")
    line = Text(overflow="fold")
    line.append(f"{full_time(visible(event.get('created_at') or '–'))} ", "dim")
    line.append(visible(event.get("type") or "–"), "magenta")
    if data:
        line.append(f"  {visible(json.dumps(data, ensure_ascii=False), limit=DATA_CHARACTERS)}")
    return line
