"""Two traces root > child with a warning in each, and one instrument of each kind."""

import logging
import sys

from meshagent.otel import otel_config
from opentelemetry import metrics, trace

otel_config(service_name=sys.argv[1])

tracer = trace.get_tracer("app")
meter = metrics.get_meter("app")
jobs = meter.create_counter("app.jobs")
size = meter.create_histogram("app.size", unit="By")
open_files = meter.create_up_down_counter("app.open")
meter.create_observable_gauge("app.level", [lambda _: [metrics.Observation(7)]])

for turn in range(2):
    with tracer.start_as_current_span("root"):
        with tracer.start_as_current_span("child"):
            logging.getLogger("app").warning("turn %d is slow", turn)
            jobs.add(1)
            size.record(3 + turn)
            open_files.add(2)
        open_files.add(-1)
