"""An agent of pydantic-ai that calls a tool, which fails once. Arguments: versions of its spans.

It runs once in each, as a service of its own: the packages take seconds to be imported.
"""

import sys

from provider import tracer_provider
from pydantic_ai import Agent, InstrumentationSettings, ModelRetry
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.usage import RequestUsage

STEPS = [
    ModelResponse(
        parts=[ToolCallPart("weather", {"city": "Atlantis"}, "call-1")],
        usage=RequestUsage(input_tokens=100, output_tokens=10, cache_read_tokens=40),
    ),
    ModelResponse(
        parts=[ToolCallPart("weather", {"city": "Berlin"}, "call-2")],
        usage=RequestUsage(input_tokens=130, output_tokens=12, cache_read_tokens=100),
    ),
    ModelResponse(parts=[TextPart("Sunny.")], usage=RequestUsage(input_tokens=160, output_tokens=3)),
]


def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    return STEPS[sum(isinstance(message, ModelResponse) for message in messages)]


agent = Agent(FunctionModel(model, model_name="scripted"), name="forecaster", system_prompt="Be brief.")


@agent.tool_plain
def weather(city: str) -> str:
    """The weather in a city."""
    if city == "Atlantis":
        raise ModelRetry("no such city")
    return f"sunny in {city}"


for version in map(int, sys.argv[1:]):
    provider = tracer_provider(f"pydantic-ai-{version}")
    Agent.instrument_all(InstrumentationSettings(tracer_provider=provider, version=version))
    print(agent.run_sync("Weather in Berlin?", conversation_id="conversation-1").output)
    provider.shutdown()
