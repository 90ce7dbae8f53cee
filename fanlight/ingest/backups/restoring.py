"""From a backup to a data directory that a server can be started on."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from fanlight.catalog import audit, deletions
from fanlight.catalog.copying import rename_store
from fanlight.catalog.database import FILE as CATALOG_FILE
from fanlight.catalog.database import Catalog, open_catalog
from fanlight.clock import SYSTEM, Clock
from fanlight.config import Config
from fanlight.data_dir import LOCK, NOT_OURS, RESTORING, own, unusable
from fanlight.errors import ConflictError, InvalidError
from fanlight.ingest.backups.cut import AGENTS, LOG, PLAIN
from fanlight.ingest.backups.folder import Advance, DamagedError, unpack, verify
from fanlight.ingest.backups.writing import KEYS_FOLDER, STORE
from fanlight.model.backup import Manifest
from fanlight.store.contract import Store
from fanlight.store.engine import open_store
from fanlight.store.refilling import refill

DELETIONS = "deletions.json"
"""Beside backups: what was asked to be erased, so that restoring an older one does not bring it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of it. `erased_again` are the deletions that were not over when the backup was made."""

    manifest: Manifest
    directory: Path
    rows: int
    segments: int
    audit_entries: int
    erased_again: tuple[str, ...]
    knows_deletions: bool


def restore(
    backup: Path,
    directory: Path,
    config: Config,
    *,
    by: str,
    erased: Path | None = None,
    thoroughly: bool = False,
    advance: Advance = lambda _: None,
    clock: Clock = SYSTEM,
) -> Restored:
    """Make `directory`, which must be new or empty, what `backup` shows.

    Every byte of the backup is compared with its manifest first. What was asked to be erased and was not gone
    yet when it was made is erased again: the file `erased` lists that, or the one beside the backup.
    `thoroughly` reads every restored row back. Whatever goes wrong, `directory` is as it was.

    Raises:
        ConflictError: `directory` is in use, or holds something.
        DamagedError, NotFoundError: the backup is not whole, or none.
        InvalidError: `erased` is no list of deletions.
        StoreError, SchemaTooNewError: the engine refused it.
    """
    _check_free(directory)
    manifest = verify(backup, advance)
    known = _find_deletions(backup, erased)
    with _draft_of(directory) as draft:
        _copy_files(backup, draft, manifest)
        epoch = refill(draft / STORE, manifest.tables, lambda table, to: unpack(backup / str(table.file), to))
        rename_store(draft / CATALOG_FILE, manifest.epoch, epoch)
        entries, erased_again = _settle(draft, manifest, config, known or (), by, thoroughly, clock)
    return Restored(
        manifest=manifest,
        directory=directory,
        rows=sum(table.rows for table in manifest.tables),
        segments=len(list((directory / LOG).glob("*.pb.*"))),
        audit_entries=entries,
        erased_again=erased_again,
        knows_deletions=known is not None,
    )


@contextlib.contextmanager
def _draft_of(directory: Path) -> Iterator[Path]:
    """A folder whose content is that of `directory` once the block has ended; an error leaves nothing of it.

    It is within the directory, which may be a volume: nothing can be renamed to be one.
    """
    draft, is_new = directory / RESTORING, not directory.exists()
    if draft.is_dir():
        with own(draft):  # says which process is at it
            shutil.rmtree(draft, ignore_errors=True)
    try:
        _make(directory)
        with own(draft):
            yield draft
        (draft / LOCK).unlink()
        _check_empty(directory)
        os.sync()
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        if is_new:
            with contextlib.suppress(OSError):
                directory.rmdir()
        raise
    # No server starts on it before the draft's folder is gone.
    for child in list(draft.iterdir()):
        child.rename(directory / child.name)
    draft.rmdir()


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unusable(directory, error) from error


def _check_free(directory: Path) -> None:
    if (directory / LOCK).exists():
        with own(directory):  # says which process has it
            pass
    _check_empty(directory)


def _check_empty(directory: Path) -> None:
    if directory.exists() and not directory.is_dir():
        raise ConflictError(f"{directory} is a file", hint="name a new --data")
    # A server that was started on it meanwhile was refused, and left its lock.
    if directory.is_dir() and {path.name for path in directory.iterdir()} - NOT_OURS - {RESTORING, LOCK}:
        raise ConflictError(f"{directory} is not empty", hint="name a new --data; nothing is overwritten")


def _copy_files(backup: Path, draft: Path, manifest: Manifest) -> None:
    for file in manifest.files:
        path = Path(file.path)
        if path.parts[0] == KEYS_FOLDER:
            _copy(backup / path, draft / path.name)
        elif path.parts[0] == LOG or file.path in (CATALOG_FILE, *PLAIN):
            _copy(backup / path, draft / path)
        elif file.path == f"{AGENTS}.tar":
            unpack(backup / path, draft)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, target)
    target.chmod(0o600)


def _settle(
    draft: Path,
    manifest: Manifest,
    config: Config,
    known: Sequence[deletions.Record],
    by: str,
    thoroughly: bool,
    clock: Clock,
) -> tuple[int, tuple[str, ...]]:
    """Bring it to this release's schema, erase again, and write down that it was restored."""
    catalog = open_catalog("", draft)
    try:
        store = open_store("", draft, config)
        store.open()
        try:
            if thoroughly:
                store.check()
            # By the catalog and not by the clock: it was copied with the cut, and knows what was gone.
            gone = deletions.gone(catalog)
            erased = tuple(each.id for each in known if each.id not in gone and _erase(store, catalog, each))
        finally:
            store.close()
        verdict = audit.verify(catalog)
        if verdict.broken_at is not None:
            raise DamagedError(
                f"the audit log is broken at entry {verdict.broken_at}", hint="use another backup"
            )
        detail = {"backup": manifest.name, "cut_seq": manifest.cut_seq, "erased_again": len(erased)}
        deed = audit.Deed(actor=by, action="backup.restored", target=manifest.name, detail=detail)
        audit.record(catalog, deed, clock=clock)
        return verdict.entries, erased
    finally:
        catalog.close()


def _erase(store: Store, catalog: Catalog, record: deletions.Record) -> bool:
    """Whether there was anything to look for: not when the backup has no such project."""
    row = deletions.ask_again(catalog, record)
    if row is None:
        return False
    # What waits in the log comes into the store later: the server erases once more when it starts.
    while not store.erase(deletions.erasure_of(row)).is_done:
        pass
    return True


def _find_deletions(backup: Path, given: Path | None) -> list[deletions.Record] | None:
    """What was asked to be erased, as far as anybody kept it; None when nobody did."""
    place = given or backup.resolve().parent / DELETIONS
    if given is None and not place.exists():
        return None
    try:
        return msgspec.json.decode(place.read_bytes(), type=list[deletions.Record])
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidError(
            f"{place} is no list of deletions ({error})", hint=f"it is {DELETIONS} of the server's backups"
        ) from error
