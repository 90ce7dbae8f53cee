"""Records whose checksum is right and whose tail is none: damage, in either coat."""

from __future__ import annotations

import struct

import pytest
from isal import isal_zlib

from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.otlp.container import GZIP, ZSTD, Container
from fanlight.otlp.framing import Walk


def record(container: Container, rest: bytes) -> bytes:
    """A record with a whole head; what follows it is `rest`."""
    return container.head(len(rest), isal_zlib.crc32(rest), b"\x09") + rest


def u32(*numbers: int) -> bytes:
    return b"".join(struct.pack("<I", number) for number in numbers)


GZIP_TAIL = GZIP.tail(b"\xd0\x3e\x07")
ZSTD_TAIL = ZSTD.tail(b"\xd0\x3e\x07")
NO_TAILS: dict[str, tuple[Container, bytes]] = {
    "gzip, nothing": (GZIP, b""),
    "gzip, too short": (GZIP, GZIP_TAIL[-22:]),
    "gzip, no member": (GZIP, bytes(64)),
    "gzip, a member that would begin before": (GZIP, GZIP_TAIL[4:] + u32(0, 900)),
    "gzip, another size": (GZIP, b"body" + GZIP_TAIL[:-4] + u32(2)),
    "gzip, not the last block": (GZIP, GZIP_TAIL[:10] + b"\0" + GZIP_TAIL[11:]),
    "zstd, nothing": (ZSTD, b""),
    "zstd, too short": (ZSTD, ZSTD_TAIL[-11:]),
    "zstd, no length": (ZSTD, bytes(64)),
    "zstd, a frame that would begin before": (ZSTD, b"body" + ZSTD_TAIL[:-4] + u32(900)),
    "zstd, a frame that begins too late": (ZSTD, b"body" + ZSTD_TAIL[:-4] + u32(14)),
    "zstd, no frame": (ZSTD, b"body" + b"\0" + ZSTD_TAIL[1:]),
    "zstd, a frame that ends elsewhere": (ZSTD, ZSTD_TAIL[:15] + b"more" + ZSTD_TAIL[15:-4] + u32(19)),
}


@pytest.mark.parametrize("case", NO_TAILS)
def test_a_record_without_a_tail_is_damage_and_its_neighbours_are_found(case: str) -> None:
    container, rest = NO_TAILS[case]
    bad = record(container, rest)
    assert framing.walk(bad) == Walk(records=(), damaged=((0, len(bad)),), torn=len(bad))
    good = framing.encode(Batch(signal=Signal.LOGS, project="p", received_ns=1, items=2, plain=b"text"), 5)
    walk = framing.walk(bad + good)
    assert [(each.seq, each.items, each.start) for each in walk.records] == [(5, 2, len(bad))]
    assert (walk.damaged, walk.torn) == (((0, len(bad)),), len(bad + good))


@pytest.mark.parametrize(("container", "begins"), [(GZIP, 15), (ZSTD, 12)])
def test_a_tail_that_would_begin_before_its_own_record_is_none(container: Container, begins: int) -> None:
    good = framing.encode(Batch(signal=Signal.LOGS, project="p", received_ns=1, items=2, plain=b"text"), 5)
    # A tail around the whole head of the bad record: its first bytes stand before that.
    body = b"body" * 10
    fields = len(record(container, b"")) + len(body)
    tail = container.tail(bytes(fields))
    bad = tail[:begins] + record(container, body + tail[begins + fields :])
    walk = framing.walk(bad + good)
    assert [each.seq for each in walk.records] == [5]
    assert (walk.damaged, walk.torn) == (((0, len(bad)),), len(bad + good))


@pytest.mark.parametrize("container", [GZIP, ZSTD])
@pytest.mark.parametrize(("fields", "seq"), [("", 0), ("d03e07", 7), ("d03e8702", 263), ("d03e87", 7)])
def test_fields_that_end_in_the_middle_of_a_number_are_read_as_far_as_they_go(
    container: Container, fields: str, seq: int
) -> None:
    content = record(container, b"body" + container.tail(bytes.fromhex(fields)))
    walk = framing.walk(content)
    assert [(each.seq, each.items, each.project, each.received_ns) for each in walk.records] == [
        (seq, 0, "", 0)
    ]
    assert (walk.damaged, walk.torn) == ((), len(content))
    start, end = walk.records[0].body
    assert content[start:end] == b"body"
