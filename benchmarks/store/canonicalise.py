"""What one canonical span out of every dialect costs: `python -m benchmarks.store.canonicalise [rounds]`.

Each round inserts new segments into the embedded store, then decodes them again by turns with every dialect
and with none. All of it happens in one process, so that the sides meet the same noise; the least of each
counts, all threads of the process together.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from benchmarks.corpus import build
from benchmarks.store.insert import segments
from fanlight import config
from fanlight.model.signal import Signal
from fanlight.semconv import canonical, numbering
from fanlight.store import decoding
from fanlight.store.connection import Connection
from fanlight.store.contract import Segment
from fanlight.store.embedded import Embedded
from fanlight.store.engine import Engine, open_store
from fanlight.store.inserting import decoding_settings

NUMBERS = {"past_ns": 50 * 365 * 86_400 * 10**9, "future_ns": 3_600 * 10**9, "retention_days": 0}
SPANS_A_SEGMENT = 6_000


@contextmanager
def no_dialects() -> Iterator[None]:
    """Queries that are compiled in here know no dialect."""
    decoding._template.cache_clear()
    with (
        mock.patch.object(canonical, "dialects", return_value=()),
        mock.patch.object(canonical, "numbering", return_value=numbering.number(())),
    ):
        yield
    decoding._template.cache_clear()


class Decoder:
    """Decodes segments as the store does, and throws the rows away."""

    def __init__(self, connection: Connection, segment: Segment) -> None:
        self._connection = connection
        self._settings = decoding_settings(Signal.TRACES)
        shape = connection.rows(f"DESCRIBE TABLE ({self._query(segment)}) {self._settings}")
        self._shape = ", ".join(f"`{name}` {type_}" for name, type_, *_ in shape)

    def decode(self, segment: Segment) -> float:
        """CPU seconds that it took."""
        query = self._query(segment)
        self._connection.run(f"CREATE TEMPORARY TABLE thrown_away ({self._shape}) ENGINE = Memory")
        began = time.process_time()
        self._connection.run(f"INSERT INTO thrown_away {query} {self._settings}")
        spent = time.process_time() - began
        self._connection.run("DROP TEMPORARY TABLE thrown_away")
        return spent

    def _query(self, segment: Segment) -> str:
        return decoding.decode_query(Signal.TRACES, segment.path, NUMBERS)


def main(rounds: int = 10) -> None:
    place = Path(tempfile.mkdtemp(prefix="fanlight-bench-"))
    store = open_store("", place, config.load(environ={}))
    store.open()
    least = dict.fromkeys(("whole insert", "every dialect", "no dialect"), float("inf"))
    try:
        assert isinstance(store, Engine)
        assert isinstance(store._backend, Embedded)
        decoder = store._backend.decoder
        made = segments(build(), place, spans=rounds * SPANS_A_SEGMENT, per_segment=SPANS_A_SEGMENT)
        for segment in made:
            began = time.process_time()
            store.insert(segment)
            spent = {"whole insert": time.process_time() - began}
            spent["every dialect"] = Decoder(decoder, segment).decode(segment)
            with no_dialects():
                spent["no dialect"] = Decoder(decoder, segment).decode(segment)
            for name, seconds in spent.items():
                least[name] = min(least[name], seconds / segment.items * 1e6)
    finally:
        store.close()
        shutil.rmtree(place)
    for name, milliseconds in least.items():
        print(f"{name:14} {milliseconds:7.2f} ms CPU per 1,000 spans")
    added = least["every dialect"] - least["no dialect"]
    print(f"added          {added:7.2f}: {added / (least['whole insert'] - added):.1%} of an insert without")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
