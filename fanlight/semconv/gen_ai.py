"""OpenTelemetry GenAI, today's names first and then those that they replaced.

Source: the GenAI semantic conventions (Development) and, for what was moved, semantic-conventions 1.27-1.41.
Old names without a new one are those of OpenLLMetry, vLLM and Vertex, which wrote under the same prefix.
"""

from fanlight.semconv.dialect import Dialect, Kind

OPERATIONS = {
    "chat": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "embeddings": "embedding",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "create_agent": "agent",
    "retrieval": "retriever",
    "create_memory": "retriever",
    "search_memory": "retriever",
    "update_memory": "retriever",
    "upsert_memory": "retriever",
    "delete_memory": "retriever",
    "create_memory_store": "retriever",
    "delete_memory_store": "retriever",
    "invoke_workflow": "chain",
    "plan": "chain",
    "handle_conversation_turn": "chain",
    "agent_step": "chain",
    # Not of the conventions: OpenLLMetry's and the AI SDK's (7).
    "execute_task": "chain",
    "llm_request": "llm",
    "vector_db_retrieve": "retriever",
    "rerank": "reranker",
}

DIALECT = Dialect(
    name="gen_ai",
    rank=20,
    kinds=(
        Kind(key="gen_ai.operation.name", names=OPERATIONS, unknown="chain"),
        Kind(key="gen_ai.evaluation.name", present="evaluator"),
        Kind(key="gen_ai.tool.call.id", present="tool"),
    ),
    attributes={
        "agent": ("gen_ai.agent.name", "gcp.vertex.agent.name"),
        "model_requested": ("gen_ai.request.model",),
        "model": ("gen_ai.response.model",),
        "provider": ("gen_ai.provider.name", "gen_ai.system"),
        "tool": ("gen_ai.tool.name",),
        "session": ("gen_ai.conversation.id",),
        "user": ("user.id", "enduser.id", "gen_ai.user"),
        "error_type": ("error.type",),
        "finish_reason": ("gen_ai.response.finish_reasons", "gen_ai.response.finish_reason"),
        "tokens_input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
        "tokens_output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
        "tokens_cache_read": (
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.details.cache_read_tokens",
        ),
        "tokens_cache_write": (
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.details.cache_write_tokens",
        ),
        "tokens_reasoning": (
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "gen_ai.usage.details.output_reasoning_tokens",
            "gen_ai.usage.details.reasoning_tokens",
        ),
        "cost": ("gen_ai.usage.cost", "gen_ai.usage.total_cost"),
        "cost_input": ("gen_ai.usage.input_cost",),
        "cost_output": ("gen_ai.usage.output_cost",),
    },
    first_token={
        "gen_ai.response.time_to_first_chunk": "s",
        "gen_ai.server.time_to_first_token": "s",
        "gen_ai.latency.time_to_first_token": "s",
    },
    inputs=(
        "gen_ai.input.messages",
        "gen_ai.tool.call.arguments",
        "gen_ai.retrieval.query.text",
        "gen_ai.prompt",
    ),
    outputs=("gen_ai.output.messages", "gen_ai.tool.call.result", "gen_ai.completion"),
    arguments=("gen_ai.tool.call.arguments",),
    searched=(
        "gen_ai.output.messages",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "gen_ai.retrieval.query.text",
        "gen_ai.retrieval.documents",
        "gen_ai.completion",
    ),
)
