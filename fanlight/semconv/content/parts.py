"""Pieces of messages, as providers, frameworks and conventions write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fanlight.model.content import AnyPart, Json, Media, PlainPart, Reasoning, Text, ToolCall, ToolResult
from fanlight.semconv.content.media import media, slim
from fanlight.semconv.content.values import data_of, list_or_object

Block = Mapping[str, Any]

_ID_NAMES = ("id", "call_id", "tool_call_id", "tool_use_id", "toolCallId", "toolUseId")
_NAME_NAMES = ("name", "tool_name", "toolName")
_ARGUMENT_NAMES = ("arguments", "args", "input")
_RESULT_NAMES = ("response", "result", "output", "content")
_ALONE = frozenset({"text", "json", "image", "document", "video"})
_WITH_TEXT = frozenset({"text", "content", "thought", "thoughtSignature", "thought_signature", "citations"})


def parts_of(value: Any) -> list[AnyPart]:
    """The parts of a message's content: a text, one block, or a list of either.

    Example:
        >>> parts_of(["hi", {"type": "tool_use", "id": "c1", "name": "find", "input": {"q": 1}}])
        [Text(text='hi'), ToolCall(id='c1', name='find', arguments={'q': 1})]
    """
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [part for item in value for part in parts_of(item)]
    if isinstance(value, str):
        return [Text(text=value)]
    if isinstance(value, dict):
        return [part_of(value)]
    return [Json(value=value)]


def part_of(block: Block) -> AnyPart:
    """One block as a part; a block that nothing recognises stays JSON."""
    kind = block.get("type") or block.get("part_kind") or block.get("kind") or ""
    reader = _BY_TYPE.get(kind.lower().replace("-", "_")) if isinstance(kind, str) else None
    found = reader(block) if reader else _untyped(block)
    return found if found is not None else Json(value=slim(block))


def tool_call(block: Block) -> ToolCall:
    """A call, whichever names its provider has for id, name and arguments."""
    inner = block.get("function")
    if isinstance(inner, dict):
        block = {"id": block.get("id"), **inner}
    arguments = next((block[name] for name in _ARGUMENT_NAMES if name in block), None)
    return ToolCall(
        id=first_text(block, ("call_id", *_ID_NAMES)),
        name=first_text(block, _NAME_NAMES),
        arguments=slim(data_of(arguments)),
    )


def tool_result(block: Block) -> ToolResult:
    """What a tool gave, whichever names its provider has for id and result."""
    result = next((block[name] for name in _RESULT_NAMES if block.get(name) is not None), None)
    return ToolResult(
        id=first_text(block, ("tool_call_id", "tool_use_id", *_ID_NAMES)),
        name=first_text(block, _NAME_NAMES),
        content=result_parts(result),
        is_error=is_error(block),
    )


def is_error(block: Block) -> bool:
    """Whether a result says that the tool failed."""
    output = block.get("output")
    told = (block.get("status"), output.get("type") if isinstance(output, dict) else None)
    return (
        block.get("is_error") is True
        or block.get("part_kind") == "retry-prompt"
        or any(isinstance(word, str) and word.startswith("error") for word in told)
    )


def result_parts(value: Any) -> list[PlainPart]:
    """A tool's result as parts: blocks where it is made of such, else one text or JSON value.

    Example:
        >>> result_parts('{"ok": true}'), result_parts([{"type": "text", "text": "fine"}])
        ([Json(value={'ok': True})], [Text(text='fine')])
    """
    value = list_or_object(value)
    if value is None:
        return []
    if isinstance(value, str):
        return [Text(text=value)]
    if isinstance(value, dict) and _is_wrapped(value):
        return result_parts(value["value"])
    if isinstance(value, dict) and isinstance(value.get("content"), list):
        rest = {name for name, item in value.items() if item not in (None, [], {}, False)} - {
            "content",
            "role",
        }
        value = value if rest else value["content"]
    blocks = value if isinstance(value, list) else [value]
    if blocks and all(_is_block(item) for item in blocks):
        read = (part_of(item) for item in blocks)
        return [
            part if not isinstance(part, ToolCall | ToolResult) else Json(value=slim(value)) for part in read
        ]
    return [Json(value=slim(value))]


def result_value(value: Any) -> Any:
    """A tool's result as one value: a text where it is nothing else, else JSON.

    Example:
        >>> result_value('{"type": "tool", "data": {"content": "fine", "tool_call_id": "c1"}}')
        'fine'
    """
    value = list_or_object(value)
    if isinstance(value, dict):
        if _is_wrapped(value):
            return slim(value["value"])
        said = tool_message(value)
        if said is not None:
            return slim(list_or_object(said.get("content")))
    return slim(value)


def _is_wrapped(value: Block) -> bool:
    """Whether `value` is a result of the AI SDK: its type and, under `value`, itself."""
    type_ = value.get("type")
    return type_ in ("text", "json", "content", "error-text", "error-json") and "value" in value


def tool_message(value: Block) -> Block | None:
    """The fields of a LangChain message by a tool, in whichever form it was dumped; None when it is none."""
    body = value.get("kwargs") if "lc" in value else value.get("data", value)
    if isinstance(body, dict) and "content" in body and isinstance(body.get("tool_call_id"), str):
        return body
    return None


def first_text(block: Block, names: tuple[str, ...]) -> str | None:
    """The first of these fields that holds a text or a number, as text."""
    for name in names:
        value = block.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def _is_block(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    type_ = item.get("type")
    return (isinstance(type_, str) and type_.lower() in _BY_TYPE) or (
        len(item) == 1 and not _ALONE.isdisjoint(item)
    )


def _function(block: Block) -> ToolCall | None:
    """A call of a function, not its definition."""
    inner = block.get("function")
    called = inner if isinstance(inner, dict) else block
    return tool_call(block) if not set(_ARGUMENT_NAMES).isdisjoint(called) else None


def _text(block: Block) -> Text | None:
    found = next(
        (block[name] for name in ("text", "content", "refusal", "transcript") if name in block), None
    )
    if isinstance(found, dict):
        found = found.get("value")
    return Text(text=found) if isinstance(found, str) else None


def _json(block: Block) -> Json | None:
    return Json(value=slim(block["value"])) if "value" in block else None


def _reasoning(block: Block) -> Reasoning | None:
    names = ("thinking", "reasoning", "reasoning_content", "text", "content", "summary")
    found = list_or_object(next((block[name] for name in names if block.get(name)), ""))
    if isinstance(found, list):
        texts = (item.get("text") if isinstance(item, dict) else item for item in found)
        found = "\n\n".join(text for text in texts if isinstance(text, str))
    return Reasoning(text=found) if isinstance(found, str) else None


def _media(kind: str) -> Callable[[Block], Media | None]:
    """Reads a block of media; one that neither has data nor says where it is, is something else."""

    def read(block: Block) -> Media | None:
        modality = block.get("modality")
        found = media(block, modality if isinstance(modality, str) else kind)
        return found if found.uri or found.bytes is not None or found.mime else None

    return read


def _untyped(block: Block) -> AnyPart | None:
    """Gemini and Bedrock say what a part is by the name of its only field."""
    for name, value in block.items():
        if name in ("text", "content") and isinstance(value, str) and _WITH_TEXT.issuperset(block):
            return Reasoning(text=value) if block.get("thought") is True else Text(text=value)
        if name == "json" and len(block) == 1:
            return Json(value=slim(value))
        if name in _BY_FIELD and isinstance(value, dict):
            return _BY_FIELD[name](value)
    return None


def _reasoning_content(value: Block) -> Reasoning | None:
    inner = value.get("reasoningText") or value.get("reasoning_text")
    return _reasoning(inner if isinstance(inner, dict) else value)


_BY_TYPE: Mapping[str, Callable[[Block], AnyPart | None]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "refusal", "summary_text", "user_prompt"), _text),
    **dict.fromkeys(("system_prompt", "retry_prompt", "instruction"), _text),
    **dict.fromkeys(("reasoning", "thinking", "redacted_thinking", "reasoning_text"), _reasoning),
    **dict.fromkeys(("tool_call", "tool_use", "function_call", "server_tool_use"), tool_call),
    **dict.fromkeys(("mcp_tool_use", "builtin_tool_call", "custom_tool_call", "server_tool_call"), tool_call),
    **dict.fromkeys(
        ("tool_call_response", "tool_result", "function_call_output", "tool_return"), tool_result
    ),
    **dict.fromkeys(("mcp_tool_result", "builtin_tool_return", "custom_tool_call_output"), tool_result),
    **dict.fromkeys(
        ("web_search_tool_result", "function_response", "server_tool_call_response"), tool_result
    ),
    **dict.fromkeys(
        ("image", "image_url", "input_image", "image_file", "image_generation_call"), _media("image")
    ),
    **dict.fromkeys(("audio", "input_audio", "audio_url", "output_audio"), _media("audio")),
    **dict.fromkeys(("video", "video_url", "input_video"), _media("video")),
    **dict.fromkeys(("file", "input_file", "document", "document_url"), _media("file")),
    **dict.fromkeys(("blob", "uri", "binary", "media"), _media("")),
    "function": _function,
    "json": _json,
}

_BY_FIELD: Mapping[str, Callable[[Block], AnyPart | None]] = {
    **dict.fromkeys(("function_call", "functionCall", "toolUse"), tool_call),
    **dict.fromkeys(("function_response", "functionResponse", "toolResult"), tool_result),
    **dict.fromkeys(("inline_data", "inlineData", "file_data", "fileData"), _media("")),
    **dict.fromkeys(("image", "image_url"), _media("image")),
    **dict.fromkeys(("audio", "input_audio"), _media("audio")),
    "video": _media("video"),
    "document": _media("file"),
    "reasoningContent": _reasoning_content,
}
