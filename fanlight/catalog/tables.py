"""The tables of the catalog. Times are nanoseconds since 1970 UTC."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAME = String(128)
TEXT = String(1024)
COUNTER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up plain integers alone


class Base(DeclarativeBase):
    """What all tables of the catalog share."""

    type_annotation_map = {int: BigInteger}  # noqa: RUF012 - SQLAlchemy reads it from the class


class ProjectRow(Base):
    """A project; `name` is its id and never changes."""

    __tablename__ = "projects"

    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    display_name: Mapped[str] = mapped_column(TEXT)
    created_ns: Mapped[int]
    retention_days: Mapped[int | None]
    limits: Mapped[str | None] = mapped_column(Text)  # JSON: those of its own
    sampling: Mapped[str | None] = mapped_column(Text)  # JSON; none = all is kept
    privacy: Mapped[str | None] = mapped_column(Text)  # JSON: what differs from everybody's


class KeyRow(Base):
    """A key. Only the SHA-256 of its text is here; `scopes` are separated by spaces."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), index=True)
    name: Mapped[str] = mapped_column(TEXT)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    scopes: Mapped[str] = mapped_column(NAME)
    created_ns: Mapped[int]
    expires_ns: Mapped[int | None]
    used_ns: Mapped[int | None]
    revoked_ns: Mapped[int | None]
    limits: Mapped[str | None] = mapped_column(Text)  # JSON: those of its own


class RoomRow(Base):
    """A durable place of work in a project."""

    __tablename__ = "rooms"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    created_ns: Mapped[int]


class AgentRow(Base):
    """An agent, made when it was first heard of."""

    __tablename__ = "agents"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    first_seen_ns: Mapped[int]
    last_seen_ns: Mapped[int]


class PersonRow(Base):
    """Somebody who can sign in. `email` is in its normal form; no `password` = signs in elsewhere."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(TEXT)
    password: Mapped[str | None] = mapped_column(TEXT)
    is_admin: Mapped[bool]
    created_ns: Mapped[int]
    disabled_ns: Mapped[int | None]


class IdentityRow(Base):
    """A person as an OpenID provider knows them."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(String(512), primary_key=True)
    subject: Mapped[str] = mapped_column(String(256), primary_key=True)
    person: Mapped[str] = mapped_column(String(16), ForeignKey("people.id"), index=True)


class MemberRow(Base):
    """A person's role in a project."""

    __tablename__ = "members"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    person: Mapped[str] = mapped_column(String(16), ForeignKey("people.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(32))
    created_ns: Mapped[int]


class LoginRow(Base):
    """A session of somebody who signed in, in a browser or a terminal. Only its token's hash is here.

    `is_due` = its token is to be replaced at the next request. The one `before` it counts until
    `before_until_ns`.
    """

    __tablename__ = "logins"

    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    is_due: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    before: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    before_until_ns: Mapped[int] = mapped_column(default=0, server_default="0")
    id: Mapped[str] = mapped_column(String(16), unique=True)
    person: Mapped[str] = mapped_column(String(16), ForeignKey("people.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(TEXT)
    created_ns: Mapped[int]
    used_ns: Mapped[int]
    expires_ns: Mapped[int]


class OneTimeRow(Base):
    """A secret that works once: the set-up token, an invite, a sign-in from a command line."""

    __tablename__ = "one_time"

    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(16), unique=True)
    purpose: Mapped[str] = mapped_column(String(16), index=True)
    project: Mapped[str | None] = mapped_column(NAME, index=True)
    data: Mapped[str] = mapped_column(String(4096))
    created_ns: Mapped[int]
    expires_ns: Mapped[int]
    used_ns: Mapped[int | None]


class AuditRow(Base):
    """Something that was done. `hash` covers the row and the hash of the one before."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_ns: Mapped[int]
    actor: Mapped[str] = mapped_column(TEXT)
    action: Mapped[str] = mapped_column(String(64), index=True)
    project: Mapped[str | None] = mapped_column(NAME, index=True)
    target: Mapped[str] = mapped_column(TEXT)
    address: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(String(4096))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class BudgetRow(Base):
    """How much a project, an agent or a room may use in a day, a month or one run."""

    __tablename__ = "budgets"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    scope: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(TEXT)
    period: Mapped[str] = mapped_column(String(16))
    unit: Mapped[str] = mapped_column(String(16))
    amount: Mapped[str] = mapped_column(String(64))
    created_ns: Mapped[int]


class ViewRow(Base):
    """What a page of Studio was asked, kept under a name; `query` is that of the page's address."""

    __tablename__ = "views"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    page: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    query: Mapped[str] = mapped_column(Text)
    updated_by: Mapped[str] = mapped_column(TEXT)
    updated_ns: Mapped[int]


class PriceRow(Base):
    """A price that a project set itself, of one model or a pattern; `rates` is JSON."""

    __tablename__ = "prices"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    provider: Mapped[str] = mapped_column(NAME, primary_key=True)
    model: Mapped[str] = mapped_column(TEXT, primary_key=True)
    rates: Mapped[str] = mapped_column(Text)
    created_ns: Mapped[int]


class RegisteredAgentRow(Base):
    """An agent that was published here, as its newest version has it. `telemetry` and `pricing` are JSON."""

    __tablename__ = "registered_agents"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(TEXT)
    owner: Mapped[str] = mapped_column(TEXT)
    version: Mapped[str] = mapped_column(NAME)
    telemetry: Mapped[str] = mapped_column(Text)
    pricing: Mapped[str] = mapped_column(Text)
    created_ns: Mapped[int]
    updated_ns: Mapped[int]


class AgentVersionRow(Base):
    """One version of a published agent. `folder` is where its source was unpacked; the rest is JSON."""

    __tablename__ = "agent_versions"
    __table_args__ = (
        ForeignKeyConstraint(["project", "agent"], ["registered_agents.project", "registered_agents.id"]),
    )

    project: Mapped[str] = mapped_column(NAME, primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(NAME, primary_key=True)
    folder: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    definition: Mapped[str] = mapped_column(Text)
    repository: Mapped[str] = mapped_column(Text)
    published_by: Mapped[str] = mapped_column(TEXT)
    created_ns: Mapped[int]


class AgentVariableRow(Base):
    """An environment variable of an agent. Its value is sealed by a key that is not in the database."""

    __tablename__ = "agent_variables"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    agent: Mapped[str] = mapped_column(TEXT, primary_key=True)
    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    updated_ns: Mapped[int]
    updated_by: Mapped[str] = mapped_column(TEXT)


class ProjectSecretRow(Base):
    """A value that is masked in a project's telemetry, sealed as an agent's variables are."""

    __tablename__ = "project_secrets"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    updated_ns: Mapped[int]
    updated_by: Mapped[str] = mapped_column(TEXT)


class SessionRow(Base):
    """A session of a room, in time as `session_windows.py` says; `heard_ns` is by the server's clock."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_of_room", "project", "room", "last_ns"),
        Index("ix_sessions_by_last", "project", "last_ns", "id"),
        Index("ix_sessions_open", "ended_ns", "last_ns"),
    )

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    room: Mapped[str] = mapped_column(TEXT)
    is_unnamed: Mapped[bool]
    own_first_ns: Mapped[int]
    own_last_ns: Mapped[int]
    started_ns: Mapped[int]
    last_ns: Mapped[int]
    heard_ns: Mapped[int]
    ended_ns: Mapped[int | None]
    ended_by: Mapped[str | None] = mapped_column(String(16))
    merged_into: Mapped[str | None] = mapped_column(TEXT)


class SessionParticipantRow(Base):
    """Who is, or was, in a session."""

    __tablename__ = "session_participants"
    __table_args__ = (ForeignKeyConstraint(["project", "session"], ["sessions.project", "sessions.id"]),)

    project: Mapped[str] = mapped_column(NAME, primary_key=True)
    session: Mapped[str] = mapped_column(TEXT, primary_key=True)
    id: Mapped[str] = mapped_column(NAME, primary_key=True)
    name: Mapped[str] = mapped_column(TEXT)
    role: Mapped[str] = mapped_column(NAME)
    joined_ns: Mapped[int]
    left_ns: Mapped[int | None]


class ServiceRow(Base):
    """What runs in a room, as it was last reported. `session` is the room's session of that time."""

    __tablename__ = "services"

    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), primary_key=True)
    room: Mapped[str] = mapped_column(TEXT, primary_key=True)
    name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    session: Mapped[str | None] = mapped_column(TEXT)
    kind: Mapped[str] = mapped_column(NAME)
    state: Mapped[str] = mapped_column(String(16))
    image: Mapped[str | None] = mapped_column(TEXT)
    version: Mapped[str | None] = mapped_column(TEXT)
    restarts: Mapped[int | None]
    cpu_percent: Mapped[float | None] = mapped_column(Float)
    memory_bytes: Mapped[int | None]
    run_id: Mapped[str | None] = mapped_column(TEXT)
    started_ns: Mapped[int]
    reported_ns: Mapped[int]


class RoomEventRow(Base):
    """What happened in a room and is still to be told: written with what it tells of. `data` is JSON."""

    __tablename__ = "room_events"

    id: Mapped[int] = mapped_column(COUNTER, primary_key=True, autoincrement=True)
    project: Mapped[str] = mapped_column(NAME)
    room: Mapped[str] = mapped_column(TEXT)
    session: Mapped[str] = mapped_column(TEXT)
    type: Mapped[str] = mapped_column(String(32))
    at_ns: Mapped[int]
    data: Mapped[str] = mapped_column(Text)


class NotedRow(Base):
    """The sequence of a store up to which rooms, sessions and agents were noted."""

    __tablename__ = "noted"

    epoch: Mapped[str] = mapped_column(NAME, primary_key=True)
    seq: Mapped[int]


class RoomMemberRow(Base):
    """A person's role in one room."""

    __tablename__ = "room_members"
    __table_args__ = (ForeignKeyConstraint(["project", "room"], ["rooms.project", "rooms.name"]),)

    project: Mapped[str] = mapped_column(NAME, primary_key=True)
    room: Mapped[str] = mapped_column(TEXT, primary_key=True)
    person: Mapped[str] = mapped_column(String(16), ForeignKey("people.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(32))
    created_ns: Mapped[int]


class DeletionRow(Base):
    """What was asked to be erased. `asked` and `removed` are JSON; a user who was erased is a hash in it."""

    __tablename__ = "deletions"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    project: Mapped[str] = mapped_column(NAME, ForeignKey("projects.name"), index=True)
    asked: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(TEXT)
    asked_ns: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), index=True)
    removed: Mapped[str] = mapped_column(Text)
    unreadable_ns: Mapped[int | None]
    gone_ns: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
