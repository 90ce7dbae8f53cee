import { SpanKind } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "hello", project: "{{project}}" }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: "{{endpoint}}/v1/traces" }))],
});
provider.register();
const tracer = provider.getTracer("hello");

tracer.startActiveSpan("invoke_agent greeter", (agent) => {
  agent.setAttributes({ "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "greeter" });
  tracer.startActiveSpan("chat hello-model", { kind: SpanKind.CLIENT }, (call) => {
    call.setAttributes({ "gen_ai.operation.name": "chat", "gen_ai.request.model": "hello-model" });
    call.setAttributes({ "gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 3 });
    call.end();
  });
  agent.end();
});

await provider.shutdown();
