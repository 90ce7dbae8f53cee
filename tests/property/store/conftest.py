"""An embedded engine that only decodes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.store.decoding import decode_query
from fanlight.store.embedded import MEMORY, connect
from fanlight.store.inserting import decoding_settings

NOW_NS = 1_790_000_000_000_000_000
NUMBERS = {"past_ns": 50 * 365 * 86_400 * 10**9, "future_ns": 3_600 * 10**9, "retention_days": 0}


@pytest.fixture(scope="module")
def decode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Rows, by name and in the order of their sequence, of requests laid into one segment."""
    place = tmp_path_factory.mktemp("decoder")
    connection = connect(MEMORY, place / "engine.xml", {"max_threads": 1})

    def rows(signal: Signal, *requests: Any) -> list[dict[str, Any]]:
        path = Path(place / "segment.pb.zst")
        batches = [
            Batch(signal=signal, project="p", received_ns=NOW_NS, items=1, plain=each.SerializeToString())
            for each in requests
        ]
        path.write_bytes(b"".join(framing.encode(batch, 1 + n * 1_000) for n, batch in enumerate(batches)))
        connection.run("DROP TEMPORARY TABLE IF EXISTS incoming")
        query = f"{decode_query(signal, path, NUMBERS)} {decoding_settings(signal)}"
        connection.run(f"CREATE TEMPORARY TABLE incoming ENGINE = Memory AS {query}")
        names = [name for name, *_ in connection.rows("DESCRIBE TABLE incoming")]
        maps = {
            name for name, type_, *_ in connection.rows("DESCRIBE TABLE incoming") if type_.startswith("Map")
        }
        shown = ", ".join(
            _pairs(name) if name in maps else AS_HEX.get(name, name) for name in names if name not in NESTED
        )
        nested = "".join(
            f", arrayMap(of -> arrayMap((k, v) -> (k, hex(v)), mapKeys(of), mapValues(of)), {name}) AS {name}"
            for name in NESTED
            if name in names
        )
        keys = [name for name in names if name not in NESTED] + [name for name in NESTED if name in names]
        found = connection.rows(f"SELECT {shown}{nested} FROM incoming ORDER BY incoming.seq")
        return [dict(zip(keys, row, strict=True)) for row in found]

    yield rows
    connection.close()


AS_HEX = {
    "body": "hex(incoming.body) AS body",
    "link_trace_id": "arrayMap(id -> hex(id), incoming.link_trace_id) AS link_trace_id",
    "link_span_id": "arrayMap(id -> hex(id), incoming.link_span_id) AS link_span_id",
}
NESTED = ("event_attributes", "link_attributes")


def _pairs(name: str) -> str:
    # A map would lose a key that came twice, and a text that is no UTF-8 would come as something else.
    return f"arrayMap((k, v) -> (k, hex(v)), mapKeys({name}), mapValues({name})) AS {name}_"
