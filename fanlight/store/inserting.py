"""Storing a segment exactly once.

The segment is decoded into a temporary table, `incoming`. What is stored already, or came twice, is found by
the items' identities and left out; the rest goes in as one block a table under the segment's token, so that a
replay after a crash half-way completes what is missing and repeats nothing. What points to spans is stored
before them: once they are known, nothing of them is looked at again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from fanlight.errors import StoreError
from fanlight.model.retention import LONGEST_DAYS, Retention
from fanlight.model.signal import Signal
from fanlight.pricing.book import Book
from fanlight.pricing.rates import Rates
from fanlight.pricing.tools import ATTRIBUTES
from fanlight.semconv.canonical import quote
from fanlight.store.backend import Backend
from fanlight.store.billing import store_billing
from fanlight.store.contract import Inserted, RunKey, Segment
from fanlight.store.costing import COST_COLUMNS, Costs, cost_columns, price_row
from fanlight.store.decoding import decode_query, schema_of
from fanlight.store.folding import fold
from fanlight.store.names import Names
from fanlight.store.sql import statement

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS
LONGEST_VALUE_BYTES = 64 * 1024
TRIES = 4
DECODED_BYTES = 8_000_000
"""Of a segment's requests, so many bytes are decoded at a time."""

TABLES: Mapping[Signal, str] = {Signal.TRACES: "spans", Signal.LOGS: "logs", Signal.METRICS: "metrics"}

_ONE_BLOCK = {
    "max_insert_block_size": 2_000_000,
    "min_insert_block_size_rows": 2_000_000,
    "min_insert_block_size_bytes": 2_000_000_000,
    "max_insert_threads": 1,
    "throw_on_max_partitions_per_insert_block": 0,
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
}
_NOTHING = Inserted(stored=0)

CONTENT_COLUMNS = (
    "project_id", "trace_id", "span_id", "place", "value", "effective_start", "received_at", "retention_days",
)  # fmt: skip

INDEX_COLUMNS = (
    "trace_id", "project_id", "min_start", "max_start", "received_at", "retention_days", "opened",
)  # fmt: skip

# Of arrays, kvlists and bytes what stays in the row is only a beginning, which decodes to nothing.
_IS_LONG = f"t IN (1, 5, 6, 7) AND length(v) > {LONGEST_VALUE_BYTES}"
_VALUES = "mapValues(incoming.attributes), attribute_types"
_BEGINNING = f"substring(v, 1, {LONGEST_VALUE_BYTES})"
_CUT = f"multiIf(NOT ({_IS_LONG}), v, t = 1, toValidUTF8({_BEGINNING}), {_BEGINNING})"
_CUT_VALUES = f"arrayMap((v, t) -> {_CUT}, {_VALUES})"
_HAS_LONG = f"arrayExists((v, t) -> {_IS_LONG}, {_VALUES})"
# Only in a segment that has such a value.
_SHORTENED = {
    "attributes": (
        f"CAST((mapKeys(incoming.attributes), {_CUT_VALUES}), 'Map(LowCardinality(String), String)')"
    ),
    "flags": f"if({_HAS_LONG}, arrayPushBack(incoming.flags, 'cut_value'), incoming.flags)",
}

_USES_TOOLS = (
    f"SELECT count() > 0 FROM incoming WHERE model != '' AND hasAny(mapKeys(attributes), {list(ATTRIBUTES)})"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class Refused:
    """How many rows of a segment are not stored: `same` as the stored one, or `differing` from it."""

    same: int = 0
    differing: int = 0


class Inserter:
    """The one writer of a store."""

    def __init__(
        self, backend: Backend, book: Book, *, retention: Callable[[], Retention], names: Names | None = None
    ) -> None:
        self._backend = backend
        self._names = names
        self._retention = retention
        self._book = book
        self._kept_prices: set[tuple[str, int]] = set()
        self._columns: dict[str, tuple[str, ...]] = {
            "span_content": CONTENT_COLUMNS,
            "trace_index": INDEX_COLUMNS,
        }

    def insert(self, segment: Segment) -> Inserted:
        """Store `segment`; what the engine refuses for the moment is tried again a few times."""
        for attempt in range(1, TRIES):
            try:
                return self._insert(segment)
            except StoreError as error:
                if not error.retryable:
                    raise
                time.sleep(0.1 * 2**attempt)
        return self._insert(segment)

    def _insert(self, segment: Segment) -> Inserted:
        with self._decoded(segment):
            folded = fold(self._backend.decoder, segment.signal, self._names) if self._names else {}
            store = self._insert_spans if segment.signal is Signal.TRACES else self._insert_items
            inserted = store(segment)
        if not folded or self._names is None:
            return inserted
        self._names.folded(folded)
        counts: Counter[str] = Counter()
        for (_, limit), items in folded.items():
            counts[f"over_{limit}"] += items
        return replace(inserted, folded=counts)

    def _insert_spans(self, segment: Segment) -> Inserted:
        rows, finished, distinct, longest = self._facts("traces_facts")
        if not rows:
            return _NOTHING
        # Of open spans the newest counts: there is nothing to refuse, and whoever watches gets them sooner.
        refused = Refused()
        if finished:
            refused = self._refuse(Signal.TRACES, "traces_refused", repeated=finished - distinct)
        stored = finished - refused.same - refused.differing
        if longest > LONGEST_VALUE_BYTES:
            self._store("span_content", segment, statement("insert", "span_content"))
        if rows > refused.same + refused.differing:
            index = statement("insert", "trace_index").replace("/*kept*/", _except(refused))
            self._store("trace_index", segment, index)
        if stored:
            self._store_spans(segment, refused, longest)
        if rows > finished:
            self._store(
                "open_spans",
                segment,
                f"SELECT {self._column_names('open_spans')} FROM incoming WHERE end_ns = 0",  # noqa: S608
            )
        runs = self._backend.decoder.rows(statement("insert", "traces_runs"))
        return Inserted(
            stored=stored + rows - finished,
            duplicates=refused.same,
            conflicts=refused.differing,
            projects=frozenset(project for project, _ in runs),
            runs=frozenset(RunKey(project, run) for project, run in runs),
        )

    def _insert_items(self, segment: Segment) -> Inserted:
        is_log = segment.signal is Signal.LOGS
        rows, distinct, projects, *billing = self._facts("logs_facts" if is_log else "items_facts")
        if not rows:
            return _NOTHING
        refused = self._refuse(segment.signal, "items_refused", repeated=rows - distinct)
        if rows > refused.same:
            table = TABLES[segment.signal]
            select = f"SELECT {self._column_names(table)} FROM incoming {_except(refused)}"  # noqa: S608
            self._store(table, segment, select)
        uncounted: Mapping[str, int] = {}
        if billing and billing[0]:
            uncounted = store_billing(self._backend, _ONE_BLOCK, self._retention())
        return Inserted(
            stored=rows - refused.same,
            duplicates=refused.same,
            projects=frozenset(projects),
            uncounted=uncounted,
        )

    def _refuse(self, signal: Signal, query: str, *, repeated: int) -> Refused:
        """Fill the decoder's table `refused` with the sequences of what must not be stored."""
        backend, decoder = self._backend, self._backend.decoder
        kind = "traces" if signal is Signal.TRACES else "items"
        # Identities of points and of log records are not of one type.
        backend.send(statement("insert", f"{kind}_sought"), "sought", shape=f"sought {signal}")
        backend.fetch(statement("insert", f"{signal}_known"), "known")
        known = int(decoder.rows("SELECT count() FROM known")[0][0])
        if not known and not repeated:
            decoder.run("CREATE TEMPORARY TABLE refused (seq UInt64, differs UInt8) ENGINE = Memory")
            return Refused()
        decoder.run(f"CREATE TEMPORARY TABLE refused ENGINE = Memory AS {statement('insert', query)}")
        ((all_, differing),) = decoder.rows("SELECT count(), countIf(differs) FROM refused")
        return Refused(same=int(all_) - int(differing), differing=int(differing))

    def _store_spans(self, segment: Segment, refused: Refused, longest: int) -> None:
        decoder = self._backend.decoder
        asked = decoder.rows(statement("insert", "models_asked"))
        costs = cost_columns(asked, self._book, lambda: bool(decoder.rows(_USES_TOOLS)[0][0]))
        self.keep_prices(costs.used)
        self._store("spans", segment, self._span_query(refused, longest, costs), costs.parameters)

    def keep_prices(self, used: Sequence[tuple[str, Rates]]) -> None:
        """Whatever a stored cost stands on is stored before it."""
        for project, rates in used:
            if (project, rates.id) not in self._kept_prices:
                self._backend.writer.run(statement("insert", "price"), price_row(project, rates))
                self._kept_prices.add((project, rates.id))

    def _span_query(self, refused: Refused, longest: int, costs: Costs) -> str:
        shown = {name: name for name in self._columns_of("spans")}
        shown |= {name: f"{expression} AS {name}" for name, expression in costs.columns.items()}
        if longest > LONGEST_VALUE_BYTES:
            # Named, because a block goes to a server by the names of its columns.
            shown |= {name: f"{expression} AS {name}" for name, expression in _SHORTENED.items()}
        names = ", ".join(shown.values())
        return f"{costs.prefix} SELECT {names} FROM incoming {_except(refused, 'end_ns != 0')}"  # noqa: S608

    def _store(
        self, table: str, segment: Segment, select: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        settings = {**_ONE_BLOCK, "insert_deduplication_token": segment.token}
        given = {**(parameters or {}), **({"longest": LONGEST_VALUE_BYTES} if "{longest:" in select else {})}
        columns = self._columns_of(table)
        self._backend.store(select, table, columns, settings=settings, parameters=given or None)

    def _facts(self, query: str) -> Sequence[Any]:
        return self._backend.decoder.rows(statement("insert", query))[0]

    @contextmanager
    def _decoded(self, segment: Segment) -> Iterator[None]:
        self._drop()
        query = decode_query(segment.signal, segment.path, terms_of(self._retention()))
        settings = decoding_settings(segment.signal)
        self._backend.decoder.keep("incoming", query, settings=settings, shape=segment.signal)
        try:
            yield
        finally:
            self._drop()

    def _drop(self) -> None:
        for name in ("incoming", "known", "refused"):
            self._backend.decoder.run(f"DROP TEMPORARY TABLE IF EXISTS {name}")
        self._backend.writer.run("DROP TEMPORARY TABLE IF EXISTS sought")

    def _columns_of(self, table: str) -> tuple[str, ...]:
        """The columns that both `table` and what is decoded have, found once.

        A table may have more: those of a migration that went only half its way.
        """
        if table not in self._columns:
            found = self._backend.writer.rows(
                "SELECT name FROM system.columns"
                " WHERE database = currentDatabase() AND table = {table:String} AND default_kind != 'ALIAS'"
                " ORDER BY position",
                {"table": table},
            )
            decoded = {str(name) for name, *_ in self._backend.decoder.rows("DESCRIBE TABLE incoming")}
            known = decoded | (COST_COLUMNS if table == "spans" else set())
            self._columns[table] = tuple(str(name) for (name,) in found if name in known)
        return self._columns[table]

    def _column_names(self, table: str) -> str:
        return ", ".join(self._columns_of(table))


def terms_of(retention: Retention) -> Mapping[str, int | str]:
    """What a decode query takes of the settings: how far from now times may lie, and how long rows are kept.

    Example:
        >>> terms_of(Retention(30, {"lab": 7}))["retention_days"]
        "transform(CAST(project_id, 'String'), ['lab'], [7], 30)"
    """
    return {
        "past_ns": (retention.longest_days or LONGEST_DAYS) * DAY_NS,
        "future_ns": HOUR_NS,
        "retention_days": _days(retention),
    }


def _days(retention: Retention) -> int | str:
    if not retention.own:
        return retention.default_days
    names = ", ".join(quote(name) for name in retention.own)
    days = ", ".join(str(days) for days in retention.own.values())
    return f"transform(CAST(project_id, 'String'), [{names}], [{days}], {retention.default_days})"


def _except(refused: Refused, condition: str = "1") -> str:
    if refused.same or refused.differing:
        return f"WHERE {condition} AND seq NOT IN (SELECT seq FROM refused)"  # noqa: S608
    return f"WHERE {condition}"


def decoding_settings(signal: Signal) -> str:
    """The settings under which a segment is decoded."""
    # A block costs two milliseconds however small it is, so requests share one; its long texts are copied as
    # they are taken apart, so it stays small enough for the memory of the machine's caches.
    return (
        f"SETTINGS max_block_size = 65536, input_format_max_block_size_bytes = {DECODED_BYTES},"
        " min_insert_block_size_rows = 0, min_insert_block_size_bytes = 0,"
        f" max_threads = 1, input_format_protobuf_oneof_presence = 1, format_schema = '{schema_of(signal)}',"
        # Their work is for queries over tables; here it only takes time.
        " query_plan_enable_optimizations = 0, optimize_and_compare_chain = 0"
    )
