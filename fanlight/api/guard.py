"""Browser guards: which names the server goes by, and that no foreign page acts on it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from fanlight.access.browser import SAFE_METHODS, Hosts, check_site, host_of, is_loopback
from fanlight.config import Config
from fanlight.errors import FanlightError, ForbiddenError

Refused = Callable[[str, str], None]
"""Called with why and from which address a request was turned away."""

LIVENESS = frozenset({"/healthz", "/readyz"})
"""Asked by probes that name whatever address they know; the answers tell nothing."""


FORWARDED = (b"x-forwarded-for", b"forwarded")
"""A proxy sets them for whoever asks it, who need not be on this machine although the proxy is."""


class BrowserGuard:
    """Checks `Host`, proxies, `Origin` and `Sec-Fetch-Site` before anything else sees the request."""

    def __init__(
        self,
        app: ASGIApp,
        hosts: Hosts,
        *,
        trusted_proxies: Iterable[str] = (),
        refused: Refused = lambda reason, address: None,
        is_guarded: Callable[[], bool] = lambda: True,
    ) -> None:
        self._app = app
        self._is_guarded = is_guarded
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
        if any(name in headers for name in FORWARDED) and not self._is_guarded():
            self._refused("proxy", address_of(scope, self._proxies))
            raise ForbiddenError(
                "this came through a proxy, and without a login only this machine is let in",
                hint="name the proxy's address in FANLIGHT_TRUSTED_PROXY: the server then asks for a login",
            )
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


def reach_of(config: Config) -> str:
    """What in the settings, besides the address, leads here from other machines; empty when nothing does.

    Example:
        >>> from fanlight.config import load
        >>> reach_of(load(environ={"FANLIGHT_TRUSTED_PROXY": "127.0.0.1"}))
        'is behind a proxy (127.0.0.1)'
        >>> reach_of(load(environ={"FANLIGHT_ALLOWED_HOSTS": "localhost, fanlight.internal"}))
        'goes by the name fanlight.internal'
        >>> reach_of(load(environ={}))
        ''
    """
    if proxies := proxies_of(config):
        return f"is behind a proxy ({', '.join(proxies)})"
    names = (name.strip() for name in config.allowed_hosts.split(","))
    elsewhere = [name for name in names if name and not is_loopback(host_of(name))]
    return f"goes by the name {', '.join(elsewhere)}" if elsewhere else ""


def proxies_of(config: Config) -> list[str]:
    """The addresses whose X-Forwarded-* headers are believed."""
    return [address.strip() for address in config.trusted_proxy.split(",") if address.strip()]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
