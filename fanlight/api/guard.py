"""Browser guards: which names the server goes by, and that no foreign page acts on it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from fanlight.access.browser import SAFE_METHODS, Hosts, check_site
from fanlight.config import Config
from fanlight.errors import FanlightError

Refused = Callable[[str, str], None]
"""Called with why and from which address a request was turned away."""

LIVENESS = frozenset({"/healthz", "/readyz"})
"""Asked by probes that name whatever address they know; the answers tell nothing."""


class BrowserGuard:
    """Checks `Host`, `Origin` and `Sec-Fetch-Site` before anything else sees the request."""

    def __init__(
        self,
        app: ASGIApp,
        hosts: Hosts,
        *,
        trusted_proxies: Iterable[str] = (),
        refused: Refused = lambda reason, address: None,
    ) -> None:
        self._app = app
        self._refused = refused
        self._hosts = hosts
        self._proxies = frozenset(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in LIVENESS:
            self._check(scope)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        host = self._host(scope, headers)
        try:
            self._hosts.check(host)
        except FanlightError:
            self._refused("host", address_of(scope, self._proxies))
            raise
        # The door of a WebSocket is a GET, and any page may knock: its origin counts always.
        if scope.get("method") in SAFE_METHODS:
            return
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        try:
            check_site(host=host, origin=_text(origin), fetch_site=_text(site))
        except FanlightError:
            self._refused("site", address_of(scope, self._proxies))
            raise

    def _host(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        client = scope.get("client")
        if client and client[0] in self._proxies and b"x-forwarded-host" in headers:
            return headers[b"x-forwarded-host"].decode("latin-1").partition(",")[0]
        return headers.get(b"host", b"").decode("latin-1")


def address_of(scope: Scope, proxies: Container[str]) -> str:
    """Where a request comes from. A proxy's word counts only when the settings trust it."""
    client: str = (scope.get("client") or ("",))[0]
    if client not in proxies:
        return client
    told = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
    return told.rpartition(",")[2].strip() or client


def hosts_of(config: Config) -> Hosts:
    """The names that the settings give the server."""
    return Hosts([config.host, *config.allowed_hosts.split(",")])


def proxies_of(config: Config) -> list[str]:
    """The addresses whose X-Forwarded-* headers are believed."""
    return [address.strip() for address in config.trusted_proxy.split(",") if address.strip()]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
