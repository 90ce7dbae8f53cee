"""`fanlight validate`: the same look at an agent as `charm validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fanlight.cli import options


def validate(
    path: Annotated[Path, typer.Argument(help="The agent's folder, with its charm.yaml.")] = Path(),
    json: options.Json = False,
) -> None:
    """Check an agent without running it: charm.yaml, entry point, requirements, telemetry, variables, tokens.

    Example: fanlight validate agents/weather
    """
    from fanlight.cli.charm.validate import validate as look

    look(path, json)
