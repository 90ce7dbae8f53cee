"""Shared memory in which the host leaves the newest reports for the agent to read at any time."""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Sequence
from dataclasses import replace

from fanlight.sdk.isolation.report import ExporterReport

SIZE = 256 * 1024
_HEAD = struct.Struct("<QI")


class Board:
    """One writer, one reader, no lock: the version is odd while the text is being changed."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, SIZE)
        # Workers are forks of the host; this is none of their memory.
        self._memory.madvise(mmap.MADV_DONTFORK)

    @staticmethod
    def make() -> int:
        """A new piece of memory, as a descriptor."""
        descriptor = os.memfd_create("fanlight-reports", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, SIZE)
        return descriptor

    def write(self, reports: Sequence[ExporterReport]) -> None:
        """Replace what stands there. What an exporter printed is cut when there are too many of them."""
        text = _json(reports)
        if len(text) > SIZE - _HEAD.size:
            text = _json([replace(report, output="") for report in reports])[: SIZE - _HEAD.size]
        version, _ = _HEAD.unpack_from(self._memory)
        _HEAD.pack_into(self._memory, 0, version + 1, 0)
        self._memory[_HEAD.size : _HEAD.size + len(text)] = text
        _HEAD.pack_into(self._memory, 0, version + 2, len(text))

    @property
    def version(self) -> int:
        """Rises with every write."""
        return int(_HEAD.unpack_from(self._memory)[0])

    def read(self) -> list[ExporterReport]:
        """The newest reports; none while they are being written or were never."""
        for _ in range(100):
            version, length = _HEAD.unpack_from(self._memory)
            text = self._memory[_HEAD.size : _HEAD.size + length]
            if version % 2 == 0 and version == self.version:
                try:
                    return [ExporterReport.from_data(item) for item in json.loads(text)] if length else []
                except ValueError:
                    return []
        return []


def _json(reports: Sequence[ExporterReport]) -> bytes:
    return json.dumps([report.as_data() for report in reports]).encode()
