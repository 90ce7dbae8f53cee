"""Group commit answers everybody, whatever happens to the group."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fanlight.errors import OverloadError
from fanlight.ingest.commit import Append, GroupCommit, Outcome
from fanlight.otlp.container import GZIP
from fanlight.otlp.framing import Body

Make = Callable[..., Any]


def submit_all(commits: GroupCommit, bodies: Sequence[bytes], batch: Make) -> list[Any]:
    async def run() -> list[Any]:
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in bodies]
        for body, future in zip(bodies, futures, strict=True):
            commits.submit(Append(batch(), Body(GZIP, body), loop, future))
        return await asyncio.gather(*futures, return_exceptions=True)

    return asyncio.run(run())


def test_everybody_hears_their_own_outcome(batch: Make) -> None:
    def commit(taken: Sequence[Append]) -> list[Outcome]:
        return [
            OverloadError("no") if append.body.data == b"bad" else int(append.body.data) for append in taken
        ]

    commits = GroupCommit(commit)
    outcomes = submit_all(commits, [b"1", b"bad", b"3"], batch)
    commits.close()
    assert [outcome if isinstance(outcome, int) else str(outcome) for outcome in outcomes] == [1, "no", 3]
    assert commits.queued_bytes == 0


def test_a_commit_that_breaks_refuses_its_group_and_the_next_goes_on(
    batch: Make, caplog: pytest.LogCaptureFixture
) -> None:
    def commit(taken: Sequence[Append]) -> list[Outcome]:
        if taken[0].body.data == b"break":
            raise ZeroDivisionError("surprise")
        return [7] * len(taken)

    commits = GroupCommit(commit)
    with caplog.at_level(logging.ERROR):
        (refused,) = submit_all(commits, [b"break"], batch)
    assert isinstance(refused, OverloadError)
    assert submit_all(commits, [b"fine"], batch) == [7]
    commits.close()
    assert commits.queued_bytes == 0


def test_a_loop_that_is_gone_stops_nothing(batch: Make) -> None:
    commits = GroupCommit(lambda taken: [1] * len(taken))
    loop = asyncio.new_event_loop()
    gone: asyncio.Future[int] = loop.create_future()
    loop.close()
    commits.submit(Append(batch(), Body(GZIP, b"x"), loop, gone))
    assert submit_all(commits, [b"y"], batch) == [1]
    commits.close()


def test_what_is_queued_at_the_end_is_committed_and_what_comes_later_refused(batch: Make) -> None:
    committed: list[bytes] = []

    def commit(taken: Sequence[Append]) -> list[Outcome]:
        committed.extend(append.body.data for append in taken)
        return [1] * len(taken)

    commits = GroupCommit(commit)
    submit_all(commits, [b"a", b"b"], batch)
    commits.close()
    with pytest.raises(OverloadError):
        submit_all(commits, [b"c"], batch)
    assert committed == [b"a", b"b"]
