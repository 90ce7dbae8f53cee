"""Attributes as instrumentations really send them, and the canonical scalars that Fanlight makes of them.

A case is (attributes, scalars); a scalar that is not named is empty. The sources are the packages themselves:
langfuse 5.0, mlflow-tracing 3.17, langsmith 0.14, pydantic-ai 2.68 and 0.0, ai 5.0, 6.0 and 7.0, OpenLLMetry
0.62, OpenInference 0.1.42, FastMCP 4.1.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

Case = tuple[dict[str, Any], dict[str, Any]]

GEN_AI: dict[str, Case] = {
    "GenAI, today's names": (
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.response.finish_reasons": ["stop", "length"],
            "gen_ai.response.time_to_first_chunk": 0.25,
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
            "operation": "chat",
            "dialect": "gen_ai",
            "provider": "openai",
            "model_requested": "gpt-4o",
            "model": "gpt-4o-2024-08-06",
            "finish_reason": "stop",
            "first_token_ns": 250_000_000,
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
            "gen_ai.response.finish_reasons": '["end_turn"]',
        },
        {
            "kind": "llm",
            "operation": "text_completion",
            "dialect": "gen_ai",
            "provider": "anthropic",
            "model_requested": "claude",
            "model": "claude",
            "finish_reason": "end_turn",
            "tokens_input": 5,
            "tokens_output": 6,
            "tokens_cache_write": 2,
        },
    ),
    "GenAI tool": (
        {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "error.type": "TimeoutError"},
        {
            "kind": "tool",
            "operation": "execute_tool",
            "dialect": "gen_ai",
            "tool": "search",
            "error_type": "TimeoutError",
        },
    ),
    "GenAI evaluation": (
        {"gen_ai.evaluation.name": "relevance", "gen_ai.evaluation.score.value": 0.9},
        {"kind": "evaluator", "dialect": "gen_ai"},
    ),
    "an operation that nobody knows": (
        {"gen_ai.operation.name": "Dance"},
        {"kind": "chain", "operation": "Dance", "dialect": "gen_ai"},
    ),
    "a known kind beats an operation that nobody knows": (
        {"gen_ai.operation.name": "dance", "openinference.span.kind": "RETRIEVER"},
        {"kind": "retriever", "operation": "RETRIEVER", "dialect": "openinference"},
    ),
    "a call over MCP": (
        {"mcp.method.name": "tools/call", "gen_ai.tool.name": "add", "mcp.session.id": "m-1"},
        {"kind": "tool", "operation": "tools/call", "dialect": "mcp", "tool": "add", "session": "m-1"},
    ),
    "tools/call add": (
        {"mcp.method.name": "tools/call"},
        {"kind": "tool", "operation": "tools/call", "dialect": "mcp", "tool": "add"},
    ),
    "another method of MCP": ({"mcp.method.name": "ping"}, {"kind": "internal"}),
}

OPENINFERENCE: dict[str, Case] = {
    "OpenInference model call": (
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "gpt-4o",
            "llm.provider": "azure",
            "llm.system": "openai",
            "llm.finish_reason": "length",
            "llm.token_count.prompt": 10,
            "llm.token_count.completion": 4,
            "llm.token_count.total": 14,
            "session.id": "s-1",
            "user.id": "u-2",
            "llm.token_count.prompt_details.cache_read": 3,
            "llm.token_count.completion_details.reasoning": 1,
            "llm.cost.prompt": 0.001,
            "llm.cost.completion": 0.002,
            "llm.cost.total": 0.003,
        },
        {
            "kind": "llm",
            "operation": "LLM",
            "dialect": "openinference",
            "model": "gpt-4o",
            "provider": "azure",
            "finish_reason": "length",
            "tokens_input": 10,
            "tokens_output": 4,
            "session": "s-1",
            "user": "u-2",
            "tokens_cache_read": 3,
            "tokens_reasoning": 1,
            "cost_reported": Decimal("0.003"),
            "currency_reported": "USD",
        },
    ),
    "OpenInference embedding": (
        {"openinference.span.kind": "EMBEDDING", "embedding.model_name": "small"},
        {"kind": "embedding", "operation": "EMBEDDING", "dialect": "openinference", "model": "small"},
    ),
    "OpenInference, a kind that nobody knows": (
        {"openinference.span.kind": "UNKNOWN"},
        {"kind": "chain", "operation": "UNKNOWN", "dialect": "openinference"},
    ),
    "OpenInference in LangGraph": (
        {
            "openinference.span.kind": "AGENT",
            "graph.node.id": "planner",
            "metadata": json.dumps({"thread_id": "t-7", "langgraph_step": 1, "nested": {"session_id": "no"}}),
        },
        {
            "kind": "agent",
            "operation": "AGENT",
            "dialect": "openinference",
            "agent": "planner",
            "session": "t-7",
        },
    ),
    "both at once": (
        {
            "gen_ai.operation.name": "chat",
            "openinference.span.kind": "LLM",
            "llm.token_count.prompt": 7,
            "gen_ai.usage.input_tokens": 7,
        },
        {"kind": "llm", "operation": "chat", "dialect": "gen_ai", "tokens_input": 7},
    ),
    "both at once, of two minds": (
        {
            "gen_ai.operation.name": "chat",
            "openinference.span.kind": "CHAIN",
            "llm.token_count.prompt": 9,
            "gen_ai.usage.input_tokens": 7,
        },
        {
            "kind": "llm",
            "operation": "chat",
            "dialect": "gen_ai",
            "tokens_input": 7,
            "flags": ["conventions_disagree"],
        },
    ),
}

TRACELOOP: dict[str, Case] = {
    "Traceloop agent": (
        {
            "traceloop.span.kind": "agent",
            "traceloop.entity.name": "planner",
            "traceloop.association.properties.session_id": "s-9",
            "traceloop.association.properties.user_id": "u-9",
        },
        {
            "kind": "agent",
            "operation": "agent",
            "dialect": "traceloop",
            "agent": "planner",
            "session": "s-9",
            "user": "u-9",
        },
    ),
    "Traceloop tool": (
        {"traceloop.span.kind": "tool", "traceloop.entity.name": "search"},
        {"kind": "tool", "operation": "tool", "dialect": "traceloop", "tool": "search"},
    ),
    "Traceloop task": (
        {
            "traceloop.span.kind": "task",
            "traceloop.entity.name": "sum_up",
            "traceloop.workflow.name": "daily",
        },
        {"kind": "chain", "operation": "task", "dialect": "traceloop"},
    ),
    "Traceloop model call, before 0.5": (
        {
            "llm.request.type": "chat",
            "gen_ai.system": "OpenAI",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.prompt_tokens": 12,
            "gen_ai.usage.completion_tokens": 3,
            "gen_ai.usage.cache_read_input_tokens": 4,
            "llm.usage.total_tokens": 15,
            "llm.response.finish_reason": "stop",
            "gen_ai.usage.cost": "0.0042",
        },
        {
            "kind": "llm",
            "operation": "chat",
            "dialect": "traceloop",
            "provider": "OpenAI",
            "model_requested": "gpt-4o",
            "model": "gpt-4o",
            "tokens_input": 12,
            "tokens_output": 3,
            "tokens_cache_read": 4,
            "finish_reason": "stop",
            "cost_reported": Decimal("0.0042"),
            "currency_reported": "USD",
        },
    ),
    "Traceloop rerank": (
        {"llm.request.type": "rerank", "gen_ai.request.model": "rerank-3"},
        {
            "kind": "reranker",
            "operation": "rerank",
            "dialect": "traceloop",
            "model_requested": "rerank-3",
            "model": "rerank-3",
        },
    ),
}

AI_SDK: dict[str, Case] = {
    "AI SDK 5, inner": (
        {
            "operation.name": "ai.streamText.doStream trip",
            "ai.operationId": "ai.streamText.doStream",
            "ai.telemetry.functionId": "trip",
            "ai.telemetry.metadata.sessionId": "s-3",
            "ai.telemetry.metadata.userId": "u-3",
            "ai.model.provider": "openai.chat",
            "ai.model.id": "gpt-4o",
            "ai.response.model": "gpt-4o-2024-08-06",
            "ai.response.finishReason": "stop",
            "ai.response.msToFirstChunk": 120.5,
            "ai.usage.inputTokens": 50,
            "ai.usage.outputTokens": 20,
            "ai.usage.totalTokens": 70,
            "ai.usage.cachedInputTokens": 10,
            "ai.usage.reasoningTokens": 5,
            "gen_ai.system": "openai.chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 50,
            "gen_ai.usage.output_tokens": 20,
        },
        {
            "kind": "llm",
            "operation": "ai.streamText.doStream",
            "dialect": "ai_sdk",
            "agent": "trip",
            "session": "s-3",
            "user": "u-3",
            "provider": "openai",
            "model_requested": "gpt-4o",
            "model": "gpt-4o-2024-08-06",
            "finish_reason": "stop",
            "first_token_ns": 120_500_000,
            "tokens_input": 50,
            "tokens_output": 20,
            "tokens_cache_read": 10,
            "tokens_reasoning": 5,
        },
    ),
    "AI SDK 6, a call that failed": (
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.response.finishReason": "error",
            "ai.usage.inputTokens": 9,
            "ai.usage.inputTokenDetails.cacheReadTokens": 4,
            "ai.usage.inputTokenDetails.cacheWriteTokens": 1,
            "ai.usage.outputTokenDetails.reasoningTokens": 0,
        },
        {
            "kind": "llm",
            "operation": "ai.generateText.doGenerate",
            "dialect": "ai_sdk",
            "finish_reason": "error",
            "tokens_input": 9,
            "tokens_cache_read": 4,
            "tokens_cache_write": 1,
            "tokens_reasoning": 0,
            "status_code": 2,
            "flags": ["status_by_attribute"],
        },
    ),
    "AI SDK, outer": (
        {"ai.operationId": "ai.generateText", "ai.model.provider": "anthropic.messages"},
        {
            "kind": "chain",
            "operation": "ai.generateText",
            "dialect": "ai_sdk",
            "provider": "anthropic",
        },
    ),
    "AI SDK tool": (
        {"ai.operationId": "ai.toolCall", "ai.toolCall.name": "weather", "ai.toolCall.id": "c1"},
        {"kind": "tool", "operation": "ai.toolCall", "dialect": "ai_sdk", "tool": "weather"},
    ),
    "AI SDK embedding": (
        {"ai.operationId": "ai.embed.doEmbed", "ai.model.id": "small", "ai.usage.tokens": 8},
        {
            "kind": "embedding",
            "operation": "ai.embed.doEmbed",
            "dialect": "ai_sdk",
            "model_requested": "small",
            "model": "small",
            "tokens_input": 8,
        },
    ),
    "AI SDK rerank": (
        {"ai.operationId": "ai.rerank.doRerank"},
        {"kind": "reranker", "operation": "ai.rerank.doRerank", "dialect": "ai_sdk"},
    ),
    "AI SDK 7 reranks": (
        {"gen_ai.operation.name": "rerank", "gen_ai.provider.name": "cohere"},
        {"kind": "reranker", "operation": "rerank", "dialect": "gen_ai", "provider": "cohere"},
    ),
    "AI SDK 7 speaks GenAI": (
        {"gen_ai.operation.name": "agent_step", "gen_ai.agent.name": "trip"},
        {"kind": "chain", "operation": "agent_step", "dialect": "gen_ai", "agent": "trip"},
    ),
}

LANGFUSE: dict[str, Case] = {
    "Langfuse generation, buckets that exclude each other": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.model.name": "claude-sonnet-4-5",
            "langfuse.observation.usage_details": json.dumps(
                {"input": 100, "output": 40, "input_cache_read": 900, "output_reasoning": 10, "total": 1050}
            ),
            "langfuse.observation.cost_details": json.dumps({"input": 0.01, "output": 0.02, "total": 0.03}),
            "session.id": "s-4",
            "user.id": "u-4",
        },
        {
            "kind": "llm",
            "operation": "generation",
            "dialect": "langfuse",
            "model": "claude-sonnet-4-5",
            "tokens_input": 1000,
            "tokens_output": 50,
            "tokens_cache_read": 900,
            "tokens_reasoning": 10,
            "cost_reported": Decimal("0.03"),
            "currency_reported": "USD",
            "session": "s-4",
            "user": "u-4",
        },
    ),
    "Langfuse generation, more in the buckets than in the caches": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.usage_details": json.dumps(
                {"input": 100, "output": 4, "cache_read_input_tokens": 20, "input_audio": 3}
            ),
            "langfuse.observation.cost_details": json.dumps(
                {"input": 0.5, "output": 0.25, "input_cache_read": 0.25}
            ),
        },
        {
            "kind": "llm",
            "operation": "generation",
            "dialect": "langfuse",
            "tokens_input": 123,
            "tokens_output": 4,
            "tokens_cache_read": 20,
            "cost_reported": Decimal(1),
            "currency_reported": "USD",
        },
    ),
    "Langfuse generation, OpenAI's usage as it came": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.usage_details": json.dumps(
                {
                    "prompt_tokens": 100,
                    "completion_tokens": 40,
                    "total_tokens": 140,
                    "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": None},
                    "completion_tokens_details": {"reasoning_tokens": 30},
                }
            ),
        },
        {
            "kind": "llm",
            "operation": "generation",
            "dialect": "langfuse",
            "tokens_input": 100,
            "tokens_output": 40,
            "tokens_cache_read": 64,
            "tokens_reasoning": 30,
        },
    ),
    "search": (
        {
            "langfuse.observation.type": "tool",
            "langfuse.observation.level": "ERROR",
            "langfuse.observation.status_message": "no such town",
        },
        {
            "kind": "tool",
            "operation": "tool",
            "dialect": "langfuse",
            "tool": "search",
            "status_code": 2,
            "error_message": "no such town",
            "flags": ["status_by_attribute"],
        },
    ),
    "Langfuse span": (
        {"langfuse.observation.type": "span", "langfuse.observation.usage_details": "{not json"},
        {"kind": "chain", "operation": "span", "dialect": "langfuse"},
    ),
}

LOGFIRE: dict[str, Case] = {
    "Pydantic AI agent, today": (
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "helper",
            "agent_name": "helper",
            "model_name": "gpt-4o",
            "gen_ai.aggregated_usage.input_tokens": 51,
            "gen_ai.aggregated_usage.output_tokens": 4,
            "gen_ai.aggregated_usage.details.cache_read_tokens": 2,
            "operation.cost": 0.0001,
        },
        {
            "kind": "agent",
            "operation": "invoke_agent",
            "dialect": "gen_ai",
            "agent": "helper",
            "model": "gpt-4o",
            "tokens_input": 51,
            "tokens_output": 4,
            "tokens_cache_read": 2,
            "cost_reported": Decimal("0.0001"),
            "currency_reported": "USD",
        },
    ),
    "Pydantic AI agent, before": (
        {"agent_name": "helper", "model_name": "test", "logfire.msg": "helper run"},
        {"kind": "agent", "dialect": "logfire", "agent": "helper", "model": "test"},
    ),
    "running tool: search": (
        {"gen_ai.tool.name": "search", "gen_ai.tool.call.id": "c1", "tool_arguments": '{"q":"x"}'},
        {"kind": "tool", "dialect": "gen_ai", "tool": "search"},
    ),
    "Logfire error": (
        {"logfire.span_type": "log", "logfire.level_num": 17, "logfire.msg": "it broke"},
        {"kind": "internal", "status_code": 2, "flags": ["status_by_attribute"]},
    ),
    "Logfire warning": ({"logfire.span_type": "log", "logfire.level_num": 13}, {"kind": "internal"}),
}

OTHERS: dict[str, Case] = {
    "MLflow chat model": (
        {
            "mlflow.spanType": '"CHAT_MODEL"',
            "mlflow.llm.model": '"gpt-4o"',
            "mlflow.llm.provider": '"openai"',
            "mlflow.chat.tokenUsage": json.dumps(
                {"input_tokens": 30, "output_tokens": 9, "total_tokens": 39, "cache_read_input_tokens": 16}
            ),
            "mlflow.llm.cost": json.dumps({"input_cost": 0.1, "output_cost": 0.2, "total_cost": 0.3}),
            "session.id": "s-5",
        },
        {
            "kind": "llm",
            "operation": "CHAT_MODEL",
            "dialect": "mlflow",
            "model": "gpt-4o",
            "provider": "openai",
            "tokens_input": 30,
            "tokens_output": 9,
            "tokens_cache_read": 16,
            "cost_reported": Decimal("0.3"),
            "currency_reported": "USD",
            "session": "s-5",
        },
    ),
    "get_weather": (
        {"mlflow.spanType": '"TOOL"'},
        {"kind": "tool", "operation": "TOOL", "dialect": "mlflow", "tool": "get_weather"},
    ),
    "trip_agent": (
        {"mlflow.spanType": '"AGENT"'},
        {"kind": "agent", "operation": "AGENT", "dialect": "mlflow", "agent": "trip_agent"},
    ),
    "LangSmith retriever, whose GenAI operation is only near": (
        {
            "langsmith.span.kind": "retriever",
            "langsmith.trace.session_id": "p-1",
            "langsmith.metadata.thread_id": "t-1",
            "gen_ai.operation.name": "embeddings",
        },
        {
            "kind": "retriever",
            "operation": "retriever",
            "dialect": "langsmith",
            "session": "t-1",
            "flags": ["conventions_disagree"],
        },
    ),
    "LangSmith model call": (
        {
            "langsmith.span.kind": "llm",
            "langsmith.metadata.ls_provider": "openai",
            "gen_ai.operation.name": "chat",
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 3,
            "gen_ai.usage.output_tokens": 2,
        },
        {
            "kind": "llm",
            "operation": "llm",
            "dialect": "langsmith",
            "provider": "openai",
            "model_requested": "gpt-4o",
            "model": "gpt-4o",
            "tokens_input": 3,
            "tokens_output": 2,
        },
    ),
    "Fanlight overrides all": (
        {
            "fanlight.kind": "guardrail",
            "gen_ai.operation.name": "guardrail",
            "fanlight.model": "mine",
            "gen_ai.response.model": "theirs",
            "fanlight.room": "lobby",
            "fanlight.first_token_ns": 5,
            "gen_ai.response.time_to_first_chunk": 1.5,
            "fanlight.cost": "2.50",
            "fanlight.cost.currency": "eur",
            "fanlight.state": "lost",
        },
        {
            "kind": "guardrail",
            "operation": "guardrail",
            "dialect": "fanlight",
            "model": "mine",
            "room": "lobby",
            "first_token_ns": 5,
            "cost_reported": Decimal("2.5"),
            "currency_reported": "EUR",
            "state_reported": "lost",
        },
    ),
    "a database call": ({"db.system.name": "postgresql"}, {"kind": "io"}),
    "anything else": ({"code.function": "main", "gen_ai.agent.name": ""}, {"kind": "internal"}),
}

BAD: dict[str, Case] = {
    "counts that are none": (
        {"gen_ai.usage.input_tokens": -1, "gen_ai.usage.output_tokens": "many"},
        {"kind": "internal", "flags": ["bad_tokens"]},
    ),
    "a count beyond all reason": (
        {"gen_ai.usage.input_tokens": 10**12 + 1, "gen_ai.usage.output_tokens": 10**12},
        {"kind": "internal", "tokens_output": 10**12, "flags": ["bad_tokens"]},
    ),
    "counts as texts and doubles": (
        {"gen_ai.usage.input_tokens": "12", "gen_ai.usage.output_tokens": 3.0},
        {"kind": "internal", "tokens_input": 12, "tokens_output": 3},
    ),
    "half a token": ({"gen_ai.usage.input_tokens": 1.5}, {"kind": "internal", "flags": ["bad_tokens"]}),
    "caches beyond what came in": (
        {
            "gen_ai.usage.input_tokens": 5,
            "gen_ai.usage.cache_read.input_tokens": 100,
            "gen_ai.usage.cache_write.input_tokens": 10,
        },
        {"kind": "internal", "tokens_input": 115, "tokens_cache_read": 100, "tokens_cache_write": 10},
    ),
    "thoughts beyond what came out": (
        {"gen_ai.usage.output_tokens": 5, "gen_ai.usage.reasoning.output_tokens": 20},
        {"kind": "internal", "tokens_output": 25, "tokens_reasoning": 20},
    ),
    "a negative cost": ({"gen_ai.usage.cost": -1.0}, {"kind": "internal", "flags": ["bad_cost"]}),
    "a cost with its currency in it": (
        {"gen_ai.usage.cost": "1.20 EUR"},
        {"kind": "internal", "flags": ["bad_cost"]},
    ),
    "an absurd cost": ({"llm.cost.total": 1e12}, {"kind": "internal", "flags": ["bad_cost"]}),
    "no number as cost": ({"llm.cost.total": float("nan")}, {"kind": "internal", "flags": ["bad_cost"]}),
    "a very small cost": (
        {"llm.cost.total": 1.5e-7},
        {"kind": "internal", "cost_reported": Decimal("0.00000015"), "currency_reported": "USD"},
    ),
    "half of a cost": (
        {"llm.cost.prompt": 0.25},
        {"kind": "internal", "cost_reported": Decimal("0.25"), "currency_reported": "USD"},
    ),
    "a first token before the start": ({"gen_ai.response.time_to_first_chunk": -3.0}, {"kind": "internal"}),
    "a first token at no time": ({"ai.response.msToFirstChunk": "soon"}, {"kind": "internal"}),
    "keys of the prototype": (
        {"__proto__": "x", "constructor": "y", "a" * 10_240: "z", "": "empty", "k'\\\"": "q"},
        {"kind": "internal"},
    ),
    "objects that are none": (
        {"mlflow.chat.tokenUsage": "[1, 2]", "metadata": "null", "langfuse.observation.cost_details": '"3"'},
        {"kind": "internal"},
    ),
}

CASES: dict[str, Case] = {
    **GEN_AI, **OPENINFERENCE, **TRACELOOP, **AI_SDK, **LANGFUSE, **LOGFIRE, **OTHERS, **BAD,
}  # fmt: skip
