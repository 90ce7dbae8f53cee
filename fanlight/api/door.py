"""The door: no request reaches a route that the policy table does not name, or without the right it asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from fanlight.access import known_logins, participants, run_tokens
from fanlight.access.browser import SAFE_METHODS, check_type
from fanlight.access.gate import Gate, check_right
from fanlight.access.policy import WEBSOCKET, Match, Rule, match
from fanlight.access.principal import LOCAL_OWNER, Principal, Right
from fanlight.api.errors import MethodError
from fanlight.api.guard import address_of
from fanlight.data_dir import LOCAL_KEY_FILE
from fanlight.errors import NotFoundError, UnauthenticatedError
from fanlight.model.project import DEFAULT

PRINCIPAL = "fanlight.principal"
SCOPE = "fanlight.scope"
SECURE_COOKIE, PLAIN_COOKIE = "__Host-fanlight", "fanlight"
"""The cookie of a login; browsers keep the first one's promises only where there is TLS, or on loopback."""


class Door:
    """Puts the principal, and on project routes the ProjectScope, into the ASGI scope."""

    def __init__(self, app: ASGIApp, gate: Gate, *, trusted_proxies: Iterable[str] = ()) -> None:
        self._app = app
        self._proxies = frozenset(trusted_proxies)
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope.get("method", WEBSOCKET), scope["path"]
        found = match(method, path)
        if found is None:
            raise NotFoundError(f"nothing is at {path[:200]}", hint="the API is described at /api/docs")
        if found.rule is None:
            raise MethodError(method, path, found.allowed)
        if method not in SAFE_METHODS and method != WEBSOCKET:
            _check_body(method, dict(scope["headers"]), found.rule.takes)
        if method == "HEAD":
            # Routes know GET alone; the server in front leaves the body out.
            scope = {**scope, "method": "GET"}
        self._admit(scope, found.rule, found)
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope, rule: Rule, found: Match) -> None:
        if not rule.always:
            self._gate.check_open()
        if rule.right is Right.PUBLIC:
            return
        principal = self._principal(scope, rule, found)
        if principal.run_id is not None and not (rule.of_run and found.run_id in {None, principal.run_id}):
            raise NotFoundError(
                "this is nothing that the token of a run opens", hint="it opens its run alone"
            )
        if principal.room is not None and not (rule.of_room and found.room == principal.room):
            raise NotFoundError(
                "this is nothing that the token of a participant opens", hint="it opens its room alone"
            )
        scope[PRINCIPAL] = principal
        if rule.keyed and principal is LOCAL_OWNER:
            raise UnauthenticatedError(
                f"this asks for the key of the data directory, on its own machine too ({LOCAL_KEY_FILE})",
                hint="send it as Authorization: Bearer; fanlight's own commands read it where --data says",
            )
        if principal.run_id is not None and rule.needs is not None:
            scope[SCOPE] = self._gate.scope(principal, principal.project_id or "", rule.needs)
        elif found.project is None:
            check_right(principal, rule.right)
        else:
            if rule.makes_project and principal is LOCAL_OWNER:
                self._gate.make_project(found.project)
            if rule.in_some_room:
                scope[SCOPE] = self._gate.scope_in_some_room(principal, found.project, rule.right)
                return
            room = found.room if rule.in_room else None
            scope[SCOPE] = self._gate.scope(principal, found.project, rule.right, room=room)

    def _principal(self, scope: Scope, rule: Rule, found: Match) -> Principal:
        presented = "ticket"
        try:
            query = dict(parse_qsl(scope["query_string"].decode("latin-1"))) if rule.by_ticket else {}
            if "ticket" in query:
                project = found.project or query.get("project", DEFAULT)
                return self._gate.tickets.take(query["ticket"], project)
            key, login = key_of(scope["headers"]), login_of(scope["headers"])
            presented = _kind(key)
            if key is not None and rule.any_key and self._gate.is_needless(key):
                key = None
            return self._gate.principal(key, login)
        except UnauthenticatedError:
            self._gate.refusals.note(presented, address_of(scope, self._proxies))
            raise


def _kind(key: str | None) -> str:
    """What a key calls itself; without one it is a cookie's login."""
    if key is None or key.startswith(known_logins.PREFIX):
        return "login"
    if key.startswith(participants.START):
        return "participant token"
    return "run token" if key.startswith(run_tokens.PREFIX) else "key"


def _check_body(method: str, headers: Mapping[bytes, bytes], takes: str) -> None:
    """Receivers of OTLP check theirs themselves; whatever else changes something says what it sends."""
    # A form of a foreign page can only POST; a DELETE without a body has no content to declare.
    if method == "POST" or headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers:
        check_type(headers.get(b"content-type", b"").decode("latin-1"), takes)


def login_of(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The login's token that a browser presents as a cookie; None without one.

    Example:
        >>> login_of([(b"cookie", b"theme=dark; fanlight=fls_x")])
        'fls_x'
    """
    for name, value in headers:
        if name == b"cookie":
            found = cookie_parser(value.decode("latin-1"))
            token = found.get(SECURE_COOKIE) or found.get(PLAIN_COOKIE)
            if token:
                return token
    return None


def key_of(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The key that a request presents, as `Authorization: Bearer` or `x-api-key`; None without one."""
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return value[7:].strip().decode("latin-1")
        if name == b"x-api-key":
            return value.strip().decode("latin-1")
    return None
