"""A deterministic agent: 2,000 events in about 0.7 s, words on both streams, exit status 7.

python agent.py [NAME=MODULE:CLASS ...]
"""

import os
import sys
import time
from pathlib import Path

from fanlight.sdk.isolation import Isolated, Limits, Target

CAP = 96 * 1024 * 1024


class OwnError(LookupError):
    def __init__(self, text, code):
        super().__init__(text)
        self.code = code


def events(round_number):
    """What one of 200 rounds emits: ten events."""
    yield "on_tool_start", {"tool_name": "search", "input_str": f"q={round_number}"}
    for part in range(4):
        yield "on_llm_new_token", {"token": f"{part} "}
    yield "on_agent_action", {"tool": "calc", "tool_input": {"a": round_number, "seen": [1, 2, {"x": None}]}}
    yield "on_tool_error", {"tool_name": "calc", "error": OwnError("none", round_number)}
    yield "on_tool_end", {"tool_name": "search", "output": "found " * 20}
    yield "on_error", {"run_id": "local", "error": OwnError("none", round_number)}
    if round_number == 0:
        yield "on_run_start", {"run_id": "local", "inputs": {"question": "why"}}
    else:
        yield "on_run_end", {"run_id": "local", "outputs": {"status": "success"}}


def main():
    pairs = (text.partition("=") for text in sys.argv[1:])
    targets = [Target(name=name, value=value) for name, _, value in pairs]
    exporters = Isolated(targets, settings=Limits(memory_bytes=CAP))
    for round_number in range(200):
        inputs = list(events(round_number))
        for hook, arguments in inputs:
            exporters.emit(hook, arguments)
        time.sleep(0.003)
        if round_number % 20 == 0:
            print(f"round {round_number}: {inputs[5]}", flush=True)
            print(f"warning {round_number}", file=sys.stderr, flush=True)
    began = time.monotonic()
    exporters.close()
    if "REPORTS" in os.environ:
        lines = [f"{time.monotonic() - began:.3f}", *(repr(report) for report in exporters.reports())]
        Path(os.environ["REPORTS"]).write_text("\n".join(lines))
    print("done")
    sys.exit(7)


if __name__ == "__main__":
    main()
