"""An export: everything that a project holds, as files."""

from __future__ import annotations

import msgspec

FORMAT = 1


class ExportedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an export: its path, how many rows it has, how long it is, and its SHA-256."""

    path: str
    rows: int
    bytes: int
    sha256: str


class ExportManifest(msgspec.Struct, frozen=True, kw_only=True):
    """`manifest.json`, the last file of an export: one without it is not whole. Times are RFC 3339, UTC.

    `kind` is `jsonl` or `parquet`. `since` and `until` bound the telemetry, None where they do not.
    """

    format: int
    project: str
    kind: str
    fanlight: str
    schema: int
    exported_at: str
    since: str | None
    until: str | None
    files: list[ExportedFile]
