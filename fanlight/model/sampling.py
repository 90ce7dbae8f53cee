"""Which of a project's traces are kept: on the way in (head), and once a run is over (tail).

Both decide by the trace alone, the same in every batch and on every server: consistent probability sampling
as OpenTelemetry has it (specification/trace/tracestate-probability-sampling). A trace has 56 random bits,
`rv` of its tracestate or the last of its id, and is kept when they are no lower than the threshold.
"""

from __future__ import annotations

import msgspec

from fanlight.errors import InvalidError

BITS = 56
ALL = 1 << BITS
LONGEST_KEEP = 2_000
LEAST_AFTER_S, MOST_AFTER_S = 10.0, 7 * 86_400.0


class Sampling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a project keeps.

    `head_rate` is the share of traces that are taken; spans that failed are taken always, and with them what
    still comes of their trace. `tail_rate` is the share of finished runs whose spans stay once `tail_after_s`
    seconds passed since anything was heard of them. Runs that did not succeed, have a span that failed or a
    finding, and those that fit the filter `tail_keep`, stay whole; of the others the summary stays, so that
    no total changes. `changed_ns` is when it was set.
    """

    head_rate: float = 1.0
    tail_rate: float = 1.0
    tail_keep: str = ""
    tail_after_s: float = 300.0
    changed_ns: int = 0


EVERYTHING = Sampling()


def check_sampling(sampling: Sampling) -> Sampling:
    """`sampling` if it can be set; its filter is the reader's to check.

    Raises:
        InvalidError: a share that is none, or a time that is too short or too long.
    """
    for name in ("head_rate", "tail_rate"):
        if not 0 <= getattr(sampling, name) <= 1:
            raise InvalidError(f"{name} cannot be {getattr(sampling, name)}", hint="0 (none) to 1 (all)")
    if not LEAST_AFTER_S <= sampling.tail_after_s <= MOST_AFTER_S:
        raise InvalidError(
            f"tail_after_s cannot be {sampling.tail_after_s}",
            hint=f"{LEAST_AFTER_S:g} seconds to {MOST_AFTER_S / 86_400:g} days",
        )
    if len(sampling.tail_keep) > LONGEST_KEEP:
        raise InvalidError("the filter tail_keep is too long", hint=f"at most {LONGEST_KEEP} characters")
    return sampling


def threshold(rate: float) -> int:
    """What the random bits of a trace must reach to be kept at this share.

    Example:
        >>> threshold(1.0), threshold(0.5) == 1 << 55, threshold(0.0) == ALL
        (0, True, True)
    """
    return ALL - round(rate * ALL)


def randomness(trace_id: bytes, trace_state: str = "") -> int:
    """The 56 random bits of a trace.

    Example:
        >>> hex(randomness(bytes(range(16))))
        '0x90a0b0c0d0e0f'
        >>> hex(randomness(bytes(16), "x=y,ot=th:8;rv:0123456789abcd"))
        '0x123456789abcd'
    """
    if "rv:" in trace_state:
        stated = _stated(trace_state, "rv")
        if len(stated) == BITS // 4:
            return int(stated, 16)
    return int.from_bytes(trace_id[-7:])


def with_threshold(trace_state: str, rejected: int | None) -> str:
    """`trace_state` with the threshold under which a span was kept; None when no share led to it.

    A stricter one that a sampler before this one noted stays.

    Example:
        >>> with_threshold("x=y", threshold(0.25)), with_threshold("ot=th:c", threshold(0.5))
        ('ot=th:c,x=y', 'ot=th:c')
        >>> with_threshold("ot=th:8,x=y", None)
        'x=y'
    """
    stated = _stated(trace_state, "th")
    if rejected is not None and stated and int(stated.ljust(BITS // 4, "0"), 16) >= rejected:
        return trace_state
    if rejected is None and not stated:
        return trace_state
    members = [member for member in trace_state.split(",") if member.strip()]
    others = [member for member in members if not member.strip().startswith("ot=")]
    ours = next((member.strip()[3:] for member in members if member.strip().startswith("ot=")), "")
    parts = [part for part in ours.split(";") if part and not part.startswith("th:")]
    if rejected is not None:
        parts.insert(0, f"th:{f'{rejected:014x}'.rstrip('0') or '0'}")
    return ",".join([*(["ot=" + ";".join(parts)] if parts else []), *others])


def _stated(trace_state: str, key: str) -> str:
    """The hexadecimal number of `key` in OpenTelemetry's own member; empty when there is none that is one."""
    for member in trace_state.split(","):
        name, _, value = member.strip().partition("=")
        if name != "ot":
            continue
        for part in value.split(";"):
            found, _, number = part.partition(":")
            if found == key and 0 < len(number) <= BITS // 4 and set(number) <= set("0123456789abcdef"):
                return number
    return ""
