"""The decoding queries as the engine gets them, with every dialect compiled in.

After a wanted change: `FANLIGHT_GOLDEN=write pytest tests/golden/store`.
"""

import os
from pathlib import Path

import pytest

from fanlight.model.signal import Signal
from fanlight.store.decoding import decode_query

GOLDEN = Path(__file__).parent


@pytest.mark.parametrize("signal", Signal)
def test_a_decoding_query_is_what_it_was(signal: Signal) -> None:
    numbers = {"past_ns": 11, "future_ns": 22, "retention_days": 33}
    query = decode_query(signal, Path("/log/segment.pb.gz"), numbers)
    golden = GOLDEN / f"decode_{signal}.sql"
    if os.environ.get("FANLIGHT_GOLDEN") == "write":
        golden.write_text(query)
    assert query == golden.read_text()
