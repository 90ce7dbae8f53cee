"""Options that several commands share, each with its help and its environment variable."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV, for a spreadsheet.")]
Url = Annotated[
    str | None,
    typer.Option(
        "--url", envvar="FANLIGHT_URL", help="Server address.", show_default="http://127.0.0.1:4319"
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", envvar="FANLIGHT_KEY", help="Key to present (fl_...).", show_default=False, show_envvar=True
    ),
]
Project = Annotated[
    str, typer.Option("--project", "-p", envvar="FANLIGHT_PROJECT", help="Project to look at.")
]
Data = Annotated[
    str | None,
    typer.Option("--data", envvar="FANLIGHT_DATA", help="Data directory.", show_default="the platform's own"),
]
Filter = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILTER",
        help='Filter, as in Studio: status:error agent:weather "timed out".',
        show_default=False,
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="WHEN", help="From here on: 15m, 3h, 7d or an ISO time.", show_default=False
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until", metavar="WHEN", help="Up to here: 15m, 3h, 7d or an ISO time.", show_default=False
    ),
]


def is_alone(context: typer.Context) -> bool:
    """Whether a group was called without a command of its own.

    Options before such a command would be lost without a word, so they are refused.

    Raises:
        InvalidError: options stand before the command.
    """
    from fanlight.errors import InvalidError

    if context.invoked_subcommand is None:
        return True
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise InvalidError(
                f"--{name} stands before {context.invoked_subcommand}",
                hint=f"write it behind: {context.command_path} {context.invoked_subcommand} --{name} ...",
            )
    return False
