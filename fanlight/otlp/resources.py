"""The resources of a request, one after the other: each with all that it holds is a request of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from fanlight.otlp.values import plain
from fanlight.otlp.wire import LEN, fields

_RESOURCE = 1
"""The field of a resource in what holds it, the same for all signals."""


@dataclass(frozen=True, slots=True)
class ResourcePart:
    """A resource and its items, from `start` to `end` in the request."""

    start: int
    end: int
    resource: Resource

    def attribute(self, key: str) -> str:
        """An attribute of the resource as text, the first of that name; empty when there is none."""
        for each in self.resource.attributes:
            if each.key == key:
                return str(plain(each.value) or "")
        return ""


def find_resources(body: bytes) -> Iterator[ResourcePart]:
    """The parts of a canonical request, in their order; together they are all of it.

    Example:
        >>> from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        >>> request = ExportLogsServiceRequest()
        >>> attribute = request.resource_logs.add().resource.attributes.add(key="project")
        >>> attribute.value.string_value = "lab"
        >>> [part.attribute("project") for part in find_resources(request.SerializeToString())]
        ['lab']
    """
    for _, _, start, value, end in fields(body):
        resource = Resource()
        for number, wire_type, _, inside, after in fields(body, value, end):
            if number == _RESOURCE and wire_type == LEN:
                resource = Resource.FromString(body[inside:after])
            break
        yield ResourcePart(start, end, resource)
