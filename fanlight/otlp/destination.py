"""Which projects a request is for, when its resources say so."""

from __future__ import annotations

import re
from itertools import islice

from fanlight.model.project import DEFAULT, NAME_PATTERN
from fanlight.otlp.resources import ResourcePart, find_resources

ATTRIBUTE = "project"
MOST_RESOURCES = 64
"""Further resources of one request are not looked at: that would take longer than taking them."""

_NAME = re.compile(NAME_PATTERN)


def project_of(part: ResourcePart) -> str:
    """The project that a resource names, as the store reads it: the default one when it names none."""
    named = part.attribute(ATTRIBUTE)
    return named if is_name(named) else DEFAULT


def is_name(text: str) -> bool:
    """Whether a project can have this name."""
    return _NAME.match(text) is not None


def named_projects(request: bytes) -> frozenset[str]:
    """The projects that the resources of a checked request name.

    Example:
        >>> from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        >>> request = ExportLogsServiceRequest()
        >>> request.resource_logs.add().resource.attributes.add(key="project").value.string_value = "lab"
        >>> _ = request.resource_logs.add()
        >>> sorted(named_projects(request.SerializeToString()))
        ['default', 'lab']
    """
    found = frozenset(project_of(part) for part in islice(find_resources(request), MOST_RESOURCES))
    return found or frozenset({DEFAULT})
