"""Errors as the API tells them: `{"error": {"code", "message", "hint", "request_id"}}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from fanlight.errors import (
    ConflictError,
    FanlightError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    OverloadError,
    PayloadError,
    QuotaError,
    StoreError,
    TooManyTriesError,
    UnauthenticatedError,
)

logger = logging.getLogger("fanlight.api")

_STATUS: Mapping[type[FanlightError], int] = {
    InvalidError: 400,
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    TooManyTriesError: 429,
    QuotaError: 429,
    OverloadError: 503,
}
STORE_RETRY_AFTER_S = 2


class ErrorDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, and what to do next. `request_id` finds it in the server's log."""

    code: str
    message: str
    hint: str
    request_id: str


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer of 400 and above."""

    error: ErrorDetail


CHARM = tuple(f"{start}/{noun}" for start in ("/v1", "/api/v1") for noun in ("agents", "runs", "execute"))
"""Paths of Charm's own routes, whose clients print `error` as it is."""


class CharmError(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer of 400 and above on Charm's routes."""

    error: str


class MethodError(FanlightError):
    """The path is known, but not with this method. Answered with 405."""

    code = "method"

    def __init__(self, method: str, path: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{method[:20]} does not go with {path[:200]}", hint=f"use {', '.join(allowed)}")
        self.allowed = allowed


def answer_to(error: Exception, scope: Mapping[str, Any], request_id: str) -> Response:
    """The answer to the request of `scope`: as `error_response` has it, or as its clients want it."""
    response = error_response(error, request_id)
    if scope["type"] == "websocket" and response.status_code == 401:
        # MeshAgent's client asks again for ever after a 401; a 403 it tells.
        response.status_code = 403
    if scope["path"].startswith(CHARM):
        told = msgspec.json.decode(response.body, type=Error).error
        body = msgspec.json.encode(
            CharmError(error=f"{told.message}; {told.hint}" if told.hint else told.message)
        )
        response.body = body
        response.headers["content-length"] = str(len(body))
    return response


def error_response(error: Exception, request_id: str) -> Response:
    """The answer to a request that ended in `error`. What nobody expected is logged and not told."""
    if not isinstance(error, FanlightError):
        logger.error("request %s failed", request_id, exc_info=error)
        return _response(
            500, "internal", "the server failed", f"its log has more under {request_id}", request_id
        )
    if isinstance(error, StoreError):
        return _store_response(error, request_id)
    response = _response(_status(error), error.code, error.message, error.hint, request_id)
    response.headers.update(_headers(error))
    return response


def _status(error: FanlightError) -> int:
    if isinstance(error, PayloadError):
        return error.status
    if isinstance(error, MethodError):
        return 405
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def _headers(error: FanlightError) -> dict[str, str]:
    if isinstance(error, OverloadError | QuotaError | TooManyTriesError):
        return {"retry-after": str(error.retry_after_s)}
    if isinstance(error, UnauthenticatedError):
        return {"www-authenticate": "Bearer"}
    if isinstance(error, MethodError):
        return {"allow": ", ".join(error.allowed)}
    return {}


def _store_response(error: StoreError, request_id: str) -> Response:
    # The engine's words may quote a statement and what is in it: they are for the log alone.
    logger.error("request %s: %s", request_id, error)
    if not error.retryable:
        return _response(
            500,
            error.code,
            "the store could not answer",
            f"the server's log has more under {request_id}",
            request_id,
        )
    response = _response(
        503,
        error.code,
        "the store is busy or needed too long",
        "ask for less: a shorter time, a narrower filter",
        request_id,
    )
    response.headers["retry-after"] = str(STORE_RETRY_AFTER_S)
    return response


def _response(status: int, code: str, message: str, hint: str, request_id: str) -> Response:
    detail = ErrorDetail(code=code, message=message, hint=hint, request_id=request_id)
    return Response(msgspec.json.encode(Error(error=detail)), status, media_type="application/json")
