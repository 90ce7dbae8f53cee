from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic_ai import Agent, InstrumentationSettings
from pydantic_ai.models.test import TestModel

provider = TracerProvider(resource=Resource({"service.name": "pydantic-ai-hello", "project": "{{project}}"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter("{{endpoint}}/v1/traces")))
Agent.instrument_all(InstrumentationSettings(tracer_provider=provider))

# A scripted model, so that this runs without a key; put your own in its place.
agent = Agent(TestModel(), name="greeter", system_prompt="Greet people warmly.")


@agent.tool_plain
def weather(city: str) -> str:
    """The weather in a city."""
    return f"Sunny in {city}."


print(agent.run_sync("Say hello, and tell the weather.").output)

provider.shutdown()
