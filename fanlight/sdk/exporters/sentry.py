"""`sentry`: runs as transactions with their tools below, failures as issues.

Reads Sentry's own variables: SENTRY_DSN, SENTRY_ENVIRONMENT, SENTRY_RELEASE, SENTRY_TRACES_SAMPLE_RATE (1.0).
What was said is sent only when SENTRY_SEND_DEFAULT_PII is true, as Sentry's SDK has it. Needs sentry-sdk:
pip install "fanlight[sentry]".
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from fanlight.sdk.exporters.calls import NO_END, Call, CallExporter, CallKind
from fanlight.sdk.exporters.exit import EXIT_S, Outlet

if TYPE_CHECKING:
    from sentry_sdk import Client, Scope

OPERATIONS = {
    CallKind.RUN: "gen_ai.invoke_agent",
    CallKind.TOOL: "gen_ai.execute_tool",
    CallKind.STREAM: "gen_ai.chat",
}


class SentryExporter(CallExporter):
    """Uses a client and a scope of its own: an agent that has Sentry itself keeps it as it is.

    Raises:
        ValueError: there is no SENTRY_DSN, or SENTRY_TRACES_SAMPLE_RATE is not between 0 and 1.
        ModuleNotFoundError: sentry-sdk is not installed.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        super().__init__(environ)
        dsn = self.environ.get("SENTRY_DSN")
        if not dsn:
            raise ValueError("SENTRY_DSN is not set: Sentry takes nothing without it")
        rate = sample_rate_of(self.environ.get("SENTRY_TRACES_SAMPLE_RATE") or "1.0")
        self.with_content = self.environ.get("SENTRY_SEND_DEFAULT_PII", "").lower() in {"true", "1"}
        client, self._outlet = _client(dsn, rate)
        self._scope = _scope(client)
        if run := self.environ.get("FANLIGHT_RUN_ID"):
            self._scope.set_tag("fanlight.run_id", run)

    def begin(self, call: Call) -> None:
        operation, at = OPERATIONS[call.kind], _time(call.started_ns)
        with self._ours():
            if call.parent is None:
                call.handle = self._scope.start_transaction(op=operation, name=call.name, start_timestamp=at)
                if call.kind is CallKind.RUN:
                    self._scope.span = call.handle
            else:
                call.handle = call.parent.handle.start_child(op=operation, name=call.name, start_timestamp=at)

    def end(self, call: Call) -> None:
        span = call.handle
        for name, value in self._data_of(call).items():
            span.set_data(name, value)
        span.set_status("ok" if call.failure is None else "internal_error")
        with self._ours():
            if isinstance(call.failure, BaseException):
                self._scope.capture_exception(call.failure)
            elif call.failure is not None and call.failure != NO_END:
                self._scope.capture_message(call.failure, level="error")
            span.finish(end_timestamp=_time(call.ended_ns))

    def act(self, run: Call | None, tool: str, tool_input: str) -> None:
        data = {"tool_input": tool_input} if self.with_content else {}
        with self._ours():
            self._scope.add_breadcrumb(category="agent.action", message=tool, data=data)

    def flush(self) -> None:
        self._outlet.flush()

    def _data_of(self, call: Call) -> dict[str, Any]:
        data: dict[str, Any] = {"gen_ai.operation.name": OPERATIONS[call.kind].removeprefix("gen_ai.")}
        if call.kind is CallKind.TOOL:
            data["gen_ai.tool.name"] = call.name
        if call.kind is CallKind.RUN:
            data["gen_ai.agent.name"] = call.name
        if call.status is not None:
            data["charm.status"] = call.status
        if call.pieces:
            data["charm.stream.pieces"] = call.pieces
        if self.with_content:
            data["gen_ai.tool.input" if call.kind is CallKind.TOOL else "input"] = call.input
            data["gen_ai.tool.output" if call.kind is CallKind.TOOL else "output"] = call.output
        return data

    def _ours(self) -> AbstractContextManager[Any]:
        from sentry_sdk.scope import use_scope

        return use_scope(self._scope)


def sample_rate_of(text: str) -> float:
    """A part of all runs.

    Example:
        >>> sample_rate_of("0.25")
        0.25
        >>> sample_rate_of("all")
        Traceback (most recent call last):
        ValueError: SENTRY_TRACES_SAMPLE_RATE is 'all': it is a number from 0 to 1
    """
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise ValueError(f"SENTRY_TRACES_SAMPLE_RATE is {text!r}: it is a number from 0 to 1") from None
    return rate


@cache
def _client(dsn: str, traces_sample_rate: float) -> tuple[Client, Outlet]:
    from sentry_sdk import Client

    client = Client(
        dsn=dsn,
        traces_sample_rate=traces_sample_rate,
        # They would patch the agent's libraries and read its argument list.
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        shutdown_timeout=EXIT_S,
    )
    # Longer than an exit waits: what is still on its way then is what makes the outlet stuck.
    return client, Outlet(partial(client.flush, timeout=2 * EXIT_S), client.close)


def _scope(client: Client) -> Scope:
    from sentry_sdk import Scope

    return Scope(client=client)


def _time(ns: int) -> datetime:
    return datetime.fromtimestamp(ns / 1e9, UTC)
