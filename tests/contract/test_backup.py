"""Tables are frozen as they are at one moment, and filled again with equal rows."""

from pathlib import Path

import pytest

from fanlight.errors import ConfigError
from fanlight.ingest.backups.folder import FolderWriter, unpack
from fanlight.model.backup import StoredTable
from fanlight.store.refilling import refill

from .telemetry import gauge, logs, span, traces

DIGEST = "SELECT count(), sum(cityHash64(formatRow('JSONEachRow', * {}))) FROM {}"
TABLES = {
    "spans": "", "span_content": "", "open_spans": "", "trace_index": "", "logs": "", "metrics": "",
    "metric_identities": "", "prices": "", "findings": "", "billing": "", "schema_versions": "EXCEPT (epoch)",
}  # fmt: skip


def fill(store, log, name):
    inserted = store.insert(log.segment(traces(span(name, number=1, text="x" * 70_000))))
    store.summarise(sorted(inserted.runs), first_seq=log.next_seq)
    log.next_seq += 100
    store.insert(log.segment(logs(f"{name} said")))
    store.insert(log.segment(gauge("queue", 1.0, 2.0)))


def digests(writer):
    found = {table: writer.rows(DIGEST.format(less, table))[0] for table, less in TABLES.items()}
    return {**found, "runs": writer.rows(DIGEST.format("", "runs FINAL"))[0]}


def test_what_was_frozen_is_filled_again_equal_whatever_came_since(opened, log, url, tmp_path):
    store = opened()
    fill(store, log, "a")
    if url.startswith("clickhouse://"):
        database = url.rpartition("/")[2]
        with pytest.raises(
            ConfigError, match=f"ClickHouse server.*; run there: BACKUP DATABASE {database} TO"
        ):
            store.freeze("now")
        return
    before, epoch = digests(store._backend.writer), store.epoch
    frozen = store.freeze("now")
    fill(store, log, "b")
    folder = FolderWriter(tmp_path, lambda _: None)
    tables = []
    for table in frozen.tables:
        file = f"{table.name}.tar" if table.parts else None
        if file:
            folder.pack(table.parts, file)
        tables.append(StoredTable(name=table.name, create=table.create, rows=table.rows, file=file))
    store.thaw("now")
    assert list((tmp_path / "store" / "shadow").glob("*/store")) == []
    store.close()

    made = refill(tmp_path / "again", tables, lambda table, to: unpack(tmp_path / str(table.file), to))
    again = opened_at(tmp_path / "again")
    try:
        again.check()
        assert digests(again._backend.writer) == before
        assert (again.epoch, made != epoch, again.schema) == (made, True, store_schema())
        # The views are there as well: what comes in from now on is found by its trace.
        fill(again, log, "c")
        assert again._backend.writer.rows("SELECT count() FROM trace_index FINAL")[0][0] == 1
    finally:
        again.close()


def opened_at(path: Path):
    from fanlight import config
    from fanlight.store.engine import open_store

    settings = config.load(environ={}, flags={"retention_days": 0})
    store = open_store(f"chdb://{path}", path, settings)
    store.open()
    return store


def store_schema():
    from fanlight.store.migrate import migrations

    return migrations()[-1].version
