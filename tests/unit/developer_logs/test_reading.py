"""A developer log has its moment and its span from what was sent, or is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fanlight.errors import InvalidError
from fanlight.model.developer_log import NewDeveloperLog, read_developer_log

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "place", [{"traceparent": f"00-{TRACE}-{SPAN}-01"}, {"trace_id": TRACE, "span_id": SPAN}]
)
def test_everything_that_a_developer_log_says_is_kept(place: dict[str, str]) -> None:
    given = {"type": "plan", "data": {"n": [1]}, "room": "lobby", "session": "s1", "service": "planner",
             "time": "2026-01-31T10:00:00.25Z", **place}  # fmt: skip
    assert read_developer_log(given) == NewDeveloperLog(
        type="plan", data={"n": [1]}, room="lobby", session="s1", service="planner",
        at_ns=1_769_853_600_250_000_000, trace_id=TRACE, span_id=SPAN,
    )  # fmt: skip


def test_a_traceparent_counts_before_ids_that_are_sent_beside_it() -> None:
    given = {"traceparent": f"00-{TRACE}-{SPAN}-01", "trace_id": "1" * 32, "span_id": "2" * 16}
    read = read_developer_log({"type": "info", "data": "x", **given})
    assert (read.trace_id, read.span_id) == (TRACE, SPAN)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"time": "1970-01-01T00:00:00Z"}, "'1970-01-01T00:00:00Z' is no time; RFC 3339"),
        ({"time": "9999-12-31T23:59:59Z"}, "'9999-12-31T23:59:59Z' is no time"),
        ({"time": 7}, "'7' is no time"),
        ({"traceparent": f"00-{TRACE}-{'0' * 16}-01"}, f"'00-{TRACE}-00000000000"),
        ({"traceparent": 7}, "'7' is no traceparent; W3C Trace Context"),
        ({"span_id": SPAN}, "there is a span_id and no trace_id; a span is found by both"),
        ({"trace_id": SPAN}, "trace_id is not 32 digits of lower-case hex"),
    ],
)
def test_what_names_no_moment_or_span_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidError, match=re.escape(told)):
        read_developer_log({"type": "info", "data": "x", **given})
