"""Vercel's AI SDK up to version 6; version 7 speaks GenAI. Source: `ai` 5.0.277 and 6.0.326.

The outer spans (`ai.generateText`) repeat the usage of the inner ones (`ai.generateText.doGenerate`).
"""

from fanlight.semconv.dialect import Dialect, Kind

OPERATIONS = {
    "ai.generatetext": "chain",
    "ai.streamtext": "chain",
    "ai.generateobject": "chain",
    "ai.streamobject": "chain",
    "ai.embed": "chain",
    "ai.embedmany": "chain",
    "ai.rerank": "chain",
    "ai.generatetext.dogenerate": "llm",
    "ai.streamtext.dostream": "llm",
    "ai.generateobject.dogenerate": "llm",
    "ai.streamobject.dostream": "llm",
    "ai.embed.doembed": "embedding",
    "ai.embedmany.doembed": "embedding",
    "ai.rerank.dorerank": "reranker",
    "ai.toolcall": "tool",
}

DIALECT = Dialect(
    name="ai_sdk",
    rank=15,
    kinds=(Kind(key="ai.operationId", names=OPERATIONS, unknown="chain"),),
    attributes={
        "agent": ("ai.telemetry.functionId",),
        "model_requested": ("ai.model.id",),
        "model": ("ai.response.model",),
        "provider": ("ai.model.provider",),
        "tool": ("ai.toolCall.name",),
        "session": ("ai.telemetry.metadata.sessionId", "ai.telemetry.metadata.session.id"),
        "user": ("ai.telemetry.metadata.userId", "ai.telemetry.metadata.user.id"),
        "finish_reason": ("ai.response.finishReason", "ai.finishReason"),
        "tokens_input": ("ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"),
        "tokens_output": ("ai.usage.outputTokens", "ai.usage.completionTokens"),
        "tokens_cache_read": ("ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheReadTokens"),
        "tokens_cache_write": ("ai.usage.inputTokenDetails.cacheWriteTokens",),
        "tokens_reasoning": ("ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens"),
    },
    failures={"ai.response.finishReason": ("error",), "ai.finishReason": ("error",)},
    first_token={"ai.response.msToFirstChunk": "ms"},
    first_token_events=("ai.stream.firstChunk",),
    inputs=("ai.prompt.messages", "ai.prompt", "ai.toolCall.args", "ai.value", "ai.values"),
    outputs=("ai.response.text", "ai.response.object", "ai.response.toolCalls", "ai.toolCall.result"),
    arguments=("ai.toolCall.args",),
    searched=(
        "ai.response.text",
        "ai.response.object",
        "ai.response.toolCalls",
        "ai.toolCall.args",
        "ai.toolCall.result",
    ),
    provider_until=".",
)
