"""An OpenID provider that says whatever a test wants, over real HTTP on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "fanlight", "a secret/with=signs"
KEY, FOREIGN_KEY = (RSAKey.generate_key(2048, {"kid": "k1"}) for _ in range(2))


@dataclass
class Forger:
    """What the provider says. `claims` goes into ID tokens, None takes one out; `sign` makes the token.

    A client shows its secret in a header, or `secret_in_form`, None being that of a client that has none.
    """

    now_s: Callable[[], int]
    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    user: dict[str, Any] = field(default_factory=dict)
    secret_in_form: str | None = "none"
    metadata: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] = lambda claims: signed(claims)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    keys: Any = field(default_factory=lambda: {"keys": [KEY.as_dict(private=False)]})

    def code_for(self, query: dict[str, str]) -> str:
        """What a browser that was sent here with `query` would bring back."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return code

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, self._metadata()
        if path == "/keys":
            return 200, self.keys
        if path == "/user":
            return (200, {"sub": "s1", **self.user}) if authorization == "Bearer a" else (401, {})
        return self._token(form, authorization) if path == "/token" else (404, {})

    def _metadata(self) -> dict[str, Any]:
        named = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys",
                 "userinfo_endpoint": "user"}  # fmt: skip
        return {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{path}" for name, path in named.items()},
            **self.metadata,
        }

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        asked = self.codes.pop(form["code"], None)  # a code is good for once
        basic = base64.b64encode(b"fanlight:a%20secret%2Fwith%3Dsigns").decode()
        if asked is None or (authorization, form.get("client_id"), form.get("client_secret")) not in (
            (f"Basic {basic}", None, None),
            ("", CLIENT, self.secret_in_form),
        ):
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "s1", "nonce": asked["nonce"], "iat": self.now_s(),
            "exp": self.now_s() + 300, "email": "ann@example.org", "email_verified": True, "name": "Ann",
            **self.claims,
        }  # fmt: skip
        given = {name: value for name, value in claims.items() if value is not None}
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(given), **self.tokens}


def signed(claims: dict[str, Any], key: RSAKey = KEY, kid: str = "k1") -> str:
    """An ID token."""
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, key)


def unsigned(claims: dict[str, Any]) -> str:
    """An ID token that says that it needs no signature."""
    return f"{_body('none', claims)}."


def signed_with_what_everybody_knows(claims: dict[str, Any]) -> str:
    """An ID token with the public key as a shared secret."""
    body = _body("HS256", claims)
    return f"{body}.{_text(hmac.digest(KEY.as_pem(private=False), body.encode(), 'sha256'))}"


def _body(alg: str, claims: dict[str, Any]) -> str:
    return ".".join(_text(json.dumps(part).encode()) for part in ({"alg": alg, "kid": "k1"}, claims))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def running(forger: Forger) -> Iterator[Forger]:
    """The provider on a free port; its issuer is set then."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, told = forger.answer(self.path, form, self.headers.get("authorization", ""))
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forger.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield forger
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
