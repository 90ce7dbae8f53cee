"""What it costs the store to take spans: `python -m benchmarks.store.insert [spans] [spans a segment]`.

Segments of the benchmark's corpus, each lap with new ids, are written as the log writes them, then inserted
and summarised by the embedded engine in this process. Only those two steps are counted, all threads of the
process together (so merges in the background too).
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.corpus import Corpus, build
from fanlight import config
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.store.contract import RunKey, Segment
from fanlight.store.engine import open_store

SUMMARIES = 1 << 20


def segments(corpus: Corpus, directory: Path, *, spans: int, per_segment: int) -> Iterator[Segment]:
    """Segments of new spans until `spans` are made."""
    seq, made, lap, index = 1, 0, 0, 0
    while made < spans:
        first, items, body = seq, 0, bytearray()
        while items < per_segment:
            plain = bytes(corpus.render(index, lap=lap, now_ns=time.time_ns()))
            count = corpus.requests[index].spans
            batch = Batch(
                signal=Signal.TRACES, project="default", received_ns=time.time_ns(), items=count, plain=plain
            )
            body += framing.encode(batch, seq)
            seq, items, index = seq + count, items + count, index + 1
            if index == len(corpus.requests):
                lap, index = lap + 1, 0
        path = directory / f"{first:020}.traces.pb.zst"
        path.write_bytes(body)
        yield Segment(signal=Signal.TRACES, path=path, first_seq=first, items=items)
        path.unlink()
        made, seq = made + items, seq + SUMMARIES


def main(spans: int = 100_000, per_segment: int = 6_000) -> None:
    corpus = build()
    place = Path(tempfile.mkdtemp(prefix="fanlight-bench-"))
    store = open_store("", place, config.load(environ={}))
    store.open()
    spent = dict.fromkeys(("insert", "summarise"), (0.0, 0.0))
    due: set[RunKey] = set()
    stored, peak = 0, 0.0
    try:
        for number, segment in enumerate(segments(corpus, place, spans=spans, per_segment=per_segment)):
            began = _now()
            inserted = store.insert(segment)
            spent["insert"] = _since(began, spent["insert"])
            stored, due = stored + inserted.stored, due | inserted.runs
            if number % 2:
                began = _now()
                store.summarise(list(due), first_seq=segment.first_seq + segment.items)
                spent["summarise"] = _since(began, spent["summarise"])
                due = set()
            peak = max(peak, _rss_mb())
        wall = sum(each for each, _ in spent.values())
        for name, (seconds, cpu) in spent.items():
            print(
                f"{name:10} {cpu / stored * 1000:.4f} CPU s, {seconds / stored * 1000:.4f} s per 1,000 spans"
            )
        print(
            f"{stored:,} spans of {corpus.bytes_per_span:,.0f} B, {stored / wall:,.0f} spans/s,"
            f" peak RSS {peak:.0f} MB"
        )
        time.sleep(2)  # Merges go on in the background: let the last ones end before weighing.
        for row in store.read_operator("sizes"):
            print(f"{row[0]:24} {row[1]:>9,} rows {row[2] / max(row[1], 1):9.1f} B a row, {row[3]} parts")
    finally:
        store.close()
        shutil.rmtree(place)


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(began: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    now = _now()
    return before[0] + now[0] - began[0], before[1] + now[1] - began[1]


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
