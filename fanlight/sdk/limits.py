"""Stops a run that spends, repeats or lasts too much: cooperative, inside the agent.

A guard reads what the agent's own spans report. It can stop nothing between two checkpoints, and an agent
that catches the error goes on until the next one.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from decimal import Decimal, InvalidOperation
from types import TracebackType
from typing import TYPE_CHECKING, Any

from fanlight.sdk import guarding, prices
from fanlight.sdk.faults import note
from fanlight.sdk.guarding import GuardError
from fanlight.sdk.providers import active
from fanlight.sdk.usage import Usage, call_of, read_usage

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span

MAX_MEMBERS = 10_000
PRICES_S = 2.0


class BudgetExceeded(GuardError):  # noqa: N818 - the published name
    """Money, tokens or time are used up."""

    code = "budget_exceeded"


class LoopDetected(GuardError):  # noqa: N818 - the published name
    """The same tool was called with the same arguments too often."""

    code = "loop_detected"


def guard(
    budget_usd: float | str | Decimal | None = None,
    max_tokens: int | None = None,
    max_repeats: int | None = None,
    max_seconds: float | None = None,
) -> Guard:
    """Watch the current run, or with `with` what goes on in the block, and stop it at a limit.

    Raises BudgetExceeded (US dollars, tokens in and out, seconds, or a budget of the project on the server)
    and LoopDetected (one tool with the same arguments more than `max_repeats` times) where the next span
    starts, and in `Guard.check`. It is cooperative: work that makes no span is not seen, and what one model
    call costs is known when it has ended. Money needs `genai-prices` (`fanlight[run]`), or spans that claim
    their cost. Called before `fanlight.configure`, it knows only seconds.

    Example:
        with fanlight.guard(budget_usd=1.00, max_repeats=5), fanlight.run("plan trip"):
            ...
    """
    return Guard(_dollars(budget_usd), max_tokens, max_repeats, max_seconds)


def _dollars(given: float | str | Decimal | None) -> Decimal | None:
    if given is None:
        return None
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        # A limit that cannot be read is the caller's mistake, not telemetry's: better now than never.
        raise ValueError(f"budget_usd={given!r} is no amount of US dollars")
    return amount


class Guard:
    """A guard that is on. `tokens`, `cost_usd` and `seconds` say how much was used."""

    def __init__(
        self,
        budget_usd: Decimal | None,
        max_tokens: int | None,
        max_repeats: int | None,
        max_seconds: float | None,
    ) -> None:
        self._budget_usd = budget_usd
        self._max_tokens = max_tokens
        self._max_repeats = max_repeats
        self._max_seconds = max_seconds
        self._lock = threading.RLock()
        self._began = time.monotonic()
        self._unpriced: list[Usage] = []
        self._calls: Counter[tuple[str, str]] = Counter()
        self._spent = Decimal(0)
        self._tokens = 0
        self._verdict = ""
        self._error: GuardError | None = None
        self._members: dict[int, None] = {}
        self._anchor: int | None = None
        self._traces: dict[int, None] = {}
        self._attached: Token[Context] | None = None
        self._is_on = True
        self._turn_on()

    @property
    def tokens(self) -> int:
        """Tokens in and out of the model calls that have ended."""
        return self._tokens

    @property
    def cost_usd(self) -> Decimal:
        """US dollars of them, as far as they are priced by now."""
        self._price()
        return self._spent

    @property
    def seconds(self) -> float:
        """Since the guard is on."""
        return time.monotonic() - self._began

    def check(self) -> None:
        """A checkpoint of your own: raises when a limit is passed. Waits for the prices, at most 2 s once."""
        if self._budget_usd is not None:
            prices.are_loaded(PRICES_S)
        if self._is_on and (error := self._find()) is not None:
            raise error

    def end(self) -> None:
        """Turn it off."""
        self._is_on = False
        if self in guarding.guards:
            guarding.guards.remove(self)

    def __enter__(self) -> Guard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        self._detach()

    # -- where spans meet it

    def started(self, span: Span, context: Context | None) -> None:
        """A span starts: is it ours, and may it?"""
        if not self._covers(span, context):
            return
        if (error := self._find()) is not None:
            _stop(span, error)
            raise error

    def ended(self, span: ReadableSpan) -> None:
        """A span ended: what did it use?"""
        if span.context is None or not self._knows(span.context.span_id, span.context.trace_id):
            return
        attributes = span.attributes or {}
        usage, call = read_usage(attributes), call_of(attributes)
        with self._lock:
            if usage is not None:
                self._tokens += usage.tokens
                self._unpriced.append(usage)
            if call is not None:
                self._calls[call] += 1
        is_over = span.parent is None if self._anchor is None else span.context.span_id == self._anchor
        if is_over and self._attached is None:
            self.end()

    def judged(self, verdict: str) -> None:
        """The server's verdict on the project's budgets: empty, or what is exceeded."""
        self._verdict = verdict

    @property
    def run_ids(self) -> list[str]:
        """The traces that it watches, in hex."""
        return [f"{trace_id:032x}" for trace_id in list(self._traces)]

    def _turn_on(self) -> None:
        if self._budget_usd is not None:
            prices.load()
        try:
            self._anchor_here()
        except Exception as error:
            note("guard", error)
        guarding.guards.append(self)
        if (providers := active()) is not None:
            from fanlight.sdk.verdict import watch

            watch(providers)

    def _anchor_here(self) -> None:
        """Watch the run that goes on; where there is none, whatever this context starts from now on."""
        from opentelemetry import context, trace

        run, current = context.get_value(guarding.RUN), trace.get_current_span().get_span_context()
        if isinstance(run, trace.SpanContext):
            self._anchor = run.span_id
            self._members |= {run.span_id: None, current.span_id: None}
            return
        if current.is_valid:
            self._traces[current.trace_id] = None
            return
        kept: Any = context.get_value(guarding.KEY)
        self._attached = context.attach(context.set_value(guarding.KEY, (*(kept or ()), self)))

    def _detach(self) -> None:
        if self._attached is not None:
            from opentelemetry import context

            context.detach(self._attached)
            self._attached = None

    def _covers(self, span: Span, context: Context | None) -> bool:
        own, parent = span.get_span_context(), span.parent
        is_ours = own.trace_id in self._traces
        if not is_ours and parent is not None:
            is_ours = parent.span_id in self._members
        if not is_ours and self._attached is not None:
            is_ours = self in guarding.guards_of(context)
        if is_ours:
            with self._lock:
                self._members[own.span_id] = None
                while len(self._members) > MAX_MEMBERS:
                    del self._members[next(iter(self._members))]
                if parent is None:
                    self._traces[own.trace_id] = None
        return is_ours

    def _knows(self, span_id: int, trace_id: int) -> bool:
        return span_id in self._members or trace_id in self._traces

    def _find(self) -> GuardError | None:
        """The limit that is passed. Once there is one, it stays."""
        if self._error is None:
            self._price()
            with self._lock:
                self._error = self._exceeded() or self._repeated()
        return self._error

    def _exceeded(self) -> GuardError | None:
        if self._budget_usd is not None and self._spent > self._budget_usd:
            return _over(f"{self._spent:.6f} of {self._budget_usd} US dollars")
        if self._max_tokens is not None and self._tokens > self._max_tokens:
            return _over(f"{self._tokens} of {self._max_tokens} tokens")
        if self._max_seconds is not None and self.seconds > self._max_seconds:
            return _over(f"{self.seconds:.1f} of {self._max_seconds} seconds")
        return _over(self._verdict) if self._verdict else None

    def _repeated(self) -> GuardError | None:
        if self._max_repeats is None:
            return None
        for (tool, _), times in self._calls.items():
            if times > self._max_repeats:
                return LoopDetected(
                    f"tool {tool or '?'!r} was called {times} times with the same arguments",
                    hint=f"the guard allows {self._max_repeats}",
                )
        return None

    def _price(self) -> None:
        if not self._unpriced or (self._budget_usd is not None and not prices.are_loaded()):
            return
        with self._lock:
            waiting, self._unpriced = self._unpriced, []
            for usage in waiting:
                try:
                    self._spent += prices.price_of(usage) or 0
                except Exception as error:
                    note("price of a call", error)


def _over(used: str) -> BudgetExceeded:
    return BudgetExceeded(f"the run has used {used}", hint="the guard stops it here")


def _stop(span: Span, error: GuardError) -> None:
    """The span that was about to start shows why it did not."""
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("error.type", type(error).__name__)
    span.set_attribute("fanlight.guard", error.code)
    span.set_status(Status(StatusCode.ERROR, error.message))
    span.end()
