"""`fanlight restore`: a data directory out of a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from fanlight.ingest.backups.restoring import Restored


def restore(
    backup: Annotated[str, typer.Option("--from", metavar="FOLDER", help="The folder of a backup.")],
    data: Annotated[
        str, typer.Option("--data", metavar="FOLDER", help="The new data directory: not there yet, or empty.")
    ],
    deletions: Annotated[
        Path | None,
        typer.Option(
            "--deletions",
            metavar="FILE",
            help="What was asked to be erased since: deletions.json of the server's backups.",
            show_default="the file beside the backup",
        ),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read every restored row back and compare it with its checksum.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Make a new data directory out of a backup. What was erased since the backup is erased again.

    Every byte is compared with the manifest before anything is made of it.

    Example: fanlight restore --from backups/20261121T184000Z --data ./restored --verify
    """
    from fanlight.cli.administration import LOCAL_ACTOR
    from fanlight.cli.output import print_json, stderr
    from fanlight.config import load
    from fanlight.ingest.backups.restoring import restore as make

    directory = Path(data).expanduser().resolve()
    with stderr().status("restoring"):
        done = make(
            Path(backup).expanduser().resolve(),
            directory,
            # What a server of this machine is set to is not what the backup's was.
            load(flags={"data": str(directory), "retention_days": 0}, environ={}),
            by=LOCAL_ACTOR,
            erased=deletions,
            thoroughly=verify,
        )
    if json:
        print_json(_told(done))
    else:
        _say(done)


def _told(done: Restored) -> dict[str, object]:
    return {
        "name": done.manifest.name,
        "data": str(done.directory),
        "rows": done.rows,
        "segments": done.segments,
        "audit_entries": done.audit_entries,
        "erased_again": list(done.erased_again),
        "knows_deletions": done.knows_deletions,
        "with_logins": done.manifest.with_logins,
    }


def _say(done: Restored) -> None:
    from fanlight.cli.output import say, visible

    say(
        f"restored {done.manifest.name}: {done.rows:,} rows, {done.segments} segments of the log, "
        f"{done.audit_entries:,} entries of the audit log, each as it was written",
        "green",
    )
    if done.erased_again:
        say(f"erased again what was erased since: {len(done.erased_again)} deletions")
    if not done.knows_deletions:
        say("nothing tells what was erased since it was made; --deletions FILE names it", "yellow")
    if not done.manifest.with_logins:
        say("keys, logins and passwords are not in it: make new ones with fanlight keys, fanlight people")
        say(
            "nor are values of agents' variables and declared secrets, which nothing masks until they are set"
        )
    say(f"start it: fanlight serve --data {visible(done.directory)}")
