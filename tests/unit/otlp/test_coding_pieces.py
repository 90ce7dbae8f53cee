"""Bodies in several pieces, and bodies with something behind their end."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
import zstandard

from fanlight.errors import PayloadError
from fanlight.model.batch import Coding
from fanlight.otlp.coding import inflate

CODERS = {Coding.GZIP: lambda plain: gzip.compress(plain, 1), Coding.ZSTD: zstandard.compress}


def pieces(coding: Coding, count: int) -> bytes:
    return b"".join(CODERS[coding](f"{number},".encode()) for number in range(count))


@pytest.mark.parametrize("coding", CODERS)
@pytest.mark.parametrize("count", [2, 3, 32])
def test_the_pieces_of_a_body_are_put_together_in_their_order(coding: Coding, count: int) -> None:
    plain = "".join(f"{number}," for number in range(count)).encode()
    assert inflate(pieces(coding, count), coding, 1_000) == (plain, Coding.IDENTITY)


@pytest.mark.parametrize("coding", CODERS)
def test_a_body_in_more_pieces_is_refused(coding: Coding) -> None:
    with pytest.raises(PayloadError) as refusal:
        inflate(pieces(coding, 33), coding, 1_000)
    assert (refusal.value.message, refusal.value.status, refusal.value.hint) == (
        f"the {coding} body is made of more than 32 pieces", 400, "compress it as one",
    )  # fmt: skip


@pytest.mark.parametrize("coding", CODERS)
def test_all_pieces_together_may_not_be_over_the_cap(coding: Coding) -> None:
    coded = CODERS[coding](b"x" * 60) + CODERS[coding](b"y" * 40)
    assert inflate(coded, coding, 100)[0] == b"x" * 60 + b"y" * 40
    with pytest.raises(PayloadError, match="larger than 99 bytes") as refusal:
        inflate(coded, coding, 99)
    assert refusal.value.status == 413


def raw_deflate(plain: bytes) -> bytes:
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(plain) + coder.flush()


@pytest.mark.parametrize("code", [zlib.compress, raw_deflate])
@pytest.mark.parametrize("more", [1, 4, 70_000])
def test_nothing_may_follow_a_deflate_body(code: Callable[[bytes], bytes], more: int) -> None:
    assert inflate(code(b"text"), Coding.DEFLATE, 100)[0] == b"text"
    with pytest.raises(PayloadError, match=f"^{more} bytes follow the end of the deflate body$") as refusal:
        inflate(code(b"text") + b"\0" * more, Coding.DEFLATE, 100)
    assert refusal.value.status == 400
