"""Where the items of a request lie: one table for the three signals.

A request is blocks in blocks (resource, scope, for metrics the metric) around items: spans, log records,
metric points. `ROOTS` holds the outermost block of each signal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from google.protobuf import message_factory  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.model.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One kind of message. `inner` are the blocks in it that lead to items, by field number.

    `elements` are the fields that count as attributes: attributes themselves, and events, links and
    exemplars, whose own attributes count too. `is_item` marks spans, log records and points.
    """

    message: Any
    inner: Mapping[int, Block] = field(default_factory=dict)
    elements: Mapping[int, Mapping[int, Any]] = field(default_factory=dict)
    is_item: bool = False

    @property
    def fields(self) -> Mapping[int, Any]:
        """The fields of the message, as protobuf describes them, by number."""
        found: Mapping[int, Any] = self.message.DESCRIPTOR.fields_by_number
        return found


_LEAF: Mapping[int, Any] = MappingProxyType({})
_RESOURCE: Mapping[int, Any] = MappingProxyType({1: MappingProxyType({1: _LEAF})})
_SCOPE: Mapping[int, Any] = MappingProxyType({1: MappingProxyType({3: _LEAF})})
_EXEMPLAR: Mapping[int, Any] = MappingProxyType({7: _LEAF})
_SPAN = {9: _LEAF, 11: MappingProxyType({3: _LEAF}), 13: MappingProxyType({4: _LEAF})}
_POINTS: Mapping[int, Mapping[int, Mapping[int, Any]]] = {
    5: {7: _LEAF, 5: _EXEMPLAR},  # gauge
    7: {7: _LEAF, 5: _EXEMPLAR},  # sum
    9: {9: _LEAF, 8: _EXEMPLAR},  # histogram
    10: {1: _LEAF, 11: _EXEMPLAR},  # exponential histogram
    11: {7: _LEAF, 6: _LEAF},  # summary, with its quantiles
}


def message_of(descriptor_field: Any) -> Any:
    """The class of the messages in a field; None when the field holds none."""
    inner = descriptor_field.message_type
    return None if inner is None else message_factory.GetMessageClass(inner)


def _inner(message: Any, number: int) -> Any:
    return message_of(message.DESCRIPTOR.fields_by_number[number])


def _item(message: Any, elements: Mapping[int, Mapping[int, Any]]) -> Block:
    return Block(message=message, elements=elements, is_item=True)


def _wrap(request: Any, items: int, make: Any) -> Block:
    """The resource and scope blocks of `request` around what `make` builds of a scope's field `items`."""
    resource = _inner(request, 1)
    scope = _inner(resource, 2)
    scopes = Block(message=scope, inner={items: make(_inner(scope, items))}, elements=_SCOPE)
    resources = Block(message=resource, inner={2: scopes}, elements=_RESOURCE)
    return Block(message=request, inner={1: resources})


def _metric(message: Any) -> Block:
    kinds = {}
    for number, elements in _POINTS.items():
        data = _inner(message, number)
        kinds[number] = Block(message=data, inner={1: _item(_inner(data, 1), elements)})
    return Block(message=message, inner=kinds, elements={12: _LEAF})


ROOTS: Mapping[Signal, Block] = MappingProxyType(
    {
        Signal.TRACES: _wrap(ExportTraceServiceRequest, 2, lambda message: _item(message, _SPAN)),
        Signal.LOGS: _wrap(ExportLogsServiceRequest, 2, lambda message: _item(message, {6: _LEAF})),
        Signal.METRICS: _wrap(ExportMetricsServiceRequest, 2, _metric),
    }
)
"""The request of each signal: the block around all others."""
