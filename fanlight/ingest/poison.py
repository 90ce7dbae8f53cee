"""Poison: a record that makes the engine refuse its whole segment.

The segment is halved until the record stands alone; it is parked with the engine's reason and the rest is
stored. Each piece has a token of its own, made of the sequences in it: a replay after a crash in the middle
makes the same pieces with the same tokens, and no token ever names two things.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from fanlight.errors import StoreError
from fanlight.ingest import crash
from fanlight.ingest.segment import PIECE
from fanlight.otlp import framing
from fanlight.otlp.framing import Record
from fanlight.store.contract import Inserted, Segment

logger = logging.getLogger("fanlight.ingest.writer")

Insert = Callable[[Segment], Inserted]
Park = Callable[[Segment, bytes, Record, str], None]
"""Told of the segment, the record's bytes, where it lay and why the engine refused it."""


def insert_around_poison(segment: Segment, insert: Insert, park: Park, refusal: StoreError) -> list[Inserted]:
    """Store what can be stored of a segment that was refused with `refusal`, and park the rest.

    `insert` raises StoreError only for what the engine will never take.
    """
    content = segment.path.read_bytes()
    records = framing.walk(content).records
    logger.warning("%s was refused, looking for the record that caused it: %s", segment.path.name, refusal)
    return _insert_pieces(segment, content, records, insert, park, refusal)


def _insert_pieces(
    segment: Segment,
    content: bytes,
    records: Sequence[Record],
    insert: Insert,
    park: Park,
    refusal: StoreError,
) -> list[Inserted]:
    if len(records) == 1:
        record = records[0]
        park(segment, content[record.start : record.end], record, str(refusal))
        crash.reach("after_park")
        return []
    stored: list[Inserted] = []
    middle = len(records) // 2
    for half in (records[:middle], records[middle:]):
        with _piece(segment, content, half) as piece:
            try:
                stored.append(insert(piece))
            except StoreError as error:
                stored += _insert_pieces(segment, content, half, insert, park, error)
    return stored


@contextmanager
def _piece(segment: Segment, content: bytes, records: Sequence[Record]) -> Iterator[Segment]:
    """A file of some of a segment's records. It need not survive anything: the segment does."""
    first_seq, upto_seq = records[0].seq, records[-1].next_seq - 1
    coat = segment.path.suffix.removeprefix(".")
    path = segment.path.with_name(f"{first_seq:020d}-{upto_seq}-{segment.signal}{PIECE}{coat}")
    path.write_bytes(b"".join(content[record.start : record.end] for record in records))
    try:
        yield Segment(
            signal=segment.signal,
            path=path,
            first_seq=first_seq,
            items=sum(record.items for record in records),
            upto_seq=upto_seq,
        )
    finally:
        path.unlink(missing_ok=True)
