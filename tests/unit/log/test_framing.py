"""A record's bytes, as they lie on disks: whoever changes them loses what is there."""

from __future__ import annotations

import time
import zlib

import pytest

from fanlight.model.batch import Batch, Coding
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.otlp.container import GZIP, ZSTD, Container
from fanlight.otlp.framing import Body, Record, Walk

BATCH = Batch(
    signal=Signal.TRACES, project="home", received_ns=1_790_000_000_123_456_789, items=300, plain=b"x" * 200
)
SEQ = 2**32 + 5
FIELDS = "c23e04686f6d65 c83e959abbdac2f0d6eb18 d03e8580808010 d83eac02"
"""Project, received_ns, seq, items."""

RECORDS: dict[str, tuple[Container, tuple[str, str, str]]] = {
    "gzip": (
        GZIP,
        (
            "1f8b08040000000000ff 0c00 464c0800 3f000000 fe307b66 010200fdff e501 c025d715 02000000",
            b"<gzip body>".hex(),
            f"1f8b08000000000000ff 011d00e2ff {FIELDS} 01ab036d 1d000000",
        ),
    ),
    "zstd": (
        ZSTD,
        (
            "502a4d18 12000000 464c 40000000 197487af e500000000000000 28b52ffda0 02000000 110000 e501",
            b"<zstd body>".hex(),
            f"28b52ffda0 1d000000 e90000 {FIELDS} 512a4d18 04000000 29000000",
        ),
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_written_and_read_as_these_bytes(name: str) -> None:
    container, parts = RECORDS[name]
    head, body, tail = map(bytes.fromhex, parts)
    assert framing.frame(BATCH, Body(container, body), SEQ) == (head, body, tail)
    found = Record(
        start=0,
        end=len(head + body + tail),
        body=(len(head), len(head + body)),
        plain_bytes=200,
        seq=SEQ,
        items=300,
        project="home",
        received_ns=1_790_000_000_123_456_789,
        container=container,
    )
    record = head + body + tail
    assert framing.walk(record) == Walk(records=(found,), damaged=(), torn=len(record))
    assert found.next_seq == SEQ + 300


def test_a_record_without_a_project_or_items_takes_one_sequence() -> None:
    batch = Batch(signal=Signal.LOGS, project="", received_ns=0, items=0, plain=b"")
    tail = "28b52ffda0 09000000 490000 c83e00 d03e00 d83e00 512a4d18 04000000 15000000"
    assert framing.frame(batch, Body(ZSTD, b""), 0)[2] == bytes.fromhex(tail)
    (found,) = framing.walk(framing.encode(batch, 0)).records
    assert (found.seq, found.items, found.project, found.received_ns, found.plain_bytes) == (0, 0, "", 0, 0)
    assert found.next_seq == 1


def test_records_that_follow_each_other_ascend_and_one_that_is_behind_is_damage() -> None:
    def record(seq: int, items: int) -> bytes:
        batch = Batch(signal=Signal.LOGS, project="p", received_ns=1, items=items, plain=b"text")
        return framing.encode(batch, seq)

    first, next_to_it = record(7, 3), record(10, 0)
    after, behind = record(11, 1), record(10, 5)
    ends = [len(first), len(first + next_to_it)]
    walk = framing.walk(first + next_to_it + behind + after)
    assert [row.seq for row in walk.records] == [7, 10, 11]
    assert walk.damaged == ((ends[1], ends[1] + len(behind)),)
    # At the end of a file it is damage as well: its head is whole, so it is no unfinished write.
    walk = framing.walk(first + behind + record(9, 1))
    assert ([row.seq for row in walk.records], walk.torn) == ([7, 10], len(first + behind + record(9, 1)))
    assert walk.damaged == ((len(first + behind), walk.torn),)


def test_an_unfinished_write_is_torn_and_bytes_of_nothing_too() -> None:
    record = framing.encode(BATCH, 1)
    for cut in range(1, len(record)):
        walk = framing.walk(record + record[:cut])
        assert ([row.seq for row in walk.records], walk.damaged, walk.torn) == ([1], (), len(record))
    assert framing.walk(b"") == Walk(records=(), damaged=(), torn=0)
    assert framing.walk(b"no record at all") == Walk(records=(), damaged=(), torn=0)


def test_junk_before_and_between_records_is_damage_up_to_the_next() -> None:
    one, two = framing.encode(BATCH, 1), framing.encode(BATCH, 301)
    walk = framing.walk(b"junk" + one + GZIP.magic + ZSTD.magic + two)
    assert [row.seq for row in walk.records] == [1, 301]
    behind = 4 + len(one)
    assert walk.damaged == ((0, 4), (behind, behind + len(GZIP.magic + ZSTD.magic)))


def test_a_file_full_of_damage_takes_time_by_its_length_alone() -> None:
    def took_s(records: int) -> float:
        pair = [bytearray(framing.encode(BATCH, 300 * number)) for number in range(records)]
        for record in pair[::2]:
            record[-1] ^= 1
        content, took = b"".join(pair), []
        for _ in range(3):
            began = time.process_time()
            assert len(framing.walk(content).records) == records // 2
            took.append(time.process_time() - began)
        return min(took)

    # Eight times the records; what began its search at the beginning each time would take sixty times.
    assert took_s(1_600) < 24 * max(took_s(200), 0.0005)


@pytest.mark.parametrize("size", [0, 1, 127, 128, 16_383, 16_384, 2**21])
def test_a_message_of_any_size_says_so(size: int) -> None:
    batch = Batch(signal=Signal.LOGS, project="p", received_ns=2**63 - 1, items=1, plain=bytes(size))
    content = framing.encode(batch, 2**62)
    (record,) = framing.walk(content).records
    assert (record.plain_bytes, record.seq, record.received_ns) == (size, 2**62, 2**63 - 1)
    assert framing.decode(content, record, Signal.LOGS) == batch


@pytest.mark.parametrize(
    ("head", "is_kept"),
    [
        (b"\x78\x9c", True),
        (b"\x78\x01", True),
        (b"\x79\x9c", False),  # another method
        (b"\x78\x9d", False),  # not a multiple of 31
        (b"\x78\xbb", False),  # a dictionary, which nobody has
    ],
)
def test_deflate_is_used_again_when_it_is_what_it_should_be(head: bytes, is_kept: bool) -> None:
    plain = b"telemetry" * 3
    coded = head + zlib.compress(plain)[2:]
    body = framing.compress(
        Batch(
            signal=Signal.TRACES, project="", received_ns=0, items=1, plain=plain, coded=coded,
            coding=Coding.DEFLATE,
        )
    )  # fmt: skip
    assert body.container is (GZIP if is_kept else ZSTD)
    assert body.container.decompress(body.data) == plain
    if is_kept:
        expected = "1f8b08000000000000ff2b49cd49cd4d2d29aa2cc1600000d959a67f1b000000"
        assert body.data.hex() == expected
