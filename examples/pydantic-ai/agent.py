"""A weather agent of pydantic-ai. Its model is scripted, so that this runs without a key."""

from pydantic_ai import Agent
from pydantic_ai.models.test import TestModel

import fanlight

fanlight.configure(service_name="forecast", session="morning")
Agent.instrument_all()  # pydantic-ai reports to OpenTelemetry, and so to Fanlight
agent = Agent(TestModel(), name="forecaster", system_prompt="Say in one sentence what to wear.")


@agent.tool_plain
def weather(city: str) -> str:
    """The weather in a city."""
    return f"rain in {city}, 12 degrees"


print(agent.run_sync("What do I wear in Oslo?").output)
