"""Logfire and Pydantic AI, what they say beside GenAI.

Source: pydantic-ai 2.68 and, for `agent_name` and `tool_arguments`, its versions before 1.0.
"""

from fanlight.semconv.dialect import Dialect, Kind

ERROR_LEVEL = 17
HIGHEST_LEVEL = 24

DIALECT = Dialect(
    name="logfire",
    rank=40,
    kinds=(Kind(key="agent_name", present="agent"),),
    attributes={
        "agent": ("agent_name",),
        "model": ("model_name",),
        "cost": ("operation.cost",),
        # What an agent span says of all its model calls together.
        "tokens_input": ("gen_ai.aggregated_usage.input_tokens",),
        "tokens_output": ("gen_ai.aggregated_usage.output_tokens",),
        "tokens_cache_read": (
            "gen_ai.aggregated_usage.cache_read.input_tokens",
            "gen_ai.aggregated_usage.details.cache_read_tokens",
        ),
        "tokens_cache_write": (
            "gen_ai.aggregated_usage.cache_creation.input_tokens",
            "gen_ai.aggregated_usage.details.cache_write_tokens",
        ),
        "tokens_reasoning": (
            "gen_ai.aggregated_usage.reasoning.output_tokens",
            "gen_ai.aggregated_usage.details.output_reasoning_tokens",
            "gen_ai.aggregated_usage.details.reasoning_tokens",
        ),
        "pending": ("logfire.span_type",),
        "pending_parent": ("logfire.pending_parent_id",),
    },
    failures={"logfire.level_num": tuple(map(str, range(ERROR_LEVEL, HIGHEST_LEVEL + 1)))},
    inputs=("pydantic_ai.all_messages", "tool_arguments"),
    outputs=("final_result", "tool_response"),
    arguments=("tool_arguments",),
    searched=("final_result", "tool_arguments", "tool_response"),
)
