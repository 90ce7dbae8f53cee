"""The script `meshagent` of packages/fanlight-meshagent: what of MeshAgent's commands Fanlight answers.

They speak MeshAgent's protocol alone, so that they work with its own server as well. Exit statuses are those
of MeshAgent's script: 0 = done, 1 = what was asked about failed or is not there, 2 = wrong usage.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from fanlight.cli.commands import runs, show, tail
from fanlight.cli.main import FAILED, UNREACHABLE, print_version
from fanlight.cli.main import run as run_app
from fanlight.cli.meshagent import developer, logs, metrics, sessions, traces

_SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="meshagent",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)
room = typer.Typer(
    help="Work in a room.", no_args_is_help=True, rich_markup_mode="markdown", context_settings=_SETTINGS
)
session = typer.Typer(
    help="Look into sessions: what their agents did, wrote and measured.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings=_SETTINGS,
)


@app.callback()
def _meshagent(
    version: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """MeshAgent's name, held by Fanlight where MeshAgent's own packages are not installed.

    Watch the developer logs of a room, look into sessions, and list, show and follow runs.
    """


@room.callback()
def _room() -> None:
    """Work in a room."""


room.command("developer")(developer.developer)
session.command("list")(sessions.list_)
session.command("get")(sessions.get)
session.command("logs")(logs.logs)
session.command("traces")(traces.traces)
session.command("metrics")(metrics.metrics)
session.command("kill")(sessions.kill)
app.add_typer(room, name="room")
app.add_typer(session, name="session")
app.command("runs")(runs.runs)
app.command("show")(show.show)
app.command("tail")(tail.tail)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the script with `arguments` (of the process when None). Returns the exit status."""
    status = run_app(app, arguments)
    return FAILED if status == UNREACHABLE else status


def main() -> None:
    """Run the script and exit with its status."""
    sys.exit(run())
