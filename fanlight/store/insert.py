"""Storing a segment exactly once."""

from __future__ import annotations

from fanlight.model.signal import Signal
from fanlight.store.backend import Backend
from fanlight.store.contract import Inserted, RunKey, Segment
from fanlight.store.decoding import decode_query, schema_of

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS


class Inserter:
    """The one writer of a store."""

    def __init__(self, backend: Backend, *, retention_days: int) -> None:
        self._backend = backend
        self._numbers = {"past_ns": retention_days * DAY_NS, "future_ns": HOUR_NS}
        found = backend.writer.rows(
            "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'spans'"
            " AND default_kind = '' ORDER BY position"
        )
        self._columns = ", ".join(str(name) for (name,) in found)

    def insert(self, segment: Segment) -> Inserted:
        if segment.signal is not Signal.TRACES:
            return Inserted(stored=0)
        decoder = self._backend.decoder
        query = decode_query(segment.signal, segment.path, self._numbers)
        decoder.run("DROP TEMPORARY TABLE IF EXISTS incoming")
        decoder.run(
            f"CREATE TEMPORARY TABLE incoming ENGINE = Memory AS {query} SETTINGS max_block_size = 1,"
            f" input_format_protobuf_oneof_presence = 1, format_schema = '{schema_of(segment.signal)}'"
        )
        self._backend.writer.run(f"INSERT INTO spans ({self._columns}) SELECT {self._columns} FROM incoming")
        runs = decoder.rows("SELECT DISTINCT project_id, run_id FROM incoming")
        stored = int(decoder.rows("SELECT count() FROM incoming")[0][0])
        decoder.run("DROP TEMPORARY TABLE incoming")
        return Inserted(
            stored=stored,
            projects=frozenset(project for project, _ in runs),
            runs=frozenset(RunKey(project, run) for project, run in runs),
        )
