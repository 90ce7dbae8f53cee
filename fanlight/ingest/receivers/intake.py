"""What both receivers do with a request once its bytes are here: inflate, check, redact, append, count."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from fanlight.clock import SYSTEM, Clock
from fanlight.ingest.fairness import Turns
from fanlight.ingest.head_sampling import HeadSampler
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.limits import Pass, Quotas
from fanlight.ingest.receivers.inflight import Hold, Inflight
from fanlight.ingest.recorded import spans_in
from fanlight.ingest.redaction import Redact, Redaction
from fanlight.model.batch import Batch, Coding
from fanlight.model.limits import UNLIMITED
from fanlight.model.signal import Signal
from fanlight.otlp import reasons
from fanlight.otlp.check import Checked, check_closely, check_quickly
from fanlight.otlp.coding import inflate
from fanlight.otlp.destination import named_projects
from fanlight.otlp.json import convert
from fanlight.otlp.limits import Limits
from fanlight.store.names import Names

Append = Callable[[Batch], Awaitable[int]]
"""`Log.append`: returns once the batch is durable."""

INFLATE_INLINE_BYTES = 32 * 1024
"""A bigger coded body inflates in a thread: this much gzip can hold 32 MiB, 20 ms of work."""

CHECK_INLINE_BYTES = 4 * 1024 * 1024
CONVERT_INLINE_BYTES = 256 * 1024
REDACT_INLINE_BYTES = 1024 * 1024
_THREADS = 2

_T = TypeVar("_T")


class Gate(Protocol):
    """Who may send into which project.

    Returns the name of the project that the whole request goes to; empty when each resource names its own.
    Raises UnauthenticatedError, ForbiddenError or InvalidError.
    """

    def __call__(self, key: str | None, project: str | None) -> str: ...


class Intake:
    """One server's way in, shared by its receivers. `inflight` bounds the memory of all of them together.

    `limits` are the server's caps; without `quotas` they hold for every project, and nobody has a rate.
    """

    def __init__(
        self,
        append: Append,
        limits: Limits,
        ledger: Ledger,
        clock: Clock = SYSTEM,
        *,
        quotas: Quotas | None = None,
        redact: Redact | None = None,
        sample: HeadSampler | None = None,
        names: Names | None = None,
    ) -> None:
        self.limits, self.ledger = limits, ledger
        self.quotas = quotas or Quotas(lambda: UNLIMITED, limits, clock=clock)
        self._redact = redact or Redaction()
        self._sample = sample or HeadSampler(dict)
        self._names = names
        self.inflight = Inflight(limits.max_inflight_bytes)
        self._turns = Turns()
        self._append = append
        self._clock = clock
        self._began_ns = clock.now_ns()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="fanlight-intake")
        # One at a time: what a body becomes is known only when it is in memory.
        self._inflating = ThreadPoolExecutor(1, thread_name_prefix="fanlight-inflate")

    def admit(self, signal: Signal, project: str, key: str | None) -> Pass:
        """What holds for a request whose head was read. Raises QuotaError when nothing is left."""
        sender = self.quotas.of(project, key)
        sender.check(signal)
        return sender

    async def take(
        self,
        signal: Signal,
        project: str,
        body: bytes,
        coding: Coding,
        hold: Hold,
        *,
        json: bool = False,
        sender: Pass | None = None,
    ) -> Checked:
        """Take one request over. When this returns, every item of it is durable or counted as rejected.

        `hold` already holds the bytes of `body`. Without `sender` no quota is asked: the server itself tells.

        Raises:
            PayloadError: the request can never be taken.
            QuotaError: its sender has nothing left for now.
            OverloadError: the server is full for now.
        """
        # A clock that fell back must not make what comes now look old enough to be removed.
        received_ns = max(self._clock.now_ns(), self._began_ns)
        caps = self.limits if sender is None else sender.caps
        # Whoever has had least of late is worked for next; what waits for the disk waits together.
        async with self._turns.turn(project, len(body)):
            plain, coding = await self._inflate(body, coding, hold, caps)
            checked = await self._check(signal, plain, caps, json=json)
            if sender is not None:
                self._charge(sender, signal, checked)
            checked, sampled = await self._sampled(signal, project, checked)
            checked = await self._without_secrets(signal, project, checked)
        if checked.items:
            coded = body if checked.plain is plain and coding is not Coding.IDENTITY else b""
            await self._append(
                Batch(
                    signal=signal,
                    project=project,
                    received_ns=received_ns,
                    items=checked.items,
                    plain=checked.plain,
                    coded=coded,
                    coding=coding if coded else Coding.IDENTITY,
                )
            )
        if signal is Signal.LOGS:
            await self._append_recorded(project, checked.plain, received_ns)
        self._count(signal, checked, sampled, len(body))
        if self._names is not None and self._names.are_folded:
            return replace(checked, note=self._note(self._names, signal, project, checked.plain))
        return checked

    def _note(self, names: Names, signal: Signal, project: str, plain: bytes) -> str:
        """What senders are told while names of their project are folded."""
        named = [project] if project else sorted(named_projects(plain))
        return "; ".join(filter(None, (names.note(each, signal) for each in named)))

    async def _append_recorded(self, project: str, logs: bytes, received_ns: int) -> None:
        """The spans that some of the log records stand for, into the log as well."""
        plain, items = await self._run(len(logs) <= CONVERT_INLINE_BYTES, spans_in, logs)
        if not items:
            return
        found, sampled = await self._sampled(Signal.TRACES, project, Checked(plain=plain, items=items))
        if found.items:
            await self._append(
                Batch(
                    signal=Signal.TRACES,
                    project=project,
                    received_ns=received_ns,
                    items=found.items,
                    plain=found.plain,
                )
            )
        self._count(Signal.TRACES, found, sampled, 0)

    def _charge(self, sender: Pass, signal: Signal, checked: Checked) -> None:
        if sender.project:
            sender.take(signal, checked.items, len(checked.plain))
            return
        # Nobody is told apart here by a key: whoever is named pays for the whole request.
        for project in named_projects(checked.plain):
            self.quotas.of(project).take(signal, checked.items, len(checked.plain))

    async def _inflate(self, body: bytes, coding: Coding, hold: Hold, caps: Limits) -> tuple[bytes, Coding]:
        if coding is Coding.IDENTITY:
            return inflate(body, coding, caps.max_body_bytes)
        if len(body) <= INFLATE_INLINE_BYTES:
            plain, coding = inflate(body, coding, caps.max_body_bytes)
        else:
            work = partial(inflate, body, coding, caps.max_body_bytes)
            plain, coding = await asyncio.get_running_loop().run_in_executor(self._inflating, work)
        hold.add(len(plain))
        return plain, coding

    async def _check(self, signal: Signal, plain: bytes, caps: Limits, *, json: bool) -> Checked:
        if json:
            return await self._run(len(plain) <= CONVERT_INLINE_BYTES, convert, signal, plain, caps)
        inline = len(plain) <= CHECK_INLINE_BYTES
        checked = await self._run(inline, check_quickly, signal, plain, caps)
        if checked is not None:
            return checked
        return await self._run(len(plain) <= CONVERT_INLINE_BYTES, check_closely, signal, plain, caps)

    async def _sampled(self, signal: Signal, project: str, checked: Checked) -> tuple[Checked, int]:
        """The request without the spans that its project does not keep, and how many those are."""
        if signal is not Signal.TRACES or not self._sample.thresholds():
            return checked, 0
        inline = len(checked.plain) <= CONVERT_INLINE_BYTES
        found = await self._run(inline, self._sample, project, checked.plain, checked.items)
        if found.plain is checked.plain:
            return checked, 0
        return replace(checked, plain=found.plain, items=found.items), found.dropped

    async def _without_secrets(self, signal: Signal, project: str, checked: Checked) -> Checked:
        inline = len(checked.plain) <= REDACT_INLINE_BYTES
        redacted = await self._run(inline, self._redact, signal, project, checked.plain)
        self.ledger.masked(redacted.counts)
        return checked if redacted.plain is checked.plain else replace(checked, plain=redacted.plain)

    async def _run(self, inline: bool, work: Callable[..., _T], *arguments: object) -> _T:
        if inline:
            return work(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _count(self, signal: Signal, checked: Checked, sampled: int, size_bytes: int) -> None:
        rejected = sum(checked.rejected.values())
        if sampled:
            self.ledger.sampled(signal, sampled, "head")
        if checked.items or rejected or checked.mended or sampled:
            items = checked.items + rejected + sampled
            self.ledger.received(signal, items, rejected=checked.rejected, mended=checked.mended)
        if rejected:
            self.ledger.rejected_in_part(signal, ",".join(sorted(checked.rejected)), size_bytes=size_bytes)


def explain(checked: Checked) -> str:
    """The message of partial_success; empty for full success."""
    return "; ".join(filter(None, (reasons.describe(checked.rejected, checked.mended), checked.note)))
