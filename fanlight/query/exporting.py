"""Everything that a project holds in the store, a page at a time: no answer is larger than a page.

A page ends at so many rows or so many bytes, whichever comes first, but has one row at least.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fanlight.model.project import ProjectScope
from fanlight.query.otlp_lines import log_lines, span_lines
from fanlight.store.contract import Store

JSONL, PARQUET = "jsonl", "parquet"
ENGINE_FORMATS = MappingProxyType({JSONL: "JSONEachRow", PARQUET: "Parquet"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is exported of a table of the store: its `query`, and how many rows go into one file at most.

    Rows of one that `grows` are never written anew, so that what comes after the export began is left out: it
    would not end otherwise where more comes in than goes out.
    """

    name: str
    query: str
    source: str
    time: str
    page: int
    grows: bool = False

    @property
    def fragments(self) -> Mapping[str, str]:
        """Where the query reads, and by which time."""
        return {"table": self.source, "time": self.time}


TABLES = (
    Table(name="spans", query="export_spans", source="spans", time="effective_start", page=5_000, grows=True),
    Table(
        name="open_spans", query="export_spans", source="open_spans FINAL", time="effective_start", page=5_000
    ),
    Table(name="logs", query="export_logs", source="logs", time="time", page=20_000, grows=True),
    Table(name="metrics", query="export_metrics", source="metrics", time="time", page=20_000, grows=True),
    Table(name="runs", query="export_runs", source="runs FINAL", time="started_at", page=2_000),
    Table(name="findings", query="export_findings", source="findings FINAL", time="at", page=20_000),
    Table(name="billing", query="export_billing", source="billing FINAL", time="occurred_at", page=20_000),
)
CONTENT_PAGE = 16
"""Long values in one file: each has at least 64 KiB, and may have very much more."""

PAGE_BYTES = 16 * 1024 * 1024
"""Of what the store holds of a page, before it is put into a format; one row may have more."""

LINES_PAGE = 1_000
"""Spans or records that become lines of OTLP at a time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of an export, without its number."""

    name: str
    rows: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Telemetry of [since, until), nanoseconds since 1970."""

    since_ns: int
    until_ns: int

    @property
    def bound(self) -> Mapping[str, int]:
        """As the parameters of a query."""
        return {"since_ns": self.since_ns, "until_ns": self.until_ns}


def pieces(store: Store, scope: ProjectScope, window: Window, kind: str) -> Iterator[Piece]:
    """Every piece of what the store holds of a project, in a fixed order.

    As JSON lines, spans and logs are OTLP, which can be imported again; everything else is rows of the
    engine. Raises StoreError.
    """
    last_seq = int(store.read(scope, "last_seq")[0][0])
    for table in TABLES:
        as_otlp = kind == JSONL and table.name in ("spans", "logs")
        for after, upto in _pages(store, scope, window, table, last_seq, as_otlp=as_otlp):
            given = {**window.bound, "after": after, "upto": upto}
            rows = int(store.read(scope, "export_count", given, table.fragments)[0][0])
            if as_otlp:
                content = _lines(store, scope, table, given)
            else:
                content = store.export(scope, table.query, given, table.fragments, ENGINE_FORMATS[kind])
            yield Piece(table.name, rows, content)
    if kind == PARQUET:  # as OTLP the spans have their whole values
        yield from _content(store, scope, window)


def _pages(
    store: Store, scope: ProjectScope, window: Window, table: Table, last_seq: int, *, as_otlp: bool
) -> Iterator[tuple[int, int]]:
    # As OTLP the spans have their whole values, in a parquet file of rows they have not.
    query = "export_page_long" if as_otlp and table.name == "spans" else "export_page"
    after, limit = 0, LINES_PAGE if as_otlp else table.page
    while True:
        given = {**window.bound, "after": after, "limit": limit, "bytes": PAGE_BYTES}
        upto = int(store.read(scope, query, given, table.fragments)[0][0])
        upto = min(upto, last_seq) if table.grows else upto
        if upto <= after:
            return
        yield after, upto
        after = upto


def _lines(store: Store, scope: ProjectScope, table: Table, given: Mapping[str, Any]) -> bytes:
    rows = store.read(scope, f"export_otlp_{table.name}", given, table.fragments)
    if table.name == "logs":
        return log_lines(rows)
    long_values: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for trace_id, span_id, place, value in store.read(scope, "export_long_values", given, table.fragments):
        long_values[trace_id, span_id].append((place, value))
    return span_lines(rows, long_values)


def _content(store: Store, scope: ProjectScope, window: Window) -> Iterator[Piece]:
    place: dict[str, Any] = {"trace": "0" * 32, "span": "0" * 16, "place": 0}
    while True:
        given = {**window.bound, **place, "limit": CONTENT_PAGE, "bytes": PAGE_BYTES}
        found = store.read(scope, "export_content_page", given)
        if not found:
            return
        trace, span, last = found[-1]
        upto = {"last_trace": trace, "last_span": span, "last_place": last}
        content = store.export(scope, "export_content", {**given, **upto}, {}, ENGINE_FORMATS[PARQUET])
        yield Piece("content", len(found), content)
        place = {"trace": trace, "span": span, "place": last}
