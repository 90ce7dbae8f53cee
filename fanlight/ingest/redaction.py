"""Redaction before the log: the one place through which every request goes, whatever way it came.

A request that belongs to no one project (in local mode each of its resources names its own) is masked
resource by resource, each by its project's rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from fanlight.catalog.database import Catalog
from fanlight.catalog.declared import open_secrets, stamp_of
from fanlight.catalog.privacy import privacy_of
from fanlight.catalog.sealing import Keyring
from fanlight.model.privacy import EVERYBODY, Privacy
from fanlight.model.signal import Signal
from fanlight.otlp.destination import project_of
from fanlight.otlp.own_patterns import mask_patterns
from fanlight.otlp.resources import find_resources
from fanlight.otlp.shape import ROOTS
from fanlight.redact.masking import Masked, mask
from fanlight.redact.patterns import Patterns
from fanlight.redact.rules import Rules
from fanlight.semconv.content.uncaptured import learn, strip
from fanlight.semconv.registry import dialects

CONTENT = "content"
"""Under this kind is counted what was taken out because content is not captured."""

Counts = Mapping[tuple[str, str], int]
"""Values by project and kind."""


@dataclass(frozen=True, slots=True)
class ProjectRules:
    """What holds for the telemetry of one project."""

    rules: Rules
    patterns: Patterns | None = None
    capture_content: bool = True

    def mask(self, signal: Signal, plain: bytes) -> Masked:
        """A canonical request, masked, and without content where that is not captured."""
        gone = 0
        if not self.capture_content:
            plain, gone = _without_content(signal, plain)
        masked = mask(ROOTS[signal].message.DESCRIPTOR, plain, self.rules)
        counts = {**masked.counts, CONTENT: gone} if gone else masked.counts
        if not self.patterns:
            return Masked(masked.plain, counts)
        own = mask_patterns(signal, masked.plain, self.patterns)
        return Masked(own.plain, {**counts, **own.counts})


def _without_content(signal: Signal, plain: bytes) -> tuple[bytes, int]:
    request = ROOTS[signal].message.FromString(plain)
    gone = strip(request)
    return (request.SerializeToString(), gone) if gone else (plain, 0)


_EVERYBODYS = ProjectRules(Rules())


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """The rules of every project that has some of its own; the others have the shapes of tokens."""

    own: Mapping[str, ProjectRules] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, project: str) -> ProjectRules:
        """The rules of one project."""
        return self.own.get(project, _EVERYBODYS)


class CatalogBook:
    """The rule book as the catalog has it; the same object while nothing there has changed."""

    def __init__(self, catalog: Catalog, keyring: Keyring) -> None:
        self._catalog = catalog
        self._keyring = keyring
        self._stamp: object = None
        for dialect in dialects():
            learn((*dialect.inputs, *dialect.outputs, *dialect.arguments, *dialect.searched))
        self._book = RuleBook()

    def __call__(self) -> RuleBook:
        """Raises StoreError when the catalog cannot be read."""
        privacy = privacy_of(self._catalog)
        stamp = (privacy, stamp_of(self._catalog), self._keyring.stamp())
        if stamp != self._stamp:
            self._book = RuleBook(_rules_of(privacy, open_secrets(self._catalog, self._keyring)))
            self._stamp = stamp
        return self._book


def _rules_of(
    privacy: Mapping[str, Privacy], secrets: Mapping[str, Sequence[str]]
) -> dict[str, ProjectRules]:
    found = {}
    for project in {*privacy, *secrets}:
        own = privacy.get(project, EVERYBODY)
        declared = secrets.get(project, ()) if own.mask_secrets else ()
        patterns = Patterns(own.patterns) if own.patterns else None
        found[project] = ProjectRules(Rules(declared, own.personal), patterns, own.capture_content)
    return found


@dataclass(frozen=True, slots=True)
class Redacted:
    """A request that may be written; the very same bytes when nothing was found."""

    plain: bytes
    counts: Counts = field(default_factory=lambda: MappingProxyType({}))


Redact = Callable[[Signal, str, bytes], Redacted]
"""`Redaction.__call__`: signal, project (empty when each resource names its own), canonical request."""


class Redaction:
    """Masks requests by the rules that hold now.

    Example:
        >>> from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
        >>> request = ExportTraceServiceRequest()
        >>> _ = request.resource_spans.add().scope_spans.add().spans.add(name="use sk-1234567890abcdef")
        >>> dict(Redaction()(Signal.TRACES, "default", request.SerializeToString()).counts)
        {('default', 'token'): 1}
    """

    def __init__(self, book: Callable[[], RuleBook] = RuleBook) -> None:
        self._book = book

    def __call__(self, signal: Signal, project: str, plain: bytes) -> Redacted:
        book = self._book()
        if project:
            return _redacted([(project, book.of(project).mask(signal, plain))])
        if not book.own and _EVERYBODYS.mask(signal, plain).plain is plain:
            return Redacted(plain)
        return _redacted(list(_by_resource(signal, plain, book)))


def _by_resource(signal: Signal, plain: bytes, book: RuleBook) -> Iterator[tuple[str, Masked]]:
    for resource in find_resources(plain):
        project = project_of(resource)
        # A request with one resource is a request: its parts in a row are the whole again.
        yield project, book.of(project).mask(signal, plain[resource.start : resource.end])


def _redacted(parts: list[tuple[str, Masked]]) -> Redacted:
    counts: Counter[tuple[str, str]] = Counter()
    for project, masked in parts:
        counts.update({(project, kind): count for kind, count in masked.counts.items()})
    # One part is the request itself, and stays the same object when nothing was found.
    plain = parts[0][1].plain if len(parts) == 1 else b"".join(masked.plain for _, masked in parts)
    return Redacted(plain, counts)
