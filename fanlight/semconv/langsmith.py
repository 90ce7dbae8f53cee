"""LangSmith over OpenTelemetry (0.14).

It stands before GenAI: beside its own kind it sends a GenAI operation that is only near (a retriever is
`embeddings`, a prompt is `chat`).
"""

from fanlight.semconv.dialect import Dialect, Kind

KINDS = {
    "llm": "llm",
    "chain": "chain",
    "tool": "tool",
    "retriever": "retriever",
    "embedding": "embedding",
    "prompt": "chain",
    "parser": "chain",
}

DIALECT = Dialect(
    name="langsmith",
    rank=10,
    kinds=(Kind(key="langsmith.span.kind", names=KINDS, unknown="chain"),),
    attributes={
        "provider": ("langsmith.metadata.ls_provider", "ls_provider"),
        "model": ("langsmith.metadata.ls_model_name", "ls_model_name"),
        "session": (
            "langsmith.metadata.session_id",
            "langsmith.metadata.thread_id",
            "langsmith.metadata.conversation_id",
            "langsmith.trace.session_id",
        ),
        "user": ("langsmith.metadata.user_id",),
    },
    names_spans=True,
)
