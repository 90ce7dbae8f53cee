"""Whether the server gives back exactly what an agent emitted: every span under its parent, logs, metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fanlight.cli.demo.manifest import Manifest
from fanlight.errors import NotFoundError

if TYPE_CHECKING:
    from fanlight.cli.client import Client

DEADLINE_S = 20.0
PAUSE_S = 0.1


def traces_of(manifest: Manifest) -> dict[str, dict[str, tuple[str | None, str]]]:
    """The trees that an agent emitted: trace id -> span id -> (parent span id, name)."""
    traces: dict[str, dict[str, tuple[str | None, str]]] = {}
    for span in manifest.spans:
        traces.setdefault(span.trace_id, {})[span.span_id] = (span.parent_span_id, span.name)
    return traces


def stored_tree(columns: Mapping[str, Any]) -> dict[str, tuple[str | None, str]]:
    """A trace's structure as the server gives it, in the same form."""
    rows = zip(columns["span_id"], columns["parent_span_id"], columns["name"], strict=True)
    return {span_id: (parent, name) for span_id, parent, name in rows}


def _run_of(client: Client, trace_id: str, spans: int) -> str | None:
    """What is wrong with the run of a trace, whose summary follows its spans; None when it is right."""
    try:
        run = client.project_get(f"runs/{trace_id}")
    except NotFoundError:
        return f"trace {trace_id} is not among the runs"
    if run["span_count"] != spans:
        return f"run {trace_id} sums up {run['span_count']} of {spans} spans"
    return None


def differences(client: Client, manifest: Manifest) -> list[str]:
    """What the server lacks, or has otherwise than it was emitted. Empty when it is all there."""
    found = []
    for trace_id, emitted in traces_of(manifest).items():
        try:
            stored = stored_tree(client.project_get(f"traces/{trace_id}")["columns"])
        except NotFoundError:
            stored = {}
        if stored != emitted:
            matching = sum(stored.get(span_id) == row for span_id, row in emitted.items())
            found.append(f"trace {trace_id}: {matching} of {len(emitted)} spans right, {len(stored)} stored")
        elif (wrong := _run_of(client, trace_id, len(emitted))) is not None:
            found.append(wrong)
    for trace_id, count in manifest.logs.items():
        if int(trace_id, 16) and (stored_count := _count_logs(client, trace_id, count)) != count:
            found.append(f"trace {trace_id}: {stored_count} of {count} log records stored")
    known = (
        {metric["name"] for metric in client.project_get("metrics")["items"]} if manifest.metrics else set()
    )
    found += [f"metric {name} is not stored" for name in manifest.metrics if name not in known]
    return found


def _count_logs(client: Client, trace_id: str, expected: int) -> int:
    return sum(1 for _ in client.items("logs", limit=expected + 1, q=f"trace:{trace_id}"))


def wait_until_stored(
    client: Client,
    manifest: Manifest,
    *,
    deadline_s: float = DEADLINE_S,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Ask until nothing differs or the time is up; the differences of the last answer."""
    end = monotonic() + deadline_s
    while (found := differences(client, manifest)) and monotonic() < end:
        sleep(PAUSE_S)
    return found
