"""`charm validate`: look at an agent without running it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fanlight.cli import options

SIGNS = {"ok": ("✔", "green"), "warn": ("!", "yellow"), "wrong": ("✘", "red")}


def validate(
    path: Annotated[Path, typer.Argument(help="The agent's folder, with its charm.yaml.")] = Path(),
    json: options.Json = False,
) -> None:
    """Check charm.yaml, entry point, requirements, telemetry, variables, OAuth tokens; execute nothing.

    Exit status: 0 it can run (warnings do not count), 1 it cannot, 2 there is no charm.yaml.

    Example: charm validate agents/weather
    """
    from fanlight.cli.charm import findings, telemetry
    from fanlight.cli.output import print_json, say, stdout, visible
    from fanlight.errors import FanlightError
    from fanlight.runner import definition

    place = definition.find(path)
    try:
        agent = definition.load(place)
    except definition.DefinitionError as error:
        raise FanlightError(error.message, hint=error.hint) from error
    found = [*findings.findings_of(place.parent, agent), *telemetry.findings_of(place.parent, agent)]
    wrong = sum(each.state == "wrong" for each in found)
    if json:
        from dataclasses import asdict

        print_json(
            {"agent": agent.persona.name, "is_right": not wrong, "findings": [asdict(each) for each in found]}
        )
    else:
        adapter = agent.runtime.adapter.type
        head = findings.Finding(
            state="ok", about="charm.yaml", text=f"{agent.persona.name}, adapter {adapter}"
        )
        width = max(len(each.about) for each in [head, *found])
        for each in [head, *found]:
            sign, style = SIGNS[each.state]
            stdout().print(f"{sign} {each.about:{width}}  {visible(each.text)}", style=style, soft_wrap=True)
            if each.hint:
                stdout().print(f"  {'':{width}}  {visible(each.hint)}", style="dim", soft_wrap=True)
        warnings = sum(each.state == "warn" for each in found)
        said = f"{wrong} wrong, {warnings} to look at" if wrong or warnings else "nothing is wrong"
        say(said, "red" if wrong else "green")
    if wrong:
        raise typer.Exit(1)
