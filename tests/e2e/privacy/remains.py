"""Everything that a stopped server left in its data directory, as bytes in which words can be looked for.

`python -m tests.e2e.privacy.remains DATA` writes all rows of all tables of the store to stdout; it is a
program because an embedded engine stays in the process that opened it.
"""

from __future__ import annotations

import contextlib
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import zstandard

from fanlight.model.signal import Signal
from fanlight.otlp import framing

_TABLES = (
    "SELECT concat('`', database, '`.`', name, '`') FROM system.tables"
    " WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema')"
    " AND engine NOT LIKE '%View' AND NOT is_temporary"
)

CHECKSUM_BYTES, HEAD, ZSTD = 16, struct.Struct("<BII"), 0x90


def bytes_of(path: Path) -> bytes:
    """A file; nothing when it is gone, for the engine removes files while we look."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def files_of(place: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as it is, and every record of the log and block of the engine without its coat."""
    for path in sorted(place.rglob("*")):
        if path.is_file():
            content = bytes_of(path)
            yield str(path.relative_to(place)), content
            if path.parent.name == "log":
                yield from records_of(path.name, content)
            if path.suffix == ".bin":
                yield from ((f"{path.relative_to(place)}, unpacked", block) for block in blocks_of(content))


def blocks_of(content: bytes) -> Iterator[bytes]:
    """What is packed by ZSTD in a column of the engine; LZ4 leaves a text readable where it stands first.

    A block is a checksum of 16 bytes, its method, its size from there on and its size unpacked, and its data.
    """
    at, unpack = CHECKSUM_BYTES, zstandard.ZstdDecompressor()
    while at + HEAD.size < len(content):
        method, size, plain_size = HEAD.unpack_from(content, at)
        if method == ZSTD:
            packed = content[at + HEAD.size : at + size]
            with contextlib.suppress(zstandard.ZstdError):  # of a file that is being written
                yield unpack.decompress(packed, max_output_size=plain_size)
        at += max(size, HEAD.size) + CHECKSUM_BYTES


def records_of(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The requests in a segment of the log."""
    for record in framing.walk(content).records:
        yield f"a request in {name}", framing.decode(content, record, Signal.TRACES).plain


def rows_of(place: Path) -> bytes:
    """All rows of all tables of the store."""
    command = [sys.executable, "-m", "tests.e2e.privacy.remains", str(place)]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout


def found_in(parts: Iterable[tuple[str, bytes]], words: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Which of `words` stand where."""
    return [(where, word) for where, content in parts for word in words if word in content]


def holding(place: Path, *words: str) -> list[str]:
    """The files of the data directory that hold one of the words."""
    wanted = [word.encode() for word in words]
    return sorted({where for where, _ in found_in(files_of(place), wanted)})


def _print_rows(place: Path) -> None:
    from chdb.session import Session

    session = Session(str(place / "store"))
    for table in session.query(_TABLES, "TabSeparated").data().splitlines():
        sys.stdout.buffer.write(b"\n" + table.encode() + b"\n")
        sys.stdout.buffer.write(session.query(f"SELECT * FROM {table}", "RowBinary").bytes())


if __name__ == "__main__":
    _print_rows(Path(sys.argv[1]))
