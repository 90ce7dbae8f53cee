"""JSON that a strict decoder refuses whole for one bad place, softened so that only the place is lost."""

from __future__ import annotations

import re
from collections import Counter

from fanlight.errors import PayloadError
from fanlight.otlp import reasons

MAX_JSON_DEPTH = 320
"""Brackets in brackets. The deepest value that protobuf takes is nested less than half as deep."""

_MAX_TOKENS = 400_000
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]|-?\bInfinity\b|\bNaN\b', re.DOTALL)
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def soften(body: bytes) -> tuple[bytes, dict[str, int]]:
    """Replace what no decoder takes; the new text, and what was mended by reason.

    Invalid UTF-8 and lone surrogates become U+FFFD, bare NaN and Infinity become text, and what lies deeper
    than MAX_JSON_DEPTH becomes null.

    Raises:
        PayloadError: the body is too large to be mended in reasonable time.

    Example:
        >>> soften(b'["\\\\ud800", NaN]')
        (b'["\\\\ufffd", "NaN"]', {'invalid_utf8': 1})
    """
    mended: Counter[str] = Counter()
    try:
        body.decode()
    except UnicodeDecodeError:
        body = body.decode(errors="replace").encode()
        mended[reasons.INVALID_UTF8] += 1
    return b"".join(_pieces(body, mended)), dict(mended)


def _pieces(body: bytes, mended: Counter[str]) -> list[bytes]:
    out: list[bytes] = []
    depth = kept = 0
    for number, found in enumerate(_TOKEN.finditer(body)):
        if number > _MAX_TOKENS:
            raise PayloadError(
                "the JSON body is damaged and too large to be mended", hint="send smaller batches"
            )
        token = found[0]
        if token in b"[{":
            depth += 1
            if depth == MAX_JSON_DEPTH + 1:
                out += (body[kept : found.start()], b"null")
        elif token in b"]}":
            if depth == MAX_JSON_DEPTH + 1:
                kept = found.end()
            depth -= 1
        elif depth <= MAX_JSON_DEPTH:
            softened = _soften_token(token, mended)
            if softened is not token:
                out += (body[kept : found.start()], softened)
                kept = found.end()
    if depth <= MAX_JSON_DEPTH:
        out.append(body[kept:])
    return out


def _soften_token(token: bytes, mended: Counter[str]) -> bytes:
    if not token.startswith(b'"'):
        return b'"' + token + b'"'
    if b"\\u" not in token:
        return token
    softened = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], token)
    if softened == token:
        return token
    mended[reasons.INVALID_UTF8] += 1
    return softened
