"""Tokens of participants: JSON Web Tokens as MeshAgent's SDK reads them, each good for one room.

A token says who takes part, where, and which of the room's toolkits they may use; what it does not grant is
denied. It lasts no longer than the key or login that it was made with, and opens nothing but its room.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import msgspec

from fanlight.access.principal import Principal, Right
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import UnauthenticatedError

ALGORITHM = "HS256"
LASTS_S = 86_400
"""A participant stays for hours and comes back with the same token when the connection breaks."""

VERSION = "0.50.1"
"""The version of MeshAgent's token format; its SDK reads older ones in older ways."""

MOST_BYTES = 8_192
START = "eyJ"
"""How every JSON Web Token begins, and no key of ours: `{"` in base64."""

_RIGHTS = frozenset({Right.SIGNED_IN})


class _Grant(msgspec.Struct, frozen=True):
    name: str
    scope: Any


class _Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a token says. `kid` is the key, or `person` and `login` the login, that it was made with."""

    name: str
    grants: list[_Grant]
    sub: str
    version: str = ""
    exp: int
    kid: str | None = None
    person: str | None = None
    login: str | None = None

    def scope(self, name: str) -> Any:
        """What is granted by that name; None when nothing is."""
        return next((grant.scope for grant in self.grants if grant.name == name), None)


class ParticipantTokens:
    """Makes and reads the tokens of a server. `secret` is the key of the data directory.

    Example:
        >>> from fanlight.access.principal import LOCAL_OWNER
        >>> tokens = ParticipantTokens(b"secret")
        >>> token = tokens.token(LOCAL_OWNER, "default", "lobby", may_log=True)
        >>> ann = tokens.principal(token)
        >>> ann.name, ann.project_id, ann.room, ann.role, ann.may_log
        ('local owner', 'default', 'lobby', 'user', True)
        >>> ann.rights_on("default")
        frozenset({<Right.SIGNED_IN: 'signed in'>})
        >>> ParticipantTokens(b"another").principal(token)
        Traceback (most recent call last):
        fanlight.errors.UnauthenticatedError: the participant's token is wrong or over; ...
    """

    def __init__(self, secret: bytes, clock: Clock = SYSTEM) -> None:
        self._secret = hmac.digest(secret, b"fanlight participants", hashlib.sha256)
        self._clock = clock

    def token(
        self,
        issuer: Principal,
        project: str,
        room: str,
        *,
        may_log: bool,
        role: str = "user",
        lasts_s: float = LASTS_S,
    ) -> str:
        """A token with which `issuer`, or a program of theirs, takes part in a room of `project`."""
        claims = _Claims(
            name=issuer.name,
            # MeshAgent leaves defaults out, and its default for `developer.logs` is true.
            grants=[
                _Grant("room", room),
                _Grant("role", role),
                _Grant("api", {"developer": {}} if may_log else {}),
            ],
            sub=project,
            version=VERSION,
            exp=int(self._clock.now_ns() / 1e9 + lasts_s),
            kid=issuer.key_id,
            person=issuer.person_id,
            login=issuer.login_id,
        )
        return self.sign(msgspec.to_builtins(claims))

    def sign(self, claims: dict[str, Any]) -> str:
        """Any claims as a token of this server."""
        from joserfc import jwt  # it needs a second, and most servers have no participants
        from joserfc.jwk import OctKey

        return jwt.encode({"alg": ALGORITHM, "typ": "JWT"}, claims, OctKey.import_key(self._secret))

    def principal(self, token: str) -> Principal:
        """Who holds a token.

        Raises:
            UnauthenticatedError: it was not signed here, is over, or names no room, project or participant.
        """
        claims = self._claims(token)
        room, role, api = claims.scope("room"), claims.scope("role"), claims.scope("api")
        is_over = claims.exp * 1_000_000_000 <= self._clock.now_ns()
        if is_over or not (isinstance(room, str) and room and claims.sub and claims.name):
            raise _wrong()
        return Principal(
            name=claims.name,
            rights=_RIGHTS,
            project_id=claims.sub,
            key_id=claims.kid,
            person_id=claims.person,
            login_id=claims.login,
            room=room,
            role=role if isinstance(role, str) and role else "user",
            may_log=_grants_logs(api),
            expires_ns=claims.exp * 1_000_000_000,
        )

    def _claims(self, token: str) -> _Claims:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import OctKey

        if len(token) > MOST_BYTES:
            raise _wrong()
        try:
            # The algorithm is ours to choose: a token that names another, or none, was not made here.
            found = jwt.decode(token, OctKey.import_key(self._secret), algorithms=[ALGORITHM])
            return msgspec.convert(found.claims, _Claims)
        except (JoseError, msgspec.ValidationError, ValueError, TypeError):
            raise _wrong() from None


def _grants_logs(api: Any) -> bool:
    """Whether a scope of the room's API lets its holder write and read developer logs.

    Example:
        >>> [_grants_logs(scope) for scope in (None, {}, {"developer": None}, {"developer": {"logs": False}})]
        [False, False, False, False]
        >>> [_grants_logs(scope) for scope in ({"developer": {}}, {"developer": {"logs": True}})]
        [True, True]
    """
    granted = api.get("developer") if isinstance(api, dict) else None
    return isinstance(granted, dict) and granted.get("logs", True) is True


def _wrong() -> UnauthenticatedError:
    return UnauthenticatedError(
        "the participant's token is wrong or over", hint="connect to the room again to get another"
    )
