"""What went into a span and what came out of it, in one shape whatever the instrumentation."""

from __future__ import annotations

from typing import Any

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """A piece of a message; its `type` says which of the classes below it is."""


class Text(Part, frozen=True, kw_only=True, tag="text"):
    text: str


class Reasoning(Part, frozen=True, kw_only=True, tag="reasoning"):
    """What a model thought before it answered; empty when its provider gave it only encrypted."""

    text: str


class ToolCall(Part, frozen=True, kw_only=True, tag="tool_call"):
    """A tool that a model asks for. `arguments` are parsed where they were JSON, else their text."""

    id: str | None = None
    name: str | None = None
    arguments: Any = None


class Media(Part, frozen=True, kw_only=True, tag="blob"):
    """Data that is no text, by reference: `uri` where it lies, or how many `bytes` it had and their `sha256`.

    The data itself stays in the raw attributes. `type` is image, audio, video, file, or else blob.
    """

    mime: str | None = None
    name: str | None = None
    uri: str | None = None
    bytes: int | None = None
    sha256: str | None = None


class Image(Media, frozen=True, kw_only=True, tag="image"):
    pass


class Audio(Media, frozen=True, kw_only=True, tag="audio"):
    pass


class Video(Media, frozen=True, kw_only=True, tag="video"):
    pass


class File(Media, frozen=True, kw_only=True, tag="file"):
    pass


class Json(Part, frozen=True, kw_only=True, tag="json"):
    """Whatever is none of the others, as it came."""

    value: Any


PlainPart = Text | Reasoning | Image | Audio | Video | File | Media | Json


class ToolResult(Part, frozen=True, kw_only=True, tag="tool_result"):
    """What a tool gave, or how it failed; `id` is that of the call it answers."""

    id: str | None = None
    name: str | None = None
    content: list[PlainPart] = []
    is_error: bool = False


AnyPart = PlainPart | ToolCall | ToolResult


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One turn: system, user, assistant, tool, or another role as it was named."""

    role: str
    name: str | None = None
    parts: list[AnyPart] = []


class ToolDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that a model was offered. `parameters` is its JSON schema, or what stood in its place."""

    name: str | None = None
    description: str | None = None
    parameters: Any = None


class ToolUse(msgspec.Struct, frozen=True, kw_only=True):
    """The one call that a tool's span is about."""

    name: str | None = None
    id: str | None = None
    arguments: Any = None
    result: Any = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What a retriever or reranker found."""

    id: str | None = None
    text: str | None = None
    score: float | None = None
    metadata: Any = None


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a span carries. `source` names, for each field that is set, the attribute or event it came from.

    `truncated`: there was more than is shown here; the raw attributes have it. `withheld`: what was
    said was taken out before the span was stored.
    """

    system: list[AnyPart] = []
    input: list[Message] = []
    output: list[Message] = []
    tools: list[ToolDefinition] = []
    tool_call: ToolUse | None = None
    documents: list[Document] = []
    query: Any = None
    source: dict[str, str] = {}
    truncated: bool = False
    withheld: bool = False
