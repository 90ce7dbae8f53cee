"""Sampling on the way in: spans of traces that are not kept never reach the log.

Whether a trace is kept follows from its id, so that its spans stay together whatever batches and servers they
come by. A span that failed is kept always, and whatever comes of its trace from then on.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from fanlight.model.project import DEFAULT
from fanlight.model.sampling import Sampling, randomness, threshold, with_threshold
from fanlight.otlp.destination import ATTRIBUTE, is_name
from fanlight.semconv.registry import dialects

MOST_FAILED = 100_000
"""Traces remembered because a span of theirs failed; beyond it the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A request without what is not kept: the very same bytes when all of it is."""

    plain: bytes
    items: int
    dropped: int = 0


class HeadSampler:
    """The sampling of one server. `settings` gives what projects keep. For any thread."""

    def __init__(self, settings: Callable[[], Mapping[str, Sampling]]) -> None:
        self._settings = settings
        self._known: tuple[Mapping[str, Sampling], Mapping[str, int]] = ({}, {})
        self._failed: dict[tuple[str, bytes], None] = {}
        self._dropped: Counter[str] = Counter()
        self._lock = threading.Lock()

    def thresholds(self) -> Mapping[str, int]:
        """What the traces of each project must reach, of those that do not keep all."""
        settings = self._settings()
        before, found = self._known
        if settings is not before:
            found = {name: threshold(each.head_rate) for name, each in settings.items() if each.head_rate < 1}
            self._known = settings, found
        return found

    def dropped_of(self, project: str) -> int:
        """Spans of a project that were not taken since the server started."""
        return self._dropped[project]

    def __call__(self, project: str, plain: bytes, items: int) -> Sampled:
        """A checked request of `project` ('' when its resources say) without the spans that are not kept."""
        thresholds = self.thresholds()
        if not thresholds or (project and project not in thresholds):
            return Sampled(plain, items)
        request = ExportTraceServiceRequest.FromString(plain)
        dropped, changed = 0, False
        for resource in request.resource_spans:
            name = project or _named(resource.resource.attributes)
            least = thresholds.get(name)
            if least is None:
                continue
            for scope in resource.scope_spans:
                kept = self._keep(name, least, scope.spans)
                gone = len(scope.spans) - len(kept)
                changed = True
                if gone:
                    dropped += gone
                    self._count(name, gone)
                    copies = [Span.FromString(span.SerializeToString()) for span in kept]
                    del scope.spans[:]
                    scope.spans.extend(copies)
        if not changed:
            return Sampled(plain, items)
        return Sampled(request.SerializeToString(), items - dropped, dropped)

    def _keep(self, project: str, least: int, spans: Iterable[Any]) -> list[Any]:
        """The spans that stay, with the threshold that let them noted in their tracestate."""
        spans = list(spans)
        # First of all: a parent may stand before its child that failed.
        for span in spans:
            if has_failed(span):
                self._remember(project, span.trace_id)
        kept = []
        for span in spans:
            by_share = randomness(span.trace_id, span.trace_state) >= least
            if by_share or (project, span.trace_id) in self._failed:
                state = with_threshold(span.trace_state, least if by_share else None)
                if state != span.trace_state:
                    span.trace_state = state
                kept.append(span)
        return kept

    def _count(self, project: str, gone: int) -> None:
        with self._lock:
            self._dropped[project] += gone

    def _remember(self, project: str, trace_id: bytes) -> None:
        with self._lock:
            self._failed[project, trace_id] = None
            if len(self._failed) > MOST_FAILED:
                del self._failed[next(iter(self._failed))]


@cache
def _signs() -> Mapping[str, frozenset[str]]:
    """Attributes by which spans without a status say that they failed, and their values in lower case."""
    keys = {key for each in dialects() for key in each.failures}
    return {key: frozenset(v for each in dialects() for v in each.failures.get(key, ())) for key in keys}


def has_failed(span: Any) -> bool:
    """Whether a span says that it failed: by its status, by an exception, or as its dialect does."""
    if span.status.code == Status.STATUS_CODE_ERROR:
        return True
    if any(event.name == "exception" for event in span.events):
        return True
    signs = _signs()
    return any(each.key in signs and _text(each.value).lower() in signs[each.key] for each in span.attributes)


def _text(value: Any) -> str:
    kind = value.WhichOneof("value")
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    return str(getattr(value, kind)) if kind in {"string_value", "int_value"} else ""


def _named(attributes: Iterable[Any]) -> str:
    named = next((each.value.string_value for each in attributes if each.key == ATTRIBUTE), "")
    return named if is_name(named) else DEFAULT
