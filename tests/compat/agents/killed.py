"""An agent by OpenTelemetry and Fanlight's `configure`, which dies without a word inside its tool."""

import os
import signal
import sys

from opentelemetry import trace

import fanlight

fanlight.configure(project="compat", service_name="killed")
tracer = trace.get_tracer("killed")
agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}
chat = {
    "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 2,
}  # fmt: skip
tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}
with tracer.start_as_current_span("invoke_agent planner", attributes=agent):
    with tracer.start_as_current_span("chat gpt-4o", attributes=chat):
        pass
    with tracer.start_as_current_span("execute_tool search", attributes=tool):
        sys.stdin.readline()  # until the test has seen it
        os.kill(os.getpid(), signal.SIGKILL)
