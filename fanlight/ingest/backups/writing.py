"""From a cut to a folder that was read back."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from fanlight import __version__
from fanlight.catalog.copying import forget_logins, revision_of
from fanlight.catalog.database import FILE as CATALOG_FILE
from fanlight.errors import ConflictError
from fanlight.ingest.backups.cut import AGENTS, KEYS, LOG, PLAIN, Cut, Source
from fanlight.ingest.backups.folder import PARTIAL, FolderWriter, publish, verify
from fanlight.ingest.headroom import kept_free
from fanlight.model.backup import FORMAT, Manifest, StoredTable
from fanlight.store.freezing import FrozenTable

SPARE_BYTES = 64 * 1024 * 1024
"""What a backup leaves free on its disk at the least."""

KEYS_FOLDER, STORE = "keys", "store"


class StoppedError(Exception):
    """Somebody asked that it end."""


class Progress:
    """How far a backup is; `stop` may be called from any thread.

    Example:
        >>> progress = Progress()
        >>> progress.total = 10
        >>> progress.advance(4)
        >>> progress.done
        4
    """

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self._stopped = threading.Event()

    def advance(self, size: int) -> None:
        """So many bytes more. Raises StoppedError once it was stopped."""
        if self._stopped.is_set():
            raise StoppedError
        self.done += size

    def check(self, _: int = 0) -> None:
        """As `advance`, of work that is not counted."""
        self.advance(0)

    def stop(self) -> None:
        """End it at its next piece."""
        self._stopped.set()


def write_backup(
    source: Source,
    cut: Cut,
    folder: Path,
    *,
    with_logins: bool,
    progress: Progress,
    stop_bytes: int = 0,
) -> Manifest:
    """Write `cut` as the backup `folder`, flush it, read it back, and only then give it its name.

    Raises:
        ConflictError: the disk has no room for it; `stop_bytes` of a large disk have to be free afterwards.
        DamagedError: what was read back is not what was written.
        StoppedError, OSError: nothing is left of it.
    """
    progress.total = cut.bytes
    draft = folder.with_name(folder.name + PARTIAL)
    draft.mkdir(parents=True, mode=0o700)
    try:
        _check_room(draft, progress.total, stop_bytes)
        manifest = _write(source, cut, draft, with_logins, progress)
        verify(draft, progress.check)
        publish(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return manifest


def _check_room(folder: Path, size: int, stop_bytes: int) -> None:
    usage = shutil.disk_usage(folder)
    free, spare = usage.free, max(SPARE_BYTES, kept_free(stop_bytes, usage.total))
    if free < size + spare:
        raise ConflictError(
            f"the backup takes {size:,} bytes, {folder.parent} has {free:,} free,"
            f" and {spare:,} of them are to stay so",
            hint="remove old backups, or let FANLIGHT_BACKUP_DIR name a larger disk",
        )


def _write(source: Source, cut: Cut, draft: Path, with_logins: bool, progress: Progress) -> Manifest:
    writer = FolderWriter(draft, progress.advance)
    catalog = cut.stage / CATALOG_FILE
    if not with_logins:
        forget_logins(catalog)
    writer.copy(catalog, CATALOG_FILE)
    for path in sorted(each for each in (cut.stage / LOG).rglob("*") if each.is_file()):
        writer.copy(path, path.relative_to(cut.stage).as_posix())
    for name in PLAIN:
        if (cut.stage / name).is_file():
            writer.copy(cut.stage / name, name)
    for name in KEYS if with_logins else ():
        if (cut.stage / name).is_file():
            writer.copy(cut.stage / name, f"{KEYS_FOLDER}/{name}")
    if (source.data_dir / AGENTS).is_dir():
        # Sources of published agents: a folder a version, which nobody changes.
        writer.pack([source.data_dir / AGENTS], f"{AGENTS}.tar")
    tables = [_write_table(writer, table) for table in cut.frozen.tables]
    manifest = Manifest(
        format=FORMAT,
        name=cut.name,
        fanlight=__version__,
        cut_ns=cut.at_ns,
        cut_seq=cut.seq,
        epoch=cut.epoch,
        store_schema=cut.store_schema,
        catalog_revision=revision_of(catalog),
        with_logins=with_logins,
        tables=tables,
        files=writer.files,
    )
    writer.seal(manifest)
    return manifest


def _write_table(writer: FolderWriter, table: FrozenTable) -> StoredTable:
    told = StoredTable(name=table.name, create=table.create)
    if not table.parts:
        return told
    path = f"{STORE}/{table.name}.tar"
    writer.pack(table.parts, path)
    return StoredTable(
        name=table.name, create=table.create, rows=table.rows, parts=len(table.parts), file=path
    )
