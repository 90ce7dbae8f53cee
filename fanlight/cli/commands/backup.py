"""`fanlight backup`: copies of the whole server, made while it serves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.progress import Progress

app = typer.Typer(
    no_args_is_help=True,
    help="Back the whole server up, while it serves.\n\nExample: fanlight backup create",
)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="As `fanlight backup list` names it.")]


@app.command("create")
def create(
    with_logins: Annotated[
        bool,
        typer.Option(
            "--with-logins", help="Keys, logins, passwords and the server's own keys are in it, too."
        ),
    ] = False,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Back up everything that is acknowledged now, and read it back. Ctrl-C stops it, and leaves nothing.

    Example: fanlight backup create
    """
    from fanlight.cli.backups import open_backups
    from fanlight.cli.output import print_json, say, visible

    with open_backups(url, key, data) as place, _progress() as progress:
        task = progress.add_task("backup", total=None)
        made = place.create(
            with_logins=with_logins,
            step=lambda done, total: progress.update(task, completed=done, total=total or None),
        )
    if json:
        print_json(made)
    elif made["state"] == "complete":
        say(
            f"backup {made['name']} is whole: {made['rows']:,} rows, {made['bytes']:,} bytes in "
            f"{visible(made['path'])}",
            "green",
        )
    else:
        say(f"no backup was made: {visible(made['error'])}", "bold red")
    if made["state"] != "complete":
        raise typer.Exit(1)


@app.command("list")
def list_(
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List the backups on the server's disk, the newest first.

    Example: fanlight backup list --json
    """
    from fanlight.cli.backups import open_backups
    from fanlight.cli.output import print_json, say, stdout, table

    with open_backups(url, key, data) as place:
        found = place.all()
    if json:
        print_json({"items": found})
    elif found:
        heads = ["backup", "state", "rows", "bytes", "logins", "kept until"]
        stdout().print(table(heads, [_row(each) for each in found]))
    else:
        say("there is no backup yet: fanlight backup create", "dim")


@app.command("verify")
def verify(
    backup: Annotated[
        str, typer.Argument(metavar="NAME|FOLDER", help="A backup of this machine, or any folder of one.")
    ],
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Read every byte of a backup and compare it with its manifest. Exit status 1 when one differs.

    Example: fanlight backup verify /mnt/copies/20261121T184000Z
    """
    import msgspec

    from fanlight.cli.output import print_json, say
    from fanlight.ingest.backups.folder import DamagedError
    from fanlight.ingest.backups.folder import verify as verify_folder
    from fanlight.ingest.backups.shelf import describe

    folder = folder_of(backup, data)
    try:
        with _progress() as progress:
            task = progress.add_task("verify", total=None)
            told = describe(folder, verify_folder(folder, lambda size: progress.advance(task, size)))
    except DamagedError as error:
        if not json:
            raise
        print_json({"path": str(folder), "whole": False, "error": str(error)})
        raise typer.Exit(1) from None
    if json:
        print_json({**msgspec.to_builtins(told), "whole": True})
    else:
        say(f"backup {told.name} is whole: {told.rows:,} rows, {told.bytes:,} bytes", "green")


@app.command("delete")
def delete(
    name: _Name,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Remove a backup for good; stop it while it is being made.

    Example: fanlight backup delete 20261121T184000Z
    """
    from fanlight.cli.backups import open_backups
    from fanlight.cli.output import print_json, say

    with open_backups(url, key, data) as place:
        gone = place.remove(name)
    if json:
        print_json(gone)
    else:
        say(f"backup {gone['name']} is gone")


def folder_of(backup: str, data: str | None) -> Path:
    """Where a backup is: the folder `backup`, or the one of that name among those of the data directory."""
    from fanlight.config import load
    from fanlight.ingest.backups.folder import is_name

    given = Path(backup)
    is_ours = is_name(backup) and not given.exists()
    return load(flags={"data": data}).backup_folder / backup if is_ours else given


def _row(backup: Mapping[str, Any]) -> list[Any]:
    from fanlight.cli.output import visible

    state = backup["state"] if not backup["error"] else f"{backup['state']}: {visible(backup['error'])}"
    return [
        *(backup["name"], state, f"{backup['rows']:,}", f"{backup['bytes']:,}"),
        *("yes" if backup["with_logins"] else "no", (backup["expires_at"] or "for ever")[:10]),
    ]


def _progress() -> Progress:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from fanlight.cli.output import stderr

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    return Progress(*columns, console=stderr(), transient=True)
