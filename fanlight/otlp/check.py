"""A request on its way in: counted, checked, and made what the log may hold.

The fast path costs one walk over the items and one parse. Whatever it stumbles over goes to `rebuild`,
which keeps every good neighbour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fanlight.model.signal import Signal
from fanlight.otlp.canonical import is_canonical
from fanlight.otlp.limits import Limits
from fanlight.otlp.rebuild import rebuild
from fanlight.otlp.scan import DoubtError, count_items
from fanlight.otlp.shape import ROOTS
from fanlight.otlp.weigh import Weight

_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One request that may go into the log.

    `plain` is canonical protobuf with `items` items, the very object that was checked when nothing had to
    be changed. `rejected` and `mended` count items by reason. `note` is what else its sender is told.
    """

    plain: bytes
    items: int
    rejected: Mapping[str, int] = field(default_factory=lambda: _NONE)
    mended: Mapping[str, int] = field(default_factory=lambda: _NONE)
    note: str = ""


def check_quickly(signal: Signal, body: bytes, limits: Limits) -> Checked | None:
    """Check a plain protobuf request that is as it should be; None when it needs a closer look.

    Raises:
        PayloadError: with status 413 when it holds too much.
    """
    try:
        items = count_items(signal, body, limits)
        if is_canonical(ROOTS[signal].message, body, Weight(limits).add):
            return Checked(plain=body, items=items)
    except DoubtError:
        pass
    return None


def check(signal: Signal, body: bytes, limits: Limits) -> Checked:
    """Check a plain protobuf request: quickly, and when that fails closely.

    Raises:
        PayloadError: 400 when the body is no OTLP at all, 413 when it holds too much.

    Example:
        >>> check(Signal.TRACES, b"", Limits()).items
        0
    """
    return check_quickly(signal, body, limits) or check_closely(signal, body, limits)


def check_closely(signal: Signal, body: bytes, limits: Limits) -> Checked:
    """As `check`, for what `check_quickly` gave None. It may take a second: it belongs in a thread."""
    rebuilt = rebuild(signal, body, limits)
    return Checked(plain=rebuilt.plain, items=rebuilt.items, rejected=rebuilt.rejected, mended=rebuilt.mended)
