"""Conversations out of JSON: what providers and frameworks send and answer, as messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fanlight.model.content import AnyPart, Json, Message, Reasoning, Text, ToolCall, ToolResult
from fanlight.semconv.content.media import slim
from fanlight.semconv.content.parts import (
    first_text,
    is_error,
    part_of,
    parts_of,
    result_parts,
    tool_call,
    tool_result,
)
from fanlight.semconv.content.values import list_or_object

Fields = Mapping[str, Any]

ROLES = {"human": "user", "ai": "assistant", "model": "assistant", "function": "tool"}
"""Other words for the four roles that everybody has; any other role stays as it was named."""

_LANGCHAIN = re.compile(r"(Human|AI|System|Tool|Function|Chat)Message(Chunk)?")
_LANGCHAIN_TYPES = frozenset(
    {"human", "ai", "system", "tool", "function", "AIMessageChunk", "HumanMessageChunk"}
)
_ITEMS = frozenset(
    {
        "message", "function_call", "function_call_output", "reasoning", "custom_tool_call",
        "custom_tool_call_output", "web_search_call", "file_search_call", "computer_call",
        "image_generation_call", "code_interpreter_call", "mcp_call", "mcp_list_tools", "local_shell_call",
    }
)  # fmt: skip
_PYDANTIC_ROLES = {"system-prompt": "system", "tool-return": "tool", "retry-prompt": "tool"}
_SPEAKERS = frozenset({"user", "human", "assistant", "ai", "system", "developer", "tool"})
_SAYS = frozenset(
    {
        "content", "parts", "text", "tool_calls", "toolCalls", "function_call", "audio", "refusal",
        "reasoning", "reasoning_content", "thinking",
    }
)  # fmt: skip
_BARE = frozenset({"role", "name", "id", "finish_reason"})
_EVENT = re.compile(r"gen_ai\.(system|user|assistant|tool)\.message")


def messages_of(value: Any, role: str) -> list[Message]:
    """The messages in `value`; those that do not say who speaks are by `role`.

    `value` is text, a list of messages or blocks, or the request or answer of a provider. Whatever is none
    of these is one message with one JSON part: nothing is left out.

    Example:
        >>> messages_of([{"role": "user", "content": "hi"}], "user")
        [Message(role='user', name=None, parts=[Text(text='hi')])]
        >>> messages_of({"choices": [{"message": {"content": "ho"}}]}, "assistant")
        [Message(role='assistant', name=None, parts=[Text(text='ho')])]
    """
    if value is None or value in ("", [], {}):
        return []
    found = conversation(value, role)
    if found is not None:
        return found
    if isinstance(value, str):
        return [Message(role=role, parts=[Text(text=value)])]
    return [Message(role=role, parts=[Json(value=slim(value))])]


def conversation(value: Any, role: str) -> list[Message] | None:
    """The messages in `value` when it is recognised as a conversation, else None."""
    if isinstance(value, list):
        return _of_list(value, role)
    if isinstance(value, dict):
        if _is_turn(value):
            return list(_turn(value, role))
        return _of_object(value, role)
    return None


def event_messages(name: str, fields: Fields) -> tuple[str, list[Message]]:
    """What an event `gen_ai.*.message` or `gen_ai.choice` says: "input" or "output", and its messages."""
    if name == "gen_ai.choice":
        message = list_or_object(fields.get("message"))
        if isinstance(message, str):
            message = {"content": message}
        given = message if isinstance(message, dict) else fields
        calls = {"tool_calls": fields["tool_calls"]} if "tool_calls" in fields else {}
        return "output", [_chat({**given, **calls}, "assistant")]
    found = _EVENT.fullmatch(name)
    return ("input", [_chat(fields, found[1])]) if found else ("", [])


def _of_list(items: list[Any], role: str) -> list[Message] | None:
    if items and all(_is_pair(item) for item in items):
        return [Message(role=role_of(item[0], role), parts=parts_of(item[1])) for item in items]
    if items and all(isinstance(item, list) for item in items):
        batches = [_of_list(item, role) for item in items]
        return None if None in batches else [message for batch in batches for message in batch or ()]
    if any(_is_turn(item) for item in items):
        return [message for item in items for message in _item_messages(item, role)]
    if items and all(isinstance(item, str) or _is_plain_block(item) for item in items):
        return [Message(role=role, parts=parts_of(items))]
    return None


def _item_messages(item: Any, role: str) -> Iterator[Message]:
    if _is_turn(item):
        yield from _turn(item, role)
    else:
        yield Message(role=role, parts=parts_of(item))


def _is_plain_block(item: Any) -> bool:
    return isinstance(item, dict) and not isinstance(part_of(item), Json)


def _is_pair(item: Any) -> bool:
    """Whether `item` is `[role, content]`, as LangChain takes messages too."""
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) and item[0] in _SPEAKERS


def _is_turn(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    type_ = value.get("type")
    return (
        (isinstance(value.get("role"), str) and (not _SAYS.isdisjoint(value) or _BARE.issuperset(value)))
        or isinstance(value.get("event.name"), str)
        or _langchain_class(value) is not None
        or (_is_word(type_, _LANGCHAIN_TYPES) and ("content" in value or "data" in value))
        or (_is_word(type_, _ITEMS) and ("id" in value or "call_id" in value))
        or (value.get("kind") in ("request", "response") and isinstance(value.get("parts"), list))
    )


def _turn(value: Fields, role: str) -> Iterator[Message]:
    name = value.get("event.name")
    if isinstance(name, str):
        yield from event_messages(name, value)[1] or [_chat(value, role)]
        return
    class_ = _langchain_class(value)
    kwargs = value.get("kwargs")
    if class_ and isinstance(kwargs, dict):
        yield _chat({"role": class_.lower(), **kwargs}, role)
    elif _is_word(value.get("type"), _LANGCHAIN_TYPES) and "role" not in value:
        body = value["data"] if isinstance(value.get("data"), dict) else value
        named = str(value["type"]).removesuffix("MessageChunk")
        yield _chat(body, role_of(named.lower(), role))
    elif isinstance(value.get("parts"), list) and value.get("kind") in ("request", "response"):
        yield from _pydantic_ai(value["parts"], str(value["kind"]))
    elif _is_word(value.get("type"), _ITEMS - {"message"}) and "role" not in value:
        yield _responses_item(value)
    else:
        yield _chat(value, role)


def _chat(fields: Fields, role: str) -> Message:
    """A message whose content is `content` or `parts`, with calls, reasoning and media beside it."""
    said = fields.get("role")
    role = role_of(said, role) if isinstance(said, str) else role
    parts = parts_of(fields["parts"] if isinstance(fields.get("parts"), list) else _content(fields))
    if role == "tool":
        parts = _answered(fields, parts)
    parts = [*_reasoned(fields, parts), *parts, *_called(fields, parts)]
    if isinstance(fields.get("refusal"), str) and fields["refusal"]:
        parts.append(Text(text=fields["refusal"]))
    audio = fields.get("audio")
    if isinstance(audio, dict):
        parts += [part_of({"type": "audio", "file_id": audio.get("id"), **audio})]
        parts += parts_of(audio.get("transcript"))
    return Message(role=role, name=first_text(fields, ("name",)), parts=parts)


def _content(fields: Fields) -> Any:
    content = fields.get("content")
    if content is None:
        content = fields.get("text")
    # A content that is itself JSON of blocks; any other JSON in a text is what the text says.
    found = list_or_object(content)
    if isinstance(found, list) and found and all(_is_plain_block(item) for item in found):
        return found
    return content


def _answered(fields: Fields, parts: list[AnyPart]) -> list[AnyPart]:
    """The content of a message by a tool is that tool's result."""
    id_ = first_text(fields, ("tool_call_id", "toolCallId", "id"))
    if any(isinstance(part, ToolResult) for part in parts) or not (parts or id_):
        return parts
    name = first_text(fields, ("name", "tool_name"))
    content = result_parts(_content(fields)) if parts else []
    return [ToolResult(id=id_, name=name, content=content, is_error=is_error(fields))]


def _reasoned(fields: Fields, parts: list[AnyPart]) -> list[AnyPart]:
    more = fields.get("additional_kwargs")
    places = (fields, more if isinstance(more, dict) else {})
    names = ("reasoning_content", "reasoning", "thinking")
    texts = (place.get(name) for place in places for name in names)
    text = next((text for text in texts if isinstance(text, str) and text), None)
    if text is None or any(isinstance(part, Reasoning) for part in parts):
        return []
    return [Reasoning(text=text)]


def _called(fields: Fields, parts: list[AnyPart]) -> list[AnyPart]:
    """Calls that stand beside the content, but those that stand in it too."""
    calls = list_or_object(fields.get("tool_calls") or fields.get("toolCalls"))
    if not isinstance(calls, list):
        single = fields.get("function_call")
        calls = [single] if isinstance(single, dict) else []
    known = {part.id for part in parts if isinstance(part, ToolCall) and part.id}
    found = (tool_call(call) for call in calls if isinstance(call, dict))
    return [call for call in found if call.id not in known]


def _responses_item(item: Fields) -> Message:
    type_ = str(item["type"])
    if type_.endswith("_output"):
        return Message(role="tool", parts=[tool_result({**item, "id": item.get("call_id")})])
    return Message(role="assistant", parts=[part_of(item)])


def _pydantic_ai(parts: list[Any], kind: str) -> Iterator[Message]:
    for part in parts:
        if not isinstance(part, dict):
            continue
        role = "assistant" if kind == "response" else _PYDANTIC_ROLES.get(str(part.get("part_kind")), "user")
        content = part.get("content")
        blocks = content if part.get("part_kind") == "user-prompt" and isinstance(content, list) else part
        yield Message(role=role, parts=parts_of(blocks))


def _of_object(value: Fields, role: str) -> list[Message] | None:
    """The messages of a request, an answer or a state: recognised by the name of what holds them."""
    for name, read in _ENVELOPES.items():
        if name in value:
            found = read(value, role)
            if found is not None:
                return found
    return None


def _request(name: str) -> Callable[[Fields, str], list[Message] | None]:
    """A list of messages with, beside it, the system's instructions and what is no message."""

    def read(value: Fields, role: str) -> list[Message] | None:
        held = list_or_object(value[name])
        found = conversation(held, role)
        if found is None and isinstance(held, str) and "model" in value:
            found = messages_of(held, role)
        if found is None:
            return None
        told = (
            value.get(key) for key in ("system", "instructions", "system_instruction", "systemInstruction")
        )
        system = next((text for text in told if text), None)
        return [*_system(system), *found, *_rest(value, name, role)]

    return read


def _system(value: Any) -> list[Message]:
    if isinstance(value, dict) and isinstance(value.get("parts"), list):
        value = value["parts"]
    return [Message(role="system", parts=parts_of(value))] if value else []


def _rest(value: Fields, name: str, role: str) -> list[Message]:
    """What else a state holds. A request's parameters are no content."""
    if name != "messages" or any(
        key in value for key in ("model", "max_tokens", "tools", "temperature", "system")
    ):
        return []
    rest = {key: item for key, item in value.items() if key != name and item not in (None, "", [], {})}
    return [Message(role=role, parts=[Json(value=slim(rest))])] if rest else []


def _responses_request(value: Fields, role: str) -> list[Message] | None:
    return _request("input")(value, role) if "model" in value or "instructions" in value else None


def _choices(value: Fields, role: str) -> list[Message] | None:
    choices = value["choices"]
    if not _all_have(choices, {"message", "delta", "text"}):
        return None
    given = (
        choice.get("message") or choice.get("delta") or {"content": choice.get("text")} for choice in choices
    )
    return [_chat(each, role) if isinstance(each, dict) else _one(role, each) for each in given]


def _candidates(value: Fields, role: str) -> list[Message] | None:
    candidates = value["candidates"]
    if not _all_have(candidates, {"content"}):
        return None
    contents = (each["content"] for each in candidates)
    return [_chat(each, role) if isinstance(each, dict) else _one(role, each) for each in contents]


def _response(value: Fields, role: str) -> list[Message] | None:
    """One answer of several items is one message."""
    items = value["output"]
    if not isinstance(items, list) or not items or not all(_is_turn(item) for item in items):
        return None
    found = [message for item in items for message in _turn(item, role)]
    if any(message.role != "assistant" for message in found):
        return found
    return [Message(role="assistant", parts=[part for message in found for part in message.parts])]


def _generations(value: Fields, role: str) -> list[Message] | None:
    batches = value["generations"]
    if not isinstance(batches, list):
        return None
    lists = (batch if isinstance(batch, list) else [batch] for batch in batches)
    found = [generation for batch in lists for generation in batch]
    if not _all_have(found, {"message", "text"}):
        return None
    given = (each.get("message") or {"content": each.get("text")} for each in found)
    return [message for each in given for message in messages_of(each, role)]


def _all_have(items: Any, names: set[str]) -> bool:
    """Whether `items` is a list of objects with one of these fields each."""
    return isinstance(items, list) and all(
        isinstance(item, dict) and not names.isdisjoint(item) for item in items
    )


def _message(value: Fields, role: str) -> list[Message] | None:
    return conversation(value["message"], role)


def _one(role: str, value: Any) -> Message:
    return Message(role=role, parts=parts_of(value))


_ENVELOPES: Mapping[str, Callable[[Fields, str], list[Message] | None]] = {
    "messages": _request("messages"),
    "contents": _request("contents"),
    "input": _responses_request,
    "choices": _choices,
    "candidates": _candidates,
    "output": _response,
    "generations": _generations,
    "message": _message,
}


def role_of(name: str, otherwise: str) -> str:
    """A role by the word that everybody knows it by.

    Example:
        >>> role_of("human", "user"), role_of("developer", "user"), role_of("", "user")
        ('user', 'developer', 'user')
    """
    return ROLES.get(name, name) or otherwise


def _is_word(value: Any, words: frozenset[str]) -> bool:
    return isinstance(value, str) and value in words


def _langchain_class(value: Fields) -> str | None:
    """The class that a LangChain dump of a message names (`"id": [..., "AIMessage"]`), else None."""
    names = value.get("id")
    if "lc" not in value or not isinstance(names, list) or not names or not isinstance(names[-1], str):
        return None
    found = _LANGCHAIN.fullmatch(names[-1])
    return found[1] if found else None
