"""The yardstick: what protobuf's own parser (upb) makes of the same bytes on one core, and nothing else.

Machines differ, so every throughput is printed beside this number from the same minute.
"""

from __future__ import annotations

import time
import zlib

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.corpus import Corpus
from benchmarks.load import GZIP_WINDOW


def spans_per_second(corpus: Corpus, *, gzip: bool, spans: int = 10_000, rounds: int = 3) -> float:
    """Spans a second that one core inflates (with `gzip`) and parses: the best of `rounds`.

    Example:
        >>> from benchmarks.corpus import build
        >>> spans_per_second(build(spans=60), gzip=True, spans=60, rounds=1) > 0
        True
    """
    bodies: list[bytes] = []
    counted = 0
    for index, request in enumerate(corpus.requests):
        if counted >= spans:
            break
        body = bytes(corpus.render(index, lap=0, now_ns=time.time_ns()))
        bodies.append(zlib.compress(body, 6, wbits=GZIP_WINDOW) if gzip else body)
        counted += request.spans
    return max(counted / _seconds(bodies, gzip=gzip) for _ in range(rounds))


def _seconds(bodies: list[bytes], *, gzip: bool) -> float:
    began = time.process_time()
    for body in bodies:
        ExportTraceServiceRequest.FromString(zlib.decompress(body, GZIP_WINDOW) if gzip else body)
    return time.process_time() - began
