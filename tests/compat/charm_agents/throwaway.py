"""Exporters of somebody else, most of which misbehave. They inherit from whichever Charm is installed."""

import json
import os
import time
from pathlib import Path

from charm.core.telemetry import BaseTelemetryExporter

HOOKS = ("on_run_start", "on_run_end", "on_error", "on_tool_start", "on_tool_end", "on_tool_error",
         "on_llm_new_token", "on_agent_action")  # fmt: skip


def every_hook(call):
    return {hook: (lambda self, hook=hook, **arguments: call(hook, arguments)) for hook in HOOKS}


def keep(hook, arguments):
    with Path(os.environ["KEPT"]).open("a") as file:
        file.write(json.dumps([hook, sorted(arguments)]) + "\n")


def boom(hook, arguments):
    raise RuntimeError(f"boom in {hook}")


def hang(hook, arguments):
    time.sleep(30)


Good = type("Good", (BaseTelemetryExporter,), every_hook(keep))
Boom = type("Boom", (BaseTelemetryExporter,), every_hook(boom))
Hang = type("Hang", (BaseTelemetryExporter,), every_hook(hang))


class Partial:
    def on_tool_start(self, tool_name, input_str):
        pass
