"""What Fanlight itself writes on spans that it made of coding agents' log records (`coding_agents`)."""

from fanlight.semconv.dialect import Dialect, Kind

OPERATIONS = {
    "prompt": "agent",
    "request": "llm",
    "failure": "llm",
    "attempt": "io",
    "tool": "tool",
    "decision": "guardrail",
}

DIALECT = Dialect(
    name="coding_agent",
    rank=1,
    kinds=(Kind(key="coding_agent.operation", names=OPERATIONS),),
    attributes={
        "tokens_input": ("coding_agent.input_tokens_uncached",),
        "tokens_output": ("coding_agent.output_tokens_spoken",),
        "cost": ("coding_agent.cost_usd",),
    },
    exclusive=("coding_agent.input_tokens_uncached", "coding_agent.output_tokens_spoken"),
    first_token={"coding_agent.first_token_ms": "ms"},
)
