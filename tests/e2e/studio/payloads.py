"""Texts that do something wherever they are taken for more than text: from a list, and built."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

LIST = Path(__file__).resolve().parents[2] / "fixtures" / "xss.txt"

_HANDLED = {
    "img": "src=x",
    "svg": "",
    "body": "",
    "video": "src=x",
    "audio": "src=x",
    "iframe": "src=x",
    "input": "autofocus",
    "details": "open",
    "div": "contenteditable autofocus",
    "a": "href=x",
}
_HANDLERS = ("onload", "onerror", "onfocus", "ontoggle", "onpointerenter", "onanimationend")
_SCHEMES = (
    "javascript:__pwned=1",
    "JAVASCRIPT:__pwned=1",
    "java\tscript:__pwned=1",
    "\x01javascript:__pwned=1",
)
_PLACES = (
    "<a href={}>x</a>",
    '<a href="{}">x</a>',
    "<iframe src={}>",
    "<form action={}>",
    "[x]({})",
    "![x]({})",
)


def payloads() -> list[str]:
    """All of them, each once, always in the same order."""
    return list(dict.fromkeys(text for texts in _classes() for text in texts))


def sample() -> list[str]:
    """Three of every class, or all where there are fewer; always the same."""
    return list(dict.fromkeys(text for texts in _classes() for text in texts[:: -(-len(texts) // 3)]))


def _classes() -> Iterator[list[str]]:
    for part in re.split(r"^#.*$", LIST.read_text("utf-8"), flags=re.MULTILINE):
        if listed := [json.loads(line) for line in part.splitlines() if line.startswith('"')]:
            yield listed
    yield [
        f"<{tag} {more} {handler}=__pwned=1>" for (tag, more), handler in product(_HANDLED.items(), _HANDLERS)
    ]
    yield [place.format(scheme) for scheme, place in product(_SCHEMES, _PLACES)]
    yield list(_extremes())


def _extremes() -> Iterator[str]:
    """What is long, deep or has no end."""
    image = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg' onload='__pwned=1'/>").decode()
    yield f"![x](data:image/svg+xml;base64,{image})"
    yield f"<object data='data:image/svg+xml;base64,{image}'>"
    yield "<img src=x onerror=__pwned=1>" + "A" * 10_000
    yield "<div>" * 2_000 + "<img src=x onerror=__pwned=1>"
    yield "[" * 5_000
    yield "*" * 5_000
    yield "> " * 2_000 + "x"
    yield "[x](" * 1_500
    yield "|" * 3_000 + "\n" + "|-" * 3_000
    yield "\u202e" * 1_000 + "\u2066" * 1_000
    yield "x" + "\u0301\u0316\u035f" * 1_000
    yield "\U0001f469\u200d" * 500 + "\U0001f469"
    yield "\x1b[1m" * 1_000
    yield "\n" * 3_000 + "<script>__pwned=1</script>"
    yield "<script>__pwned=1</script>\t" * 200
    yield json.dumps({"__proto__": {"polluted": 1}, "a": "<img src=x onerror=__pwned=1>"})
    yield json.dumps([[[[[[[["<script>__pwned=1</script>"]]]]]]]])
    yield json.dumps({f"<img src=x onerror=__pwned={at}>": f"<svg onload=__pwned={at}>" for at in range(100)})
