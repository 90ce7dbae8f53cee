"""`python bomb.py` sends the bombs that lines of its stdin name through the intake, and says what each cost.

It prints JSON. Every bomb has a process of its own, for the peak of a process's memory never falls and
what one has freed hides what the next one takes. They are forked, so that all is imported once.
"""

import asyncio
import gzip
import json
import os
import signal
import sys
import time
import traceback
import zlib
from pathlib import Path

import zstandard

from fanlight.errors import PayloadError
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.receivers.intake import Intake
from fanlight.model.batch import Coding
from fanlight.model.signal import Signal
from fanlight.otlp.limits import Limits
from fanlight.otlp.wire import block

MIB = 1 << 20
HANGS_AFTER_S = 60


def nest(value, *path):
    for number in reversed(path):
        value = block(number, value)
    return value


IDS = block(1, b"t" * 16) + block(2, b"s" * 8)


def span(content):
    return nest(IDS + content, 1, 2, 2)


JSON_SPAN = (
    b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"'
    + b"ab" * 16
    + b'","spanId":"'
    + b"cd" * 8
    + b'"'
)


def gzip_of_zeros():
    """A piece that ends at a byte, over and over. The checksum is wrong, and nobody gets as far as that."""
    coder = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = coder.compress(bytes(MIB)) + coder.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + piece * 1024 + coder.flush() + bytes(8)


def stream_of_zeros():
    coder = zstandard.ZstdCompressor().compressobj()
    return b"".join(coder.compress(bytes(MIB)) for _ in range(1024)) + coder.flush()


def groups():
    return b"\x0b" * 3_000_000


BOMBS = {
    "gigabyte of zeros, gzip": (gzip_of_zeros, "gzip"),
    "gigabyte of zeros, zstd": (stream_of_zeros, "zstd"),
    "4 million empty spans": (lambda: gzip.compress(nest(b"\x12\0" * 4_000_000, 1, 2)), "gzip"),
    "4 million empty resources": (lambda: gzip.compress(b"\n\0" * 4_000_000), "gzip"),
    "4 million empty events": (lambda: gzip.compress(span(b"\x5a\0" * 4_000_000)), "gzip"),
    "a million empty attributes": (lambda: gzip.compress(span(b"\x4a\0" * 1_000_000)), "gzip"),
    "20 million empty attributes in 5,000 spans": (
        lambda: gzip.compress(nest(block(2, IDS + b"\x4a\0" * 4_000) * 5_000, 1, 2)),
        "gzip",
    ),
    "30 million empty values in a list": (
        lambda: gzip.compress(span(nest(b"\n\0" * 30_000_000, 9, 2, 5))),
        "gzip",
    ),
    "30 million empty values in a list, damaged": (
        lambda: gzip.compress(span(block(5, b"\xff") + nest(b"\n\0" * 30_000_000, 9, 2, 5))),
        "gzip",
    ),
    "63 MiB in one text": (lambda: span(nest(b"x" * (63 * MIB), 9, 2, 1)), "identity"),
    "63 MiB in one text, damaged": (lambda: span(nest(b"x" * (63 * MIB) + b"\xff", 9, 2, 1)), "identity"),
    "12 MiB in one text, damaged": (lambda: span(nest(b"x" * (12 * MIB) + b"\xff", 9, 2, 1)), "identity"),
    "a value 5,000 lists deep": (
        lambda: span(block(9, block(1, b"k") + block(2, nest(b"", *(5, 1) * 5_000)))),
        "identity",
    ),
    "a value 3 million bytes deep": (lambda: span(block(9, block(2, groups()))), "identity"),
    "JSON of 20 million empty objects": (
        lambda: gzip.compress(b'{"resourceSpans":[' + b"{}," * 20_000_000 + b"{}]}"),
        "gzip",
    ),
    "JSON of 20 million numbers": (
        lambda: gzip.compress(JSON_SPAN + b',"x":[' + b"1," * 20_000_000 + b"1]}]}]}]}"),
        "gzip",
    ),
    "JSON of 30 million brackets": (lambda: gzip.compress(b"[" * 30_000_000), "gzip"),
    "JSON object of a million keys": (
        lambda: JSON_SPAN + b"," + b",".join(b'"k%d":1' % i for i in range(1_000_000)) + b"}]}]}]}",
        "identity",
    ),
    "3 million pieces of gzip": (lambda: gzip.compress(b"") * 3_000_000, "gzip"),
}


async def main(name):
    make, coding = BOMBS[name]
    body = make()
    batches = []

    async def append(batch):
        batches.append(batch.items)
        return 1

    intake = Intake(append, Limits(), Ledger())
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_rss()
    began = time.monotonic()
    try:
        with intake.inflight.hold() as hold:
            checked = await intake.take(
                Signal.TRACES, "", body, Coding(coding), hold, json=name.startswith("JSON")
            )
        outcome = [checked.items, dict(checked.rejected), dict(checked.mended)]
    except PayloadError as error:
        outcome = error.status
    print(
        json.dumps({"outcome": outcome, "seconds": time.monotonic() - began, "growth": peak_rss() - before}),
        flush=True,
    )


def peak_rss():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def throw(name):
    """One bomb, in a child; what is printed when that ends before it said anything."""
    child = os.fork()
    if child == 0:
        signal.alarm(HANGS_AFTER_S)
        status = 1
        try:
            asyncio.run(main(name))
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status:
        print(json.dumps({"outcome": f"ended with {os.waitstatus_to_exitcode(status)}"}), flush=True)


if __name__ == "__main__":
    for line in sys.stdin:
        throw(line.strip())
