"""`fanlight usage`: what agents used."""

from __future__ import annotations

import typer

from fanlight.cli.commands import prices

app = typer.Typer(no_args_is_help=True)
app.command("reprice")(prices.reprice)


@app.callback()
def usage() -> None:
    """What agents used, and what it cost.

    Example: fanlight usage reprice --since 7d
    """
