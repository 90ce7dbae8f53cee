"""The outermost layer: a request id, the security headers, and an answer whatever happens inside."""

from __future__ import annotations

import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fanlight.api.errors import answer_to

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        # Sound that a span carries is played from it, as pictures are shown.
        "media-src data:",
        "connect-src 'self'",
        "font-src 'self'",
        "frame-ancestors 'none'",
        # Studio's page names its base path in a <base> element of this very origin.
        "base-uri 'self'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
    )
)

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
)
"""On every answer, of Studio, docs, API and receivers alike."""

REQUEST_ID = "fanlight.request_id"
_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})


FAILED = 1011
"""How a WebSocket is closed when the server fails."""


class Boundary:
    """Wraps an application: names each request, and puts the security headers on each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = Net(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            return
        request_id = secrets.token_hex(8)
        scope[REQUEST_ID] = request_id
        own = (*HEADERS, (b"x-request-id", request_id.encode()))

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                said = [*message.get("headers", ())]
                names = {name for name, _ in said}
                # A page may set a policy of its own, where it needs another one.
                message = {**message, "headers": [*said, *(each for each in own if each[0] not in names)]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Net:
    """Turns whatever an application raises into an answer; no traceback reaches the caller.

    There is one inside the framework too, which would otherwise answer in its own words.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def watch(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            response = answer_to(error, scope, scope[REQUEST_ID])
            if not has_begun:
                await response(scope, receive, send)
            elif scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": FAILED, "reason": "the server failed"})
