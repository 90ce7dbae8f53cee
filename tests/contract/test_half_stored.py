"""Storing a segment ends anywhere between two of its statements, and storing it again completes it."""

import pytest

from fanlight.errors import StoreError

from .telemetry import span, traces

TEXT = "é" * 50_000
NEVER = -1


class HalfWay:
    """A backend's `store` that ends after, or before, its nth call."""

    def __init__(self, backend, nth, *, after):
        self._store, self._nth, self._after = backend.store, nth, after
        self.tables = []

    def __call__(self, select, table, columns, **given):
        is_last = len(self.tables) == self._nth
        if is_last and not self._after:
            raise StoreError("it ends before")
        self._store(select, table, columns, **given)
        self.tables.append(table)
        if is_last:
            raise StoreError("it ends after")


def segments(log, trace):
    """A trace's first spans; and then some before, after and between them, a long one and an open one."""
    begun = traces(span("a", trace=trace, number=1, at=100), span("b", trace=trace, number=2, at=110))
    more = traces(
        span("root", trace=trace, number=3, at=10, text=TEXT),
        span("late", trace=trace, number=4, at=500),
        span("b", trace=trace, number=2, at=110),
        span("open", trace=trace, number=5, at=600, took=0),
    )
    return log.segment(begun), log.segment(more)


def held(rows, trace):
    """What the tables hold of a trace."""
    own = f"lower(hex(trace_id)) = '{trace:032x}'"
    return {
        "spans": rows(f"SELECT name, count() FROM spans WHERE {own} GROUP BY name ORDER BY name"),
        "open": rows(f"SELECT name FROM open_spans FINAL WHERE {own}"),
        "content": rows(f"SELECT length(value) FROM span_content WHERE {own}"),
        "index": rows(
            "SELECT dateDiff('second', min(min_start), max(max_start)), max(trace_index.opened), count() > 0"
            f" FROM trace_index FINAL WHERE {own} GROUP BY trace_id"
        ),
    }


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_segment_that_was_stored_half_is_whole_when_it_is_stored_again(
    store, log, rows, monkeypatch, after
):
    def insert(segment, nth):
        """Store it; what was done of it by then."""
        steps = HalfWay(store._backend, nth, after=after)
        with monkeypatch.context() as patched:
            patched.setattr(store._backend, "store", steps)
            if nth == NEVER:
                store.insert(segment)
            else:
                with pytest.raises(StoreError, match="it ends"):
                    store.insert(segment)
        return steps.tables

    first, second = segments(log, 99)
    store.insert(first)
    tables, expected = insert(second, NEVER), held(rows, 99)
    assert tables == ["span_content", "trace_index", "spans", "open_spans"]
    assert expected == {
        "spans": [("a", 1), ("b", 1), ("late", 1), ("root", 1)], "open": [("open",)], "content": [(100_000,)],
        "index": [(590, 1, 1)],
    }  # fmt: skip
    for nth in range(len(tables)):
        first, second = segments(log, nth + 1)
        store.insert(first)
        assert insert(second, nth) == tables[: nth + after]
        again = store.insert(second)
        assert held(rows, nth + 1) == expected, f"ended at {tables[nth]}"
        assert again.stored + again.duplicates == 4
