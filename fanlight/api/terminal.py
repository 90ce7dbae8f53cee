"""Signing a terminal in by a browser, as Charm's command line does it.

`charm auth login` opens `/cli/login?port=N` and waits on that port of its own machine for a key. It checks
nothing of what it is sent, so the page does: it acts at a click of somebody who is signed in, with a word
that was made for this person and this port, and sends the key to 127.0.0.1 and nowhere else.
"""

from __future__ import annotations

from importlib.resources import files

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.admission import Visit
from fanlight.access.principal import KEY_HOLDER, LOCAL_OWNER, Principal
from fanlight.api.answers import described, json_response, ref
from fanlight.api.boundary import CSP
from fanlight.api.parameters import Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import principal_of, visit_of
from fanlight.catalog.logins import LoginKind
from fanlight.errors import ForbiddenError, NotFoundError

LOWEST_PORT, HIGHEST_PORT = 1_024, 65_535
_FOLDER = files("fanlight.api") / "terminal_page"
_TYPES = {"login.js": "text/javascript", "login.css": "text/css"}

router = APIRouter(tags=["session"])


class TerminalState(msgspec.Struct, frozen=True, kw_only=True):
    """Who would be signed in at that port, and the word that says that they were shown so."""

    email: str
    state: str


class TerminalLogin(msgspec.Struct, frozen=True, kw_only=True):
    """A login of a terminal, in the words of Charm's command line."""

    access_token: str
    user_email: str


class Letting(Strict):
    """Which terminal is let in."""

    port: int = Field(ge=LOWEST_PORT, le=HIGHEST_PORT, description="Where it listens on this machine.")
    state: str = Field(min_length=1, max_length=200, description="From `GET /api/v1/terminal`.")


@router.get("/cli/login", include_in_schema=False)
@router.get("/api/cli/login", include_in_schema=False)
async def get_page(request: Request) -> Response:
    port = request.query_params.get("port", "")
    base = services_of(request).config.base_path.strip("/")
    page = (_FOLDER / "login.html").read_text().replace("{{base}}", f"/{base}/" if base else "/")
    policy = CSP
    if port.isascii() and port.isdigit() and LOWEST_PORT <= int(port) <= HIGHEST_PORT:
        policy = CSP.replace("connect-src 'self'", f"connect-src 'self' http://127.0.0.1:{int(port)}")
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return Response(page, media_type="text/html", headers=headers)


@router.get("/cli/login/{file}", include_in_schema=False)
async def get_page_file(file: str) -> Response:
    if file not in _TYPES:
        raise NotFoundError(f"the page has no file {file[:100]}")
    return Response((_FOLDER / file).read_bytes(), media_type=_TYPES[file])


@router.get("/api/v1/terminal", **described(ref(TerminalState)))
async def get_state(request: Request, port: int) -> Response:
    """A word for letting the terminal at `port` in, good for 30 seconds, once, and for the caller alone."""
    principal = _person(principal_of(request))
    state = services_of(request).gate.tickets.give(principal, _purpose(principal, port))
    return _private(json_response(TerminalState(email=principal.name, state=state)))


@router.post("/api/v1/terminal", **described(ref(TerminalLogin)))
async def let_in(request: Request, given: Letting) -> Response:
    """A login for a terminal, for the page to hand to it."""
    services, principal = services_of(request), _person(principal_of(request))
    services.gate.tickets.take(given.state, _purpose(principal, given.port))
    visit = visit_of(request)
    terminal = Visit(address=visit.address, label="charm", kind=LoginKind.TERMINAL)
    admitted = await services.admission.let_terminal_in(principal, terminal)
    login = TerminalLogin(access_token=admitted.token, user_email=admitted.person.email)
    return _private(json_response(login))


def _person(principal: Principal) -> Principal:
    if principal.person_id is not None:
        return principal
    if principal is LOCAL_OWNER or principal is KEY_HOLDER:
        raise ForbiddenError(
            "nobody is registered on this server, so there is nobody to sign in",
            hint="paste the key of its data directory (the file local.key) into: charm auth manual",
        )
    raise ForbiddenError("a key signs nobody in", hint="paste it into: charm auth manual")


def _purpose(principal: Principal, port: int) -> str:
    # No project is called so: a ticket for this opens no stream, and one for a stream does not open this.
    return f"terminal {port} of {principal.person_id} by {principal.login_id}"


def _private(response: Response) -> Response:
    response.headers["cache-control"] = "no-store"
    return response
