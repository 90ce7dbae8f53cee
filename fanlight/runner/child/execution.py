"""One execution of an agent, from its request to its exit code."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from . import adapters, entry
from .callbacks import make_handler
from .pipe import VARIABLE, EventPipe, json_of
from .telemetry import Hooks, message_of, stacktrace_of

FILES = "FANLIGHT_FILES"
REQUEST = "request.json"
FAILED, INTERRUPTED = 1, 130


def main() -> None:
    """Run what the request names; the process's exit code tells how it went."""
    place, folder = os.environ.pop(VARIABLE, None), os.environ.pop(FILES, None)
    if place is None or folder is None:
        sys.exit("this is started by `fanlight run`, which says where events and files are")
    # A private copy of the word that makes an event ours: no code of the agent's finds it in its environment.
    pipe = EventPipe(place)
    path = Path(folder) / REQUEST
    request = json.loads(path.read_bytes())
    hooks = Hooks(pipe, request["telemetry"])
    code = Execution(pipe, hooks, request).run()
    hooks.close()
    pipe.flush()
    sys.stdout.flush()
    sys.exit(code)


class AgentExitError(Exception):
    """What exporters are told of an agent that called sys.exit: they are made for exceptions."""


class Execution:
    """The life of one run as Charm has it: hooks and events in its order, and always an end."""

    def __init__(self, pipe: EventPipe, hooks: Hooks, request: Mapping[str, Any]) -> None:
        self._pipe = pipe
        self._hooks = hooks
        self._request = request
        given = request["inputs"]
        self._inputs = {} if given is None else given if isinstance(given, dict) else {"input": given}
        self._run_id = request["run_id"]

    def run(self) -> int:
        """Run the agent; its exit code."""
        self._pipe.event({"type": "status", "content": "Initializing Agent Runtime..."})
        self._hooks.call("on_run_start", run_id=self._run_id, inputs=self._inputs)
        try:
            with traced(os.environ.get("TRACEPARENT", "")):
                result = self._invoke()
        except SystemExit as leaving:
            return self._left(leaving)
        except KeyboardInterrupt as error:
            self._failed(error, "the agent was interrupted")
            return INTERRUPTED
        except entry.EntryError as error:
            return self._failed(error, f"Agent cannot be called: {error}")
        except BaseException as error:
            # Python's own words, where a developer looks for them.
            sys.stderr.write(stacktrace_of(error))
            return self._failed(error, f"Agent Execution Failed: {message_of(error)}")
        return self._returned(result)

    def _invoke(self) -> dict[str, Any]:
        target = entry.load(self._request["entry_point"])
        invoke = adapters.BY_TYPE[self._request["adapter"]]
        result: dict[str, Any] = invoke(target, dict(self._inputs), make_handler(self._hooks), self._request)
        # What cannot be written as JSON fails here, before anybody is told of success.
        json_of(result)
        return result

    def _returned(self, result: dict[str, Any]) -> int:
        self._hooks.call("on_run_end", run_id=self._run_id, outputs=result)
        if result.get("charm_state"):
            self._pipe.event({"type": "state_update", "content": result["charm_state"]})
        if result["status"] == "suspended":
            about: dict[str, Any] = {key: result[key] for key in ("thread_id", "next_step") if key in result}
            self._pipe.event({"type": "control", "status": "suspended", **about})
            if "output" in result:
                self._final(result["output"])
            return 0
        if result["status"] == "success":
            self._final(result.get("output", ""))
            return 0
        error = RuntimeError(str(result.get("message") or result.get("error") or "Unknown error"))
        return self._failed(error, str(error))

    def _final(self, output: Any) -> None:
        self._pipe.event({"type": "final", "content": output, "format": format_of(output)})

    def _failed(self, error: BaseException, message: str) -> int:
        self._hooks.call("on_error", run_id=self._run_id, error=error)
        self._pipe.event({"type": "error", "content": message})
        return FAILED

    def _left(self, leaving: SystemExit) -> int:
        code = exit_code_of(leaving)
        if code:
            said = f": {leaving.code}" if isinstance(leaving.code, str) else ""
            message = f"the agent ended itself with exit code {code}{said}"
            self._failed(AgentExitError(message).with_traceback(leaving.__traceback__), message)
        else:
            self._hooks.call("on_run_end", run_id=self._run_id, outputs={"status": "success"})
        return code


def exit_code_of(leaving: SystemExit) -> int:
    """The exit code that Python makes of it."""
    if leaving.code is None:
        return 0
    return leaving.code & 0xFF if isinstance(leaving.code, int) else FAILED


def format_of(output: Any) -> str:
    """Charm's word for what `output` is."""
    if isinstance(output, dict):
        return "rich_component" if "_charm_render_type" in output else "json"
    return "json" if isinstance(output, list | tuple) else "markdown"


@contextlib.contextmanager
def traced(traceparent: str) -> Iterator[None]:
    """Where OpenTelemetry is installed: whatever the agent traces hangs below the run's span."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(Exception):
            from opentelemetry import context
            from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

            carrier = {"traceparent": traceparent, "tracestate": os.environ.get("TRACESTATE", "")}
            stack.callback(context.detach, context.attach(TraceContextTextMapPropagator().extract(carrier)))
        yield
