"""An agent that makes spans and times each: `python -m benchmarks.sdk.agent VARIANT URL SPANS`.

It prints the nanoseconds that start and end of each span took in its own thread, as JSON. Spans come in
bursts of 100 every 20 ms, so that sender and heartbeat run beside them and nobody measures a queue that is
merely full.
"""

from __future__ import annotations

import json
import os
import sys
import time

from opentelemetry.sdk.trace import TracerProvider

BURST, PAUSE_S = 100, 0.02
WARM_UP = 2_000
ATTRIBUTES = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.usage.input_tokens": 1_200,
    "gen_ai.usage.output_tokens": 340,
    "gen_ai.request.temperature": 0.2,
    "gen_ai.conversation.id": "c-81f3",
}


def provider_of(variant: str, url: str) -> TracerProvider:
    """`plain` has no processor at all, `batch` OpenTelemetry's own, `fanlight` ours."""
    if variant == "fanlight":
        import fanlight
        from fanlight.sdk.providers import active

        os.environ.update(FANLIGHT_HEARTBEAT_S="1", FANLIGHT_SPOOL="off")
        fanlight.configure(service_name="benchmark", endpoint=url)
        providers = active()
        assert providers is not None
        return providers.traces
    provider = TracerProvider(shutdown_on_exit=False)
    if variant == "batch":
        from opentelemetry.exporter.otlp.proto.http import Compression
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        exporter = OTLPSpanExporter(f"{url}/v1/traces", compression=Compression.Gzip)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    return provider


def measure(variant: str, url: str, spans: int) -> list[int]:
    """Nanoseconds of each span."""
    tracer = provider_of(variant, url).get_tracer("benchmark")
    kept_open = [tracer.start_span(f"open {place}", attributes=ATTRIBUTES) for place in range(10)]
    took = []
    for place in range(WARM_UP + spans):
        if place % BURST == 0:
            time.sleep(PAUSE_S)
        start = time.perf_counter_ns()
        tracer.start_span("chat gpt-4o", attributes=ATTRIBUTES).end()
        took.append(time.perf_counter_ns() - start)
    for span in kept_open:
        span.end()
    return took[WARM_UP:]


if __name__ == "__main__":
    variant, url, spans = sys.argv[1:]
    print(json.dumps(measure(variant, url, int(spans))))
