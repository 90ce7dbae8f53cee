"""OpenInference (0.1.42)."""

from fanlight.semconv.dialect import Dialect, Kind

KINDS = {
    "agent": "agent",
    "llm": "llm",
    "tool": "tool",
    "chain": "chain",
    "retriever": "retriever",
    "embedding": "embedding",
    "reranker": "reranker",
    "guardrail": "guardrail",
    "evaluator": "evaluator",
    "prompt": "chain",
    "decision": "chain",
}

DIALECT = Dialect(
    name="openinference",
    rank=30,
    kinds=(Kind(key="openinference.span.kind", names=KINDS, unknown="chain"),),
    attributes={
        "agent": ("agent.name", "graph.node.id"),
        "model_requested": ("llm.request.model_name", "decision.request.model_name"),
        "model": (
            "llm.response.model_name",
            "llm.model_name",
            "embedding.model_name",
            "reranker.model_name",
            "decision.response.model_name",
            "decision.model_name",
        ),
        "provider": ("llm.provider", "llm.system", "decision.provider", "decision.system"),
        "tool": ("tool.name",),
        "session": (
            "session.id",
            "metadata.session_id",
            "metadata.thread_id",
            "metadata.conversation_id",
        ),
        "user": ("user.id",),
        "finish_reason": ("llm.finish_reason",),
        "tokens_input": ("llm.token_count.prompt", "decision.token_count.input"),
        "tokens_output": ("llm.token_count.completion", "decision.token_count.output"),
        "tokens_cache_read": (
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input",
        ),
        "tokens_cache_write": ("llm.token_count.prompt_details.cache_write",),
        "tokens_reasoning": ("llm.token_count.completion_details.reasoning",),
        "cost": ("llm.cost.total",),
        "cost_input": ("llm.cost.prompt",),
        "cost_output": ("llm.cost.completion",),
    },
    objects=("metadata",),
    first_token_events=("First Token Stream Event",),
    inputs=("input.value",),
    outputs=("output.value",),
    arguments=("input.value", "tool.parameters"),
    searched=("output.value", "tool.parameters"),
)
