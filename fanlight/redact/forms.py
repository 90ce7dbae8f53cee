"""The forms in which a secret's exact value turns up in text."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""A shorter value is too likely to be an ordinary word."""


def forms_of(secret: str) -> set[str]:
    """Every form of a secret that is looked for: of a value of several lines, each line counts.

    Raw, within JSON, within Python's repr, in URLs, in HTML, in hex, and in base64 wherever it begins.

    Example:
        >>> sorted(forms_of("hunter2"))[:3]
        ['68756E74657232', '68756e74657232', 'aHVudGVyM']
        >>> forms_of("word")
        set()
    """
    return {form for part in _parts(secret) for form in _encodings(part)}


def _parts(secret: str) -> list[str]:
    lines = [line.strip() for line in secret.splitlines()]
    return [part for part in dict.fromkeys([secret, secret.strip(), *lines]) if len(part) >= SHORTEST]


def _encodings(value: str) -> Iterator[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield json.dumps(value)[1:-1].replace("/", "\\/")
    # A JSON text within another one.
    yield json.dumps(json.dumps(value)[1:-1])[1:-1]
    yield repr(value)[1:-1]
    yield quote(value, errors="surrogatepass")
    yield quote(value, safe="", errors="surrogatepass")
    yield quote_plus(value, errors="surrogatepass")
    yield _escaped(value)
    raw = value.encode("utf-8", "surrogatepass")
    yield raw.hex()
    yield raw.hex().upper()
    yield from _base64_forms(raw)


def _escaped(value: str) -> str:
    """As `html.escape` does it; importing that reads a table of two thousand names."""
    signs = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;"))
    for sign, name in signs:
        value = value.replace(sign, name)
    return value


def _base64_forms(raw: bytes) -> Iterator[str]:
    """Base64 of `raw` wherever it begins within a larger value: only characters that it alone decides."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw).decode()
        first = -(-before * 8 // 6)
        last = len(text) if (before + len(raw)) % 3 == 0 else (before + len(raw)) * 8 // 6
        form = text[first:last]
        if len(form) >= SHORTEST:
            yield form
            yield form.replace("+", "-").replace("/", "_")
