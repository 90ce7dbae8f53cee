"""A reader's place in the window is known without the store, or not at all, but never wrongly."""

from hypothesis import given
from hypothesis import strategies as st

from fanlight.live.arrivals import APART_NS, Arrivals

WINDOW_NS = 10 * APART_NS
STEPS = st.lists(st.tuples(st.integers(0, 3 * APART_NS), st.integers(0, 5)), min_size=1, max_size=60)


@given(STEPS, st.integers(0, 60 * APART_NS), st.integers(0, 300))
def test_what_came_since_really_did(steps: list[tuple[int, int]], since_ns: int, after: int) -> None:
    arrivals, now_ns, watermark = Arrivals(0, 0), 0, 0
    announced: list[tuple[int, int]] = []
    for wait_ns, items in steps:
        now_ns += wait_ns
        announced += [(watermark + n, now_ns) for n in range(1, items + 1)]
        watermark += items
        arrivals.note(now_ns, watermark, WINDOW_NS)
    if arrivals.came_since(since_ns, after):
        assert all(at_ns >= since_ns for seq, at_ns in announced if seq > after)


def test_a_reader_within_the_window_of_this_process_is_known() -> None:
    arrivals = Arrivals(0, 100)
    for second in range(1, 2_000):
        arrivals.note(second * APART_NS, 100 + second, 900 * APART_NS)
    assert arrivals.came_since((2_000 - 900) * APART_NS, 100 + 1_200)
    assert not arrivals.came_since((2_000 - 900) * APART_NS, 100 + 1_000)
    assert len(arrivals._marks) <= 902
