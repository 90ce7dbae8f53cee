"""OpenLLMetry (semantic conventions 0.5.1), what it says beside GenAI."""

from fanlight.semconv.dialect import Dialect, Kind

KINDS = {"workflow": "chain", "task": "chain", "agent": "agent", "tool": "tool"}
REQUESTS = {"chat": "llm", "completion": "llm", "embedding": "embedding", "rerank": "reranker"}
_PROPERTIES = "traceloop.association.properties"

DIALECT = Dialect(
    name="traceloop",
    rank=50,
    kinds=(
        Kind(key="traceloop.span.kind", names=KINDS, unknown="chain"),
        Kind(key="llm.request.type", names=REQUESTS),
        Kind(key="gen_ai.guardrail.name", present="guardrail"),
    ),
    attributes={
        "entity": ("traceloop.entity.name",),
        "session": (
            f"{_PROPERTIES}.session_id",
            f"{_PROPERTIES}.thread_id",
            f"{_PROPERTIES}.conversation_id",
        ),
        "user": (f"{_PROPERTIES}.user_id",),
        "finish_reason": (
            "llm.response.finish_reason",
            "gen_ai.response.stop_reason",
            "llm.response.stop_reason",
        ),
        "tokens_input": ("llm.usage.prompt_tokens",),
        "tokens_output": ("llm.usage.completion_tokens",),
        "tokens_reasoning": ("llm.usage.reasoning_tokens",),
        "error_message": ("gen_ai.guardrail.error.message",),
        "error_type": ("gen_ai.guardrail.error.type",),
    },
    objects=(_PROPERTIES,),
    failures={"gen_ai.task.status": ("failure", "failed", "error")},
    first_token_events=("llm.content.completion.chunk", "gen_ai.content.completion.chunk"),
    inputs=("traceloop.entity.input",),
    outputs=("traceloop.entity.output",),
    arguments=("gen_ai.completion.tool.arguments", "gen_ai.tool.input", "traceloop.entity.input"),
    searched=("traceloop.entity.output", "gen_ai.completion.tool.result"),
)
