"""A record is found again whatever its coding, and nothing that is not a record is ever taken for one."""

from __future__ import annotations

import gzip
import io
import random
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from fanlight.model.batch import Batch, Coding
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.otlp.container import CONTAINERS, GZIP, ZSTD, Container

PROJECTION = Path(framing.__file__).with_name("traces.proto")


def coded(plain: bytes, coding: Coding) -> bytes:
    """`plain` as a sender would compress it."""
    if coding is Coding.GZIP:
        return gzip.compress(plain)
    if coding is Coding.DEFLATE:
        return zlib.compress(plain)
    if coding is Coding.ZSTD:
        return zstandard.compress(plain)
    return plain


def batch_of(plain: bytes, coding: Coding = Coding.IDENTITY, *, items: int = 1, project: str = "p") -> Batch:
    return Batch(
        signal=Signal.TRACES,
        project=project,
        received_ns=1_790_000_000_000_000_000,
        items=items,
        plain=plain,
        coded=coded(plain, coding),
        coding=coding,
    )


batches = st.builds(
    batch_of,
    st.binary(max_size=2_000),
    st.sampled_from(Coding),
    items=st.integers(0, 2**32),
    project=st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", max_size=64),
)


@given(st.lists(batches, max_size=6))
def test_a_file_of_records_is_walked_back_into_its_batches(sent: list[Batch]) -> None:
    content, seq, expected = b"", 1, []
    for batch in sent:
        content += framing.encode(batch, seq)
        expected.append((seq, batch.items, batch.project, batch.received_ns, batch.plain))
        seq += max(1, batch.items)
    walk = framing.walk(content)
    assert (walk.damaged, walk.torn) == ((), len(content))
    assert [
        (r.seq, r.items, r.project, r.received_ns, framing.decode(content, r, Signal.TRACES).plain)
        for r in walk.records
    ] == expected
    assert [r.plain_bytes for r in walk.records] == [len(batch.plain) for batch in sent]


def inflated(content: bytes, container: Container) -> bytes:
    """`content` as any reader of its format sees it, which knows nothing of records."""
    if container is GZIP:
        return gzip.decompress(content)
    with zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True) as reader:
        return reader.read()


@given(st.sampled_from(CONTAINERS), st.lists(batches, max_size=6))
def test_a_file_of_records_is_one_compressed_stream_of_length_delimited_messages(
    container: Container, sent: list[Batch]
) -> None:
    sent = [batch for batch in sent if framing.compress(batch).container is container]
    stream = io.BytesIO(inflated(b"".join(framing.encode(batch, 9) for batch in sent), container))
    for batch in sent:
        size = shift = 0
        while (byte := stream.read(1)[0]) > 0x7F:
            size, shift = size | (byte & 0x7F) << shift, shift + 7
        message = stream.read(size | byte << shift)
        assert message.startswith(batch.plain)
    assert stream.read() == b""


@pytest.mark.parametrize("coding", [Coding.GZIP, Coding.DEFLATE])
def test_what_came_compressed_is_used_again(coding: Coding) -> None:
    plain = b"telemetry " * 1_000
    batch = batch_of(plain, coding)
    body = framing.compress(batch)
    assert body.container is GZIP
    assert body.data[10:-8] in batch.coded
    assert gzip.decompress(body.data) == plain


ODD = {
    "several members": gzip.compress(b"first ") + gzip.compress(b"second"),
    "bytes behind the end": gzip.compress(b"first second") + b"\0\0\0\0",
    "of another text": gzip.compress(b"first ######"),
    "cut off": gzip.compress(b"first second")[:-3],
    "empty": b"",
    "with an extra field": b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x02\0ab" + gzip.compress(b"first second")[10:],
    "no gzip": b"first second",
}


@pytest.mark.parametrize("received", ODD.values(), ids=ODD)
@pytest.mark.parametrize("coding", [Coding.GZIP, Coding.DEFLATE])
def test_an_odd_body_is_compressed_anew_from_its_text(received: bytes, coding: Coding) -> None:
    batch = Batch(
        signal=Signal.LOGS,
        project="",
        received_ns=0,
        items=1,
        plain=b"first second",
        coded=received,
        coding=coding,
    )
    body = framing.compress(batch)
    assert body.data != received
    assert body.container.decompress(body.data) == b"first second"


def image() -> tuple[bytes, list[bytes]]:
    """A file of eight records of all codings, and the records."""
    rng = random.Random(7)
    records = [
        framing.encode(batch_of(rng.randbytes(rng.randrange(30, 200)), list(Coding)[n % 4]), 100 + n)
        for n in range(8)
    ]
    return b"".join(records), records


def found_in(content: bytes) -> list[bytes]:
    return [content[record.start : record.end] for record in framing.walk(content).records]


def test_a_file_cut_at_any_byte_of_its_last_two_records_keeps_every_earlier_one() -> None:
    content, records = image()
    begin = len(content) - len(records[-1]) - len(records[-2])
    for cut in range(begin, len(content)):
        whole = 6 if cut < len(content) - len(records[-1]) else 7
        walk = framing.walk(content[:cut])
        assert found_in(content[:cut]) == records[:whole]
        assert (walk.torn, walk.damaged) == (sum(map(len, records[:whole])), ())


def test_any_flipped_bit_costs_exactly_the_record_that_it_is_in() -> None:
    content, records = image()
    rng = random.Random(11)
    for bit in rng.sample(range(8 * len(content)), 8 * len(content) // 2):
        at = bit // 8
        flipped = bytearray(content)
        flipped[at] ^= 1 << bit % 8
        hit, end = 0, len(records[0])
        while end <= at:
            hit += 1
            end += len(records[hit])
        assert found_in(bytes(flipped)) == records[:hit] + records[hit + 1 :]


@pytest.mark.parametrize("kept", [0, 1, 20, 36, 45, 100])
def test_a_tail_of_zeros_is_no_record(kept: int) -> None:
    content, records = image()
    cut = len(content) - len(records[-1]) + kept
    assert found_in(content[:cut] + bytes(4_096)) == records[:-1]


@given(st.binary(max_size=400), st.integers(0, 7), st.integers(0, 200))
def test_bytes_written_over_a_file_never_make_a_record(junk: bytes, index: int, offset: int) -> None:
    content, records = image()
    at = sum(map(len, records[:index])) + offset
    assert set(found_in(content[:at] + junk + content[at + len(junk) :])) <= set(records)


def test_a_record_inside_of_a_body_is_not_taken_for_one_that_was_lost() -> None:
    inner = framing.encode(batch_of(b"forged"), 1)
    stored = gzip.compress(inner, compresslevel=0)
    hostile = framing.encode(
        Batch(
            signal=Signal.TRACES,
            project="p",
            received_ns=1,
            items=1,
            plain=inner,
            coded=stored,
            coding=Coding.GZIP,
        ),
        50,
    )
    before, after = framing.encode(batch_of(b"before"), 49), framing.encode(batch_of(b"after"), 51)
    damaged = bytearray(hostile)
    damaged[40] ^= 1
    assert found_in(before + bytes(damaged) + after) == [before, after]


@pytest.mark.parametrize(
    ("container", "codings"),
    [(GZIP, (Coding.GZIP, Coding.DEFLATE)), (ZSTD, (Coding.IDENTITY, Coding.ZSTD))],
    ids=["gzip", "zstd"],
)
def test_the_engine_reads_a_file_of_its_container_as_it_is(
    tmp_path: Path, container: Container, codings: tuple[Coding, Coding]
) -> None:
    content, seq = b"", 1
    for number, coding in enumerate(codings):
        data = TracesData()
        spans = data.resource_spans.add().scope_spans.add().spans
        for index in range(number + 1):
            spans.add(name=f"{coding} {index}")
        content += framing.encode(batch_of(data.SerializeToString(), coding, items=number + 1), seq)
        seq += number + 1
    path = tmp_path / f"segment.pb.{container.suffix}"
    path.write_bytes(content)
    structure = (
        "resource_spans Array(Tuple(scope_spans Array(Tuple(spans Array(Tuple(name String)))))),"
        " project String, received_ns UInt64, seq UInt64"
    )
    query = (
        "SELECT arrayMap(s -> s.1, resource_spans[1].1[1].1), project, received_ns, seq"
        f" FROM file('{path}', 'Protobuf', '{structure}') ORDER BY seq"
        f" SETTINGS format_schema = '{PROJECTION}:Request'"
    )
    # In a process of its own: an embedded engine stays in the process that opened it.
    program = "import chdb, sys; print(chdb.query(sys.argv[1], 'TSV'))"
    shown = subprocess.run(
        [sys.executable, "-c", program, query], capture_output=True, text=True, timeout=60, check=True
    )
    first, second = codings
    assert shown.stdout.split("\n")[:2] == [
        f"['{first} 0']\tp\t1790000000000000000\t1",
        f"['{second} 0','{second} 1']\tp\t1790000000000000000\t2",
    ]
