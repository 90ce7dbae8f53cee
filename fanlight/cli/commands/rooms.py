"""`fanlight rooms`: places of work, and what is going on in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.table import Table

MOST_ROOMS = 10_000


def rooms(
    room: Annotated[str, typer.Argument(metavar="[NAME]", help="The room to show.")] = "",
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List rooms with their live sessions, or show one: who is in it, and what runs there.

    Example: fanlight rooms lobby
    """
    from urllib.parse import quote

    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, stdout

    with Client(url, key, project) as client:
        if room:
            _print_room(client.project_get(f"rooms/{quote(room, safe='')}"), json)
            return
        found = list(client.items("rooms", limit=MOST_ROOMS))
    if json:
        print_json({"items": found})
    elif not found:
        say("no rooms yet: telemetry that names one makes it", "dim")
    else:
        stdout().print(_rooms_table(found))


def _rooms_table(found: Sequence[Mapping[str, Any]]) -> Table:
    from fanlight.cli.commands.users import activity_columns, figures
    from fanlight.cli.output import table

    heads = [
        ("room", {"overflow": "ellipsis", "no_wrap": True}),
        ("session", {"no_wrap": True}),
        *activity_columns(),
    ]
    return table(heads, [[each["name"], _session(each), *figures(each.get("activity"))] for each in found])


def _session(room: Mapping[str, Any]) -> Any:
    from rich.text import Text

    from fanlight.cli.output import counted, visible

    session = room["session"]
    if session is None:
        return None
    there = sum((session["participants"] or {}).values())
    who = f", {counted(there, 'participant')}" if there else ""
    return Text(f"● {visible(session['id'], limit=14)}{who}", style="green")


def _print_room(room: Mapping[str, Any], json: bool) -> None:
    from fanlight.cli.commands.sessions import sessions_table
    from fanlight.cli.output import print_json, say, stdout, table

    if json:
        print_json(room)
        return
    stdout().print(_rooms_table([room]))
    if room["session"] is None:
        say("no session goes on in it", "dim")
    else:
        stdout().print()
        stdout().print(sessions_table([room["session"]], width=stdout().width))
    if room["present"]:
        stdout().print()
        rows = [[each["name"], each["role"], each["id"]] for each in room["present"]]
        stdout().print(table(["participant", "role", "id"], rows))
    if room["services"]:
        stdout().print()
        stdout().print(services_table(room["services"]))


def services_table(services: Sequence[Mapping[str, Any]]) -> Table:
    """What runs in a room."""
    from fanlight.cli.output import table
    from fanlight.cli.times import local_time

    right = {"justify": "right", "no_wrap": True}
    heads: list[Any] = [
        "service", "kind", "state", ("image or version", {"overflow": "ellipsis", "no_wrap": True}),
        ("restarts", right), ("cpu", right), ("memory", right), "reported",
    ]  # fmt: skip
    return table(
        heads,
        [
            [
                each["name"],
                each["kind"],
                _state(each["state"]),
                each["image"] or each["version"],
                each["restarts"],
                None if each["cpu_percent"] is None else f"{each['cpu_percent']:.1f} %",
                None if each["memory_bytes"] is None else f"{each['memory_bytes'] / 2**20:,.0f} MiB",
                local_time(each["reported_at"]),
            ]
            for each in services
        ],
    )


def _state(state: str) -> Any:
    from rich.text import Text

    styles = {"running": "green", "failed": "red", "restarting": "yellow", "starting": "blue"}
    return Text(state, style=styles.get(state, "dim"))
