"""What a command asks the person at the terminal for."""

from __future__ import annotations

import sys

import typer


def ask_secret(name: str) -> str:
    """A value that is not shown while it is typed; all of stdin when that is no terminal."""
    if sys.stdin.isatty():
        found: str = typer.prompt(name, hide_input=True, err=True)
        return found
    return sys.stdin.read().rstrip("\r\n")
