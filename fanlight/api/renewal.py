"""A new token for a login whose person has another role now, with whatever its browser asks next."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fanlight.api.door import key_of, login_of
from fanlight.api.services import services_of
from fanlight.api.visitor import hand_over


class Renewal:
    """Stands behind the door, which has looked the login up."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        login = login_of(scope["headers"]) if scope["type"] == "http" else None
        # What presents a key is no browser, whatever cookie comes along.
        if login is None or key_of(scope["headers"]) is not None:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        logins = services_of(request).gate.logins
        token = await asyncio.to_thread(logins.renew, login) if logins.is_due(login) else None
        if token is None:
            await self._app(scope, receive, send)
            return
        cookie = hand_over(Response(), request, token).headers["set-cookie"].encode("latin-1")

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Signing out, or in as somebody else, has the last word.
                said = [*message.get("headers", ())]
                if not any(name == b"set-cookie" for name, _ in said):
                    message = {**message, "headers": [*said, (b"set-cookie", cookie)]}
            await send(message)

        await self._app(scope, receive, send_with_cookie)
