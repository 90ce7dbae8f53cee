"""Who is asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Right(StrEnum):
    """What a route may ask of a principal. One table (`access/policy.py`) names the right of every route."""

    PUBLIC = "public"  # anyone: liveness, Studio's own files, login
    SIGNED_IN = "signed in"  # whoever has a name here: their own account, the projects that they see
    INGEST = "ingest"  # send telemetry into a project
    LIST = "list"  # that runs are: their status and duration
    READ = "read"  # a project's telemetry: traces, logs, metrics, content
    USAGE = "usage"  # tokens, cost, revenue
    BILL = "bill"  # billing events
    ROOMS = "rooms"  # rooms and their sessions
    EXECUTE = "execute"  # start agents
    WRITE = "write"  # change a project: agents, saved views
    ADMIN = "admin"  # keys, retention, prices, budgets, agent settings of a project
    MEMBERS = "members"  # who belongs to a project
    FIGURES = "figures"  # how the server fares, for Prometheus: counts, of no project by name
    SERVER = "server"  # the server itself: projects, people


_NONE: frozenset[Right] = frozenset()
_NOWHERE: Mapping[str, frozenset[Right]] = MappingProxyType({})
_NO_ROOM: Mapping[tuple[str, str], frozenset[Right]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """One caller.

    `rights` hold for the server, and for one who is no person also on `project_id` (None = every project:
    the local owner). A person has `grants` instead: rights by project, from their roles, and `room_grants`:
    rights by project and room, of roles in single rooms. A run's token has
    `run_id` and reaches nothing but that run. A participant's has `room`, reaches nothing but that room of
    `project_id`, and tells their `role` there and whether they may write and read developer logs.
    """

    name: str
    rights: frozenset[Right]
    project_id: str | None = None
    grants: Mapping[str, frozenset[Right]] = field(default_factory=lambda: _NOWHERE)
    room_grants: Mapping[tuple[str, str], frozenset[Right]] = field(default_factory=lambda: _NO_ROOM)
    key_id: str | None = None
    person_id: str | None = None
    login_id: str | None = None
    run_id: str | None = None
    room: str | None = None
    role: str = "user"
    may_log: bool = False
    expires_ns: int | None = None

    def rights_on(self, project: str) -> frozenset[Right]:
        """The rights on `project`; none at all for a stranger.

        Example:
            >>> grants = {"a": frozenset({Right.LIST})}
            >>> ann = Principal(name="ann", rights=frozenset(), person_id="1", grants=grants)
            >>> ann.rights_on("a"), ann.rights_on("b")
            (frozenset({<Right.LIST: 'list'>}), frozenset())
        """
        if self.person_id is not None:
            return self.grants.get(project, _NONE)
        return self.rights if self.project_id in {None, project} else _NONE

    def rights_in(self, project: str, room: str) -> frozenset[Right]:
        """The rights in one room: those on its project, and those that a person has in that room alone.

        Example:
            >>> there = {("a", "lobby"): frozenset({Right.READ})}
            >>> ann = Principal(name="ann", rights=frozenset(), person_id="1", room_grants=there)
            >>> ann.rights_in("a", "lobby"), ann.rights_in("a", "attic"), ann.rights_on("a")
            (frozenset({<Right.READ: 'read'>}), frozenset(), frozenset())
        """
        return self.rights_on(project) | self.room_grants.get((project, room), _NONE)

    def rooms_with(self, project: str, right: Right) -> frozenset[str] | None:
        """The rooms of `project` in which `right` holds; None: all of them, and what is in no room.

        Example:
            >>> there = {("a", "lobby"): frozenset({Right.READ})}
            >>> ann = Principal(name="ann", rights=frozenset(), person_id="1", room_grants=there)
            >>> ann.rooms_with("a", Right.READ), ann.rooms_with("b", Right.READ)
            (frozenset({'lobby'}), frozenset())
            >>> LOCAL_OWNER.rooms_with("a", Right.READ) is None
            True
        """
        if right in self.rights_on(project):
            return None
        granted = self.room_grants.items()
        return frozenset(room for (owner, room), rights in granted if owner == project and right in rights)


ANONYMOUS = Principal(name="anonymous", rights=frozenset({Right.PUBLIC}), project_id="")
LOCAL_OWNER = Principal(name="local owner", rights=frozenset(Right))
KEY_HOLDER = Principal(name="data directory", rights=frozenset(Right))
"""Whoever showed the key of the data directory to a server without people."""
