"""Reports in a small file for each agent process, for whoever asks when the agent is gone."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fanlight.sdk.isolation.report import ExporterReport

KEPT = 50
EVERY_S = 1.0


def records_folder() -> Path:
    """Where agents leave their reports unless told otherwise: `exporters` in the user's state directory."""
    state = Path(os.environ.get("XDG_STATE_HOME") or "")
    return (state if state.is_absolute() else Path.home() / ".local" / "state") / "fanlight" / "exporters"


class Record:
    """The file of one agent process, replaced as a whole, at most once a second."""

    def __init__(self, folder: Path, pid: int, agent: str) -> None:
        self._path = folder / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{pid}.json"
        self._pid = pid
        self._agent = agent
        self._next = 0.0
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for old in sorted(folder.glob("*.json"))[: -KEPT + 1]:
                old.unlink(missing_ok=True)

    def write(self, reports: Sequence[ExporterReport], now: float | None) -> None:
        """Write when it is time; `now=None` for the last time, whatever the time."""
        if now is not None and now < self._next:
            return
        self._next = (now or 0.0) + EVERY_S
        text = json.dumps({
            "agent": self._agent, "pid": self._pid, "ended": now is None,
            "exporters": [report.as_data() for report in reports],
        })  # fmt: skip
        with contextlib.suppress(OSError):
            beside = self._path.with_suffix(".new")
            beside.write_text(text)
            beside.replace(self._path)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecord:
    """What one agent process left: its name and pid, and whether it has ended."""

    agent: str
    pid: int
    ended: bool
    exporters: tuple[ExporterReport, ...]


def read_records(folder: Path | None = None) -> list[AgentRecord]:
    """What agents on this machine have left, the newest first. Files that are no records are passed over."""
    found: list[AgentRecord] = []
    for path in sorted((folder or records_folder()).glob("*.json"), reverse=True):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            data = json.loads(path.read_text())
            reports = tuple(ExporterReport.from_data(item) for item in data["exporters"])
            found.append(
                AgentRecord(agent=data["agent"], pid=data["pid"], ended=data["ended"], exporters=reports)
            )
    return found
