"""Attributes of a parsed request, counted without looking at a single one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fanlight.errors import PayloadError
from fanlight.otlp.limits import Limits
from fanlight.otlp.scan import DoubtError, too_many
from fanlight.otlp.shape import ROOTS, Block


@dataclass(frozen=True, slots=True)
class _Plan:
    """The names of a message's fields that matter: blocks to go into, and what counts.

    `arms` are the kinds of points of a metric, of which it has one; `single` are resource and scope, which
    hold attributes themselves; `nested` are lists of messages that hold attributes, such as events.
    """

    lists: tuple[tuple[str, Any], ...]
    arms: tuple[tuple[str, Any], ...]
    counted: tuple[str, ...]
    single: tuple[tuple[str, str], ...]
    nested: tuple[tuple[str, str], ...]


class Weight:
    """Sums up the attributes of one request, piece by piece.

    Example:
        >>> from opentelemetry.proto.trace.v1.trace_pb2 import Span
        >>> span = Span()
        >>> _ = span.attributes.add(key="a"), span.events.add().attributes.add(key="b")
        >>> weight = Weight(Limits())
        >>> weight.add(span)
        >>> weight.attributes
        3
    """

    __slots__ = ("_most_item", "_most_request", "attributes")

    def __init__(self, limits: Limits) -> None:
        self._most_item, self._most_request = limits.max_item_attributes, limits.max_request_attributes
        self.attributes = 0

    def add(self, message: Any) -> None:
        """Count what is in a parsed message: a request, or any block or item of one.

        Raises:
            DoubtError: something in it holds more than `max_item_attributes`.
            PayloadError: with status 413 when the request holds more than `max_request_attributes`.
        """
        plan = _PLANS.get(type(message))
        if plan is not None:
            self._add(message, plan)

    def merge(self, other: Weight) -> None:
        """Add what another one counted. Raises PayloadError as `add`."""
        self.attributes += other.attributes
        if self.attributes > self._most_request:
            raise self._too_many()

    def _add(self, message: Any, plan: _Plan) -> None:
        own = 0
        for name in plan.counted:
            own += len(getattr(message, name))
        for name, attributes in plan.single:
            self._count(len(getattr(getattr(message, name), attributes)))
        for name, attributes in plan.nested:
            for each in getattr(message, name):
                self._count(len(getattr(each, attributes)))
        if own:
            self._count(own)
        for name, inner in plan.lists:
            for each in getattr(message, name):
                self._add(each, inner)
        for name, inner in plan.arms:
            if message.HasField(name):
                self._add(getattr(message, name), inner)

    def _count(self, attributes: int) -> None:
        if attributes > self._most_item:
            raise DoubtError
        self.attributes += attributes
        if self.attributes > self._most_request:
            raise self._too_many()

    def _too_many(self) -> PayloadError:
        return too_many("attributes", self._most_request)


def _plan(block: Block, plans: dict[Any, _Plan]) -> _Plan:
    name = {number: field.name for number, field in block.fields.items()}
    counted, single, nested = [], [], []
    for number, inner in block.elements.items():
        holder = block.fields[number]
        held = [holder.message_type.fields_by_number[each].name for each in inner]
        if holder.is_repeated:
            counted.append(name[number])
            nested += [(name[number], each) for each in held]
        else:
            single += [(name[number], each) for each in held]
    lists, arms = (
        tuple(
            (name[number], _plan(inner, plans))
            for number, inner in block.inner.items()
            if block.fields[number].is_repeated is repeated
        )
        for repeated in (True, False)
    )
    plan = _Plan(lists, arms, tuple(counted), tuple(single), tuple(nested))
    plans[block.message] = plan
    return plan


def _all_plans() -> dict[Any, _Plan]:
    plans: dict[Any, _Plan] = {}
    for root in ROOTS.values():
        _plan(root, plans)
    return plans


_PLANS = _all_plans()
