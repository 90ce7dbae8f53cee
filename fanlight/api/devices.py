"""Signing in from a terminal."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.devices import INTERVAL_S, LASTS_S
from fanlight.api.answers import described, json_response, ref
from fanlight.api.parameters import Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import principal_of, visit_of
from fanlight.errors import ForbiddenError

router = APIRouter(prefix="/api/v1/devices", tags=["session"])

_CODE = Field(min_length=1, max_length=200)


class StartedDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal that waits. A person enters `user_code` at Studio's page `path`; the terminal asks on."""

    device_code: str
    user_code: str
    path: str
    interval_s: float
    expires_in_s: float


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal that shows a code."""

    user_code: str
    label: str


class DeviceLogin(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a terminal: `token` is None while it waits."""

    token: str | None
    name: str | None = None


class NewDevice(Strict):
    """What to call the terminal."""

    label: str = Field("", max_length=200, examples=["ann@laptop"])


class DeviceCode(Strict):
    """The code that the terminal asks with."""

    device_code: str = _CODE


class UserCode(Strict):
    """The code that the terminal shows."""

    user_code: str = _CODE


@router.post("", **described(ref(StartedDevice), status=201))
async def begin(request: Request, new: NewDevice) -> Response:
    """A terminal asks to be let in."""
    code, device = services_of(request).admission.begin_device(new.label, visit_of(request))
    return _private(
        StartedDevice(
            device_code=code,
            user_code=device.user_code,
            path=f"/device#{device.user_code}",
            interval_s=INTERVAL_S,
            expires_in_s=LASTS_S,
        ),
        201,
    )


@router.post("/token", **described(ref(DeviceLogin)))
async def take_token(request: Request, given: DeviceCode) -> Response:
    """Whether the terminal was let in, and with which token."""
    admitted = await services_of(request).admission.take_device(given.device_code, visit_of(request))
    if admitted is None:
        return _private(DeviceLogin(token=None))
    return _private(DeviceLogin(token=admitted.token, name=admitted.person.email))


@router.get("/{user_code}", **described(ref(Device)))
async def get_device(request: Request, user_code: str) -> Response:
    """Which terminal shows a code: looked at before it is let in."""
    device = services_of(request).admission.devices.find(user_code)
    return _private(Device(user_code=device.user_code, label=device.label))


@router.post("/approve", **described(ref(Device)))
async def approve(request: Request, given: UserCode) -> Response:
    """Let a terminal in, as the person who asks."""
    principal = principal_of(request)
    if principal.person_id is None:
        raise ForbiddenError("only a person can let a terminal in", hint="a key needs no login")
    device = await services_of(request).admission.approve_device(
        principal, given.user_code, visit_of(request)
    )
    return _private(Device(user_code=device.user_code, label=device.label))


def _private(data: msgspec.Struct, status: int = 200) -> Response:
    response = json_response(data, status)
    response.headers["cache-control"] = "no-store"
    return response
