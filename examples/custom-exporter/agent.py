"""An agent that reports through Charm's hooks to Fanlight and to an exporter of its own."""

from charm.core.telemetry import TelemetryManager
from counting import CountingExporter

import fanlight

fanlight.configure(service_name="calculator")
hooks = TelemetryManager(["fanlight"])
hooks.exporters.append(CountingExporter())

hooks.dispatch("on_run_start", run_id="local", inputs={"question": "What is 6 times 7?"})
hooks.dispatch("on_tool_start", tool_name="multiply", input_str="6, 7")
hooks.dispatch("on_tool_end", tool_name="multiply", output="42")
for token in ("It ", "is ", "42."):
    hooks.dispatch("on_llm_new_token", token=token)
hooks.dispatch("on_run_end", run_id="local", outputs={"status": "success", "output": "It is 42."})
