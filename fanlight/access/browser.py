"""What a web page may not do: guards against foreign sites that make a browser talk to this server.

In local mode there is no login, so the browser itself could be turned against the server: by a page of
another site (cross-site request forgery), or by a name that suddenly points here (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from fanlight.errors import ForbiddenError, InvalidError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_FETCHES = frozenset({"same-origin", "none"})


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Hosts:
    """The host names that requests may name: loopback, the one listened on, and those of the settings."""

    def __init__(self, named: Iterable[str]) -> None:
        self._named = frozenset(name for host in named if (name := host.strip().lower()))

    def check(self, header: str) -> None:
        """Raises InvalidError unless the `Host` header names this server.

        Example:
            >>> Hosts(["fanlight.internal"]).check("fanlight.internal:4319")
            >>> Hosts([]).check("evil.test")
            Traceback (most recent call last):
            fanlight.errors.InvalidError: this server does not go by the name 'evil.test'; ...
        """
        host = host_of(header)
        if host in self._named or is_loopback(host):
            return
        raise InvalidError(
            f"this server does not go by the name {header[:100]!r}",
            hint="if it should, add the name to FANLIGHT_ALLOWED_HOSTS",
        )


def host_of(authority: str) -> str:
    """The host of `host:port`, in lower case and without a dot at its end; empty when there is none.

    Example:
        >>> host_of("[::1]:4319"), host_of("LOCALHOST:80")
        ('::1', 'localhost')
    """
    text = authority.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0].rstrip(".")


def check_site(*, host: str, origin: str | None, fetch_site: str | None) -> None:
    """Raises ForbiddenError when a browser says that the request comes from another site.

    `host` is the `Host` header, `origin` and `fetch_site` are `Origin` and `Sec-Fetch-Site`, None when they
    were not sent. Programs that are no browsers send neither.
    """
    if fetch_site is not None and fetch_site not in _OWN_FETCHES:
        raise _foreign(origin or fetch_site)
    if origin is not None and not _is_own(origin, host):
        raise _foreign(origin)


def _is_own(origin: str, host: str) -> bool:
    # The scheme is not compared: behind a proxy that ends TLS this server sees http.
    try:
        parts = urlsplit(origin)
        return parts.scheme in {"http", "https"} and _same(parts.netloc, host, parts.scheme)
    except ValueError:
        return False


def _same(authority: str, host: str, scheme: str) -> bool:
    default = {"http": ":80", "https": ":443"}[scheme]
    return authority.lower().removesuffix(default) == host.strip().lower().removesuffix(default)


def _foreign(who: str) -> ForbiddenError:
    return ForbiddenError(
        f"a page of another site ({who[:100]}) may not do this",
        hint="open Studio under the address that its server has",
    )


def check_type(content_type: str, wanted: str = "application/json") -> None:
    """Raises InvalidError unless the body is declared as `wanted`, which no plain form can do."""
    if content_type.partition(";")[0].strip().lower() != wanted:
        kind = wanted.partition("/")[2]
        raise InvalidError(
            f"the body must be {kind.upper() if kind == 'json' else kind}",
            hint=f"send Content-Type: {wanted}",
        )
