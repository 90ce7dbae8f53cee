"""`fanlight doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from fanlight.ingest.parked import Parked

app = typer.Typer()
parked = typer.Typer(no_args_is_help=True, help="Records that the store could not take.")
app.add_typer(parked, name="parked")

MARKS = {"ok": ("✓", "green"), "note": ("•", "yellow"), "wrong": ("✗", "red")}

Name = Annotated[str, typer.Argument(help="The record's name, as in: fanlight doctor parked list.")]


@app.callback(invoke_without_command=True)
def doctor(
    context: typer.Context,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Find out what is wrong here, and what to do about it.

    Looks at the server, exporters in agents, the ports, the data directory and what was refused or parked.

    Example: fanlight doctor
    """
    if not options.is_alone(context):
        return
    from dataclasses import asdict

    from fanlight.cli.checkup import check_all
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json
    from fanlight.config import load

    config = load(flags={"data": data})
    with Client(url, key, project, timeout_s=5) as client:
        findings, unreachable = check_all(client, config)
    if json:
        print_json({"items": [asdict(finding) for finding in findings]})
    else:
        _print(findings)
    if any(finding.state == "wrong" for finding in findings):
        # 3, as for every command, when the server is what is missing.
        raise typer.Exit(3 if unreachable else 1)


def _print(findings: list[Any]) -> None:
    from rich.text import Text

    from fanlight.cli.output import stdout, visible

    for finding in findings:
        mark, style = MARKS[finding.state]
        line = Text.assemble(
            (f"{mark} ", style), (f"{visible(finding.about):<16} ", "bold"), visible(finding.text)
        )
        stdout().print(line, soft_wrap=True)
        if finding.hint:
            stdout().print(f"  {'':<16} {visible(finding.hint)}", style="dim", soft_wrap=True)


@parked.command("list")
def list_(data: options.Data = None, json: options.Json = False) -> None:
    """List the parked records and why each was parked.

    Example: fanlight doctor parked list --data ./fanlight-data
    """
    from dataclasses import asdict

    from fanlight.cli.output import print_json, say, stdout, table
    from fanlight.config import load

    entries = _parked(load(flags={"data": data}).data_dir).list()
    if json:
        print_json({"items": [asdict(entry) for entry in entries]})
    elif entries:
        rows = [[e.name, e.project, e.items, "yes" if e.replayable else "no", e.reason] for e in entries]
        columns: list[Any] = [("record", {"no_wrap": True}), "project", "items", "replayable", "reason"]
        stdout().print(table(columns, rows))
    else:
        say("nothing is parked", "dim")


@parked.command("replay")
def replay(name: Name, data: options.Data = None, json: options.Json = False) -> None:
    """Put a parked record into the log again; the server stores it at its next start.

    Example: fanlight doctor parked replay traces-00000000000000004711
    """
    import asyncio

    from fanlight.cli.output import print_json, say, visible
    from fanlight.config import load
    from fanlight.ingest.log import Log

    config = load(flags={"data": data})
    with _without_server(config.data_dir):
        log = Log(
            config.data_dir / "log",
            segment_bytes=config.segment_bytes,
            max_backlog_bytes=config.max_backlog_bytes,
        )
        log.open()
        try:
            seq = asyncio.run(_parked(config.data_dir).replay(name, log.append))
        finally:
            log.close()
    if json:
        print_json({"name": name, "seq": str(seq)})
    else:
        say(f"{visible(name)} is in the log again, and is stored when the server starts")


@parked.command("discard")
def discard(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Forget a parked record for good.

    Example: fanlight doctor parked discard traces-00000000000000004711 --yes
    """
    from dataclasses import asdict

    from fanlight.cli.output import print_json, say, visible
    from fanlight.config import load

    place = load(flags={"data": data}).data_dir
    with _without_server(place):
        records = _parked(place)
        entry = records.get(name)
        if not yes:
            typer.confirm(f"Forget {visible(entry.name)} with {entry.items} items for good?", abort=True)
        records.discard(name)
    if json:
        print_json(asdict(entry))
    else:
        say(f"{visible(name)} is gone")


def _parked(data_dir: Path) -> Parked:
    try:
        from fanlight.ingest.parked import Parked
    except ModuleNotFoundError as error:
        from fanlight.errors import FanlightError

        raise FanlightError(
            f"this needs {error.name}, which is not installed", hint='pip install "fanlight[server]"'
        ) from error
    return Parked(data_dir / "log" / "parked")


@contextlib.contextmanager
def _without_server(data_dir: Path) -> Iterator[None]:
    """Own the data directory, so that no server runs on it meanwhile."""
    from fanlight.data_dir import own
    from fanlight.errors import NotFoundError

    if not data_dir.exists():
        raise NotFoundError(f"there is no data directory {data_dir}", hint="name it with --data")
    with own(data_dir):
        yield
