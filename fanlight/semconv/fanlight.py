"""Fanlight's own attributes. They override every other dialect."""

from fanlight.model.span import KINDS
from fanlight.semconv.dialect import Dialect, Kind

DIALECT = Dialect(
    name="fanlight",
    rank=0,
    kinds=(Kind(key="fanlight.kind", names={kind: kind for kind in KINDS}),),
    attributes={
        "run_id": ("fanlight.run.id",),
        "agent": ("fanlight.agent",),
        "model": ("fanlight.model",),
        "provider": ("fanlight.provider",),
        "tool": ("fanlight.tool",),
        "session": ("fanlight.session",),
        "user": ("fanlight.user",),
        "room": ("fanlight.room",),
        "error_type": ("fanlight.error.type",),
        "finish_reason": ("fanlight.finish_reason",),
        "state_reported": ("fanlight.state",),
        "tokens_input": ("fanlight.tokens.input",),
        "tokens_output": ("fanlight.tokens.output",),
        "tokens_cache_read": ("fanlight.tokens.cache_read",),
        "tokens_cache_write": ("fanlight.tokens.cache_write",),
        "tokens_reasoning": ("fanlight.tokens.reasoning",),
        "cost": ("fanlight.cost",),
        "currency_reported": ("fanlight.cost.currency", "fanlight.currency"),
    },
    resource={
        "agent": ("fanlight.agent",),
        "session": ("fanlight.session",),
        "user": ("fanlight.user",),
        "room": ("fanlight.room",),
    },
    first_token={"fanlight.first_token_ns": "ns"},
    inputs=("fanlight.input",),
    outputs=("fanlight.output",),
    arguments=("fanlight.input",),
    searched=("fanlight.output",),
)
