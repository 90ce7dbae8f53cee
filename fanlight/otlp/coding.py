"""Content codings: from what came over the wire to the plain body, never beyond a cap.

Every function here releases the interpreter lock while it inflates, so a big body may inflate in a thread.
"""

from __future__ import annotations

import io

import zstandard
from isal import igzip_lib, isal_zlib

from fanlight.errors import PayloadError
from fanlight.model.batch import Coding

_IsalError: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment]  # its stub names an instance
_GZIP_WBITS, _ZLIB_WBITS, _RAW_WBITS = 31, 15, -15
_GZIP_STEP_BYTES = 64 * 1024
_COUNT_STEP_BYTES = 16 * 1024
"""Of a body that is only counted: 1,032 times as much comes out at most."""

SURE_BYTES = 8 * 1024 * 1024
"""When more than this comes out of a body, it is counted to its end before it is kept: what is over the cap
is refused without having had the memory."""

_MAX_MEMBERS = 32
"""Members in one gzip body, frames in one zstd body."""
_MAX_ZSTD_WINDOW_BYTES = 8 * 1024 * 1024
_ZSTD_STEP_BYTES = 256
"""Four bytes of zstd can stand for 128 KiB, and a step gives all that it holds: at most 8 MiB this way."""


def parse_coding(header: str) -> Coding:
    """The coding that a Content-Encoding header names; no header is identity.

    Raises:
        PayloadError: with status 415 for a coding that is not known, and for a list of several.

    Example:
        >>> parse_coding(" GZIP ").value, parse_coding("").value
        ('gzip', 'identity')
    """
    name = header.strip().lower() or Coding.IDENTITY.value
    try:
        return Coding(name.removeprefix("x-"))
    except ValueError:
        raise PayloadError(
            f"content coding {header[:40]!r} is not understood",
            status=415,
            hint="send one of gzip, zstd, deflate, identity",
        ) from None


def inflate(coded: bytes, coding: Coding, max_bytes: int) -> tuple[bytes, Coding]:
    """The plain body, and the coding of `coded` when the log may store it as it is (else identity).

    Raises:
        PayloadError: 413 when more than `max_bytes` come out, 400 when the bytes are not of this coding, are
            torn, or something follows them.

    Example:
        >>> import gzip
        >>> inflate(gzip.compress(b"body"), Coding.GZIP, 100)
        (b'body', <Coding.GZIP: 'gzip'>)
    """
    try:
        if coding is Coding.GZIP:
            return _inflate_gzip(coded, max_bytes)
        if coding is Coding.DEFLATE:
            return _inflate_deflate(coded, max_bytes)
        if coding is Coding.ZSTD:
            return _inflate_zstd(coded, max_bytes), Coding.IDENTITY
    except (_IsalError, zstandard.ZstdError) as error:
        raise PayloadError(f"the body is not {coding}: {error}", hint="check Content-Encoding") from error
    _cap(len(coded), max_bytes)
    return coded, Coding.IDENTITY


def too_large(max_bytes: int) -> PayloadError:
    """The error for a body over the cap, with status 413."""
    return PayloadError(
        f"the body is larger than {max_bytes} bytes",
        status=413,
        hint="send smaller batches, or raise max_body_bytes",
    )


def _cap(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise too_large(max_bytes)


def _torn(coding: Coding) -> PayloadError:
    return PayloadError(f"the {coding} body ends too early", hint="the sender was cut off; send it again")


def _in_pieces(coding: Coding) -> PayloadError:
    return PayloadError(
        f"the {coding} body is made of more than {_MAX_MEMBERS} pieces", hint="compress it as one"
    )


def _inflate_gzip(coded: bytes, max_bytes: int) -> tuple[bytes, Coding]:
    plain, rest = _inflate_member(coded, _GZIP_WBITS, Coding.GZIP, max_bytes)
    if not rest:
        return plain, Coding.GZIP
    out = io.BytesIO()
    out.write(plain)
    _inflate_members(rest, out, max_bytes)
    return out.getvalue(), Coding.IDENTITY


def _inflate_members(coded: bytes, out: io.BytesIO, max_bytes: int) -> None:
    """Inflate the members after the first into `out`, step by step: what follows a member is copied."""
    at = 0
    for _ in range(_MAX_MEMBERS - 1):
        inflater = isal_zlib.decompressobj(wbits=_GZIP_WBITS)
        while not inflater.eof:
            step = coded[at : at + _GZIP_STEP_BYTES]
            if not step:
                raise _torn(Coding.GZIP)
            at += len(step)
            out.write(inflater.decompress(step, max_bytes - out.tell() + 1))
            _cap(out.tell(), max_bytes)
        at -= len(inflater.unused_data)
        if at == len(coded):
            return
    raise _in_pieces(Coding.GZIP)


def _inflate_deflate(coded: bytes, max_bytes: int) -> tuple[bytes, Coding]:
    # The standard means zlib's format; some senders leave its head out.
    wrapped = len(coded) > 1 and coded[0] & 0x0F == 8 and int.from_bytes(coded[:2], "big") % 31 == 0
    plain, rest = _inflate_member(coded, _ZLIB_WBITS if wrapped else _RAW_WBITS, Coding.DEFLATE, max_bytes)
    if rest:
        raise PayloadError(f"{len(rest)} bytes follow the end of the deflate body")
    return plain, Coding.DEFLATE if wrapped else Coding.IDENTITY


def _inflate_member(coded: bytes, wbits: int, coding: Coding, max_bytes: int) -> tuple[bytes, bytes]:
    inflater = isal_zlib.decompressobj(wbits=wbits)
    plain = inflater.decompress(coded, min(max_bytes, SURE_BYTES) + 1)
    if not inflater.eof and len(plain) > SURE_BYTES:
        plain = b""
        _count(coded, wbits, max_bytes)
        inflater = isal_zlib.decompressobj(wbits=wbits)
        plain = inflater.decompress(coded, max_bytes + 1)
    _cap(len(plain), max_bytes)
    if not inflater.eof:
        raise _torn(coding)
    return plain, inflater.unused_data


def _count(coded: bytes, wbits: int, max_bytes: int) -> None:
    """Inflate the first member into nothing; PayloadError with 413 when more than `max_bytes` come out."""
    inflater = isal_zlib.decompressobj(wbits=wbits)
    size = 0
    for at in range(0, len(coded), _COUNT_STEP_BYTES):
        size += len(inflater.decompress(coded[at : at + _COUNT_STEP_BYTES]))
        _cap(size, max_bytes)
        if inflater.eof:
            return


def _inflate_zstd(coded: bytes, max_bytes: int) -> bytes:
    _cap(zstandard.frame_content_size(coded), max_bytes)
    pieces = _Pieces(max_bytes, most_kept=SURE_BYTES)
    _inflate_frames(coded, pieces)
    if pieces.size > SURE_BYTES:
        pieces = _Pieces(max_bytes, most_kept=max_bytes)
        _inflate_frames(coded, pieces)
    return b"".join(pieces.kept)


class _Pieces:
    """What comes out of a body, piece by piece; all of it is forgotten once it is more than `most_kept`."""

    def __init__(self, max_bytes: int, *, most_kept: int) -> None:
        self.kept: list[bytes] = []
        self.size = 0
        self._max_bytes = max_bytes
        self._most_kept = most_kept

    def add(self, piece: bytes) -> None:
        """Raises PayloadError with 413 when it becomes too much."""
        self.size += len(piece)
        _cap(self.size, self._max_bytes)
        if self.size <= self._most_kept:
            self.kept.append(piece)
        else:
            self.kept.clear()


def _inflate_frames(coded: bytes, pieces: _Pieces) -> None:
    rest = coded
    for _ in range(_MAX_MEMBERS):
        rest = _inflate_frame(rest, pieces)
        if not rest:
            return
    raise _in_pieces(Coding.ZSTD)


def _inflate_frame(coded: bytes, pieces: _Pieces) -> bytes:
    """Inflate one frame into `pieces`; what follows it."""
    inflater = zstandard.ZstdDecompressor(max_window_size=_MAX_ZSTD_WINDOW_BYTES).decompressobj()
    for at in range(0, len(coded), _ZSTD_STEP_BYTES):
        pieces.add(inflater.decompress(coded[at : at + _ZSTD_STEP_BYTES]))
        if inflater.eof:
            return inflater.unused_data + coded[at + _ZSTD_STEP_BYTES :]
    raise _torn(Coding.ZSTD)
