"""A support desk that reports through Charm's eight hooks and MeshAgent's `otel_config`.

It answers two tickets in a MeshAgent room: the first with two tools at the same time and a streamed answer,
the second with a tool that fails. On stdout stand Charm's own events; the rest leaves through OTLP.
"""

from __future__ import annotations

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor

from charm.core.telemetry import TelemetryManager
from meshagent.otel import otel_config  # type: ignore[import-untyped]

import fanlight
from fanlight.cli.demo.manifest import Recorder
from fanlight.sdk.providers import active

ORDERS = {"A-17": "shipped", "A-18": "packed"}
ANSWER = "Your order A-17 left this morning by bike and arrives before noon."

log = logging.getLogger("support")


class UnknownOrderError(LookupError):
    """There is no such order."""


def look_up(hooks: TelemetryManager, order: str) -> str:
    """The state of an order, as a tool."""
    hooks.dispatch("on_tool_start", tool_name="look_up", input_str=order)
    time.sleep(0.04)
    if order not in ORDERS:
        error = UnknownOrderError(f"no order {order}")
        hooks.dispatch("on_tool_error", tool_name="look_up", error=error)
        raise error
    state = f"{order} is {ORDERS[order]}"
    hooks.dispatch("on_tool_end", tool_name="look_up", output=state)
    return state


def ask_carrier(hooks: TelemetryManager, carrier: str) -> str:
    """When the carrier arrives, as a tool."""
    hooks.dispatch("on_tool_start", tool_name="ask_carrier", input_str=carrier)
    time.sleep(0.06)
    hooks.dispatch("on_tool_end", tool_name="ask_carrier", output="before noon")
    return "before noon"


def answer_ticket(ticket: dict[str, str]) -> None:
    """One run, with every hook that it gives rise to."""
    hooks = TelemetryManager(["fanlight"])
    hooks.dispatch("on_run_start", run_id="local", inputs=ticket)
    log.info("ticket %s opened", ticket["id"])
    try:
        hooks.dispatch("on_agent_action", tool="look_up", tool_input={"order": ticket["order"]})
        with ThreadPoolExecutor(2) as threads:
            found = threads.submit(look_up, hooks, ticket["order"])
            arrival = threads.submit(ask_carrier, hooks, "bike")
            state = f"{found.result()}, {arrival.result()}"
        for word in ANSWER.split():
            time.sleep(0.005)
            hooks.dispatch("on_llm_new_token", token=word + " ")
        outputs = {"status": "success", "output": ANSWER, "facts": state}
        hooks.dispatch("on_run_end", run_id="local", outputs=outputs)
        log.info("ticket %s answered", ticket["id"])
    except UnknownOrderError as error:
        hooks.dispatch("on_run_end", run_id="local", outputs={"status": "error", "message": str(error)})
        hooks.dispatch("on_error", run_id="local", error=error)
        log.warning("ticket %s was handed to a person: %s", ticket["id"], error)
    finally:
        hooks.close()


def main() -> None:
    """Configure as in a MeshAgent room, answer two tickets, send everything."""
    os.environ.setdefault("MESHAGENT_ROOM", "support")
    os.environ.setdefault("MESHAGENT_SESSION_ID", "support-morning")
    os.environ.setdefault("OTEL_ENDPOINT", os.environ.get("FANLIGHT_URL", "http://127.0.0.1:4318"))
    otel_config(service_name="support-desk")
    recorder = Recorder()
    if (providers := active()) is not None:
        recorder.watch(providers.traces, providers.logs)
    answer_ticket({"id": "1041", "order": "A-17", "text": "Where is my order?"})
    answer_ticket({"id": "1042", "order": "B-99", "text": "And this one?"})
    fanlight.flush()
    recorder.write()


if __name__ == "__main__":
    main()
