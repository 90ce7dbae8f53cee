"""`fanlight delete`: erasing what a project holds of a run, a session, a user or a time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from fanlight.cli import options

POLL_S = 1.0


def delete(
    run: Annotated[str, typer.Option("--run", help="A run's id.", show_default=False)] = "",
    session: Annotated[str, typer.Option("--session", help="A session's id.", show_default=False)] = "",
    user: Annotated[
        str, typer.Option("--user", help="A user, as telemetry names them.", show_default=False)
    ] = "",
    since: options.Since = None,
    until: options.Until = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until no file of the store holds it, at most a few minutes.")
    ] = False,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Erase for good what fits all that is given; without anything list what was erased before.

    Example: fanlight delete --user ann@example.org --wait
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, visible

    asked = {"run": run, "session": session, "user": user, "from": since or "", "to": until or ""}
    given = {name: value for name, value in asked.items() if value}
    with Client(url, key, project) as client:
        if not given:
            _list(client.project_get("deletions")["items"], json)
            return
        named = ", ".join(f"{name} {visible(value)}" for name, value in given.items())
        if not yes:
            typer.confirm(f"Erase what project {project} holds of {named}, for good?", abort=True, err=True)
        told: Mapping[str, Any] = client.request("POST", client.project_path("deletions"), json=given).json()
        while wait and told["state"] in ("waiting", "unreadable"):
            time.sleep(POLL_S)
            told = client.project_get(f"deletions/{told['id']}")
    if json:
        print_json(told)
    else:
        say(f"deletion {told['id']} is {told['state']}: {_removed(told)}")
    if told["state"] == "failed":
        raise typer.Exit(1)


def _list(found: list[Mapping[str, Any]], json: bool) -> None:
    from fanlight.cli.output import print_json, say, stdout, table
    from fanlight.cli.times import local_time

    if json:
        print_json({"items": found})
    elif found:
        rows = [
            [
                *(each["id"], each["state"], local_time(each["asked_at"]), each["asked_by"]),
                *(_named(each), _removed(each)),
            ]
            for each in found
        ]
        stdout().print(table(["deletion", "state", "asked", "by", "of", "rows"], rows))
    else:
        say("nothing was erased yet: give --run, --session, --user, --since or --until", "dim")


def _named(deletion: Mapping[str, Any]) -> str:
    names = ("run", "session", "user", "since", "until")
    return " ".join(f"{name}:{str(deletion[name])[:40]}" for name in names if deletion[name])


def _removed(deletion: Mapping[str, Any]) -> str:
    rows = deletion["removed"]
    return ", ".join(f"{count:,} {table}" for table, count in sorted(rows.items())) or "nothing fitted"
