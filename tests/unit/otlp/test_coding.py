"""Bodies around the size from which they are counted before they are kept."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib

import pytest
import zstandard

from fanlight.errors import PayloadError
from fanlight.model.batch import Coding
from fanlight.otlp.coding import inflate

SURE = 256 * 1024
CAP = 4 * SURE
MIB = 1024 * 1024
WORDS = random.Random(7).randbytes(64 * 1024)


def text(size: int) -> bytes:
    return (WORDS * (size // len(WORDS) + 1))[:size]


def zstd_in_pieces(plain: bytes) -> bytes:
    """As a stream is coded, whose head cannot say how long it will be."""
    coder = zstandard.ZstdCompressor().compressobj()
    return coder.compress(plain) + coder.flush()


def two_members(plain: bytes) -> bytes:
    middle = len(plain) // 2
    return gzip.compress(plain[:middle], 1) + gzip.compress(plain[middle:], 1)


CODERS = {
    "gzip": (Coding.GZIP, lambda plain: gzip.compress(plain, 1)),
    "two members": (Coding.GZIP, two_members),
    "deflate": (Coding.DEFLATE, lambda plain: zlib.compress(plain, 1)),
    "zstd": (Coding.ZSTD, zstandard.ZstdCompressor().compress),
    "zstd in pieces": (Coding.ZSTD, zstd_in_pieces),
}


@pytest.fixture(params=CODERS)
def coder(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanlight.otlp.coding.SURE_BYTES", SURE)


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize("size", [0, 1, SURE - 1, SURE, SURE + 1, 3 * SURE, CAP - 1, CAP])
def test_what_went_in_comes_out_up_to_the_cap(coder: str, size: int) -> None:
    coding, code = CODERS[coder]
    assert inflate(code(text(size)), coding, CAP)[0] == text(size)


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize("size", [CAP + 1, 8 * CAP])
def test_a_body_over_the_cap_is_refused(coder: str, size: int) -> None:
    coding, code = CODERS[coder]
    with pytest.raises(PayloadError, match="is larger than") as refusal:
        inflate(code(text(size)), coding, CAP)
    assert refusal.value.status == 413


@pytest.mark.parametrize("coder", ["gzip", "zstd in pieces"])
def test_what_is_over_the_cap_is_refused_without_having_had_the_memory(coder: str) -> None:
    coding, code = CODERS[coder]
    coded = code(bytes(80 * MIB))
    tracemalloc.start()
    try:
        with pytest.raises(PayloadError):
            inflate(coded, coding, 64 * MIB)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 40 * MIB


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize("size", [SURE // 2, 2 * SURE])
def test_a_body_that_is_cut_off_is_refused_as_that(coder: str, size: int) -> None:
    coding, code = CODERS[coder]
    with pytest.raises(PayloadError, match="ends too early") as refusal:
        inflate(code(text(size))[:-20], coding, CAP)
    assert refusal.value.status == 400
