"""The gate: who a caller is, and which project they may touch.

Local mode (listening on loopback, nobody registered): whoever comes without a key is the local owner. From
the first registered person on the server is guarded, for good: a key or a login for everything. On another
address, or behind a proxy or another name of the settings, it is guarded from the start, and until somebody
is registered only set-up is open.
"""

from __future__ import annotations

import hmac
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from fanlight.access import participants, run_tokens
from fanlight.access.browser import is_loopback
from fanlight.access.known_keys import FRESH_S, KnownKeys
from fanlight.access.known_logins import PREFIX, KnownLogins
from fanlight.access.participants import ParticipantTokens
from fanlight.access.principal import ANONYMOUS, KEY_HOLDER, LOCAL_OWNER, Principal, Right
from fanlight.access.refusals import Refusals
from fanlight.access.run_tokens import RunTokens
from fanlight.access.tickets import Tickets
from fanlight.catalog.database import Catalog
from fanlight.catalog.people import has_people
from fanlight.catalog.projects import ensure_project, find_project
from fanlight.clock import SYSTEM, Clock
from fanlight.data_dir import LOCAL_KEY_PREFIX
from fanlight.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from fanlight.model.project import ProjectScope, check_name

OURS = re.compile(rf"fl[a-z]?_|{participants.START}")
"""How keys and tokens of this server begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomAccess:
    """What somebody may do with the developer logs of a project's rooms."""

    scope: ProjectScope
    may_write: bool
    may_follow: bool


class Gate:
    """Answers who a caller is and what they may touch. Safe to ask from several threads."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        host: str,
        reached_by: str = "",
        secret: bytes = b"",
        local_key: str = "",
        clock: Clock = SYSTEM,
    ) -> None:
        """`reached_by` says what else of the settings leads here from other machines; empty when nothing."""
        self._catalog = catalog
        self._local_key = local_key
        self._reached_by = reached_by if is_loopback(host) else f"listens on {host}"
        self._clock = clock
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="fanlight-keys")
        self._keys = KnownKeys(catalog, clock, self._notes)
        self.logins = KnownLogins(catalog, clock, self._notes)
        secret = secret or secrets.token_bytes(32)
        self.run_tokens = RunTokens(secret, clock)
        self.participants = ParticipantTokens(secret, clock)
        self.tickets = Tickets(clock)
        self.refusals = Refusals(catalog, clock, self._notes)
        self._has_people = False
        self._asked_at: float | None = None

    def close(self) -> None:
        """Finish noting when keys and logins were used."""
        self._notes.shutdown()

    @property
    def has_people(self) -> bool:
        """Whether anybody is registered; another process's registration is seen within FRESH_S."""
        now = self._clock.monotonic()
        # Nobody is ever removed, so once there is somebody there is no need to ask again.
        if not self._has_people and (self._asked_at is None or now - self._asked_at >= FRESH_S):
            self._has_people, self._asked_at = has_people(self._catalog), now
        return self._has_people

    @property
    def guarded(self) -> bool:
        """Whether everything asks for a key or a login."""
        return bool(self._reached_by) or self.has_people

    def people_changed(self) -> None:
        """Somebody was registered, or a role changed, in this process: believe nothing of before."""
        self._asked_at = None
        self.logins.forget()

    def principal(self, key: str | None, login: str | None = None) -> Principal:
        """Who presents `key` (a key, or a login's token) or, without one, the cookie `login`.

        Without either: the local owner in local mode, and nobody in guarded mode.

        Raises:
            UnauthenticatedError: what was presented is mistyped, unknown, expired or revoked.
            ForbiddenError: nobody is registered yet who could be let in.
        """
        self.check_open()
        if key is not None:
            if key.startswith(run_tokens.PREFIX):
                return self.run_tokens.principal(key)
            if key.startswith(participants.START):
                return self._as_now(self.participants.principal(key))
            if key.startswith(LOCAL_KEY_PREFIX):
                return self._key_holder(key)
            return self.logins.principal(key) if key.startswith(PREFIX) else self._keys.principal(key)
        if login is not None:
            return self.logins.principal(login)
        return ANONYMOUS if self.guarded else LOCAL_OWNER

    def is_needless(self, key: str) -> bool:
        """Whether a server that asks for no key is shown a word that none of ours ever gave out."""
        return not self.guarded and OURS.match(key) is None

    def make_project(self, name: str) -> None:
        """Make the project unless it is there. Raises InvalidError when the name cannot name one."""
        ensure_project(self._catalog, check_name(name), clock=self._clock)

    def _key_holder(self, key: str) -> Principal:
        """Who shows the key of the data directory: the owner of a server on which nobody is registered."""
        if self._local_key and not self.guarded:
            if hmac.compare_digest(key.encode(), self._local_key.encode()):
                return KEY_HOLDER
            raise UnauthenticatedError("this is the key of another data directory")
        raise UnauthenticatedError(
            "the key of the data directory opens nothing once people are registered", hint="fanlight login"
        )

    def still(self, principal: Principal) -> Principal:
        """Whoever was let in before, as they are now: for what stays open long.

        Raises:
            UnauthenticatedError: the key, login or token is over meanwhile, or the server is guarded now.
        """
        if principal.expires_ns is not None and principal.expires_ns <= self._clock.now_ns():
            whose = "run" if principal.run_id is not None else "participant"
            raise UnauthenticatedError(f"the {whose}'s token is over")
        if principal.room is not None:
            return self._as_now(principal)
        if principal.key_id is not None:
            return self._keys.still(principal.key_id)
        if principal.person_id is not None:
            return self.logins.still(principal.person_id, principal.login_id or "")
        if (principal is LOCAL_OWNER or principal is KEY_HOLDER) and self.guarded:
            check_known(ANONYMOUS)
        return principal

    def _as_now(self, participant: Principal) -> Principal:
        """A participant, with no more than whoever made the token may do now."""
        issuer = LOCAL_OWNER
        if participant.key_id is not None:
            issuer = self._keys.still(participant.key_id)
        elif participant.person_id is not None:
            issuer = self.logins.still(participant.person_id, participant.login_id or "")
        elif self.guarded:
            raise UnauthenticatedError("the participant's token was made before people were registered")
        rights = issuer.rights_in(participant.project_id or "", participant.room or "")
        if Right.LIST not in rights:
            raise UnauthenticatedError("whoever made the participant's token is in the project no more")
        return replace(participant, may_log=participant.may_log and Right.READ in rights)

    def scope(
        self, principal: Principal, project: str, right: Right = Right.READ, *, room: str | None = None
    ) -> ProjectScope:
        """The right of `principal` to touch `project`; with `room` no more of it than that room.

        Raises:
            UnauthenticatedError: nobody is asking.
            NotFoundError: there is no such project, or it is not the principal's: both look the same.
            ForbiddenError: it is the principal's project, but not this right.
        """
        check_known(principal)
        rights = principal.rights_on(project) if room is None else principal.rights_in(project, room)
        if not rights or not self._has_project(project):
            raise NotFoundError(f"no project {project[:128]!r}", hint="fanlight projects lists them")
        if right not in rights:
            raise _without(principal, right)
        return ProjectScope(project)

    def scope_in_some_room(self, principal: Principal, project: str, right: Right) -> ProjectScope:
        """As `scope`, and for who has `right` in some room alone: which one that is, the route asks."""
        if self._has_project(project):
            if principal.rooms_with(project, right):
                return ProjectScope(project)
            if principal.rooms_with(project, Right.LIST):
                raise _without(principal, right)
        return self.scope(principal, project, right)

    def room_access(self, principal: Principal, project: str, room: str) -> RoomAccess:
        """What `principal` may do in `room` of `project`. A participant's token was checked for its room.

        Raises:
            UnauthenticatedError, NotFoundError, ForbiddenError: as `scope`.
        """
        check_known(principal)
        rights = principal.rights_in(project, room)
        if principal.room is not None:
            # What they may is said by their token, and was held against the rights of whoever made it.
            logs = {Right.LIST, Right.READ} if principal.may_log else {Right.LIST}
            rights = frozenset(logs if principal.project_id == project else ())
        if not rights or not self._has_project(project):
            raise NotFoundError(f"no project {project[:128]!r}", hint="fanlight projects lists them")
        if not rights & {Right.LIST, Right.INGEST}:
            raise _without(principal, Right.LIST)
        return RoomAccess(
            scope=ProjectScope(project),
            may_write=bool(rights & {Right.READ, Right.INGEST}),
            may_follow=Right.READ in rights,
        )

    def ingest_project(self, key: str | None, project: str | None) -> str:
        """The project of a batch sent with `key`; empty when its resources decide.

        `project` is the header `x-fanlight-project`.

        Raises:
            UnauthenticatedError: there is no key where one is needed, or it is mistyped, unknown, expired
                or revoked.
            ForbiddenError: the key may not send, or the header names another project than the key's.
            InvalidError: the header cannot name a project.
        """
        try:
            principal = self.principal(key)
        except UnauthenticatedError:
            self.refusals.note("ingest key", "")
            raise
        if principal is ANONYMOUS:
            raise UnauthenticatedError(
                "telemetry needs a key here", hint="fanlight keys add NAME --project PROJECT makes one"
            )
        check_right(principal, Right.INGEST)
        if principal.project_id is None:
            return check_name(project) if project else ""
        if project and project != principal.project_id:
            raise ForbiddenError(
                "the key belongs to another project than x-fanlight-project names",
                hint="leave the header out: the project comes from the key",
            )
        return principal.project_id

    def check_open(self) -> None:
        """Raises ForbiddenError while nobody can be let in."""
        if self.guarded and not self.has_people:
            raise ForbiddenError(
                f"this server {self._reached_by} and nobody is registered who could let you in",
                hint="open Studio with the set-up token that the server printed, or: fanlight people add",
            )

    def _has_project(self, name: str) -> bool:
        if name in self._catalog.known_projects:
            return True
        if find_project(self._catalog, name) is None:
            return False
        self._catalog.known_projects.add(name)
        return True


def check_known(principal: Principal) -> None:
    """Raises UnauthenticatedError when nobody is asking."""
    if principal is ANONYMOUS:
        raise UnauthenticatedError("sign in, or present a key", hint="fanlight login, or FANLIGHT_KEY")


def check_right(principal: Principal, right: Right) -> None:
    """Raises UnauthenticatedError or ForbiddenError when `principal` does not have `right` on the server."""
    if right is Right.PUBLIC or right in principal.rights:
        return
    check_known(principal)
    raise _without(principal, right)


def _without(principal: Principal, right: Right) -> ForbiddenError:
    whose = "make a key with that scope: fanlight keys add NAME --scope SCOPE"
    if principal.person_id is not None:
        whose = "an owner of the project can give you another role"
    return ForbiddenError(f"{principal.name} has no {right} right", hint=whose)
