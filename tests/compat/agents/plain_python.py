"""An agent by OpenTelemetry alone, with GenAI's conventions: a call, a tool that fails, an embedding."""

from opentelemetry.trace import SpanKind, Status, StatusCode
from provider import tracer_provider

provider = tracer_provider()
tracer = provider.get_tracer("plain")
agent = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "planner",
    "gen_ai.conversation.id": "c-4",
}
chat = {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-sonnet-4-5", "gen_ai.response.model": "claude-sonnet-4-5",
    "gen_ai.usage.input_tokens": 1_000, "gen_ai.usage.output_tokens": 200,
    "gen_ai.usage.cache_read.input_tokens": 600, "gen_ai.usage.cache_creation.input_tokens": 100,
    "gen_ai.response.finish_reasons": ["tool_calls"],
}  # fmt: skip
embed = {
    "gen_ai.operation.name": "embeddings", "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "text-embedding-3-small", "gen_ai.usage.input_tokens": 30,
}  # fmt: skip
# The agent repeats what its calls used, as AI SDK and others do: a claim, not more tokens.
claim = {"gen_ai.usage.input_tokens": 1_030, "gen_ai.usage.output_tokens": 200}

with tracer.start_as_current_span("invoke_agent planner", attributes={**agent, **claim}):
    with tracer.start_as_current_span("chat claude-sonnet-4-5", kind=SpanKind.CLIENT, attributes=chat):
        pass
    tool = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
        "gen_ai.tool.call.id": "t1",
    }
    with tracer.start_as_current_span("execute_tool search", attributes=tool) as span:
        span.record_exception(TimeoutError("no answer in 5 s"))
        span.set_status(Status(StatusCode.ERROR, "no answer in 5 s"))
    with tracer.start_as_current_span("embeddings", attributes=embed):
        pass
    with tracer.start_as_current_span("GET", kind=SpanKind.CLIENT, attributes={"http.request.method": "GET"}):
        pass
provider.shutdown()
