"""`fanlight export`: everything that a project holds, as files in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fanlight.cli import options


def export(
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where to: not there yet, or empty.")],
    format_: Annotated[
        str, typer.Option("--format", help="jsonl, which fanlight import takes again; or parquet.")
    ] = "jsonl",
    since: options.Since = None,
    until: options.Until = None,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Export a project: telemetry of the time that is named, and all that is known of it besides.

    Every file is compared with the manifest. Ctrl-C stops it and leaves nothing.

    Example: fanlight export --project shop --to ./shop --format parquet --since 7d
    """
    from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn

    from fanlight.cli.client import Client
    from fanlight.cli.exported import download
    from fanlight.cli.output import print_json, say, stderr, visible
    from fanlight.cli.times import instant

    columns = SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn()
    with (
        Client(url, key, project) as client,
        Progress(*columns, console=stderr(), transient=True) as progress,
    ):
        task = progress.add_task("export", total=None)
        manifest = download(
            client,
            to,
            {"format": format_, "from": since and instant(since), "to": until and instant(until)},
            step=lambda path, size: progress.update(task, description=visible(path), advance=size),
        )
    if json:
        print_json(manifest)
        return
    rows = sum(file["rows"] for file in manifest["files"])
    say(f"{len(manifest['files'])} files with {rows:,} rows in {visible(str(to))}", "green")
