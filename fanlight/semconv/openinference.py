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
        "model_requested": ("llm.request.model_name",),
        "model": (
            "llm.response.model_name",
            "llm.model_name",
            "embedding.model_name",
            "reranker.model_name",
            "llm.request.model_name",
        ),
        "provider": ("llm.provider", "llm.system"),
        "tool": ("tool.name",),
        "session": ("session.id",),
        "user": ("user.id",),
        "error_type": ("error.type",),
        "tokens_input": ("llm.token_count.prompt",),
        "tokens_output": ("llm.token_count.completion",),
        "tokens_cache_read": (
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input",
        ),
        "tokens_cache_write": ("llm.token_count.prompt_details.cache_write",),
        "tokens_reasoning": ("llm.token_count.completion_details.reasoning",),
    },
    inputs=("input.value",),
    outputs=("output.value",),
    searched=("output.value", "tool.parameters"),
)
