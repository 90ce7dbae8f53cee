"""Small requests that ask for much: refused or mended quickly, with little memory.

Each bomb goes into a process of its own, because the peak of a process's memory never falls.
"""

import json
import subprocess
import sys

import pytest

MAX_GROWTH_BYTES = 150 * 1024 * 1024
MAX_SECONDS = 5
"""A hang, not a benchmark: benchmarks/receivers measures, and each takes well under a second there."""

PROGRAM = """
import asyncio, gzip, json, sys, time
import zstandard
from fanlight.errors import PayloadError
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.receivers.intake import Intake
from fanlight.model.batch import Coding
from fanlight.model.signal import Signal
from fanlight.otlp.limits import Limits
from fanlight.otlp.wire import block

MIB = 1 << 20
def nest(value, *path):
    for number in reversed(path): value = block(number, value)
    return value
IDS = block(1, b"t" * 16) + block(2, b"s" * 8)
def span(content): return nest(IDS + content, 1, 2, 2)
JSON_SPAN = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"' + b"ab" * 16 + b'","spanId":"' + b"cd" * 8 + b'"'

BOMBS = {
    "gigabyte of zeros, gzip": (lambda: gzip.compress(bytes(1024 * MIB), 1), "gzip"),
    "gigabyte of zeros, zstd": (lambda: stream(), "zstd"),
    "4 million empty spans": (lambda: gzip.compress(nest(b"\\x12\\0" * 4_000_000, 1, 2)), "gzip"),
    "4 million empty resources": (lambda: gzip.compress(b"\\n\\0" * 4_000_000), "gzip"),
    "4 million empty events": (lambda: gzip.compress(span(b"\\x5a\\0" * 4_000_000)), "gzip"),
    "a million empty attributes": (lambda: gzip.compress(span(b"\\x4a\\0" * 1_000_000)), "gzip"),
    "20 million empty attributes in 5,000 spans": (
        lambda: gzip.compress(nest(block(2, IDS + b"\\x4a\\0" * 4_000) * 5_000, 1, 2)), "gzip"),
    "30 million empty values in a list": (lambda: gzip.compress(span(nest(b"\\n\\0" * 30_000_000, 9, 2, 5))), "gzip"),
    "30 million empty values in a list, damaged": (
        lambda: gzip.compress(span(block(5, b"\\xff") + nest(b"\\n\\0" * 30_000_000, 9, 2, 5))), "gzip"),
    "63 MiB in one text": (lambda: span(nest(b"x" * (63 * MIB), 9, 2, 1)), "identity"),
    "63 MiB in one text, damaged": (lambda: span(nest(b"x" * (63 * MIB) + b"\\xff", 9, 2, 1)), "identity"),
    "12 MiB in one text, damaged": (lambda: span(nest(b"x" * (12 * MIB) + b"\\xff", 9, 2, 1)), "identity"),
    "a value 5,000 lists deep": (lambda: span(block(9, block(1, b"k") + block(2, nest(b"", *(5, 1) * 5_000)))), "identity"),
    "a value 3 million bytes deep": (lambda: span(block(9, block(2, groups()))), "identity"),
    "JSON of 20 million empty objects": (lambda: gzip.compress(b'{"resourceSpans":[' + b"{}," * 20_000_000 + b"{}]}"), "gzip"),
    "JSON of 20 million numbers": (lambda: gzip.compress(JSON_SPAN + b',"x":[' + b"1," * 20_000_000 + b"1]}]}]}]}"), "gzip"),
    "JSON of 30 million brackets": (lambda: gzip.compress(b"[" * 30_000_000), "gzip"),
    "JSON object of a million keys": (
        lambda: JSON_SPAN + b"," + b",".join(b'"k%d":1' % i for i in range(1_000_000)) + b"}]}]}]}", "identity"),
    "3 million pieces of gzip": (lambda: gzip.compress(b"") * 3_000_000, "gzip"),
}
def stream():
    coder = zstandard.ZstdCompressor().compressobj()
    return b"".join(coder.compress(bytes(MIB)) for _ in range(1024)) + coder.flush()
def groups(): return b"\\x0b" * 3_000_000

async def main(name):
    make, coding = BOMBS[name]
    body = make()
    batches = []
    async def append(batch): batches.append(batch.items); return 1
    intake = Intake(append, Limits(), Ledger())
    with open("/proc/self/clear_refs", "w") as file: file.write("5")
    before = peak_rss()
    began = time.monotonic()
    try:
        with intake.inflight.hold() as hold:
            checked = await intake.take(Signal.TRACES, "", body, Coding(coding), hold, json=name.startswith("JSON"))
        outcome = [checked.items, dict(checked.rejected), dict(checked.mended)]
    except PayloadError as error:
        outcome = error.status
    print(json.dumps({"outcome": outcome, "seconds": time.monotonic() - began, "growth": peak_rss() - before}))

def peak_rss():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("gigabyte of zeros, gzip", 413),
        ("gigabyte of zeros, zstd", 413),
        ("4 million empty spans", 413),
        ("4 million empty resources", 413),
        ("4 million empty events", [0, {"too_many_attributes": 1}, {}]),
        ("a million empty attributes", [0, {"too_many_attributes": 1}, {}]),
        ("20 million empty attributes in 5,000 spans", 413),
        ("30 million empty values in a list", [0, {"too_large": 1}, {}]),
        ("30 million empty values in a list, damaged", [0, {"too_large": 1}, {}]),
        ("63 MiB in one text", [1, {}, {}]),
        ("63 MiB in one text, damaged", [0, {"too_large": 1}, {}]),
        ("12 MiB in one text, damaged", [1, {}, {"invalid_utf8": 1}]),
        ("a value 5,000 lists deep", [1, {}, {"value_too_deep": 1}]),
        ("a value 3 million bytes deep", 400),
        ("JSON of 20 million empty objects", 413),
        ("JSON of 20 million numbers", 413),
        ("JSON of 30 million brackets", 400),
        ("JSON object of a million keys", [0, {"too_many_values": 1}, {}]),
        ("3 million pieces of gzip", 400),
    ],
)
def test_a_bomb_is_refused_or_mended_with_little_memory(name, outcome):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, name], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["outcome"] == outcome
    assert seen["growth"] <= MAX_GROWTH_BYTES
    assert seen["seconds"] <= MAX_SECONDS
