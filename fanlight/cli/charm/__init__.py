"""The script `charm` of packages/fanlight-charm: what of Charm's command line Fanlight answers."""

from __future__ import annotations

from typing import Annotated

import typer

from fanlight.cli.charm import auth, config, logs, run, validate
from fanlight.cli.commands import runs, show
from fanlight.cli.main import print_version, run_process

app = typer.Typer(
    name="charm",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _charm(
    version: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Charm's name, held by Fanlight where charmos is not installed: check, run and follow agents."""


app.command("validate")(validate.validate)
app.command("run")(run.run)
app.command("logs")(logs.logs)
app.add_typer(config.app, name="config")
app.add_typer(auth.app, name="auth")
app.command("runs")(runs.runs)
app.command("show")(show.show)


def main() -> None:
    """Run the script and exit with its status."""
    run_process(app)
