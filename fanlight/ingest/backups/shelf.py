"""The backups of one server: made one at a time, listed, removed when they are too old."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from fanlight import __version__
from fanlight.catalog import deletions
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConflictError, FanlightError, NotFoundError
from fanlight.ingest.backups.cut import STAGE, Cut, Source, drop_cut, make_cut
from fanlight.ingest.backups.folder import PARTIAL, DamagedError, is_name, read_manifest
from fanlight.ingest.backups.restoring import DELETIONS
from fanlight.ingest.backups.writing import Progress, StoppedError, write_backup
from fanlight.ingest.chore import PacedClock
from fanlight.ingest.disk import DISK, replace_file
from fanlight.model.backup import Backup, BackupState, Manifest

logger = logging.getLogger("fanlight.ingest.backups")

DAY_NS = 86_400 * 10**9
TIDY_EVERY_S = 600.0
JOIN_S = 10.0


@dataclass(slots=True)
class _Job:
    """The backup that is being made, or the last one that failed."""

    name: str
    with_logins: bool
    asked_ns: int
    progress: Progress = field(default_factory=Progress)
    thread: threading.Thread | None = None
    error: str | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Shelf:
    """The backups in `folder`. `step` is the writer's thread's; everything else is for any thread.

    Complete backups are removed once they are `keep_days` old; 0 keeps them for ever. None is made that would
    leave less than `stop_bytes` free, below which telemetry is refused.
    """

    def __init__(
        self, folder: Path, source: Source, *, keep_days: int, stop_bytes: int = 0, clock: Clock = SYSTEM
    ) -> None:
        self._folder = folder
        self.source = source
        self._keep_days = keep_days
        self._stop_bytes = stop_bytes
        self._clock = clock
        self._paced = PacedClock(clock)
        self._lock = threading.Lock()
        self._job: _Job | None = None
        self._waiting: _Job | None = None
        self._tidy_at = clock.monotonic()
        self._tidied = False

    def ask(self, *, with_logins: bool = False) -> Backup:
        """Begin one. Raises ConflictError while another is being made."""
        with self._lock:
            if self._job is not None and not self._job.done.is_set():
                raise ConflictError(
                    f"backup {self._job.name} is being made", hint="wait for it, or stop it by deleting it"
                )
            self._job = _Job(self._free_name(), with_logins, self._clock.now_ns())
            self._waiting = self._job
            return self._running(self._job)

    def everything(self) -> list[Backup]:
        """Those on disk, the newest first, and before them the one that is being made or that failed."""
        with self._lock:
            job = self._job
        found = on_disk(self._folder, self._keep_days)
        if job is None or any(each.name == job.name for each in found):
            return found
        return [self._running(job), *found]

    def get(self, name: str) -> Backup:
        """One of them. Raises NotFoundError."""
        for each in self.everything():
            if each.name == name:
                return each
        raise NotFoundError(f"no backup {name[:40]!r}", hint="fanlight backup list names them")

    def remove(self, name: str) -> Backup:
        """Remove one for good; one that is being made is stopped.

        Raises NotFoundError, and ConflictError when something of it is left.
        """
        found = self.get(name)
        job = self._job
        if job is not None and job.name == name:
            self._stop(job)
        remove_folder(self._folder / name)
        return found

    def _stop(self, job: _Job) -> None:
        job.progress.stop()
        if self._waiting is job:
            self._waiting = None
            self._fail(job, "it was stopped")
            job.done.set()
        if not job.done.wait(JOIN_S):
            raise ConflictError(f"backup {job.name} is still being written", hint="ask again in a moment")
        with self._lock:
            if self._job is job:  # the next one may have begun
                self._job = None

    def cuts(self) -> Mapping[str, int]:
        """Complete backups by name, and the moments that they show."""
        found = [self._read(name) for name in sorted(_names(self._folder))]
        return {each.name: each.cut_ns for each in found if each}

    def keep_deletions(self) -> None:
        """Write beside the backups what was asked to be erased. A disk that refuses is told of in the log."""
        try:
            records = deletions.records(self.source.catalog)
            if not records and not self._folder.is_dir():
                return
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(DISK, self._folder / DELETIONS, [msgspec.json.encode(records)])
        except (OSError, SQLAlchemyError) as error:
            logger.warning("what was erased is not written beside the backups: %s", error)

    def step(self) -> None:
        """Cut what was asked for; by the writer's thread, between two generations. Raises nothing."""
        try:
            self._tidy()
        except OSError as error:  # their disk is none that the server needs
            logger.warning("the backups cannot be looked after: %s", error)
        job, self._waiting = self._waiting, None
        if job is None:
            return
        try:
            cut = make_cut(self.source, job.name, self._clock)
        except (FanlightError, OSError, SQLAlchemyError) as error:
            self._fail(job, str(error))
            job.done.set()
            return
        job.thread = threading.Thread(
            target=self._write, args=(job, cut), name="fanlight-backup", daemon=True
        )
        job.thread.start()

    def close(self) -> None:
        """Stop what is being made; nothing of it stays."""
        job = self._job
        if job is not None and job.thread is not None:
            job.progress.stop()
            job.thread.join(JOIN_S)

    def _write(self, job: _Job, cut: Cut) -> None:
        try:
            folder = self._folder / job.name
            write_backup(
                self.source,
                cut,
                folder,
                with_logins=job.with_logins,
                progress=job.progress,
                stop_bytes=self._stop_bytes,
            )
        except StoppedError:
            self._fail(job, "it was stopped")
        except (FanlightError, OSError) as error:
            self._fail(job, str(error))
        except Exception as error:
            logger.exception("a backup failed in a way of its own")
            self._fail(job, f"{type(error).__name__}: {error}")
        finally:
            with contextlib.suppress(FanlightError, OSError):
                drop_cut(self.source, job.name)
            job.done.set()

    def _fail(self, job: _Job, why: str) -> None:
        logger.warning("backup %s was not made: %s", job.name, why)
        job.error = why

    def _free_name(self) -> str:
        now = datetime.fromtimestamp(self._clock.now_ns() / 1e9, UTC)
        name = f"{now:%Y%m%dT%H%M%SZ}"
        taken = set(_names(self._folder))
        return next(each for each in (name, *(f"{name}-{n}" for n in range(2, 1_000))) if each not in taken)

    def _read(self, name: str) -> Manifest | None:
        try:
            return read_manifest(self._folder / name)
        except (FanlightError, OSError):
            return None

    def _running(self, job: _Job) -> Backup:
        return Backup(
            name=job.name,
            state=BackupState.FAILED if job.error else BackupState.RUNNING,
            path=str(self._folder / job.name),
            cut_at=_rfc3339(job.asked_ns),
            bytes=job.progress.total,
            done_bytes=min(job.progress.done, job.progress.total),
            rows=0,
            with_logins=job.with_logins,
            fanlight=__version__,
            error=job.error,
        )

    def _tidy(self) -> None:
        if not self._tidied:
            self._tidied = True
            self._clear_left()
            self.keep_deletions()
        if self._clock.monotonic() >= self._tidy_at:
            self._tidy_at = self._clock.monotonic() + TIDY_EVERY_S
            self._remove_old()

    def _clear_left(self) -> None:
        """What a process that was killed left of its backup."""
        stage = self.source.data_dir / STAGE
        for left in stage.iterdir() if stage.is_dir() else ():
            with contextlib.suppress(FanlightError, OSError):
                drop_cut(self.source, left.name)
        for left in self._folder.glob(f"*{PARTIAL}") if self._folder.is_dir() else ():
            shutil.rmtree(left, ignore_errors=True)

    def _remove_old(self) -> None:
        if not self._keep_days:
            return
        before_ns = self._paced.now_ns() - self._keep_days * DAY_NS
        for name in [name for name, cut_ns in self.cuts().items() if cut_ns < before_ns]:
            try:
                remove_folder(self._folder / name)
            except ConflictError as error:
                logger.warning("backup %s is older than backups are kept: %s", name, error)
            else:
                logger.info("backup %s is older than backups are kept; removed", name)


def remove_folder(folder: Path) -> None:
    """Remove a backup's folder, if it is there. Raises ConflictError when the disk refuses."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConflictError(
            f"{folder} could not be removed ({error.strerror})", hint="what it holds is still there"
        ) from error


def on_disk(folder: Path, keep_days: int) -> list[Backup]:
    """The backups in a folder, the newest first; those that cannot be read say why."""
    return [_on_disk(folder / name, keep_days) for name in sorted(_names(folder), reverse=True)]


def _on_disk(folder: Path, keep_days: int) -> Backup:
    try:
        return describe(folder, read_manifest(folder), keep_days * DAY_NS)
    except (DamagedError, NotFoundError, OSError) as error:
        return Backup(
            name=folder.name,
            state=BackupState.FAILED,
            path=str(folder),
            cut_at="",
            bytes=0,
            done_bytes=0,
            rows=0,
            with_logins=False,
            fanlight="",
            error=str(error),
        )


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if is_name(path.name)] if folder.is_dir() else []


def describe(folder: Path, manifest: Manifest, keep_ns: int = 0) -> Backup:
    """What is told of a complete backup."""
    size = sum(file.bytes for file in manifest.files)
    return Backup(
        name=manifest.name,
        state=BackupState.COMPLETE,
        path=str(folder),
        cut_at=_rfc3339(manifest.cut_ns),
        bytes=size,
        done_bytes=size,
        rows=sum(table.rows for table in manifest.tables),
        with_logins=manifest.with_logins,
        fanlight=manifest.fanlight,
        expires_at=_rfc3339(manifest.cut_ns + keep_ns) if keep_ns else None,
    )


def _rfc3339(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // 10**9, UTC):%Y-%m-%dT%H:%M:%S}Z"
