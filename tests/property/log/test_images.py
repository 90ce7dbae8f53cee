"""Torn and rotten files: whatever a disk gives back, the log opens, keeps what is whole, and invents nothing.

A log of eight records is written for real. Then its file is given back as it may lie on a disk after a crash:
cut off, with a flipped bit, with a tail of zeros or of another file's bytes. Each image is opened by the log.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fanlight.ingest.log import Log
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from tests.figures import Tell
from tests.property.log.quick import MEMORY, QuickDisk

RECORDS = 8
FLIPS = 1_200
TAILS = 400
PAGE = 4_096


def body(number: int) -> bytes:
    """What record `number` holds; it does not compress to nothing."""
    return random.Random(number).randbytes(60 + 17 * number)


def batch(number: int) -> Batch:
    return Batch(signal=Signal.TRACES, project="p", received_ns=1, items=3, plain=body(number))


def opened(directory: Path) -> Log:
    return Log(directory, segment_bytes=1 << 20, max_backlog_bytes=1 << 22, disk=QuickDisk())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes, list[int]]:
    """The name of the segment, its bytes, and where each record ends."""
    directory = tmp_path_factory.mktemp("written")
    log = opened(directory)
    log.open()

    async def append() -> None:
        for number in range(RECORDS):
            await log.append(batch(number))

    asyncio.run(append())
    log.close()
    (path,) = directory.glob("*-traces.pb.*")
    content = path.read_bytes()
    return path.name, content, [record.end for record in framing.walk(content).records]


def cuts(content: bytes, ends: list[int]) -> Iterator[bytes]:
    """Cut at every byte of the last two records."""
    yield from (content[:at] for at in range(ends[-3], len(content)))


def flips(content: bytes, dice: random.Random) -> Iterator[bytes]:
    """One bit another way."""
    for _ in range(FLIPS):
        image = bytearray(content)
        image[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        yield bytes(image)


def tails(content: bytes, ends: list[int], dice: random.Random) -> Iterator[bytes]:
    """Cut anywhere, and pages of zeros, of noise or of the file's own beginning behind it."""
    for _ in range(TAILS):
        tail = (bytes(PAGE), dice.randbytes(PAGE), content[5 : ends[0]])[dice.randrange(3)]
        yield content[: dice.randrange(len(content))] + tail


def whole(image: bytes, content: bytes, ends: list[int]) -> list[bytes]:
    """The bodies of the records that stand in the image as they were written, where they were written."""
    places = zip([0, *ends], ends, strict=False)
    return [body(number) for number, (a, b) in enumerate(places) if image[a:b] == content[a:b]]


def read(directory: Path, *, go_on: bool) -> list[bytes]:
    """The bodies that the log finds, in its order. With `go_on` it also takes another batch."""
    found: list[bytes] = []
    log = opened(directory)
    for generation in log.open():
        for segment in generation.segments:
            content = segment.path.read_bytes()
            walk = framing.walk(content)
            assert (walk.damaged, walk.torn) == ((), len(content)), "a segment was handed on unrepaired"
            found += [framing.decode(content, row, segment.signal).plain for row in walk.records]
    if go_on:
        assert asyncio.run(log.append(batch(99))) > 3 * RECORDS, "a sequence was given twice"
    log.close()
    return found


@pytest.mark.timeout(600)
@pytest.mark.trust("T3")
def test_every_image_of_a_torn_or_rotten_log_keeps_each_whole_record_and_no_other(
    written: tuple[str, bytes, list[int]],
    seed: int,
    figure: Tell,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, "fanlight")
    name, content, ends = written
    dice = random.Random(seed)
    images = [*cuts(content, ends), *flips(content, dice), *tails(content, ends, dice)]
    wrong: list[int] = []
    for number, image in enumerate(images):
        with TemporaryDirectory(dir=MEMORY) as folder:
            place = Path(folder)
            (place / name).write_bytes(image)
            (place / "sequence").write_text("25\n")
            if read(place, go_on=number % 20 == 0) != whole(image, content, ends):
                wrong.append(number)
    figure(
        test="T3", what="torn, flipped and zero-filled images of the log", target=">= 2,000 images, 0 wrong",
        value=f"{len(wrong)} of {len(images):,} images wrong", ok=not wrong and len(images) >= 2_000,
    )  # fmt: skip


def test_a_whole_record_that_comes_back_at_a_later_place_is_not_read_twice(
    written: tuple[str, bytes, list[int]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A stale page that begins where the torn record began: its checksum is right, its place is not."""
    caplog.set_level(logging.CRITICAL, "fanlight")
    name, content, ends = written
    first, kept = content[: ends[0]], content[: ends[4]]
    (tmp_path / name).write_bytes(kept + first + content[ends[4] : ends[5]])
    assert read(tmp_path, go_on=False) == [body(number) for number in range(6)]
