"""The ring: in order, bounded, and nothing lost without being counted."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from fanlight.sdk.isolation.ring import Event, Ring, Token


def test_tokens_and_events_come_out_in_the_order_they_went_in() -> None:
    ring = Ring(100, 10_000)
    ring.put_token("a")
    ring.put("on_x", {"n": 1}, 10)
    ring.put_token("b")
    assert ring.take() == [Token(0, "a"), Event(1, "on_x", {"n": 1}, 10), Token(2, "b")]
    assert ring.dropped == 0


def test_flood_of_tokens_does_not_push_out_events() -> None:
    ring = Ring(4, 10_000)
    ring.put("on_run_start", {}, 10)
    for _ in range(10):
        ring.put_token("x")
    taken = ring.take()
    assert [type(entry) for entry in taken] == [Event, Token, Token, Token, Token]
    assert ring.dropped == 6


def test_what_is_too_many_bytes_is_refused_and_counted_until_there_is_room() -> None:
    ring = Ring(100, 100)
    ring.put("on_x", {}, 60)
    ring.put("on_x", {}, 60)
    assert (len(ring.take()), ring.dropped) == (1, 1)
    ring.put("on_x", {}, 60)
    assert (len(ring.take()), ring.dropped) == (1, 1)


def test_bytes_of_tokens_that_were_pushed_out_do_not_count_for_ever() -> None:
    ring = Ring(2, 100)
    for _ in range(9):
        ring.put_token("ten chars.")
    assert len(ring.take()) == 2
    assert ring.take() == []
    for _ in range(2):
        ring.put_token("x" * 40)
    assert (len(ring.take()), ring.dropped) == (2, 7)


@given(st.lists(st.sampled_from(["token", "event", "take"]), max_size=200), st.integers(1, 20))
def test_put_is_taken_or_dropped(steps: list[str], room: int) -> None:
    ring, put, taken = Ring(room, 10_000), 0, 0
    for step in steps:
        if step == "take":
            taken += len(ring.take())
            continue
        put += 1
        ring.put_token("x") if step == "token" else ring.put("on_x", {}, 1)
    taken += len(ring.take())
    assert taken + ring.dropped == put


def test_threads_that_put_at_once_lose_nothing_uncounted() -> None:
    ring = Ring(1_000, 1 << 20)
    taken: list[Token | Event] = []
    over = threading.Event()

    def drain() -> None:
        while not over.is_set():
            taken.extend(ring.take())

    threads = [threading.Thread(target=lambda: [ring.put_token("x") for _ in range(5_000)]) for _ in range(8)]
    reader = threading.Thread(target=drain)
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    reader.join()
    taken.extend(ring.take())
    assert len(taken) + ring.dropped == 40_000
