"""The queue between the agent and the sender: bounded, and what has no room is counted."""

from __future__ import annotations

import threading
from typing import Any

from fanlight.sdk.backlog import MAX_TOKENS, Backlog
from fanlight.sdk.drops import Drops
from fanlight.sdk.settings import Settings


def backlog(**bounds: Any) -> tuple[Backlog, Drops, list[str]]:
    drops, woken = Drops(), []
    return Backlog(Settings(**bounds), drops, lambda: woken.append("woken")), drops, woken


def test_items_come_out_in_the_order_in_which_they_were_put() -> None:
    queue, drops, _ = backlog()
    for item in "abc":
        queue.put(item, 1)  # type: ignore[arg-type]
    assert (queue.take(2, 100), queue.take(2, 100), queue.take(2, 100)) == (["a", "b"], ["c"], [])
    assert drops.snapshot() == {}


def test_it_is_bounded_in_count() -> None:
    queue, drops, _ = backlog(queue_items=2)
    for item in "abcd":
        queue.put(item, 1)  # type: ignore[arg-type]
    assert queue.take(9, 100) == ["a", "b"]
    assert drops.snapshot() == {"queue_full": 2}


def test_it_is_bounded_in_bytes_and_has_room_again_when_they_were_taken() -> None:
    queue, drops, _ = backlog(queue_bytes=100)
    for item, weight in (("a", 60), ("b", 60), ("c", 40)):
        queue.put(item, weight)  # type: ignore[arg-type]
    assert queue.take(9, 1_000) == ["a", "c"]
    queue.put("d", 100)  # type: ignore[arg-type]
    assert queue.take(9, 1_000) == ["d"]
    assert drops.snapshot() == {"queue_full": 1}


def test_a_request_ends_before_its_bytes_are_too_many_but_holds_one_giant() -> None:
    queue, _, _ = backlog()
    for item, weight in (("giant", 500), ("a", 40), ("b", 40), ("c", 40)):
        queue.put(item, weight)  # type: ignore[arg-type]
    assert [queue.take(9, 100) for _ in range(3)] == [["giant"], ["a", "b"], ["c"]]


def test_tokens_take_no_room_from_items_and_are_bounded_themselves() -> None:
    queue, drops, _ = backlog(queue_items=1)
    for _ in range(MAX_TOKENS + 3):
        queue.put_token("t", 1)
    queue.put("a", 1)  # type: ignore[arg-type]
    assert (len(queue.take_tokens()), queue.take(1, 1)) == (MAX_TOKENS, ["a"])
    assert drops.snapshot() == {"tokens_skipped": 3}


def test_the_consumer_is_woken_once_while_it_sleeps() -> None:
    queue, _, woken = backlog()
    queue.put("a", 1)  # type: ignore[arg-type]
    queue.asleep = False
    queue.put("b", 1)  # type: ignore[arg-type]
    assert woken == ["woken"]


def test_after_its_end_everything_is_counted_as_lost_at_exit() -> None:
    queue, drops, _ = backlog()
    queue.close()
    queue.put("a", 1)  # type: ignore[arg-type]
    assert (queue.take(1, 1), drops.snapshot()) == ([], {"exit": 1})


def test_what_many_threads_put_is_taken_or_counted() -> None:
    queue, drops, _ = backlog(queue_items=500)
    taken: list[Any] = []
    threads = [
        threading.Thread(target=lambda: [queue.put("x", 1) for _ in range(2_000)])  # type: ignore[arg-type,func-returns-value]
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken += queue.take(100, 1_000)
    taken += queue.take(10_000, 10**9)
    assert len(taken) + drops.snapshot().get("queue_full", 0) == 16_000
