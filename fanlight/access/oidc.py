"""Signing in at an OpenID provider: the authorisation code flow with PKCE (OpenID Connect Core, RFC 7636).

State, nonce and PKCE verifier of a sign-in stay here, for ten minutes, under the hash of a cookie. The
browser must bring that cookie and the state back together, once. What the provider then says counts only
when its signature, issuer, audience, nonce and expiry are right.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from fanlight.access.browser import is_loopback
from fanlight.access.identity import Identity, RefusedError
from fanlight.catalog.logins import hash_token
from fanlight.catalog.people import normal_email
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConfigError, InvalidError, OverloadError

LASTS_S = 600.0
MOST = 10_000
TIMEOUT_S = 10.0
FRESH_S = 3_600.0
"""How long the provider's description of itself is believed."""

KEYS_REST_S = 60.0
"""Keys are asked for again when a token names another one, at most this often."""

LEEWAY_S = 30
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""All with a public key: no token can be signed with what a client knows, and none goes unsigned."""

MOST_SUBJECT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An OpenID provider as the settings name it. `domains` are those of e-mail addresses; empty = any."""

    issuer: str
    client_id: str
    client_secret: str = ""
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Waiting:
    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    until: float


@dataclass(slots=True)
class _Known:
    """What the provider said of itself, and its keys."""

    metadata: Mapping[str, Any]
    fresh_until: float
    keys: KeySet
    keys_at: float


class Oidc:
    """Sign-ins at one provider. Raises ConfigError when the issuer could be listened in on."""

    def __init__(self, provider: Provider, clock: Clock = SYSTEM) -> None:
        if not _is_safe(provider.issuer):
            raise ConfigError(
                f"oidc_issuer is {provider.issuer!r}", hint="an https URL, as the provider itself names it"
            )
        self._provider = provider
        self._clock = clock
        self._waiting: dict[bytes, _Waiting] = {}
        self._known: _Known | None = None

    @property
    def name(self) -> str:
        """What to call the provider: its host."""
        return urlsplit(self._provider.issuer).hostname or ""

    async def begin(self, redirect_uri: str) -> tuple[str, str]:
        """Where to send a browser, and the cookie that it has to bring back to `redirect_uri`.

        Raises:
            RefusedError: the provider does not answer.
            OverloadError: too many are on their way.
        """
        async with _talk() as client:
            metadata = (await self._provider_of(client)).metadata
        now, cookie = self._clock.monotonic(), secrets.token_urlsafe(32)
        if len(self._waiting) >= MOST:
            self._waiting = {key: each for key, each in self._waiting.items() if each.until > now}
            if len(self._waiting) >= MOST:
                raise OverloadError("too many sign in at this moment", retry_after_s=60)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        self._waiting[hash_token(cookie)] = _Waiting(state, nonce, verifier, redirect_uri, now + LASTS_S)
        asked = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = metadata["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", cookie

    async def finish(self, cookie: str, given: Mapping[str, str]) -> Identity:
        """Who came back with `cookie` and the query `given`.

        Raises:
            RefusedError: something about the answer is wrong, or the provider does not answer.
        """
        waiting = self._take(cookie, given.get("state", ""))
        if "error" in given:
            raise RefusedError("the provider refused")
        try:
            async with _talk() as client:
                return self._identity(await self._claims(client, waiting, given))
        except JoseError as error:
            claim = getattr(error, "claim", None)
            raise RefusedError(f"{error.error}: {claim}" if claim else error.error) from error

    def _take(self, cookie: str, state: str) -> _Waiting:
        """What was remembered of a sign-in; whatever comes of it, it is over then."""
        waiting = self._waiting.pop(hash_token(cookie), None)
        if waiting is None or waiting.until <= self._clock.monotonic():
            raise RefusedError("no sign-in was begun there")
        if not hmac.compare_digest(waiting.state.encode(), state.encode()):
            raise RefusedError("state")
        return waiting

    async def _claims(
        self, client: httpx.AsyncClient, waiting: _Waiting, given: Mapping[str, str]
    ) -> dict[str, Any]:
        metadata = (await self._provider_of(client)).metadata
        # A provider that names itself in its answers does so in all of them (RFC 9207).
        named = metadata.get("authorization_response_iss_parameter_supported") is True
        if given.get("iss", None if named else self._provider.issuer) != self._provider.issuer:
            raise RefusedError("issuer of the answer")
        tokens = await self._exchange(client, metadata, given.get("code", ""), waiting)
        claims = await self._verify(client, _text(tokens, "id_token"), waiting.nonce)
        if "email" not in claims and "userinfo_endpoint" in metadata:
            bearer = {"authorization": f"Bearer {_text(tokens, 'access_token')}"}
            told = await _json(client, "GET", metadata["userinfo_endpoint"], headers=bearer)
            if told.get("sub") != claims["sub"]:
                raise RefusedError("subject of the user's data")
            claims = {**told, **claims}
        return claims

    async def _exchange(
        self, client: httpx.AsyncClient, metadata: Mapping[str, Any], code: str, waiting: _Waiting
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": waiting.redirect_uri,
            "code_verifier": waiting.verifier,
        }
        provider, auth = self._provider, None
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if not isinstance(methods, list):
            raise RefusedError("the provider's token_endpoint_auth_methods_supported")
        if provider.client_secret and "client_secret_basic" in methods:
            auth = httpx.BasicAuth(quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))
        else:
            form["client_id"] = provider.client_id
            if provider.client_secret:
                form["client_secret"] = provider.client_secret
        return await _json(client, "POST", metadata["token_endpoint"], data=form, auth=auth)

    async def _verify(self, client: httpx.AsyncClient, token: str, nonce: str) -> dict[str, Any]:
        known = await self._provider_of(client)
        try:
            claims = jwt.decode(token, known.keys, algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:
            known = await self._renew_keys(client, known)
            claims = jwt.decode(token, known.keys, algorithms=ALGORITHMS).claims
        client_id = self._provider.client_id
        jwt.JWTClaimsRegistry(
            now=self._clock.now_ns() // 10**9,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        if claims.get("azp", client_id) != client_id or (claims["aud"] not in (client_id, [client_id])):
            raise RefusedError("audience: others too")
        return claims

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        told = str(claims.get("email", ""))
        try:
            email = normal_email(told)
        except InvalidError as error:
            raise RefusedError("no address that can be used", told[:320]) from error
        if claims.get("email_verified") is not True:
            raise RefusedError("the address is not verified", email)
        if self._provider.domains and email.partition("@")[2] not in self._provider.domains:
            raise RefusedError("domain of the address", email)
        if not 0 < len(claims["sub"]) <= MOST_SUBJECT:
            raise RefusedError("subject", email)
        name = claims.get("name")
        return Identity(
            issuer=self._provider.issuer,
            subject=claims["sub"],
            email=email,
            name=name[:200] if isinstance(name, str) else "",
        )

    async def _provider_of(self, client: httpx.AsyncClient) -> _Known:
        now = self._clock.monotonic()
        if self._known is None or self._known.fresh_until <= now:
            place = f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            metadata = await _json(client, "GET", place)
            if metadata.get("issuer") != self._provider.issuer:
                raise RefusedError("the provider calls itself otherwise")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
                # Users' data need not be there, the others must.
                if (name in metadata or name != "userinfo_endpoint") and not _is_safe(_text(metadata, name)):
                    raise RefusedError(f"the provider's {name}")
            self._known = _Known(metadata, now + FRESH_S, await _keys(client, metadata), now)
        return self._known

    async def _renew_keys(self, client: httpx.AsyncClient, known: _Known) -> _Known:
        now = self._clock.monotonic()
        if now - known.keys_at < KEYS_REST_S:
            raise RefusedError("signed with an unknown key")
        known.keys, known.keys_at = await _keys(client, known.metadata), now
        return known


@contextlib.asynccontextmanager
async def _talk() -> AsyncIterator[httpx.AsyncClient]:
    """A client for one talk with the provider, bounded in time."""
    accepts = {"accept": "application/json"}
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, headers=accepts) as client,
        ):
            yield client
    except TimeoutError as error:
        raise RefusedError("the provider is too slow") from error


async def _keys(client: httpx.AsyncClient, metadata: Mapping[str, Any]) -> KeySet:
    found = await _json(client, "GET", metadata["jwks_uri"])
    try:
        return KeySet.import_key_set(found)  # type: ignore[arg-type]
    except (JoseError, LookupError, TypeError, ValueError) as error:
        raise RefusedError("the provider's keys") from error


async def _json(client: httpx.AsyncClient, method: str, url: str, **options: Any) -> dict[str, Any]:
    """What the provider answers; its own words are kept from everybody."""
    try:
        answer = await client.request(method, url, **options)
        found = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise RefusedError("the provider cannot be reached") from error
    if not isinstance(found, dict):
        raise RefusedError(f"the provider answered {answer.status_code} at {urlsplit(url).path[:100]}")
    return found


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise RefusedError(f"the provider gave no {name}")
    return value


def _is_safe(url: str) -> bool:
    """Whether nobody on the way can listen: TLS, or this very machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    )
