"""`jsonl`: one line of JSON for every begin and end, in a file.

Reads FANLIGHT_JSONL (the file; without it charm-telemetry.jsonl in the working directory) and
FANLIGHT_JSONL_MAX_BYTES (256 MiB: then the file becomes <file>.1, and a new one begins).
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fanlight.sdk.exporters.calls import Call, CallExporter, CallKind
from fanlight.sdk.faults import note

FILE = "charm-telemetry.jsonl"
MAX_BYTES = 256 * 1024 * 1024


class JsonLinesExporter(CallExporter):
    """Lines `{"time", "event", "run", "span", "parent", "name", ...}`; the file is its owner's alone.

    A line is written by one call, so that several agents may share a file. `run` is FANLIGHT_RUN_ID where
    there is one, for Charm's own run ids are all the same.

    Raises:
        ValueError: FANLIGHT_JSONL_MAX_BYTES is no number.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        super().__init__(environ)
        self._path = Path(self.environ.get("FANLIGHT_JSONL") or FILE).absolute()
        most = self.environ.get("FANLIGHT_JSONL_MAX_BYTES") or str(MAX_BYTES)
        if not most.isdecimal():
            raise ValueError(f"FANLIGHT_JSONL_MAX_BYTES is {most!r}: it is a number")
        self._max_bytes = int(most)
        self._file: int | None = None
        self._run_id = ""

    def begin(self, call: Call) -> None:
        call.handle = secrets.token_hex(8)
        if call.kind is CallKind.RUN:
            self._run_id = self.environ.get("FANLIGHT_RUN_ID") or secrets.token_hex(16)
        self._write(f"{call.kind}_start", call.started_ns, call, {"input": call.input})

    def end(self, call: Call) -> None:
        said: dict[str, Any] = {"duration_ms": round(call.duration_ms, 3), "output": call.output}
        if call.status is not None:
            said["status"] = call.status
        if call.kind is CallKind.STREAM:
            said["pieces"] = call.pieces
        if call.failure is not None:
            said["error"] = {"type": call.failure_type, "message": call.failure_text}
        self._write(f"{call.kind}_end", call.ended_ns, call, said)

    def act(self, run: Call | None, tool: str, tool_input: str) -> None:
        action = Call(kind=CallKind.TOOL, name=tool, parent=run)
        self._write("agent_action", time.time_ns(), action, {"input": tool_input})

    def shutdown(self) -> None:
        super().shutdown()
        with self._lock:
            self._close()

    def _write(self, event: str, at_ns: int, call: Call, said: Mapping[str, Any]) -> None:
        line = {
            "time": datetime.fromtimestamp(at_ns / 1e9, UTC).isoformat(),
            "event": event,
            "run": self._run_id or None,
            "span": call.handle,
            "parent": call.parent.handle if call.parent is not None else None,
            "name": call.name,
            **{name: value for name, value in said.items() if value != ""},
        }
        try:
            os.write(self._open(), (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "replace"))
        except OSError as error:
            note("writing JSON lines", error)
            self._close()

    def _open(self) -> int:
        if self._file is not None and os.fstat(self._file).st_size >= self._max_bytes:
            self._close()
            # Another process may have moved it at the same moment.
            with contextlib.suppress(FileNotFoundError):
                self._path.replace(f"{self._path}.1")
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
