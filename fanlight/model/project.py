"""Projects own data. A scope is the right to touch one project's data, and the store asks for it by type."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fanlight.errors import InvalidError

DEFAULT = "default"
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"


@dataclass(frozen=True, slots=True)
class ProjectScope:
    """Proof that its holder may touch `project_id`; only `access` and the composition root make one.

    `project_id` is the project's name, which never changes.
    """

    project_id: str


def check_name(name: str) -> str:
    """`name` if it can name a project.

    Raises:
        InvalidError: the name is empty, too long or has other characters than letters, digits, `.`, `_`, `-`.

    Example:
        >>> check_name("team-a")
        'team-a'
    """
    if re.match(NAME_PATTERN, name):
        return name
    raise InvalidError(
        f"{name[:40]!r} cannot name a project",
        hint="use up to 128 letters, digits, dots, underscores and dashes, a letter or digit first",
    )
