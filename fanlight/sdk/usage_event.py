"""What a call of a model took, told by hand: a span of kind llm that counts once."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fanlight.errors import InvalidError
from fanlight.model.usage_event import UsageEvent, read_usage_event
from fanlight.sdk import guarding
from fanlight.sdk.faults import count, harmless
from fanlight.sdk.providers import Providers, active

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import SpanContext

_log = logging.getLogger("fanlight")


@harmless("usage", otherwise=False)
def usage(
    model: str | None = None,
    *,
    tokens_input: int | None = None,
    tokens_output: int | None = None,
    tokens_cache_read: int | None = None,
    tokens_cache_write: int | None = None,
    tokens_reasoning: int | None = None,
    cost: str | int | Decimal | None = None,
    currency: str | None = None,
    provider: str | None = None,
    id: str | None = None,  # noqa: A002 - the event's own word
) -> bool:
    """Record what one call of a model took, where nothing traces it; it belongs to the current run.

    `tokens_input` includes both caches, `tokens_output` reasoning. Without a `cost` it is that of the model's
    price. `id` makes the event idempotent: send the same again in the same run and it counts once; without it
    one is made. False when something of it cannot be: that is said in the log, and never raised.

    Example:
        >>> import fanlight
        >>> fanlight.usage("gpt-4o", provider="openai", tokens_input=1_200, tokens_output=300, id="call-1")
        True
        >>> fanlight.usage("gpt-4o", tokens_input=-1)
        False
    """
    from opentelemetry import trace

    above = trace.get_current_span().get_span_context()
    given = {
        "id": secrets.token_hex(16) if id is None else id,
        "model": model,
        "provider": provider,
        "tokens_input": tokens_input,
        "tokens_output": tokens_output,
        "tokens_cache_read": tokens_cache_read,
        "tokens_cache_write": tokens_cache_write,
        "tokens_reasoning": tokens_reasoning,
        "cost": cost,
        "currency": currency,
        "run": f"{above.trace_id:032x}" if above.is_valid else None,
    }
    try:
        event = read_usage_event(given)
    except InvalidError as error:
        count("usage refused")
        _log.warning("fanlight.usage: %s; the event is left out", error)
        return False
    if (providers := active()) is not None:
        _put(providers, usage_span(event, above if above.is_valid else None, providers.traces.resource))
    return True


def read_stdout(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of an event of stdout, which may stand in its `content`.

    Example:
        >>> read_stdout({"type": "usage", "id": "1", "content": {"tokens_input": 7}})
        {'tokens_input': 7, 'type': 'usage', 'id': '1'}
    """
    content = value.get("content")
    if not isinstance(content, Mapping):
        return value
    return {**content, **{name: each for name, each in value.items() if name != "content"}}


def usage_span(event: UsageEvent, parent: SpanContext | None, resource: Resource) -> ReadableSpan:
    """The span of an event, below `parent`: it has ended, and its id follows from run and event.

    A runner puts it into its pipeline; `read_usage_event(read_stdout(value), verified=...)` reads the event,
    which has to name the run of `parent`.
    """
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    from fanlight import __version__

    at_ns = event.occurred_ns or time.time_ns()
    return ReadableSpan(
        name=event.name,
        context=SpanContext(
            int(event.trace_id, 16),
            int(event.span_id, 16),
            is_remote=False,
            trace_flags=TraceFlags(TraceFlags.SAMPLED),
        ),
        parent=parent,
        resource=resource,
        attributes=event.attributes,
        kind=SpanKind.CLIENT,
        status=Status(StatusCode.UNSET),
        start_time=at_ns,
        end_time=at_ns,
        instrumentation_scope=InstrumentationScope("fanlight", __version__),
    )


def _put(providers: Providers, span: ReadableSpan) -> None:
    from fanlight.sdk.span_processor import weight_of

    providers.pipeline.backlog.put(span, weight_of(span))
    if guarding.guards:
        guarding.ended(span)
