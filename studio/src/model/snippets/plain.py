from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource({"service.name": "hello", "project": "{{project}}"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter("{{endpoint}}/v1/traces")))
tracer = provider.get_tracer("hello")

with tracer.start_as_current_span("invoke_agent greeter") as agent:
    agent.set_attributes({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "greeter"})
    with tracer.start_as_current_span("chat hello-model", kind=trace.SpanKind.CLIENT) as call:
        call.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.request.model": "hello-model"})
        call.set_attribute("gen_ai.input.messages", '[{"role": "user", "parts": [{"type": "text", "content": "Hello?"}]}]')
        call.set_attribute("gen_ai.output.messages", '[{"role": "assistant", "parts": [{"type": "text", "content": "Hello."}]}]')
        call.set_attributes({"gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 3})

provider.shutdown()
