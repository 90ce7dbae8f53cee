"""Langfuse (SDK 5.0). Usage is JSON: buckets that exclude each other, or OpenAI's, which do not."""

from fanlight.semconv.dialect import Dialect, Kind

KINDS = {
    "generation": "llm",
    "span": "chain",
    "chain": "chain",
    "event": "internal",
    "agent": "agent",
    "tool": "tool",
    "retriever": "retriever",
    "embedding": "embedding",
    "evaluator": "evaluator",
    "guardrail": "guardrail",
}
_USAGE = "langfuse.observation.usage_details"
_COST = "langfuse.observation.cost_details"

DIALECT = Dialect(
    name="langfuse",
    rank=70,
    kinds=(Kind(key="langfuse.observation.type", names=KINDS, unknown="chain"),),
    attributes={
        "model": ("langfuse.observation.model.name",),
        "session": ("langfuse.session.id",),
        "user": ("langfuse.user.id",),
        "error_message": ("langfuse.observation.status_message",),
        "tokens_input": (f"{_USAGE}.input", f"{_USAGE}.prompt_tokens", f"{_USAGE}.input_tokens"),
        "tokens_output": (f"{_USAGE}.output", f"{_USAGE}.completion_tokens", f"{_USAGE}.output_tokens"),
        "tokens_cache_read": (
            f"{_USAGE}.input_cached_tokens",
            f"{_USAGE}.input_cache_read",
            f"{_USAGE}.cache_read_input_tokens",
            f"{_USAGE}.prompt_tokens_details.cached_tokens",
            f"{_USAGE}.input_tokens_details.cached_tokens",
        ),
        "tokens_cache_write": (
            f"{_USAGE}.input_cache_creation",
            f"{_USAGE}.cache_creation_input_tokens",
        ),
        "tokens_reasoning": (
            f"{_USAGE}.output_reasoning_tokens",
            f"{_USAGE}.output_reasoning",
            f"{_USAGE}.completion_tokens_details.reasoning_tokens",
            f"{_USAGE}.output_tokens_details.reasoning_tokens",
        ),
        "tokens_input_more": (
            f"{_USAGE}.input_audio",
            f"{_USAGE}.input_audio_tokens",
            f"{_USAGE}.input_image_tokens",
        ),
        "tokens_output_more": (f"{_USAGE}.output_audio", f"{_USAGE}.output_audio_tokens"),
        "cost": (f"{_COST}.total",),
        "cost_input": (f"{_COST}.input",),
        "cost_output": (f"{_COST}.output",),
        "cost_more": (
            f"{_COST}.input_cached_tokens",
            f"{_COST}.input_cache_read",
            f"{_COST}.input_cache_creation",
            f"{_COST}.cache_read_input_tokens",
            f"{_COST}.cache_creation_input_tokens",
            f"{_COST}.output_reasoning_tokens",
            f"{_COST}.output_reasoning",
        ),
    },
    objects=(_USAGE, _COST),
    exclusive=(f"{_USAGE}.input", f"{_USAGE}.output"),
    failures={"langfuse.observation.level": ("error",)},
    first_token={"langfuse.observation.completion_start_time": "at"},
    inputs=("langfuse.observation.input",),
    outputs=("langfuse.observation.output",),
    arguments=("langfuse.observation.input",),
    searched=("langfuse.observation.output",),
    names_spans=True,
)
