"""What the dialects make of attributes as instrumentations really send them."""

from typing import Any

import pytest

from .telemetry import span, traces

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "GenAI, today's names": (
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.usage.input_tokens": 120,
            "gen_ai.usage.output_tokens": 30,
            "gen_ai.usage.cache_read.input_tokens": 64,
            "gen_ai.usage.cache_write.input_tokens": 8,
            "gen_ai.usage.reasoning.output_tokens": 12,
            "gen_ai.conversation.id": "c-1",
            "gen_ai.agent.name": "helper",
            "user.id": "u-1",
        },
        {
            "kind": "llm",
            "provider": "openai",
            "model_requested": "gpt-4o",
            "model": "gpt-4o-2024-08-06",
            "tokens_input": 120,
            "tokens_output": 30,
            "tokens_cache_read": 64,
            "tokens_cache_write": 8,
            "tokens_reasoning": 12,
            "session": "c-1",
            "agent": "helper",
            "user": "u-1",
        },
    ),
    "GenAI, the names before": (
        {
            "gen_ai.operation.name": "text_completion",
            "gen_ai.system": "anthropic",
            "gen_ai.request.model": "claude",
            "gen_ai.usage.prompt_tokens": 5,
            "gen_ai.usage.completion_tokens": 6,
            "gen_ai.usage.cache_creation.input_tokens": 2,
        },
        {
            "kind": "llm",
            "provider": "anthropic",
            "model_requested": "claude",
            "model": "claude",
            "tokens_input": 5,
            "tokens_output": 6,
            "tokens_cache_write": 2,
        },
    ),
    "GenAI tool": (
        {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "error.type": "TimeoutError"},
        {"kind": "tool", "tool": "search", "error_type": "TimeoutError"},
    ),
    "an operation that nobody knows": ({"gen_ai.operation.name": "dance"}, {"kind": "chain"}),
    "a call over MCP": (
        {"mcp.method.name": "tools/call", "gen_ai.tool.name": "add"},
        {"kind": "tool", "tool": "add"},
    ),
    "another method of MCP": ({"mcp.method.name": "ping"}, {"kind": "internal"}),
    "OpenInference model call": (
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "gpt-4o",
            "llm.provider": "azure",
            "llm.system": "openai",
            "llm.token_count.prompt": 10,
            "llm.token_count.completion": 4,
            "session.id": "s-1",
            "user.id": "u-2",
            "llm.token_count.prompt_details.cache_read": 3,
            "llm.token_count.completion_details.reasoning": 1,
        },
        {
            "kind": "llm",
            "model": "gpt-4o",
            "provider": "azure",
            "tokens_input": 10,
            "tokens_output": 4,
            "session": "s-1",
            "user": "u-2",
            "tokens_cache_read": 3,
            "tokens_reasoning": 1,
        },
    ),
    "OpenInference embedding": (
        {"openinference.span.kind": "EMBEDDING", "embedding.model_name": "small"},
        {"kind": "embedding", "model": "small"},
    ),
    "OpenInference, a kind that nobody knows": ({"openinference.span.kind": "UNKNOWN"}, {"kind": "chain"}),
    "both at once": (
        {
            "gen_ai.operation.name": "chat",
            "openinference.span.kind": "CHAIN",
            "llm.token_count.prompt": 7,
            "gen_ai.usage.input_tokens": 7,
        },
        {"kind": "llm", "tokens_input": 7},
    ),
    "Fanlight overrides all": (
        {
            "fanlight.kind": "guardrail",
            "gen_ai.operation.name": "chat",
            "fanlight.model": "mine",
            "gen_ai.response.model": "theirs",
            "fanlight.room": "lobby",
        },
        {"kind": "guardrail", "model": "mine", "room": "lobby"},
    ),
    "a database call": ({"db.system.name": "postgresql"}, {"kind": "io"}),
    "anything else": ({"code.function": "main", "gen_ai.agent.name": ""}, {"kind": "internal"}),
    "counts that are none": (
        {"gen_ai.usage.input_tokens": -1, "gen_ai.usage.output_tokens": "many"},
        {"kind": "internal"},
    ),
}

TEXTS = ("agent", "model_requested", "model", "provider", "tool", "session", "user", "room", "error_type")
COUNTS = ("tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_write", "tokens_reasoning")
NOTHING: dict[str, Any] = dict.fromkeys(TEXTS, "") | dict.fromkeys(COUNTS)


def test_each_case_gives_its_canonical_scalars(store, log, rows):
    made = [
        span(name, number=number, **attributes)
        for number, (name, (attributes, _)) in enumerate(CASES.items(), 1)
    ]
    store.insert(log.segment(traces(*made)))
    names = ("kind", *TEXTS, *COUNTS)
    found = {
        name: dict(zip(names, row, strict=True))
        for name, *row in rows(f"SELECT name, {', '.join(names)} FROM spans")
    }
    assert found == {name: NOTHING | expected for name, (_, expected) in CASES.items()}


@pytest.mark.parametrize("kind", ["exception"])
def test_an_exception_gives_type_and_message_where_the_status_has_none(store, log, rows, kind):
    made = span("failed", number=1)
    made.status.code = 2
    event = made.events.add(name=kind)
    for key, text in (("exception.type", "ValueError"), ("exception.message", "no such town")):
        event.attributes.add(key=key).value.string_value = text
    store.insert(log.segment(traces(made)))
    assert rows("SELECT error_type, error_message FROM spans") == [("ValueError", "no such town")]


def test_rooms_and_sessions_of_a_resource_belong_to_all_its_spans(store, log, rows):
    resource = {"project": "p", "room": "lobby", "session": "s-1"}
    store.insert(
        log.segment(traces(span("a", number=1), span("b", number=2, session__id="own"), resource=resource))
    )
    assert rows("SELECT project_id, room, session FROM spans ORDER BY name") == [
        ("p", "lobby", "s-1"),
        ("p", "lobby", "own"),
    ]
