"""Runs and spans by hand, as OpenTelemetry spans."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fanlight.sdk import guarding
from fanlight.sdk.faults import harmless, note
from fanlight.sdk.providers import active
from fanlight.sdk.snapshot import attribute_of, text_of
from fanlight.sdk.tokens import FIRST_TOKEN, RATE, Stream

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer

MAX_ATTRIBUTES = 128
RUNNER_RUN = "FANLIGHT_RUN_ID"
PLACE = ("fanlight.room", "fanlight.session")
"""Attributes of a run that its log records have as well."""

OPERATIONS: Mapping[str, str] = {
    "agent": "invoke_agent",
    "llm": "chat",
    "tool": "execute_tool",
    "retriever": "retrieval",
    "embedding": "embeddings",
}
"""gen_ai.operation.name of the kinds that OpenTelemetry has a word for."""


class Span:
    """One unit of work that is going on. Its methods never raise."""

    def __init__(self, span: OtelSpan) -> None:
        self._span = span
        self._stream: Stream | None = None

    @property
    def trace_id(self) -> str:
        """The trace's id in hex; zeros when `fanlight.configure` was not called."""
        return f"{self._span.get_span_context().trace_id:032x}"

    @property
    def span_id(self) -> str:
        """The span's id in hex; zeros when `fanlight.configure` was not called."""
        return f"{self._span.get_span_context().span_id:016x}"

    @harmless("set", otherwise=None)
    def set(self, name: str, value: Any) -> None:
        """Set one attribute. Mappings and mixed lists become JSON."""
        self._span.set_attribute(name, attribute_of(value))

    @harmless("output", otherwise=None)
    def output(self, value: Any) -> None:
        """What came out."""
        self._span.set_attribute("fanlight.output", text_of(value))

    @harmless("tokens", otherwise=None)
    def tokens(self, *, input: int | None = None, output: int | None = None) -> None:  # noqa: A002 - OTel's words
        """How many tokens a model call took and gave."""
        if input is not None:
            self._span.set_attribute("gen_ai.usage.input_tokens", attribute_of(input))
        if output is not None:
            self._span.set_attribute("gen_ai.usage.output_tokens", attribute_of(output))

    @harmless("token", otherwise=None)
    def token(self, text: str) -> None:
        """A piece of text that the model has just streamed: shown live, and timed.

        The first one sets `fanlight.first_token_ns`, the end of the span `fanlight.tokens_per_s`.
        """
        providers = active()
        if providers is None or type(text) is not str or not self._span.is_recording():
            return
        if self._stream is None:
            self._stream = Stream()
        token = self._stream.add(self._span.get_span_context(), text)
        providers.pipeline.backlog.put_token(token, len(text))
        if token.place == 0 and (started_ns := getattr(self._span, "start_time", None)) is not None:
            self._span.set_attribute(FIRST_TOKEN, max(0, token.at_ns - started_ns))

    @harmless("token", otherwise=None)
    def stream_ended(self) -> None:
        """No more tokens will come. The blocks of `run` and `span` say it when they end."""
        if self._stream is not None and (rate := self._stream.rate()) is not None:
            self._span.set_attribute(RATE, rate)

    @harmless("event", otherwise=None)
    def event(self, name: str, **attributes: Any) -> None:
        """Something that happened at this moment."""
        self._span.add_event(name, {key: attribute_of(value) for key, value in attributes.items()})

    @harmless("fail", otherwise=None)
    def fail(self, error: BaseException | str) -> None:
        """Mark it as failed; an exception is recorded with its trace."""
        from opentelemetry.trace import Status, StatusCode

        kind = type(error).__name__ if isinstance(error, BaseException) else "error"
        self._span.set_attribute("error.type", kind)
        message = error if isinstance(error, str) else kind
        if isinstance(error, BaseException):
            self._span.record_exception(error)
            message = _message_of(error)
        self._span.set_status(Status(StatusCode.ERROR, message))


class Run(Span):
    """One execution of an agent. `id` is the run's id."""

    def __init__(self, span: OtelSpan, run_id: str | None) -> None:
        super().__init__(span)
        self.id = run_id or self.trace_id


def run(
    name: str,
    *,
    inputs: Any = None,
    room: str | None = None,
    session: str | None = None,
    user: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> contextlib.AbstractContextManager[Run]:
    """One execution of the agent `name`. Inside another span it is a run of its own in the same trace.

    An exception that leaves the block marks the run as failed and goes on.

    Example:
        >>> with run("plan trip", room="lobby", inputs={"city": "Oslo"}) as trip:
        ...     trip.output("Take the train.")
    """
    given = {
        "gen_ai.agent.name": name,
        "fanlight.input": _text_or_none(inputs),
        "fanlight.room": room,
        "fanlight.session": session,
        "fanlight.user": user,
    }
    return _run(name, given, attributes)


@contextlib.contextmanager
def _run(name: str, given: dict[str, Any], more: Mapping[str, Any] | None) -> Iterator[Run]:
    run_id = own_run_id()
    with _open(name, "agent", {"fanlight.run.id": run_id, **given}, more) as otel_span:
        made = Run(otel_span, run_id)
        with _run_in_context(otel_span, run_id, given):
            try:
                yield made
            finally:
                made.stream_ended()


@contextlib.contextmanager
def _run_in_context(otel_span: OtelSpan, run_id: str | None, given: Mapping[str, Any]) -> Iterator[None]:
    """Let a guard, a bill and a log find the run that goes on: one inside another is not all of its trace."""
    from opentelemetry import context

    own = None if run_id is None else otel_span.get_span_context()
    outer = context.get_value(guarding.PLACE)
    named = {key: text_of(given[key]) for key in PLACE if given.get(key) is not None}
    values = {
        guarding.RUN: own,
        guarding.RUN_ID: run_id,
        guarding.PLACE: {**(outer if isinstance(outer, dict) else {}), **named},
    }
    inside = context.get_current()
    for key, value in values.items():
        inside = context.set_value(key, value, inside)
    token = context.attach(inside)
    try:
        yield
    finally:
        context.detach(token)


def span(
    name: str,
    kind: str = "chain",
    *,
    inputs: Any = None,
    model: str | None = None,
    provider: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> contextlib.AbstractContextManager[Span]:
    """One step inside a run. `kind` is agent, llm, tool, chain, retriever, embedding, guardrail, ...

    Example:
        >>> with span("search", kind="tool", inputs={"q": "trains"}) as search:
        ...     search.output(["R10", "F4"])
    """
    kind = text_of(kind)
    given = {
        "gen_ai.tool.name": name if kind == "tool" else None,
        "gen_ai.agent.name": name if kind == "agent" else None,
        "gen_ai.request.model": model,
        "gen_ai.provider.name": provider,
        "fanlight.input": _text_or_none(inputs),
    }
    return _span(name, kind, given, attributes)


@contextlib.contextmanager
def _span(name: str, kind: str, given: dict[str, Any], more: Mapping[str, Any] | None) -> Iterator[Span]:
    with _open(name, kind, given, more) as otel_span:
        made = Span(otel_span)
        try:
            yield made
        finally:
            made.stream_ended()


@contextlib.contextmanager
def _open(
    name: str, kind: str, given: Mapping[str, Any], more: Mapping[str, Any] | None
) -> Iterator[OtelSpan]:
    from opentelemetry.trace import use_span

    otel_span = _start(name, kind, given, more)

    with use_span(otel_span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield otel_span
        except GeneratorExit:
            raise
        except BaseException as error:
            Span(otel_span).fail(error)
            raise


def _start(name: str, kind: str, given: Mapping[str, Any], more: Mapping[str, Any] | None) -> OtelSpan:
    """A span that has started. Only a guard may raise here: that is what it is for."""
    from opentelemetry.trace import INVALID_SPAN

    try:
        named = {"fanlight.kind": kind, "gen_ai.operation.name": OPERATIONS.get(kind), **given}
        clean = {key: attribute_of(value) for key, value in named.items() if value is not None}
        return tracer().start_span(text_of(name), attributes={**clean, **_given_by_name(more)})
    except guarding.GuardError:
        raise
    except Exception as error:
        note("start of a span", error)
        return INVALID_SPAN


NO_ATTRIBUTES: Mapping[str, Any] = MappingProxyType({})


@harmless("attributes", otherwise=NO_ATTRIBUTES)
def _given_by_name(attributes: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if not attributes:
        return {}
    pairs = list(islice(attributes.items(), MAX_ATTRIBUTES))
    return {text_of(key): attribute_of(value) for key, value in pairs if value is not None}


def _text_or_none(value: Any) -> str | None:
    return None if value is None else text_of(value)


def tracer() -> Tracer:
    """Fanlight's own tracer; one that records nothing before `configure` was called."""
    from opentelemetry import trace

    from fanlight import __version__

    providers = active()
    provider = providers.traces if providers else trace.get_tracer_provider()
    return provider.get_tracer("fanlight", __version__)


def own_run_id(above: Context | None = None) -> str | None:
    """An id for a run inside another span; None for the root of a trace, whose id is the trace's.

    What a runner started is its run: the runner's span is above, in another process.
    """
    from opentelemetry import trace

    parent = trace.get_current_span(above).get_span_context()
    if not parent.is_valid or (parent.is_remote and f"{parent.trace_id:032x}" == os.environ.get(RUNNER_RUN)):
        return None
    return secrets.token_hex(16)


def _message_of(error: BaseException) -> str:
    try:
        return str(error)[:1_024]
    except Exception:
        return type(error).__name__
