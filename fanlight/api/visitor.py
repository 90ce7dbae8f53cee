"""Who stands before the door: their address, and the cookie of their login."""

from __future__ import annotations

from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from fanlight.access.admission import Visit
from fanlight.access.browser import host_of, is_loopback
from fanlight.access.principal import Principal, Right
from fanlight.api.door import PLAIN_COOKIE, PRINCIPAL, SECURE_COOKIE
from fanlight.api.guard import address_of, proxies_of
from fanlight.api.services import services_of
from fanlight.catalog.logins import LONGEST_NS


def principal_of(request: HTTPConnection) -> Principal:
    """Whoever the door let in."""
    found = request.scope[PRINCIPAL]
    assert isinstance(found, Principal)
    return found


def rights_of(request: Request) -> frozenset[Right]:
    """Their rights on the project of the path, or in its room where it names one."""
    named = request.path_params
    return principal_of(request).rights_in(named["project"], named.get("room", ""))


def visit_of(request: HTTPConnection) -> Visit:
    """Where a request comes from."""
    address = address_of(request.scope, proxies_of(services_of(request).config))
    return Visit(address=address, label=request.headers.get("user-agent", "")[:200])


async def note(request: Request, action: str, project: str | None, target: str = "", **detail: Any) -> None:
    """Write into the audit log what whoever asks did."""
    await services_of(request).admission.note(
        principal_of(request), action, visit_of(request), project=project, target=target, **detail
    )


async def note_reading(request: Request, what: str, project: str | None = None) -> None:
    """Write into the audit log that whoever asks read content, of the path's project if none is named."""
    await services_of(request).admission.note_reading(
        principal_of(request), project or request.path_params["project"], what, visit_of(request)
    )


def is_secure(request: Request) -> bool:
    """Whether a browser will keep a Secure cookie: there is TLS, here or at a trusted proxy, or loopback."""
    return _scheme_of(request) == "https" or is_loopback(host_of(request.headers.get("host", "")))


def origin_of(request: HTTPConnection) -> str:
    """The server as the browser knows it. Its name was checked: the guard lets no other through."""
    host = _forwarded(request, "host") or request.headers.get("host", "")
    return f"{_scheme_of(request)}://{host}"


def _scheme_of(request: HTTPConnection) -> str:
    return "https" if {"https", "wss"} & {request.url.scheme, _forwarded(request, "proto")} else "http"


def _forwarded(request: HTTPConnection, what: str) -> str:
    """What a proxy that the settings trust says of the request as it came there."""
    client = request.client.host if request.client else ""
    if client not in proxies_of(services_of(request).config):
        return ""
    return request.headers.get(f"x-forwarded-{what}", "").partition(",")[0].strip()


def hand_over(response: Response, request: Request, token: str) -> Response:
    """Give the browser its login as a cookie that no script can read and no other site can use."""
    secure = is_secure(request)
    response.set_cookie(
        SECURE_COOKIE if secure else PLAIN_COOKIE,
        token,
        max_age=LONGEST_NS // 10**9,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    return response


def take_back(response: Response) -> Response:
    """Let the browser forget its login."""
    response.delete_cookie(SECURE_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    response.delete_cookie(PLAIN_COOKIE, path="/", httponly=True, samesite="strict")
    return response
