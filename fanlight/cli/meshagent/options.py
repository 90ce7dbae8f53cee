"""Options that MeshAgent's commands share, by the names that its own script has for them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Output(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


ProjectId = Annotated[
    str | None,
    typer.Option(
        "--project-id",
        envvar="MESHAGENT_PROJECT_ID",
        help="Project to look at.",
        show_default="FANLIGHT_PROJECT, else default",
    ),
]
Format = Annotated[Output, typer.Option("--output", "-o", help="How to print what is found.")]
SessionArgument = Annotated[
    str | None,
    typer.Argument(metavar="ID", help="The session; without one the newest.", show_default=False),
]
SessionId = Annotated[
    str | None, typer.Option("--session-id", help="The session, as an option.", show_default=False)
]
OfRoom = Annotated[
    str | None, typer.Option("--room", help="Take the newest session of this room.", show_default=False)
]
