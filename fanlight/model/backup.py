"""Backups: what is in one, and what is said of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

FORMAT = 1
"""Of the folder and its manifest; a higher one was made by a newer Fanlight."""


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a backup: its path in the folder, how long it is, and its SHA-256."""

    path: str
    bytes: int
    sha256: str


class StoredTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table or view of the store: the statement that makes it, and what it held.

    `rows` are those of its files, older versions of a summary included. A view has no `file`.
    """

    name: str
    create: str
    rows: int = 0
    parts: int = 0
    file: str | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds: `manifest.json` in its folder.

    Everything that was acknowledged before the moment `cut_ns` is in it, and of it everything up to the
    sequence `cut_seq`: stored, or in the segments of the log. `epoch` names the store that it was made of.
    `with_logins` tells whether keys, logins, passwords, the values of agents' variables and the server's own
    keys are in it.
    """

    format: int
    name: str
    fanlight: str
    cut_ns: int
    cut_seq: int
    epoch: str
    store_schema: int
    catalog_revision: str
    with_logins: bool
    tables: list[StoredTable]
    files: list[StoredFile]


class BackupState(StrEnum):
    """How far a backup is."""

    RUNNING = "running"
    COMPLETE = "complete"
    """Written, flushed, and read back equal to its manifest."""
    FAILED = "failed"


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup of the server. `bytes` is what it holds, `done_bytes` how much of that is written.

    `cut_at` is the moment that it shows (RFC 3339, UTC), `rows` are those of the store's tables. `error` says
    why it failed, or what is wrong with the one on disk. `expires_at` is when the server removes it.
    """

    name: str
    state: BackupState
    path: str
    cut_at: str
    bytes: int
    done_bytes: int
    rows: int
    with_logins: bool
    fanlight: str
    error: str | None = None
    expires_at: str | None = None
