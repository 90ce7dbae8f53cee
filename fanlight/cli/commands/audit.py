"""`fanlight audit`: who did what, and whether the record of it is whole."""

from __future__ import annotations

from typing import Annotated

import typer

from fanlight.cli import options

app = typer.Typer()

_InProject = Annotated[
    str | None, typer.Option("--project", "-p", help="Of one project.", show_default="of the whole server")
]
_Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000, help="How many, newest first.")]


@app.callback(invoke_without_command=True)
def audit(
    context: typer.Context,
    project: _InProject = None,
    limit: _Limit = 50,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Show who did what, and check that nothing was changed in it.

    Example: fanlight audit --project weather
    """
    if options.is_alone(context):
        list_(project, limit, url, key, data, json)


@app.command("list")
def list_(
    project: _InProject = None,
    limit: _Limit = 50,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List what was done, newest first.

    Example: fanlight audit list --limit 20
    """
    from fanlight.cli.output import print_json, say, stdout, table
    from fanlight.cli.people import open_people
    from fanlight.cli.times import local_time

    with open_people(url, key, data) as place:
        found = place.audit(project, limit)
    if json:
        print_json({"items": found})
        return
    if not found:
        say("nothing was done yet", "dim")
        return
    rows = [
        [
            local_time(each["at"]),
            each["actor"],
            each["action"],
            each["target"],
            each["project"],
            each["address"],
        ]
        for each in found
    ]
    stdout().print(table(["when", "who", "did", "to", "project", "from"], rows))


@app.command("verify")
def verify(
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Walk the whole chain. Exit status 1 when an entry was changed or taken out.

    Example: fanlight audit verify --json
    """
    from fanlight.cli.output import print_json, say
    from fanlight.cli.people import open_people

    with open_people(url, key, data) as place:
        found = place.verify_audit()
    if json:
        print_json(found)
    elif found["broken_at"] is None:
        say(
            f"{found['entries']:,} entries, each as it was written; the newest is {found['newest_hash']}",
            "green",
        )
    else:
        say(f"entry {found['broken_at']:,} is not what was written, or one before it is missing", "bold red")
    if found["broken_at"] is not None:
        raise typer.Exit(1)
