"""`fanlight keys`: what programs present."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fanlight.cli import options

app = typer.Typer()

DAY_NS = 86_400 * 10**9


@app.callback(invoke_without_command=True)
def keys(
    context: typer.Context,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List, make and revoke keys: what programs present to the server.

    Example: fanlight keys --project weather
    """
    if options.is_alone(context):
        list_(project, url, key, data, json)


@app.command("list")
def list_(
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List a project's keys, without their secrets.

    Example: fanlight keys list --project weather
    """
    from fanlight.cli.administration import open_administration
    from fanlight.cli.output import print_json, say, stdout, table
    from fanlight.cli.times import local_time

    with open_administration(url, key, data) as administration:
        found = administration.keys(project)
    if json:
        print_json({"items": found})
        return
    if not found:
        say(f"no keys in project {project}: fanlight keys add makes one", "dim")
        return
    rows = [
        [key["id"], key["name"], ", ".join(key["scopes"]), _state(key), local_time(key["last_used_at"])]
        for key in found
    ]
    stdout().print(table([("key", {"no_wrap": True}), "name", "may", "state", "last used"], rows))


def _state(key: Any) -> str:
    from datetime import UTC, datetime

    if key["revoked_at"]:
        return "revoked"
    if key["expires_at"] and datetime.fromisoformat(key["expires_at"]) <= datetime.now(UTC):
        return "expired"
    return "good"


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Who or what will use it.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", help="ingest, read, execute or admin; may be given again.", show_default="ingest"
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, help="Expires after so many days.", show_default="never")
    ] = None,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Make a key. Its text is shown this once.

    Example: fanlight keys add ci --project weather --scope ingest --days 90
    """
    from fanlight.cli.administration import open_administration
    from fanlight.cli.output import print_json, say, stdout, visible

    with open_administration(url, key, data) as administration:
        made = administration.add_key(project, name, scope or ["ingest"], _expiry(days))
    if json:
        print_json(made)
        return
    stdout().print(visible(made["secret"]), soft_wrap=True)
    told = f"Key {visible(made['key']['id'])} of project {project}"
    say(f"{told}. Keep it now: it is not shown again.", "yellow")
    say("A program presents it as FANLIGHT_KEY, or in the header: authorization: Bearer fl_...", "dim")


def _expiry(days: int | None) -> int | None:
    """When a key that is made now and lasts so many days ends, in nanoseconds since 1970."""
    from fanlight.clock import SYSTEM

    return None if days is None else SYSTEM.now_ns() + days * DAY_NS


@app.command("set")
def set_(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as in: fanlight keys list.")],
    limit: options.Limits = None,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Change how much a key may send: rates of its own, below those of its project.

    Example: fanlight keys set 8sJ2kf91QxZa --limit spans_per_s=500
    """
    from fanlight.cli.administration import open_administration
    from fanlight.cli.output import print_json, say, visible

    if not limit:
        raise typer.BadParameter("nothing to change: give --limit")
    with open_administration(url, key, data) as administration:
        changed = administration.set_key(project, key_id, options.limits_of(limit))
    if json:
        print_json(changed)
        return
    own = ", ".join(f"{name} {value:g}" for name, value in changed["limits"].items())
    say(f"{visible(changed['id'])} ({visible(changed['name'])}): {own or 'no limits of its own'}")


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as in: fanlight keys list.")],
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Revoke a key for good. A running server refuses it within 5 seconds.

    Example: fanlight keys revoke 8sJ2kf91QxZa --project weather
    """
    from fanlight.cli.administration import open_administration
    from fanlight.cli.output import print_json, say, visible

    with open_administration(url, key, data) as administration:
        gone = administration.revoke_key(project, key_id)
    if json:
        print_json(gone)
    else:
        say(f"revoked {visible(gone['id'])} ({visible(gone['name'])})")
