"""`charm run`: Fanlight's runner under Charm's words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fanlight.cli import options
from fanlight.cli.commands import run as fanlight_run


def run(
    path: Annotated[Path, typer.Argument(help="The agent's folder, with its charm.yaml.")] = Path(),
    json: Annotated[
        str | None, typer.Option("--json", help="The input, as JSON.", show_default=False)
    ] = None,
    input_: Annotated[
        str | None,
        typer.Option("--input", "-i", help='Text: the input is {"input": text}.', show_default=False),
    ] = None,
    docker: Annotated[bool, typer.Option("--docker", help="Run it in a container.")] = False,
    install: Annotated[bool, typer.Option(help="Install the agent's requirements first.")] = True,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
) -> None:
    """Run an agent on this machine, as `fanlight run` does.

    Exit status: 0 it succeeded (or waits for somebody), 1 it failed, 2 wrong usage.

    Example: charm run agents/weather --json '{"input": "Oslo?"}'
    """
    import json as json_

    from fanlight.errors import InvalidError

    if json is not None and input_ is not None:
        raise InvalidError("the input is given twice", hint="either --json or --input")
    if json is not None:
        try:
            json_.loads(json)
        except ValueError as error:
            raise InvalidError(
                f"--json is not JSON ({error})", hint="""--json '{"input": "hello"}'"""
            ) from error
    given = json if input_ is None else json_.dumps({"input": input_})
    fanlight_run.run(
        path=path, input_=given, like=None, timeout=None, memory=None, env=None, install=install,
        docker=docker, room=None, session=None, execute=False, project=project, url=url, key=key, json=False,
    )  # fmt: skip
