"""A bucket never lets more through than its rate, and sends nobody away for nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fanlight.ingest.bucket import Bucket

STEPS = st.lists(
    st.tuples(st.floats(0, 30, allow_subnormal=False), st.integers(1, 5_000)), min_size=1, max_size=60
)


@given(steps=STEPS, rate=st.floats(0.5, 5_000), burst_s=st.floats(0.5, 60))
def test_over_any_time_no_more_comes_than_the_rate_a_full_bucket_and_one_request(
    steps: list[tuple[float, int]], rate: float, burst_s: float
) -> None:
    bucket, now, let_in = Bucket(rate, burst_s, now=0.0), 0.0, list[tuple[float, int]]()
    for pause_s, count in steps:
        now += pause_s
        if bucket.paid_at <= now:
            bucket.take(count, now)
            let_in.append((now, count))
    for first, (since, _) in enumerate(let_in):
        for last in range(first, len(let_in)):
            until, newest = let_in[last]
            came = sum(count for _, count in let_in[first:last])
            assert came <= rate * (until - since) + rate * burst_s + 1e-6 * came, (since, until, newest)


@given(steps=STEPS, rate=st.floats(0.5, 5_000))
def test_whoever_waits_as_long_as_told_is_taken(steps: list[tuple[float, int]], rate: float) -> None:
    bucket, now = Bucket(rate, 10.0, now=0.0), 0.0
    for pause_s, count in steps:
        now = max(now + pause_s, bucket.paid_at)
        assert bucket.paid_at <= now
        bucket.take(count, now)


@given(rates=st.lists(st.floats(0.5, 5_000), min_size=2, max_size=10), owed=st.integers(1, 100_000))
def test_what_is_owed_stays_owed_when_the_rate_changes(rates: list[float], owed: int) -> None:
    bucket = Bucket(rates[0], 0.0, now=0.0)
    bucket.take(owed, 0.0)
    for rate in rates[1:]:
        bucket.change(rate, 0.0)
        assert abs(bucket.paid_at * rate - owed) < 1e-6 * owed
