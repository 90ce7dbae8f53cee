"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """What a route may ask of a principal. One table (`access/policy.py`) names the right of every route."""

    PUBLIC = "public"  # anyone: liveness, Studio's own files, login
    INGEST = "ingest"  # send telemetry into a project
    READ = "read"  # read a project's telemetry
    WRITE = "write"  # change a project: rooms, agents, settings
    ADMIN = "admin"  # keys, members, retention of a project
    SERVER = "server"  # the server itself: projects, people


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """One caller. `project_id` is None for whoever may name any project (the local owner)."""

    name: str
    rights: frozenset[Right]
    project_id: str | None = None
    key_id: str | None = None


ANONYMOUS = Principal(name="anonymous", rights=frozenset({Right.PUBLIC}))
LOCAL_OWNER = Principal(name="local owner", rights=frozenset(Right))
