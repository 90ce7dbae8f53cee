"""Who the caller is, and how they come in and leave."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from pydantic import Field, StrictBool
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.admission import Admitted
from fanlight.access.principal import ANONYMOUS, Principal
from fanlight.api.answers import described, json_response, ref
from fanlight.api.door import key_of, login_of
from fanlight.api.parameters import Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import hand_over, is_secure, principal_of, take_back, visit_of
from fanlight.errors import UnauthenticatedError

router = APIRouter(prefix="/api/v1", tags=["session"])

_EMAIL = Field(min_length=3, max_length=320, description="The e-mail address of an account.")
_PASSWORD = Field(min_length=1, max_length=1_024, description="At least 12 characters.")
_NAME = Field("", max_length=200, description="What others read.")
_TOKEN = Field(min_length=1, max_length=200)


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking.

    `mode` is local (no login), guarded, or setup (guarded, and nobody is registered yet). `rights` are those
    on the server, `projects` those on each project. Without `secure` a login's cookie travels in the clear.
    `oidc` names the OpenID providers to sign in at: `GET /api/v1/oidc/login?provider=NAME`.
    """

    mode: str
    signed_in: bool
    name: str | None
    person_id: str | None
    rights: list[str]
    projects: dict[str, list[str]]
    secure: bool
    oidc: list[str]


class SetUp(Strict):
    """The first person."""

    token: str = _TOKEN
    email: str = _EMAIL
    name: str = _NAME
    password: str = _PASSWORD


class Credentials(Strict):
    """Address and password."""

    email: str = _EMAIL
    password: str = _PASSWORD


class Acceptance(Strict):
    """An invite, and who comes in by it."""

    token: str = _TOKEN
    name: str = _NAME
    password: str = _PASSWORD


class Leaving(Strict):
    """Whether all of the person's logins end."""

    everywhere: StrictBool = False


@router.get("/session", **described(ref(SignIn)))
async def get_session(request: Request) -> Response:
    """Who the caller is. Asked by Studio before anything else, so that it answers whoever asks."""
    gate = services_of(request).gate
    mode = "local" if not gate.guarded else "guarded" if gate.has_people else "setup"
    try:
        headers = request.scope["headers"]
        found = ANONYMOUS if mode == "setup" else gate.principal(key_of(headers), login_of(headers))
    except UnauthenticatedError:
        found = ANONYMOUS
    return _private(json_response(_shape(request, mode, found)))


@router.post("/setup", **described(ref(SignIn), status=201))
async def set_up(request: Request, given: SetUp) -> Response:
    """Register the first person with the token that the server printed, and sign them in."""
    admitted = await services_of(request).admission.set_up(
        given.token, email=given.email, name=given.name, password=given.password, visit=visit_of(request)
    )
    return await _welcome(request, admitted, 201)


@router.post("/login", **described(ref(SignIn)))
async def log_in(request: Request, given: Credentials) -> Response:
    """Sign in. The login is a cookie that no script can read."""
    admission = services_of(request).admission
    admitted = await admission.sign_in(given.email, given.password, visit_of(request))
    return await _welcome(request, admitted, 200)


@router.post("/logout", **described({"type": "null"}))
async def log_out(request: Request, given: Leaving) -> Response:
    """Sign out, here or everywhere."""
    principal, admission = principal_of(request), services_of(request).admission
    await admission.sign_out(principal, visit_of(request), everywhere=given.everywhere)
    return take_back(json_response(None))


@router.post("/invites/accept", **described(ref(SignIn), status=201))
async def accept_invite(request: Request, given: Acceptance) -> Response:
    """Come in by an invite: as a new person, or with the password that one has already."""
    admitted = await services_of(request).admission.accept(
        given.token, name=given.name, password=given.password, visit=visit_of(request)
    )
    return await _welcome(request, admitted, 201)


async def _welcome(request: Request, admitted: Admitted, status: int) -> Response:
    if (before := login_of(request.scope["headers"])) is not None:
        await services_of(request).admission.leave(before)
    principal = services_of(request).gate.logins.principal(admitted.token)
    answer = json_response(_shape(request, "guarded", principal), status)
    return _private(hand_over(answer, request, admitted.token))


def _private(response: Response) -> Response:
    response.headers["cache-control"] = "no-store"
    return response


def _shape(request: Request, mode: str, principal: Principal) -> SignIn:
    projects = principal.grants
    if principal.project_id and principal.person_id is None:
        projects = {principal.project_id: principal.rights}
    oidc = services_of(request).admission.oidc
    return SignIn(
        mode=mode,
        signed_in=principal is not ANONYMOUS,
        name=None if principal is ANONYMOUS else principal.name,
        person_id=principal.person_id,
        rights=sorted(principal.rights),
        projects={name: sorted(rights) for name, rights in projects.items()},
        secure=is_secure(request),
        oidc=[oidc.name] if oidc is not None and mode == "guarded" else [],
    )
