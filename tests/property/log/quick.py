"""Where thousands of small logs are opened: in memory, on a disk that nobody waits for."""

from __future__ import annotations

from pathlib import Path

from fanlight.ingest.disk import Disk

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Thousands of small files: their disk would be most of the test."""


class QuickDisk(Disk):
    """Waits for no disk: nothing here dies before it was looked at."""

    def sync(self, file: int) -> None: ...

    def sync_directory(self, path: Path) -> None: ...
