"""What the SDK costs the agent that it watches, and how soon what it watches is seen."""

from benchmarks.bench import Bench
from benchmarks.report import Row
from benchmarks.sdk.cost import measure_cost
from benchmarks.sdk.latency import measure_latency


def measure(bench: Bench) -> list[Row]:
    """Cost of a span beside the plain SDK, and from its start to the stream."""
    bench.say("sdk: spans with the plain SDK, BatchSpanProcessor and Fanlight in turns")
    rows = measure_cost()
    bench.say("sdk: from the start of a run to the stream")
    return [*rows, *measure_latency(bench)]
