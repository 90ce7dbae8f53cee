"""`fanlight sessions`: what went on in rooms and conversations, and the end of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.table import Table

    from fanlight.cli.client import Client


class _Sessions(TyperGroup):
    """Takes what names none of its commands as something to list: `fanlight sessions room:lobby`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_Sessions)

LEAST_WIDTHS = {"failed": 90, "cost": 100, "started": 112, "there": 120, "in": 136, "out": 136}
"""Columns that need a terminal of so many characters."""

_Session = Annotated[str, typer.Argument(metavar="ID", help="The session's id.")]


@app.callback()
def sessions() -> None:
    """List sessions and conversations, show one, and end one.

    Example: fanlight sessions --active --room lobby
    """


@app.command("list")
def list_(
    where: Annotated[
        str, typer.Argument(metavar="[ID|FILTER]", help="One session, or the runs of which to list sessions.")
    ] = "",
    active: Annotated[bool, typer.Option("--active", help="Only those that go on.")] = False,
    room: Annotated[str | None, typer.Option("--room", help="Only those of this room.")] = None,
    since: options.Since = None,
    until: options.Until = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most lines to show.")] = 20,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List sessions of rooms and conversations, the one heard of last first; or show the one with this id.

    Example: fanlight sessions list agent:planner --since 1d
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, stdout
    from fanlight.cli.times import instant

    window = {"from_": since and instant(since), "to": until and instant(until)}
    only = {"active": active or None, "room": room}
    with Client(url, key, project) as client:
        if where and not any((active, room, since, until)) and _show(client, where, limit, json):
            return
        found = list(client.items("sessions", limit=limit, q=where or None, **window, **only))
    if json:
        print_json({"items": found})
    elif found:
        stdout().print(sessions_table(found, width=stdout().width))
    else:
        say("no session like that" if where or active or room or since or until else "no sessions yet", "dim")


@app.command("show")
def show(
    session: _Session,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most lines of its timeline.")] = 100,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Show one session: what it came to, who is in it, and what happened, in order.

    Example: fanlight sessions show s1
    """
    from fanlight.cli.client import Client
    from fanlight.errors import NotFoundError

    with Client(url, key, project) as client:
        if not _show(client, session, limit, json):
            raise NotFoundError(f"no session {session!r}", hint="fanlight sessions lists them")


@app.command("end")
def end(
    session: _Session,
    kill: Annotated[bool, typer.Option("--kill", help="It was stopped; else it is over.")] = False,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """End a room's session for good. What comes later begins another one.

    Example: fanlight sessions end s1
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, stdout, visible

    with Client(url, key, project) as client:
        path = client.project_path(f"sessions/{_quoted(session)}/end")
        ended = client.request("POST", path, json={"by": "killed" if kill else "ended"}).json()
    if json:
        print_json(ended)
    else:
        stdout().print(f"{visible(ended['id'])} in room {visible(ended['room'])}: {state_of(ended)}")


def _show(client: Client, session: str, limit: int, json: bool) -> bool:
    """Show the session of that id; False when there is none."""
    from fanlight.cli.output import print_json, stdout
    from fanlight.errors import NotFoundError

    path = f"sessions/{_quoted(session)}"
    try:
        found = client.project_get(path)
    except NotFoundError:
        return False
    timeline = list(client.items(f"{path}/timeline", limit=limit))
    if json:
        print_json({**found, "timeline": timeline})
        return True
    stdout().print(sessions_table([found], width=stdout().width))
    for each in found["present"]:
        stdout().print(_present(each))
    if timeline:
        stdout().print()
        stdout().print(timeline_table(timeline))
    return True


def sessions_table(found: Sequence[Mapping[str, Any]], *, width: int) -> Table:
    """Sessions, with what their runs came to; what a narrow terminal has no room for is left out."""
    from fanlight.cli.output import table

    right = {"justify": "right", "no_wrap": True}
    narrow = {"no_wrap": True}
    heads: list[Any] = [
        ("session", {"no_wrap": True, "style": "cyan"}),
        ("room", {"overflow": "ellipsis", "no_wrap": True}),
        *((name, narrow) for name in ("state", "started", "last heard")),
        *((name, right) for name in ("there", "runs", "failed", "in", "out", "cost")),
    ]
    shown = [place for place, (name, _) in enumerate(heads) if width >= LEAST_WIDTHS.get(name, 0)]
    return table(
        [heads[place] for place in shown], [[_row(each)[place] for place in shown] for each in found]
    )


def _row(session: Mapping[str, Any]) -> list[Any]:
    from fanlight.cli.money import cost_text
    from fanlight.cli.times import local_time

    there = sum((session["participants"] or {}).values())
    figures: list[str | None] = [None] * 5
    activity = session["activity"]
    if activity is not None:
        numbers = (
            activity["runs"], activity["errors"], activity["tokens"]["input"], activity["tokens"]["output"],
        )  # fmt: skip
        figures = [*(f"{number:,}" if number else None for number in numbers), cost_text(activity["cost"])]
    return [
        session["id"],
        session["room"],
        state_of(session),
        local_time(session["started_at"]),
        local_time(session["last_at"]),
        str(there) if there else None,
        *figures,
    ]


def state_of(session: Mapping[str, Any]) -> Any:
    """Whether a session goes on, or how it ended, in its colour."""
    from rich.text import Text

    if session["is_active"]:
        return Text("● active", style="green")
    styles = {"killed": "red", "ended": "", "idle": "dim"}
    return Text(str(session["ended_by"]), style=styles.get(session["ended_by"], ""))


def timeline_table(moments: Sequence[Mapping[str, Any]]) -> Table:
    """What happened, a line each."""
    from fanlight.cli.output import table

    heads: list[Any] = [
        ("when", {"no_wrap": True, "style": "dim"}),
        ("what", {"no_wrap": True}),
        ("who", {"no_wrap": True, "overflow": "ellipsis"}),
        ("said", {"overflow": "fold"}),
    ]
    return table(heads, [_moment(each) for each in moments])


def _moment(moment: Mapping[str, Any]) -> list[Any]:
    from fanlight.cli.times import clock_time

    at, what = clock_time(moment["at"]), moment["type"]
    if what == "event":
        data = moment["data"] or {}
        said = ", ".join(_facts(data))
        return [at, moment["name"], data.get("name"), said or None]
    if moment["run"] is not None:
        return [at, what, moment["name"], _outcome(moment["run"]) if what == "run.ended" else None]
    if moment["step"] is not None:
        step = moment["step"]
        status = "success" if step["error"] is None else "error"
        return [at, step["kind"], moment["name"], _outcome({**step, "status": status})]
    log = moment["log"]
    return [at, _level(moment), log["service"], _body(log["body"])]


def _outcome(run: Mapping[str, Any]) -> Any:
    from fanlight.cli.output import status_text, visible
    from fanlight.cli.times import span_of

    said = status_text(run["status"])
    if run["duration_ms"] is not None:
        said.append(f" after {span_of(run['duration_ms'] * 1e6)}", style="not bold")
    if run["error"] and run["error"]["message"]:
        said.append(f": {visible(run['error']['message'], limit=200)}", style="not bold")
    return said


def _facts(data: Mapping[str, Any]) -> Iterator[str]:
    for key, value in data.items():
        if key not in {"name", "id"}:
            yield str(value) if key in {"by", "role", "kind"} else f"{key} {value}"


def _level(moment: Mapping[str, Any]) -> Any:
    from rich.text import Text

    from fanlight.cli.output import visible

    styles = {"error": "red", "fatal": "red", "warn": "yellow"}
    return Text(visible(moment["name"], limit=20), style=styles.get(moment["log"]["level"] or "", ""))


def _body(body: Any) -> str:
    import json

    from fanlight.cli.output import visible

    if isinstance(body, dict) and isinstance(body.get("message"), str):
        rest = {key: value for key, value in body.items() if key != "message"}
        body = body["message"] + (f" {json.dumps(rest)}" if rest else "")
    return visible(body if isinstance(body, str) else json.dumps(body), limit=500)


def _present(participant: Mapping[str, Any]) -> Any:
    from rich.text import Text

    from fanlight.cli.output import visible

    return Text(f"  {visible(participant['name'])} is there as {visible(participant['role'])}", style="green")


def _quoted(session: str) -> str:
    from urllib.parse import quote

    return quote(session, safe="/")
