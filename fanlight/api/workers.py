"""The threads in which questions to the store are asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.types import Receive

from fanlight.errors import OverloadError

THREADS = 3
MAX_WAITING = 64

Answer = TypeVar("Answer")


class ClientGoneError(Exception):
    """The client hung up before there was an answer; nobody reads what is said now."""


class Workers:
    """A few threads, and a bound on how many questions wait for one."""

    def __init__(self, threads: int = THREADS, max_waiting: int = MAX_WAITING) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fanlight-query")
        self._max_open = threads + max_waiting
        self._open = 0
        self._lock = threading.Lock()

    async def ask(self, question: Callable[[], Answer], receive: Receive) -> Answer:
        """What `question` returns. One that still waits when its client hangs up is never asked.

        Raises:
            OverloadError: too many questions wait already.
            ClientGoneError: `receive` said that the client hung up.
        """
        future = self._submit(question)
        answer = asyncio.wrap_future(future)
        gone = asyncio.ensure_future(hang_up(receive))
        try:
            waited: list[asyncio.Future[Any]] = [answer, gone]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise ClientGoneError
        finally:
            answer.cancel()
            gone.cancel()

    def _submit(self, question: Callable[[], Answer]) -> Future[Answer]:
        with self._lock:
            if self._open >= self._max_open:
                raise OverloadError("too many questions are waiting", hint="ask again in a moment")
            self._open += 1
        future = self._pool.submit(question)
        future.add_done_callback(self._finish)
        return future

    def _finish(self, _: object) -> None:
        with self._lock:
            self._open -= 1

    def close(self) -> None:
        """Wait for the questions that are being asked; drop the rest."""
        self._pool.shutdown(cancel_futures=True)


async def hang_up(receive: Receive) -> None:
    """Wait until the client hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass
