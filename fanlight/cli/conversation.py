"""The content of one span for the terminal: who said what, which calls were made, what was found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fanlight.cli.output import visible

LONGEST_TEXT = 4_000
"""So many characters of one part are printed; `--json` has it whole."""

Line = tuple[str, str | None]
"""A text that is safe to print, and its style."""

Fields = Mapping[str, Any]


def content_lines(content: Fields) -> Iterator[Line]:
    """What a span carries, line by line; nothing when it carries nothing."""
    if content["tools"]:
        yield "tools offered: " + ", ".join(visible(tool["name"] or "?") for tool in content["tools"]), "dim"
    if content["system"]:
        yield from _message({"role": "system", "name": None, "parts": content["system"]})
    yield from _said("query", content["query"])
    for message in content["input"]:
        yield from _message(message)
    call = content["tool_call"] or {"arguments": None, "result": None}
    yield from _said("arguments", call["arguments"])
    yield from _said("result", call["result"])
    for number, document in enumerate(content["documents"], 1):
        yield from _document(number, document)
    if content["output"]:
        yield "── output", "bold"
    for message in content["output"]:
        yield from _message(message)
    if content["truncated"]:
        yield "more was sent than is read here; --json has the attributes whole", "yellow"


def _message(message: Fields) -> Iterator[Line]:
    name = f" {visible(message['name'])}" if message["name"] else ""
    yield f"── {visible(message['role'])}{name}", "bold cyan"
    if not message["parts"]:
        yield "(empty)", "dim"
    for part in message["parts"]:
        yield from _part(part)


def _part(part: Fields) -> Iterator[Line]:
    match part["type"]:
        case "text":
            yield _text(part["text"]), None
        case "reasoning":
            yield f"(reasoning) {_text(part['text'] or 'not shown by its provider')}", "dim italic"
        case "tool_call":
            yield " ".join(filter(None, ["→", _named(part), _data(part["arguments"])])), "yellow"
        case "tool_result":
            failed = "✗" if part["is_error"] else ""
            told = ["←", failed, _named(part), _results(part["content"])]
            yield " ".join(filter(None, told)), "red" if failed else "green"
        case "json":
            yield _data(part["value"]), None
        case _:
            yield _media(part), "magenta"


def _said(what: str, value: Any) -> Iterator[Line]:
    if value is not None:
        yield f"── {what}", "bold cyan"
        yield _data(value), None


def _document(number: int, document: Fields) -> Iterator[Line]:
    facts = [f"score {document['score']:g}" if document["score"] is not None else "", document["id"] or ""]
    yield " · ".join([f"── document {number}", *(visible(fact) for fact in facts if fact)]), "bold cyan"
    yield _text(document["text"] or "(no text)"), None
    if document["metadata"] is not None:
        yield _data(document["metadata"]), "dim"


def _named(part: Fields) -> str:
    return " ".join(visible(part[name]) for name in ("name", "id") if part[name])


def _results(parts: Sequence[Fields]) -> str:
    return "\n  ".join(text for part in parts for text, _ in _part(part)) or "(empty)"


def _media(part: Fields) -> str:
    facts = [
        part["mime"],
        None if part["bytes"] is None else f"{part['bytes']:,} bytes",
        None if part["sha256"] is None else f"sha256 {part['sha256'][:12]}",
    ]
    told = [part["type"], part["name"], part["uri"], *facts]
    return "[" + " · ".join(visible(fact, limit=200) for fact in told if fact) + "]"


def _data(value: Any) -> str:
    return _text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _text(text: str) -> str:
    return visible(text, limit=LONGEST_TEXT, keep_lines=True)
