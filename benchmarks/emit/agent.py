"""An agent that emits 100,000 events a second for some seconds, and says what each `emit` took it.

    python -m benchmarks.emit.agent tokens|events SECONDS [EXPORTER ...]

Without an exporter it appends to a plain deque: what the clock and the loop cost by themselves.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from benchmarks.report import quantile
from fanlight.sdk.isolation import Isolated, Target

RATE = 100_000
AT_ONCE = 100
TOKEN = ("on_llm_new_token", {"token": "word "})
EVENT = ("on_tool_end", {"tool_name": "search", "output": "twelve results"})


def main() -> None:
    what, seconds, *names = sys.argv[1:]
    hook, arguments = TOKEN if what == "tokens" else EVENT
    targets = [
        Target(name=f"{name}-{number}", value=f"benchmarks.emit.exporters:{name}")
        for number, name in enumerate(names)
    ]
    isolated = Isolated(targets)
    plain: deque[Any] = deque(maxlen=65_536)
    emit: Callable[[Any, Any], None] = isolated.emit if targets else lambda *event: plain.append(event)
    if targets:
        emit(hook, arguments)
        _until_healthy(isolated)
    began = time.perf_counter()
    took = _emit(emit, hook, arguments, float(seconds))
    wall_s = time.perf_counter() - began
    # For the share that is delivered, the end has to be waited for; 1.5 s are for agents that have to go.
    isolated.close(timeout_s=1.5)
    reports = isolated.reports()
    print(json.dumps({
        "us": {str(share): quantile(took, share) / 1000 for share in (0.5, 0.99, 0.999)},
        "most_us": max(took) / 1000,
        "wall_s": wall_s,
        "events": len(took) + (1 if targets else 0),
        "delivered": {report.name: report.delivered for report in reports},
        "dropped": {report.name: report.dropped for report in reports},
    }))  # fmt: skip


def _until_healthy(isolated: Isolated) -> None:
    # Interpreters that start take a core each: not what an event costs.
    deadline = time.monotonic() + 10
    while any(report.state == "starting" for report in isolated.reports()) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)


def _emit(
    emit: Callable[[Any, Any], None], hook: str, arguments: dict[str, str], seconds: float
) -> list[int]:
    clock = time.perf_counter_ns
    took: list[int] = []
    began = clock()
    for due in range(int(seconds * RATE / AT_ONCE)):
        for _ in range(AT_ONCE):
            before = clock()
            emit(hook, arguments)
            took.append(clock() - before)
        while clock() - began < (due + 1) * AT_ONCE * 1e9 / RATE:
            pass
    return took


if __name__ == "__main__":
    main()
