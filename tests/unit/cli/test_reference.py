"""The reference pages are written from the code, and say what it says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from fanlight.cli.main import app

ROOT = Path(__file__).parents[3]


def commands(command: Any, name: str = "fanlight") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its whole name; `parked` alone only holds others."""
    for sub_name, sub in getattr(command, "commands", {}).items():
        if sub_name != "parked":
            yield f"{name} {sub_name}", sub
        yield from commands(sub, f"{name} {sub_name}")


def test_the_pages_are_not_stale() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "reference", "--check"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_has_an_example_of_itself_and_prints_json_on_demand() -> None:
    found = dict(commands(typer.main.get_command(app)))
    assert len(found) > 15
    for name, command in found.items():
        assert f"Example: {name}" in command.help, name
        # A group that only holds commands prints nothing of its own.
        answers = getattr(command, "invoke_without_command", True)
        assert not answers or any("--json" in parameter.opts for parameter in command.params), name
