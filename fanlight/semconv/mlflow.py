"""MLflow (3.17). Each of its attributes is JSON: a text comes in quotes, usage and cost as objects."""

from fanlight.semconv.dialect import Dialect, Kind

KINDS = {
    "llm": "llm",
    "chat_model": "llm",
    "chain": "chain",
    "agent": "agent",
    "tool": "tool",
    "retriever": "retriever",
    "memory": "retriever",
    "embedding": "embedding",
    "reranker": "reranker",
    "guardrail": "guardrail",
    "evaluator": "evaluator",
    "parser": "chain",
    "workflow": "chain",
    "task": "chain",
}
_USAGE = "mlflow.chat.tokenUsage"
_COST = "mlflow.llm.cost"

DIALECT = Dialect(
    name="mlflow",
    rank=60,
    kinds=(Kind(key="mlflow.spanType", names=KINDS, unknown="chain"),),
    attributes={
        "model": ("mlflow.llm.model",),
        "provider": ("mlflow.llm.provider",),
        "session": ("mlflow.trace.session",),
        "user": ("mlflow.trace.user",),
        "tokens_input": (f"{_USAGE}.input_tokens",),
        "tokens_output": (f"{_USAGE}.output_tokens",),
        "tokens_cache_read": (f"{_USAGE}.cache_read_input_tokens",),
        "tokens_cache_write": (f"{_USAGE}.cache_creation_input_tokens",),
        "cost": (f"{_COST}.total_cost",),
        "cost_input": (f"{_COST}.input_cost",),
        "cost_output": (f"{_COST}.output_cost",),
    },
    objects=(_USAGE, _COST),
    inputs=("mlflow.spanInputs",),
    outputs=("mlflow.spanOutputs",),
    arguments=("mlflow.spanInputs",),
    searched=("mlflow.spanOutputs",),
    names_spans=True,
)
