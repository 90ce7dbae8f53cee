"""An agent of openai-agents with a tool, over OpenAI's Responses API; seen by OpenInference."""

import openai_api
from agents import Agent, Runner, function_tool, set_default_openai_client, set_trace_processors
from openai import AsyncOpenAI
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from provider import tracer_provider

provider = tracer_provider()
set_trace_processors([])  # nothing goes to OpenAI's own tracing
OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
set_default_openai_client(AsyncOpenAI(api_key="none", http_client=openai_api.client()), use_for_tracing=False)


@function_tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


agent = Agent(name="forecaster", instructions="Be brief.", model="gpt-4o", tools=[weather])
with using_attributes(session_id="conversation-2", user_id="user-7"):
    print(Runner.run_sync(agent, "Weather in Berlin?").final_output)
provider.shutdown()
