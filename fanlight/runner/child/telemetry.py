"""The hooks of a run: over the own pipe to the runner, and to the exporters that charm.yaml names."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from .pipe import EventPipe, json_of

OURS = "fanlight"
EXPORTER_REPORT = "exporter_report"
OWN = f"{__name__.partition('.')[0]}."
MAX_TEXT = 64 * 1024


class Hooks:
    """Calls every hook where it is wanted. A fault of telemetry never reaches the agent."""

    def __init__(self, pipe: EventPipe, names: Sequence[str]) -> None:
        self.pipe = pipe
        self._manager = make_manager(pipe, [name for name in names if name != OURS])

    def call(self, name: str, /, **arguments: Any) -> None:
        """Call the hook `name`."""
        # A token is a delta event already.
        if name != "on_llm_new_token":
            self.tell(name, **arguments)
        if self._manager is not None:
            self._manager.dispatch(name, **arguments)
        elif name == "on_llm_new_token":
            self.pipe.event({"type": "delta", "content": str(arguments["token"])})

    def tell(self, name: str, /, **arguments: Any) -> None:
        """Tell the runner alone: for what Charm has no hook for."""
        at_ns = time.time_ns()
        self.pipe.hook(name, {key: copied(value) for key, value in arguments.items()}, at_ns)

    def close(self) -> None:
        """Let the exporters finish, for as long as they are given."""
        close = getattr(self._manager, "close", None)
        if callable(close):
            close()


def make_manager(pipe: EventPipe, names: Sequence[str]) -> Any:
    """The manager of the exporters `names`, whose first one writes Charm's events onto the own pipe."""
    try:
        from fanlight.sdk.charm import emitter, manager

        def write(event_type: str, payload: Mapping[str, Any]) -> None:
            pipe.event({"type": event_type, **payload})

        def tell(report: Any) -> None:
            pipe.hook(EXPORTER_REPORT, report.as_data(), time.time_ns())

        emitter.CharmEmitter._write = staticmethod(write)  # type: ignore[method-assign]
        return manager.TelemetryManager(names, on_report=tell)
    except Exception as error:
        sys.stderr.write(f"fanlight: telemetry exporters are off: {type(error).__name__}: {error}\n")
        return None


def copied(value: Any) -> Any:
    """`value` as bounded JSON: text as it is, exceptions by type, message and trace."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, BaseException):
        return {
            "type": type(value).__name__,
            "message": message_of(value)[:MAX_TEXT],
            "stacktrace": stacktrace_of(value)[-MAX_TEXT:],
        }
    try:
        text = json_of(value)
    except Exception:
        return f"<{type(value).__name__}>"
    return json.loads(text) if len(text) <= MAX_TEXT else text[:MAX_TEXT]


def stacktrace_of(error: BaseException) -> str:
    """The trace of an exception from the agent's own code on."""
    trace = error.__traceback__
    while trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith(OWN):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def message_of(error: BaseException) -> str:
    """What an exception says."""
    try:
        return str(error) or type(error).__name__
    except Exception:
        return type(error).__name__
