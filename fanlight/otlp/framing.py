"""The log's records: pure functions over bytes.

A file of the log is one valid compressed stream of length-delimited protobuf messages, so that an engine
decodes it as it is, although each body came in a coding of its own. It works because gzip members and zstd
frames concatenate, and so do protobuf messages: a request with fields appended is still a request.

One record is three parts in a row, all in the same coat (`container.py`):

    head   {u32 length of the rest, u32 crc32 of the rest}, and varint(length of body + tail), which makes
           the message length-delimited
    body   the request: gzip as it was received, deflate with a new head, anything else as zstd
    tail   the fields from 1000 on: project, received_ns, seq, items

A reader finds its way by the heads, without inflating anything (`walk`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from isal import isal_zlib

from fanlight.model.batch import Batch, Coding
from fanlight.model.signal import Signal
from fanlight.otlp.container import CONTAINERS, GZIP, ZSTD, Container, Head

FIELD_PROJECT, FIELD_RECEIVED_NS, FIELD_SEQ, FIELD_ITEMS = 1000, 1001, 1002, 1003
"""The tail's field numbers. No OTLP request uses numbers from 1000 on."""

_TRAILER = struct.Struct("<II")
_U32 = 0xFFFFFFFF
_NAMED_OR_PLAIN = (0, 8)  # gzip flags that senders really set: none, or a file name


@dataclass(frozen=True, slots=True)
class Body:
    """A compressed request and the coat that its record gets."""

    container: Container
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Where one record lies in a buffer, and what its tail says. `plain_bytes` is its inflated size."""

    start: int
    end: int
    body: tuple[int, int]
    plain_bytes: int
    seq: int
    items: int
    project: str
    received_ns: int
    container: Container

    @property
    def next_seq(self) -> int:
        """The first sequence after this record's items; a record takes at least one."""
        return self.seq + max(1, self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a buffer holds. `damaged` are the ranges that are no records although records follow them, or
    although their head is whole; `torn` is where an unfinished write begins, the buffer's length if none.
    """

    records: tuple[Record, ...]
    damaged: tuple[tuple[int, int], ...]
    torn: int


def encode(batch: Batch, seq: int) -> bytes:
    """One record.

    Example:
        >>> batch = Batch(signal=Signal.LOGS, project="p", received_ns=7, items=3, plain=b"")
        >>> found = walk(encode(batch, 40) + encode(batch, 43))
        >>> [(r.seq, r.items, r.project, r.received_ns) for r in found.records], found.damaged
        ([(40, 3, 'p', 7), (43, 3, 'p', 7)], ())
    """
    return b"".join(frame(batch, compress(batch), seq))


def frame(batch: Batch, body: Body, seq: int) -> tuple[bytes, bytes, bytes]:
    """Head, body and tail of one record; `body` is what `compress` made of the batch."""
    container, data = body.container, body.data
    fields = _tail_fields(batch, seq)
    tail = container.tail(fields)
    crc = isal_zlib.crc32(tail, isal_zlib.crc32(data))
    return container.head(len(data) + len(tail), crc, _varint(len(batch.plain) + len(fields))), data, tail


def compress(batch: Batch) -> Body:
    """The body, compressed. What was received as gzip or deflate is used again when it is exactly `plain`.

    A checksum tells: gzip with several members, with bytes behind its end, or of another text than `plain`
    (because something in it was mended or masked) is compressed anew from `plain`. The checksum cannot see
    bytes in the middle; a receiver passes `coded` only when one inflate consumed it whole.
    """
    if batch.coding is Coding.GZIP and _is_gzip_of(batch.coded, batch.plain):
        return Body(GZIP, batch.coded)
    if batch.coding is Coding.DEFLATE and _is_zlib_of(batch.coded, batch.plain):
        trailer = _TRAILER.pack(isal_zlib.crc32(batch.plain), len(batch.plain) & _U32)
        return Body(GZIP, b"".join((GZIP.member, memoryview(batch.coded)[2:-4], trailer)))
    return Body(ZSTD, ZSTD.compress(batch.plain))


def walk(buffer: bytes) -> Walk:
    """Every whole record of `buffer`. Nothing is inflated; never raises, whatever the bytes.

    Sequences ascend in a file. A whole record with a sequence that is behind us is a copy that a disk put in
    another's place, not a neighbour.
    """
    view = memoryview(buffer)
    records: list[Record] = []
    damaged: list[tuple[int, int]] = []
    at = 0
    while at < len(buffer):
        above = records[-1].next_seq if records else 0
        record = _read(view, at, above=above)
        if record is None:
            record = _resync(buffer, view, at + 1, above=above)
            if record is None:
                break
            damaged.append((at, record.start))
        records.append(record)
        at = record.end
    if at < len(buffer) and _is_complete(view, at):
        damaged.append((at, len(buffer)))
        at = len(buffer)
    return Walk(records=tuple(records), damaged=tuple(damaged), torn=at)


def decode(buffer: bytes, record: Record, signal: Signal) -> Batch:
    """The batch that `record` was made of. Raises errors of its container when its body is damaged."""
    start, end = record.body
    return Batch(
        signal=signal,
        project=record.project,
        received_ns=record.received_ns,
        items=record.items,
        plain=record.container.decompress(buffer[start:end]),
    )


def _is_gzip_of(coded: bytes, plain: bytes) -> bool:
    return (
        len(coded) >= len(GZIP.member) + _TRAILER.size
        and coded[:3] == GZIP.member[:3]
        and coded[3] in _NAMED_OR_PLAIN
        and _TRAILER.unpack_from(coded, len(coded) - _TRAILER.size)
        == (isal_zlib.crc32(plain), len(plain) & _U32)
    )


def _is_zlib_of(coded: bytes, plain: bytes) -> bool:
    """RFC 1950: method 8, a header that 31 divides, no preset dictionary, the text's adler32 at the end."""
    return (
        len(coded) > 6
        and coded[0] & 0x0F == 8
        and int.from_bytes(coded[:2], "big") % 31 == 0
        and not coded[1] & 0x20
        and int.from_bytes(coded[-4:], "big") == isal_zlib.adler32(plain)
    )


def _resync(buffer: bytes, view: memoryview, start: int, *, above: int) -> Record | None:
    """The first whole record from `start` on."""
    records = (_read(view, at, above=above) for at in _heads(buffer, start))
    return next((record for record in records if record), None)


def _heads(buffer: bytes, start: int) -> Iterator[int]:
    """Where a head might begin, in order."""
    found = {each.magic: buffer.find(each.magic, start) for each in CONTAINERS}
    while places := [(at, magic) for magic, at in found.items() if at >= 0]:
        at, magic = min(places)
        yield at
        found[magic] = buffer.find(magic, at + 1)


def _read_head(view: memoryview, at: int) -> tuple[Container, Head] | None:
    for container in CONTAINERS:
        if head := container.read_head(view, at):
            return container, head
    return None


def _read(view: memoryview, at: int, *, above: int) -> Record | None:
    """The whole record at `at`, when its sequence is `above` or later."""
    found = _read_head(view, at)
    if found is None:
        return None
    container, head = found
    if head.end > len(view) or isal_zlib.crc32(view[head.rest : head.end]) != head.crc:
        return None
    tail = container.read_tail(view, head)
    if tail is None:
        return None
    tail_start, fields = tail
    numbers, project = _read_fields(fields)
    if numbers.get(FIELD_SEQ, 0) < above:
        return None
    return Record(
        start=at,
        end=head.end,
        body=(head.rest, tail_start),
        plain_bytes=head.message_bytes - len(fields),
        seq=numbers.get(FIELD_SEQ, 0),
        items=numbers.get(FIELD_ITEMS, 0),
        project=project,
        received_ns=numbers.get(FIELD_RECEIVED_NS, 0),
        container=container,
    )


def _is_complete(view: memoryview, at: int) -> bool:
    """Whether a whole head at `at` says that its record ends inside the buffer."""
    found = _read_head(view, at)
    return found is not None and found[1].end <= len(view)


def _tail_fields(batch: Batch, seq: int) -> bytes:
    project = batch.project.encode()
    named = _varint(FIELD_PROJECT << 3 | 2) + _varint(len(project)) + project if project else b""
    numbers = ((FIELD_RECEIVED_NS, batch.received_ns), (FIELD_SEQ, seq), (FIELD_ITEMS, batch.items))
    return named + b"".join(_varint(field << 3) + _varint(value) for field, value in numbers)


def _read_fields(fields: bytes) -> tuple[dict[int, int], str]:
    """Numbers by field, and the project. The checksum has passed, so these are bytes that we wrote."""
    numbers: dict[int, int] = {}
    project, at = "", 0
    while at < len(fields):
        key, at = _read_varint(fields, at)
        value, at = _read_varint(fields, at)
        if key & 7 == 2:
            project, at = fields[at : at + value].decode(errors="replace"), at + value
        else:
            numbers[key >> 3] = value
    return numbers, project


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            break
    return value, at
