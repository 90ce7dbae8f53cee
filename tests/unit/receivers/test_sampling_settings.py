"""What a project may set for its sampling and its limits, and how traces state what they were kept by."""

from __future__ import annotations

import re

import pytest

from fanlight.errors import InvalidError
from fanlight.model.limits import MOST, MOST_NAMES, check_limits
from fanlight.model.sampling import LONGEST_KEEP, Sampling, check_sampling, randomness, with_threshold


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(),
        Sampling(head_rate=0.0, tail_rate=0.0, tail_after_s=10.0),
        Sampling(tail_after_s=604_800.0, tail_keep="k" * LONGEST_KEEP),
    ],
)
def test_a_share_from_none_to_all_can_be_set(sampling: Sampling) -> None:
    assert check_sampling(sampling) is sampling


@pytest.mark.parametrize(
    ("sampling", "told"),
    [
        (Sampling(head_rate=-0.1), "head_rate cannot be -0.1; 0 (none) to 1 (all)"),
        (Sampling(head_rate=float("nan")), "head_rate cannot be nan; 0 (none) to 1 (all)"),
        (Sampling(tail_rate=1.1), "tail_rate cannot be 1.1; 0 (none) to 1 (all)"),
        (Sampling(tail_after_s=9.9), "tail_after_s cannot be 9.9; 10 seconds to 7 days"),
        (Sampling(tail_after_s=604_801.0), "tail_after_s cannot be 604801.0; 10 seconds to 7 days"),
        (Sampling(tail_keep="k" * (LONGEST_KEEP + 1)), "the filter tail_keep is too long; at most 2000"),
    ],
)
def test_what_is_no_share_or_no_time_is_refused(sampling: Sampling, told: str) -> None:
    with pytest.raises(InvalidError, match=re.escape(told)):
        check_sampling(sampling)


@pytest.mark.parametrize(
    "state",
    [
        "ot=rv:abc",  # too short to be 56 bits
        "ot=rv:00000000000000a",
        "ot=rv:0000000000000G",
        "x=rv:00000000000000",
        "ot=th:8",
        "",
    ],
)
def test_randomness_that_is_not_stated_as_56_bits_is_that_of_the_trace_id(state: str) -> None:
    assert randomness(bytes(range(16)), state) == 0x090A0B0C0D0E0F


@pytest.mark.parametrize(
    ("state", "rejected", "noted"),
    [
        ("ot=th:c,x=y", 1 << 55, "ot=th:c,x=y"),  # a stricter sampler was here before
        ("ot=th:4;rv:00000000000001,x=y", 1 << 55, "ot=th:8;rv:00000000000001,x=y"),
        ("x=y", 0, "ot=th:0,x=y"),
        ("x=y", None, "x=y"),
        ("ot=rv:00000000000001;th:8", None, "ot=rv:00000000000001"),
    ],
)
def test_the_threshold_that_let_a_span_in_is_noted(state: str, rejected: int | None, noted: str) -> None:
    assert with_threshold(state, rejected) == noted


@pytest.mark.parametrize(
    ("changes", "of_key", "told"),
    [
        ({"max_tools": MOST_NAMES + 1}, False, "max_tools cannot be 100001; at most 100000, or 0 for no"),
        ({"max_tools": 1.5}, False, "max_tools cannot be 1.5; a whole number"),
        ({"spans_per_s": MOST * 2}, False, "spans_per_s cannot be 2000000000000000; a number of 0"),
        ({"spans_per_s": float("nan")}, False, "spans_per_s cannot be nan"),
        ({"max_body_bytes": 0}, False, "max_body_bytes cannot be without a limit; leave it to the server"),
        ({"spans": 1}, False, "'spans' is no limit of a project; spans_per_s, logs_per_s"),
        ({"max_tools": 1}, True, "'max_tools' is no limit of a key; spans_per_s, logs_per_s"),
    ],
)
def test_a_limit_that_cannot_be_set_is_refused(changes: dict[str, float], of_key: bool, told: str) -> None:
    with pytest.raises(InvalidError, match=re.escape(told)):
        check_limits(changes, of_key=of_key)


def test_limits_up_to_the_most_and_back_to_the_servers_can_be_set() -> None:
    changes = {"max_tools": MOST_NAMES, "spans_per_s": 0.5, "query_timeout_s": 2.5, "max_streams": None}
    assert check_limits(changes) == changes
