"""What both receivers do with a request once its bytes are here: inflate, check, append, count."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from fanlight.clock import SYSTEM, Clock
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.receivers.inflight import Hold, Inflight
from fanlight.ingest.recorded import spans_in
from fanlight.model.batch import Batch, Coding
from fanlight.model.signal import Signal
from fanlight.otlp import reasons
from fanlight.otlp.check import Checked, check_closely, check_quickly
from fanlight.otlp.coding import inflate
from fanlight.otlp.json import convert
from fanlight.otlp.limits import Limits

Append = Callable[[Batch], Awaitable[int]]
"""`Log.append`: returns once the batch is durable."""

INFLATE_INLINE_BYTES = 32 * 1024
"""A bigger coded body inflates in a thread: this much gzip can hold 32 MiB, 20 ms of work."""

CHECK_INLINE_BYTES = 4 * 1024 * 1024
CONVERT_INLINE_BYTES = 256 * 1024
_THREADS = 2

_T = TypeVar("_T")


class Gate(Protocol):
    """Who may send into which project.

    Returns the name of the project that the whole request goes to; empty when each resource names its own.
    Raises UnauthenticatedError, ForbiddenError or InvalidError.
    """

    def __call__(self, key: str | None, project: str | None) -> str: ...


class Intake:
    """One server's way in, shared by its receivers. `inflight` bounds the memory of all of them together."""

    def __init__(self, append: Append, limits: Limits, ledger: Ledger, clock: Clock = SYSTEM) -> None:
        self.limits, self.ledger = limits, ledger
        self.inflight = Inflight(limits.max_inflight_bytes)
        self._append = append
        self._clock = clock
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="fanlight-intake")

    async def take(
        self, signal: Signal, project: str, body: bytes, coding: Coding, hold: Hold, *, json: bool = False
    ) -> Checked:
        """Take one request over. When this returns, every item of it is durable or counted as rejected.

        `hold` already holds the bytes of `body`.

        Raises:
            PayloadError: the request can never be taken.
            OverloadError: the server is full for now.
        """
        received_ns = self._clock.now_ns()
        plain, coding = await self._inflate(body, coding, hold)
        checked = await self._check(signal, plain, json=json)
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
        self._count(signal, checked, len(body))
        return checked

    async def _append_recorded(self, project: str, logs: bytes, received_ns: int) -> None:
        """The spans that some of the log records stand for, into the log as well."""
        plain, items = await self._run(len(logs) <= CONVERT_INLINE_BYTES, spans_in, logs)
        if items:
            await self._append(
                Batch(
                    signal=Signal.TRACES, project=project, received_ns=received_ns, items=items, plain=plain
                )
            )
            self.ledger.received(Signal.TRACES, items)

    async def _inflate(self, body: bytes, coding: Coding, hold: Hold) -> tuple[bytes, Coding]:
        if coding is Coding.IDENTITY:
            return inflate(body, coding, self.limits.max_body_bytes)
        inline = len(body) <= INFLATE_INLINE_BYTES
        plain, coding = await self._run(inline, inflate, body, coding, self.limits.max_body_bytes)
        hold.add(len(plain))
        return plain, coding

    async def _check(self, signal: Signal, plain: bytes, *, json: bool) -> Checked:
        if json:
            return await self._run(len(plain) <= CONVERT_INLINE_BYTES, convert, signal, plain, self.limits)
        inline = len(plain) <= CHECK_INLINE_BYTES
        checked = await self._run(inline, check_quickly, signal, plain, self.limits)
        if checked is not None:
            return checked
        return await self._run(len(plain) <= CONVERT_INLINE_BYTES, check_closely, signal, plain, self.limits)

    async def _run(self, inline: bool, work: Callable[..., _T], *arguments: object) -> _T:
        if inline:
            return work(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _count(self, signal: Signal, checked: Checked, size_bytes: int) -> None:
        rejected = sum(checked.rejected.values())
        if checked.items or rejected or checked.mended:
            self.ledger.received(
                signal, checked.items + rejected, rejected=checked.rejected, mended=checked.mended
            )
        if rejected:
            self.ledger.rejected_in_part(signal, ",".join(sorted(checked.rejected)), size_bytes=size_bytes)


def explain(checked: Checked) -> str:
    """The message of partial_success; empty for full success."""
    return reasons.describe(checked.rejected, checked.mended)
