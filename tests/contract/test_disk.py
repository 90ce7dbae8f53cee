"""What the store takes up: a project's share of it, and the whole for whoever may know."""

from __future__ import annotations

from typing import Any

from fanlight.query.disk import get_disk

from .telemetry import NOW_NS, SECOND_NS, logs, span, traces

DAY_NS = 86_400 * SECOND_NS


def test_the_shares_of_all_projects_add_up_to_no_more_than_the_store(store: Any, log: Any) -> None:
    spans = [traces(span("a", number=at + 1, trace=at + 1)) for at in range(30)]
    store.insert(log.segment(*spans[:10], project="ours"))
    store.insert(log.segment(*spans[10:], project="theirs"))
    store.insert(log.segment(logs("hello"), project="ours"))

    own = get_disk(store, project="ours", others=None, now_ns=NOW_NS)
    assert [(share.project, share.signal, share.rows) for share in own.shares] == [
        ("ours", "traces", 10), ("ours", "logs", 1),
    ]  # fmt: skip
    assert (own.bytes, own.free_bytes, own.days_left) == (None, None, None)

    whole = get_disk(store, project="ours", others={"empty"}, now_ns=NOW_NS)
    assert [(share.project, share.signal, share.rows) for share in whole.shares] == [
        (None, "traces", 20), ("ours", "traces", 10), ("ours", "logs", 1),
    ]  # fmt: skip
    assert whole.bytes
    assert whole.free_bytes
    assert whole.total_bytes
    assert 0 < sum(share.bytes for share in whole.shares) <= whole.bytes <= whole.total_bytes


def test_days_are_left_for_what_came_in_within_the_last_one(store: Any, log: Any) -> None:
    store.insert(log.segment(traces(span("a", number=1, trace=1))))
    today = get_disk(store, project="default", others=(), now_ns=NOW_NS)
    assert (today.days_left or 0) > 0
    tomorrow = get_disk(store, project="default", others=(), now_ns=NOW_NS + 3 * DAY_NS)
    assert [share.bytes_a_day for share in tomorrow.shares] == [0]
    assert tomorrow.days_left is None
