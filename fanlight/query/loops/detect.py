"""Loops among the calls of a run: the same call again and again, or a few in turn.

That something is repeated is no fault: jobs are polled, pages are turned, failures are retried, screens are
scrolled. A loop is a repetition that nothing comes of: the same question with the same answer, without a
pause that grows or that is long, asked again by the model each time.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median, pstdev

from fanlight.query.loops.calls import Call

REPEATED, ALTERNATING = "repeated_call", "alternating_calls"
LONGEST_CYCLE = 4
LEAST_PAUSE_S = 0.05
"""Less is nobody's patience."""

_PAUSES = re.compile(r"(?:^|[^a-z])(?:sleep|wait|delay|pause|backoff|schedule|timer)(?:$|[^a-z])")
_GESTURES = re.compile(
    r"(?:^|[^a-z])(?:scroll|click|press|key|swipe|tap|next|forward|advance|move|step|type|undo|redo)(?:$|[^a-z])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a repetition counts. `repeats` is for one call, `cycles` for a few in turn.

    Weak evidence needs more: `unknown_factor` times as often where results or model calls were not reported,
    `program_factor` times where no model call lies between, so that a program repeats and not the model.
    Whoever waits `patient_s` on its own between calls, or in them, does it on purpose.
    """

    repeats: int = 4
    cycles: int = 3
    unknown_factor: int = 2
    program_factor: int = 3
    patient_s: float = 15.0
    long_call_s: float = 10.0
    timer_s: float = 2.0


DEFAULT = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A loop: its calls in order. `loop_id` stays the same while it goes on."""

    kind: str
    loop_id: str
    names: tuple[str, ...]
    times: int
    span_ids: tuple[str, ...]
    since_ns: int
    until_ns: int
    statement: str


def find_loops(calls: Sequence[Call], limits: Limits = DEFAULT) -> list[Loop]:
    """The loops among `calls`, which are in order of start; one for each set of repeated calls.

    Example:
        >>> calls = []
        >>> for at in range(0, 5 * 10**9, 10**9):
        ...     calls.append(Call(span_id=f"m{at}", kind="llm", start_ns=at, end_ns=at + 1))
        ...     asked = {"name": "search", "what": 7, "result": 9}
        ...     calls.append(Call(span_id=f"t{at}", **asked, start_ns=at + 2, end_ns=at + 3))
        >>> [loop.statement for loop in find_loops(calls)]
        ['search was called 5 times in a row with the same arguments and gave the same result']
    """
    found: dict[str, Loop] = {}
    agents = sorted({call.agent for call in calls})
    lanes = [[call for call in calls if call.agent == agent] for agent in agents]
    for lane in [*lanes, *([list(calls)] if len(agents) > 1 else [])]:
        for loop in _in_lane(lane, limits):
            if loop.loop_id not in found or found[loop.loop_id].times < loop.times:
                found[loop.loop_id] = loop
    return sorted(found.values(), key=lambda loop: (loop.since_ns, loop.loop_id))


def _in_lane(lane: Sequence[Call], limits: Limits) -> Iterator[Loop]:
    models = [call for call in lane if call.kind == "llm"]
    acts = [call for call in lane if call.kind != "llm"]
    for size in range(1, LONGEST_CYCLE + 1):
        for stretch in _repeating(acts, size):
            times = len(stretch) // size
            if times >= _needed(stretch, size, models, limits):
                yield _loop(stretch, size, times)
    for stretch in _repeating(models, 1):
        known = all(call.result for call in stretch)
        if (
            known
            and len(stretch) >= limits.repeats * limits.unknown_factor
            and not _is_legitimate(stretch, 1, [], limits)
        ):
            yield _loop(stretch, 1, len(stretch))


def _repeating(calls: Sequence[Call], size: int) -> Iterator[list[Call]]:
    """The longest stretches that repeat a cycle of `size` different calls at least twice."""
    at = 0
    while at + 2 * size <= len(calls):
        end = at + size
        while end < len(calls) and calls[end].key == calls[end - size].key:
            end += 1
        cycle = [call.key for call in calls[at : at + size]]
        smallest = len(set(cycle)) == size if size <= 2 else _is_primitive(cycle)
        if end - at >= 2 * size and smallest and all(call.what for call in calls[at : at + size]):
            yield list(calls[at : at + (end - at) // size * size])
            at = end - size + 1
        else:
            at += 1


def _is_primitive(cycle: Sequence[object]) -> bool:
    """Whether a cycle is not itself the repetition of a smaller one."""
    sizes = [size for size in range(1, len(cycle)) if len(cycle) % size == 0]
    return not any(list(cycle) == list(cycle[:size]) * (len(cycle) // size) for size in sizes)


def _needed(stretch: Sequence[Call], size: int, models: Sequence[Call], limits: Limits) -> float:
    """How often these calls have to repeat to be a loop; for ever when they have a right to."""
    if _is_legitimate(stretch, size, models, limits):
        return float("inf")
    needed = limits.repeats if size == 1 else limits.cycles
    if any(_GESTURES.search(_plain(call.name)) for call in stretch[:size]) or not all(
        (call.result and not call.acknowledged) or call.failed for call in stretch
    ):
        needed *= limits.unknown_factor
    if not models:
        return needed * limits.unknown_factor
    asked = [_models_between(models, one, other) for one, other in _turns(stretch, size)]
    return needed if sum(map(bool, asked)) >= 0.8 * len(asked) else needed * limits.program_factor


def _is_legitimate(stretch: Sequence[Call], size: int, models: Sequence[Call], limits: Limits) -> bool:
    """Whether something comes of the repetition, or whoever repeats takes his time."""
    if any(_PAUSES.search(_plain(call.name)) for call in stretch[:size]):
        return True
    for phase in range(size):
        calls = stretch[phase::size]
        if len({call.result for call in calls if call.result}) > 1:
            return True
        if len({call.error for call in calls}) > 1:
            return True
    if any(other.start_ns < (one.end_ns or other.start_ns) for one, other in pairwise(stretch)):
        return True  # They ran side by side.
    waits = [_waited_s(one, other, models) for one, other in _turns(stretch, size)]
    if median(waits) >= limits.patient_s or _grow(waits):
        return True
    if median([_length_s(call) for call in stretch]) >= limits.long_call_s:
        return True
    between = any(_models_between(models, one, other) for one, other in _turns(stretch, size))
    return not between and median(waits) >= limits.timer_s and pstdev(waits) <= 0.2 * mean(waits)


def _turns(stretch: Sequence[Call], size: int) -> list[tuple[Call, Call]]:
    """The last call of each cycle with the first one of the next."""
    ends, begins = stretch[size - 1 :: size], stretch[size::size]
    return list(zip(ends, begins, strict=False))


def _models_between(models: Sequence[Call], one: Call, other: Call) -> Sequence[Call]:
    first = bisect_left(models, one.start_ns, key=lambda model: model.start_ns)
    last = bisect_right(models, other.start_ns, key=lambda model: model.start_ns)
    return models[first:last]


def _waited_s(one: Call, other: Call, models: Sequence[Call]) -> float:
    """How long nothing was done between two calls: the time between them without the model's."""
    busy = sum(_length_s(model) for model in _models_between(models, one, other))
    return max((other.start_ns - (one.end_ns or one.start_ns)) / 1e9 - busy, 0.0)


def _grow(waits: Sequence[float]) -> bool:
    """Whether pauses get longer, as those of a backoff do; some of them add a little chance.

    One pause among none, or a few, is no backoff: something else had the machine.
    """
    if len(waits) < 3 or max(waits) < 0.2 or sorted(waits)[-2] < LEAST_PAUSE_S:
        return False
    half = len(waits) // 2
    grows = sum(other >= 0.9 * one for one, other in pairwise(waits))
    longer = median(waits[-half:]) >= max(1.5 * mean(waits[:half]), LEAST_PAUSE_S)
    return longer and grows >= 0.75 * (len(waits) - 1)


def _length_s(call: Call) -> float:
    return 0.0 if call.end_ns is None else max(call.end_ns - call.start_ns, 0) / 1e9


def _plain(name: str) -> str:
    """A name in lower case with its words apart."""
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _loop(stretch: Sequence[Call], size: int, times: int) -> Loop:
    cycle = stretch[:size]
    kind = REPEATED if size == 1 else ALTERNATING
    names = tuple(call.name for call in cycle)
    shown = " and ".join(dict.fromkeys(names)) if size == 2 else ", ".join(dict.fromkeys(names))
    results = [call.result for call in stretch]
    ending = " and failed each time" if all(call.failed for call in stretch) else (
        " and gave the same result" if all(results) else ""
    )  # fmt: skip
    said = (
        f"{shown} was called {times} times in a row with the same arguments"
        if size == 1
        else f"{shown} were called in turn {times} times with the same arguments"
    )
    # The cycle may be seen from any of its calls on.
    words = "\n".join(sorted(f"{call.kind} {call.name} {call.what}" for call in cycle))
    last = stretch[-1]
    return Loop(
        kind=kind,
        loop_id=hashlib.blake2b(f"{kind}\n{words}".encode(), digest_size=8).hexdigest(),
        names=names,
        times=times,
        span_ids=tuple(call.span_id for call in stretch),
        since_ns=stretch[0].start_ns,
        until_ns=last.start_ns if last.end_ns is None else last.end_ns,
        statement=said + ending,
    )
