"""Opening: migrations, what a failed one leaves, and databases of a newer Fanlight."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fanlight.errors import SchemaTooNewError, StoreError
from fanlight.store import migrate

from .conftest import ENGINES, unused
from .telemetry import span, traces


@pytest.fixture(params=ENGINES)
def url(request, tmp_path):
    """Nothing is there yet, no table either."""
    return unused(request, tmp_path)


def step(version: int, *statements: str) -> migrate.Migration:
    return migrate.Migration(version=version, name="next", statements=statements)


def test_opening_again_keeps_what_is_there_and_its_epoch(opened, log):
    store = opened()
    store.insert(log.segment(traces(span("a", number=1))))
    epoch = store.epoch
    again = opened()
    assert (again.epoch, again.last_seq()) == (epoch, 1)


def test_a_database_of_a_newer_fanlight_is_refused(opened):
    store = opened()
    migrate.migrate(store._backend.writer, [*migrate.migrations(), step(9_999, "SELECT 1")])
    with pytest.raises(
        SchemaTooNewError, match=r"schema 9999, this Fanlight knows \d+; start the newer Fanlight"
    ):
        opened()


def test_a_migration_that_fails_half_way_leaves_a_database_that_works_and_can_go_on(opened, log, tmp_path):
    store = opened()
    store.insert(log.segment(traces(span("before", number=1))))
    writer, known = store._backend.writer, migrate.migrations()
    adding = "ALTER TABLE spans ADD COLUMN IF NOT EXISTS extra UInt8"
    bad = step(known[-1].version + 1, adding, "ALTER TABLE no_such_table ADD COLUMN x UInt8", "SELECT 1")
    with pytest.raises(StoreError, match=f"{bad.version:04}_next failed at its statement 2"):
        migrate.migrate(writer, [*known, bad])

    again = opened()
    assert again.insert(log.segment(traces(span("after", number=2)))).stored == 1
    assert migrate.migrate(again._backend.writer, [*known, replace(bad, statements=(adding,))]) == 1
    assert list(again._backend.writer.rows("SELECT name, extra FROM spans ORDER BY name")) == [
        ("after", 0),
        ("before", 0),
    ]


_VICTIM = """
import os, signal, sys
from pathlib import Path
from fanlight import config
from fanlight.model.signal import Signal
from fanlight.store.contract import Segment
from fanlight.store.engine import open_store
place, segment = map(Path, sys.argv[1:])
store = open_store(f"chdb://{place}", place, config.load(environ={}, flags={"retention_days": 0}))
store.open()
print(store.insert(Segment(signal=Signal.TRACES, path=segment, first_seq=1, items=2)).stored, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_insert_returned_for_survives_kill_9(url, opened, log, tmp_path):
    if not url.startswith("chdb://"):
        pytest.skip("the engine's process is the server's own")
    segment = log.segment(traces(span("a", number=1), span("b", number=2)))
    place = Path(url.removeprefix("chdb://"))
    command = [sys.executable, "-c", _VICTIM, str(place), str(segment.path)]
    ended = subprocess.run(
        command, capture_output=True, check=False, env=os.environ | {"PYTHONPATH": str(Path.cwd())}
    )
    assert (ended.stdout, ended.returncode) == (b"2\n", -9)
    again = opened().insert(segment)
    assert (again.stored, again.duplicates) == (0, 2)
