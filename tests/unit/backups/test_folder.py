"""A backup on disk is whole, or it is told where it is not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from fanlight.errors import NotFoundError
from fanlight.ingest.backups.folder import (
    MANIFEST,
    PARTIAL,
    DamagedError,
    FolderWriter,
    publish,
    read_manifest,
    unpack,
    verify,
)
from fanlight.model.backup import FORMAT, Manifest, StoredTable


def written(place: Path) -> Path:
    """A small backup with an archive, a file and an empty file."""
    parts = place / "parts" / "20261121_1_1_0"
    parts.mkdir(parents=True)
    (parts / "data.bin").write_bytes(bytes(range(256)) * 40)
    (parts / "count.txt").write_text("12")
    draft = place / f"20261121T184000Z{PARTIAL}"
    draft.mkdir()
    writer = FolderWriter(draft, lambda _: None)
    writer.pack([parts], "store/spans.tar")
    writer.copy(parts / "count.txt", "log/sequence")
    (place / "nothing").touch()
    writer.copy(place / "nothing", "log/parked/empty")
    writer.seal(
        Manifest(
            format=FORMAT,
            name="20261121T184000Z",
            fanlight="0.1.0",
            cut_ns=1,
            cut_seq=2,
            epoch="e",
            store_schema=4,
            catalog_revision="0009",
            with_logins=False,
            tables=[StoredTable(name="spans", create="CREATE", rows=12, parts=1, file="store/spans.tar")],
            files=writer.files,
        )
    )
    publish(draft, place / "20261121T184000Z")
    return place / "20261121T184000Z"


def test_what_was_written_is_whole_and_unpacks_to_what_was_packed(tmp_path: Path) -> None:
    folder = written(tmp_path)
    seen: list[int] = []
    manifest = verify(folder, seen.append)
    assert [(file.path, file.bytes) for file in manifest.files] == [
        ("store/spans.tar", 20480),
        ("log/sequence", 2),
        ("log/parked/empty", 0),
    ]
    assert sum(seen) == 20482
    unpack(folder / "store/spans.tar", tmp_path / "again")
    again = tmp_path / "again" / "20261121_1_1_0"
    assert (again / "data.bin").read_bytes() == bytes(range(256)) * 40


def test_one_flipped_bit_anywhere_is_found(tmp_path: Path) -> None:
    folder = written(tmp_path)
    dice = random.Random(4711)
    files = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]
    assert len(files) == 4
    # The seal names its manifest after the hash, for people: that name alone is not looked at.
    lengths = {path: 64 if path.name == "manifest.sha256" else path.stat().st_size for path in files}
    for path in files:
        content = path.read_bytes()
        for at in [0, lengths[path] - 1, *(dice.randrange(lengths[path]) for _ in range(40))]:
            flipped = bytearray(content)
            flipped[at] ^= 1 << dice.randrange(8)
            path.write_bytes(flipped)
            with pytest.raises(DamagedError, match="is not what was written"):
                verify(folder)
        path.write_bytes(content)
    verify(folder)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda folder: (folder / "log/sequence").unlink(), "log/sequence is missing"),
        (lambda folder: (folder / "log/parked/empty").unlink(), "log/parked/empty is missing"),
        (lambda folder: (folder / "store/more.tar").touch(), "store/more.tar is not in the manifest"),
        (lambda folder: (folder / "log/link").symlink_to("/etc/passwd"), "log/link is not in the manifest"),
        (lambda folder: (folder / "log/sequence").write_text("123"), "log/sequence is not what was written"),
    ],
)
def test_a_file_too_few_too_many_or_changed_is_named(
    tmp_path: Path, harm: Callable[[Path], None], told: str
) -> None:
    folder = written(tmp_path)
    harm(folder)
    with pytest.raises(DamagedError, match=told):
        verify(folder)


def test_a_folder_without_a_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="holds no backup; fanlight backup list"):
        verify(tmp_path)


def test_a_backup_of_a_newer_fanlight_is_refused_by_its_format(tmp_path: Path) -> None:
    import hashlib

    folder = written(tmp_path)
    told = json.loads((folder / MANIFEST).read_text()) | {"format": FORMAT + 1, "tables": "another shape"}
    text = json.dumps(told).encode()
    (folder / MANIFEST).write_bytes(text)
    (folder / "manifest.sha256").write_text(hashlib.sha256(text).hexdigest())
    with pytest.raises(DamagedError, match=f"format {FORMAT + 1}, this Fanlight knows {FORMAT}; restore it"):
        read_manifest(folder)
