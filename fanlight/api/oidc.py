"""Signing in at an OpenID provider: there, and back. A browser walks these ways, no program does."""

from __future__ import annotations

import html

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fanlight.api.services import services_of
from fanlight.api.visitor import hand_over, is_secure, origin_of, visit_of
from fanlight.errors import NotFoundError, UnauthenticatedError

router = APIRouter(prefix="/api/v1/oidc", include_in_schema=False)

COOKIE, LASTS_S = "fanlight-oidc", 600
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Fanlight</title>
<h1>Not signed in</h1><p>{message}.</p><p>{hint}.</p><p><a href="{home}">Back</a></p></html>
"""


@router.get("/login")
async def go_there(request: Request, provider: str = "") -> Response:
    """Send the browser to the provider, with a cookie by which it is known when it comes back."""
    admission = services_of(request).admission
    if provider and (admission.oidc is None or provider != admission.oidc.name):
        raise NotFoundError(f"no OpenID provider {provider[:100]!r}")
    callback = f"{origin_of(request)}{_home(request)}api/v1/oidc/callback"
    try:
        place, word = await admission.begin_oidc(callback, visit_of(request))
    except UnauthenticatedError as error:
        return _refused(request, error)
    response = _private(RedirectResponse(place, 303))
    # Lax, not Strict: the way back begins on the provider's page.
    response.set_cookie(
        _cookie(request), word, max_age=LASTS_S, path="/", secure=is_secure(request), httponly=True,
        samesite="lax",
    )  # fmt: skip
    return response


@router.get("/callback")
async def come_back(request: Request) -> Response:
    """Sign in whoever comes back; whatever was wrong, they are told the same."""
    word = request.cookies.get(_cookie(request), "")
    try:
        admitted = await services_of(request).admission.finish_oidc(
            word, dict(request.query_params), visit_of(request)
        )
        response = hand_over(RedirectResponse(_home(request), 303), request, admitted.token)
    except UnauthenticatedError as error:
        response = _refused(request, error)
    response.delete_cookie(
        _cookie(request), path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )
    return _private(response)


def _cookie(request: Request) -> str:
    return f"__Host-{COOKIE}" if is_secure(request) else COOKIE


def _home(request: Request) -> str:
    path = services_of(request).config.base_path.strip("/")
    return f"/{path}/" if path else "/"


def _refused(request: Request, error: UnauthenticatedError) -> Response:
    words = {"message": error.message, "hint": error.hint, "home": _home(request)}
    return _private(HTMLResponse(_PAGE.format(**{k: html.escape(v) for k, v in words.items()}), 401))


def _private(response: Response) -> Response:
    response.headers["cache-control"] = "no-store"
    return response
