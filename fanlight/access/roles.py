"""What a role may do in a project: Fanlight's own roles, and the names that others have for them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from fanlight.access.principal import Right
from fanlight.errors import InvalidError


class Role(StrEnum):
    """A member's role in a project."""

    OWNER = "owner"
    MAINTAINER = "maintainer"
    VIEWER = "viewer"
    # MeshAgent's narrower project roles; its admin is an owner, its developer a maintainer.
    SESSION_INVENTORY = "session_inventory"
    USAGE_REPORTER = "usage_reporter"
    BILLING_MANAGER = "billing_manager"
    ROOM_MANAGER = "room_manager"


_MAINTAINER = frozenset(
    {Right.LIST, Right.READ, Right.USAGE, Right.BILL, Right.ROOMS, Right.EXECUTE, Right.WRITE, Right.ADMIN}
)

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.OWNER: _MAINTAINER | {Right.MEMBERS},
        Role.MAINTAINER: _MAINTAINER,
        Role.VIEWER: frozenset({Right.LIST}),
        Role.SESSION_INVENTORY: frozenset({Right.LIST}),
        Role.USAGE_REPORTER: frozenset({Right.LIST, Right.USAGE}),
        Role.BILLING_MANAGER: frozenset({Right.LIST, Right.USAGE, Right.BILL}),
        Role.ROOM_MANAGER: frozenset({Right.LIST, Right.ROOMS}),
    }
)
"""Role -> rights on the project."""


class RoomRole(StrEnum):
    """MeshAgent's role in one room: what a participant's token is narrowed down to."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    DEVELOPER = "developer"
    ADMIN = "admin"


ROOM_RIGHTS: Mapping[RoomRole, frozenset[Right]] = MappingProxyType(
    {
        RoomRole.VIEWER: frozenset({Right.LIST}),
        RoomRole.OPERATOR: frozenset({Right.LIST, Right.ROOMS}),
        RoomRole.DEVELOPER: frozenset({Right.LIST, Right.READ}),
        RoomRole.ADMIN: frozenset({Right.LIST, Right.READ, Right.ROOMS, Right.WRITE}),
    }
)
"""Role in one room -> rights in that room, as far as whoever makes the token has them."""

# An inventory of rooms and one of sessions are lists of what is known to every member.
_OTHER_NAMES = {
    "admin": Role.OWNER,
    "developer": Role.MAINTAINER,
    "room_inventory": Role.SESSION_INVENTORY,
}


def role_of(name: str) -> Role:
    """The role that `name` stands for, in Fanlight's words or MeshAgent's.

    Raises:
        InvalidError: no role goes by that name.

    Example:
        >>> role_of("developer"), role_of("viewer")
        (<Role.MAINTAINER: 'maintainer'>, <Role.VIEWER: 'viewer'>)
    """
    try:
        return _OTHER_NAMES.get(name) or Role(name)
    except ValueError:
        raise InvalidError(f"no role {name[:40]!r}", hint=f"roles are {', '.join(Role)}") from None
