"""Where a process works, as the environment of a MeshAgent room names it."""

from __future__ import annotations

import os
from collections.abc import Mapping

VARIABLES = {
    "project": "MESHAGENT_PROJECT_ID",
    "room": "MESHAGENT_ROOM",
    "session": "MESHAGENT_SESSION_ID",
}
"""Resource attributes and the environment variables that set them."""


def find_place(environ: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Project, room and session; None for what is not named.

    Example:
        >>> find_place({"MESHAGENT_ROOM": "lobby", "MESHAGENT_SESSION_ID": ""})
        {'project': None, 'room': 'lobby', 'session': None}
    """
    environ = os.environ if environ is None else environ
    return {name: environ.get(variable) or None for name, variable in VARIABLES.items()}
