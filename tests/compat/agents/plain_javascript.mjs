// An agent by OpenTelemetry alone in JavaScript, with GenAI's conventions under their older names.
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { tracerProvider } from "./provider.mjs";

const provider = tracerProvider();
const tracer = provider.getTracer("plain");

tracer.startActiveSpan("invoke_agent planner", (agent) => {
  agent.setAttributes({ "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner", "session.id": "c-5" });
  tracer.startActiveSpan("chat gpt-4o", { kind: SpanKind.CLIENT }, (call) => {
    call.setAttributes({ "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o" });
    call.setAttributes({ "gen_ai.usage.prompt_tokens": 12, "gen_ai.usage.completion_tokens": 3 });
    call.end();
  });
  tracer.startActiveSpan("execute_tool search", (tool) => {
    tool.setAttributes({ "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" });
    tool.recordException(new RangeError("too far"));
    tool.setStatus({ code: SpanStatusCode.ERROR, message: "too far" });
    tool.end();
  });
  agent.end();
});

await provider.shutdown();
