"""An agent that starts spans: `python -m benchmarks.sdk.starter URL SPANS`.

Prints the id of its run, waits for a line, then prints the id and start of each span.
"""

from __future__ import annotations

import sys
import time

import fanlight

BETWEEN_S = 0.137
"""Not a multiple of anybody's interval."""


def main(url: str, spans: int) -> None:
    """Start spans in one run and end each when the next is due."""
    fanlight.configure(service_name="starter", endpoint=url, project="bench")
    with fanlight.run("agent", inputs="What does it cost to be seen at once?") as run:
        print(run.id, flush=True)
        sys.stdin.readline()
        for _ in range(spans):
            started_ns = time.time_ns()
            with fanlight.span("step", kind="tool") as step:
                print(step.span_id, started_ns, flush=True)
                time.sleep(BETWEEN_S)
        time.sleep(2)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
