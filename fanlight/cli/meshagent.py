"""The script `meshagent` of packages/fanlight-meshagent: what of MeshAgent's commands Fanlight answers."""

from __future__ import annotations

from typing import Annotated

import typer

from fanlight.cli.commands import runs, show, tail
from fanlight.cli.main import print_version, run_process

app = typer.Typer(
    name="meshagent",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _meshagent(
    version: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """MeshAgent's name, held by Fanlight where MeshAgent's own packages are not installed.

    The runs of services that use `meshagent.otel` are listed, shown and followed here.
    """


app.command("runs")(runs.runs)
app.command("show")(show.show)
app.command("tail")(tail.tail)


def main() -> None:
    """Run the script and exit with its status."""
    run_process(app)
