"""Turns on whatever instrumentations of agent and model libraries are installed."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Literal

from fanlight.sdk.faults import count

if TYPE_CHECKING:
    from fanlight.sdk.providers import Providers

GROUP = "opentelemetry_instrumentor"
PYDANTIC_AI = "pydanticai"

ORIGINS = ("openinference.instrumentation.", "opentelemetry.instrumentation.genai.", "")
"""Where instrumentors come from, best first: of two for one library only the first is turned on."""

LIBRARIES = frozenset(
    {
        "agno", "alephalpha", "anthropic", "autogen", "autogenagentchat", "bedrock", "beeai",
        "claudeagentsdk", "cohere", "crewai", "dspy", "googleadk", "googlegenai",
        "googlegenerativeai", "groq", "guardrails", "haystack", "instructor", "langchain",
        "langgraph", "litellm", "llamaindex", "mcp", "mistralai", "ollama", "openai",
        "openaiagents", "openaiv2", "pipecat", "portkey", "qwenagent", "replicate", "sagemaker",
        "smolagents", "strandsagents", "together", "transformers", "vertexai", "voyageai",
        "watsonx", "writer", "chromadb", "lancedb", "marqo", "milvus", "pinecone", "qdrant",
        "weaviate",
    }
)  # fmt: skip
"""What `auto` turns on, beside everything of OpenInference: libraries of agents and models, and where agents
look things up. Web frameworks and HTTP clients have to be named."""

_log = logging.getLogger("fanlight")


def instrument(chosen: Literal["auto"] | Sequence[str], providers: Providers) -> list[str]:
    """Turn on instrumentations; the libraries that are now instrumented.

    One that fails is named once in the log and left out. pydantic-ai instruments itself and is told to.
    """
    done = []
    for library, point in selected(chosen, entry_points(group=GROUP)).items():
        try:
            if _turn_on(point, providers):
                done.append(library)
        except Exception as error:
            _say(point.name, error)
    if (chosen == "auto" or PYDANTIC_AI in map(key_of, chosen)) and _instrument_pydantic_ai(
        chosen, providers
    ):
        done.append(PYDANTIC_AI)
    return done


def selected(
    chosen: Literal["auto"] | Sequence[str], points: Iterable[EntryPoint]
) -> Mapping[str, EntryPoint]:
    """The best entry point for each library that was chosen; a name that nobody provides is said.

    Example:
        >>> from importlib.metadata import EntryPoint
        >>> ours = EntryPoint("openai", "openinference.instrumentation.openai:A", GROUP)
        >>> theirs = EntryPoint("openai", "opentelemetry.instrumentation.openai:B", GROUP)
        >>> web = EntryPoint("flask", "opentelemetry.instrumentation.flask:C", GROUP)
        >>> selected("auto", [theirs, ours, web]) == {"openai": ours}
        True
        >>> selected(["flask"], [theirs, ours, web]) == {"flask": web}
        True
    """
    best: dict[str, EntryPoint] = {}
    for point in sorted(points, key=_rank):
        best.setdefault(key_of(point.name), point)
    if chosen == "auto":
        return {name: point for name, point in best.items() if name in LIBRARIES or _rank(point) == 0}
    wanted = {key_of(name): name for name in ([chosen] if isinstance(chosen, str) else chosen)}
    for key, name in wanted.items():
        if key not in best and key != PYDANTIC_AI:
            _log.warning("no instrumentation of %r is installed; install its package", name)
    return {key: best[key] for key in wanted if key in best}


def key_of(name: str) -> str:
    """A library's name as all its packages agree on it.

    Example:
        >>> key_of("llama_index"), key_of("LlamaIndex"), key_of("aiohttp-client")
        ('llamaindex', 'llamaindex', 'aiohttpclient')
    """
    return name.lower().replace("_", "").replace("-", "")


def _rank(point: EntryPoint) -> int:
    return next(rank for rank, origin in enumerate(ORIGINS) if point.value.startswith(origin))


def _turn_on(point: EntryPoint, providers: Providers) -> bool:
    """False when the library is not there, or somebody has instrumented it already."""
    instrumentor = point.load()()
    if instrumentor.is_instrumented_by_opentelemetry:
        return False
    # Only there together with an instrumentor.
    dependencies = importlib.import_module("opentelemetry.instrumentation.dependencies")
    if conflict := dependencies.get_dependency_conflicts(instrumentor.instrumentation_dependencies()):
        if getattr(conflict, "found", None) or getattr(conflict, "found_any", None):
            _say(point.name, conflict)
        return False
    instrumentor.instrument(
        tracer_provider=providers.traces,
        logger_provider=providers.logs,
        meter_provider=providers.metrics,
        skip_dep_check=True,
    )
    return True


def _instrument_pydantic_ai(chosen: Literal["auto"] | Sequence[str], providers: Providers) -> bool:
    if importlib.util.find_spec("pydantic_ai") is None:
        if chosen != "auto":
            _log.warning("pydantic-ai is not installed; it cannot be instrumented")
        return False
    try:
        from pydantic_ai import Agent
        from pydantic_ai.models.instrumented import InstrumentationSettings

        settings: Any = InstrumentationSettings(
            tracer_provider=providers.traces, meter_provider=providers.metrics
        )
        Agent.instrument_all(settings)
    except Exception as error:
        _say("pydantic-ai", error)
        return False
    return True


def _say(name: str, error: object) -> None:
    if count(f"instrumentation of {name}") == 1:
        _log.warning("the instrumentation of %s is left out: %s", name, str(error)[:500])
