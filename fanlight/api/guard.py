"""Browser guards: which names the server goes by, and that no foreign page acts on it."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from fanlight.access.browser import SAFE_METHODS, Hosts, check_site
from fanlight.config import Config

LIVENESS = frozenset({"/healthz", "/readyz"})
"""Asked by probes that name whatever address they know; the answers tell nothing."""


class BrowserGuard:
    """Checks `Host`, `Origin` and `Sec-Fetch-Site` before anything else sees the request."""

    def __init__(self, app: ASGIApp, hosts: Hosts, *, trusted_proxies: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = hosts
        self._proxies = frozenset(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in LIVENESS:
            self._check(scope)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        host = self._host(scope, headers)
        self._hosts.check(host)
        if scope["method"] in SAFE_METHODS:
            return
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        check_site(host=host, origin=_text(origin), fetch_site=_text(site))

    def _host(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        client = scope.get("client")
        if client and client[0] in self._proxies and b"x-forwarded-host" in headers:
            return headers[b"x-forwarded-host"].decode("latin-1").partition(",")[0]
        return headers.get(b"host", b"").decode("latin-1")


def hosts_of(config: Config) -> Hosts:
    """The names that the settings give the server."""
    return Hosts([config.host, *config.allowed_hosts.split(",")])


def proxies_of(config: Config) -> list[str]:
    """The addresses whose X-Forwarded-* headers are believed."""
    return [address.strip() for address in config.trusted_proxy.split(",") if address.strip()]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
