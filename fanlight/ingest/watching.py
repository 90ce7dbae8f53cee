"""Looks at runs while they go on: loops among their calls, and standstill.

After each round of summaries the runs that changed are looked at, in two narrow questions for all of them;
what their calls gave is read only where calls repeat. Whatever that costs, the next look waits for twenty
times as long, so that at most one second in twenty of the writer goes into it. What is missed meanwhile is
looked at then: the runs of a whole pause at once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from fanlight.clock import Clock
from fanlight.errors import StoreError
from fanlight.model.finding import OPEN, OVER, Found
from fanlight.model.project import ProjectScope
from fanlight.query.loops.calls import Call, is_acknowledgement
from fanlight.query.loops.detect import Limits, Loop, find_loops
from fanlight.query.loops.standstill import Progress, stands_still
from fanlight.semconv.registry import dialects
from fanlight.store.contract import RunKey, Store

logger = logging.getLogger("fanlight.ingest.watching")

PAUSE_FACTOR = 20
LEAST_PAUSE_S = 0.5
STANDSTILL_EVERY_S = 30.0
LEAST_CALLS = 3
MOST_RUNS = 500
"""So many runs are looked at in one turn; of those that changed the newest."""

MOST_CALLS = 64
"""So many calls of a run, the last ones, are looked at."""

MOST_FINDINGS = 10_000
MOST_SPAN_IDS = 20
STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class _Running:
    """A run that goes on and has made enough calls to be looked at."""

    key: RunKey
    trace_id: str
    started_ns: int


class Watcher:
    """Notes what it finds in running runs. Used by the writer's thread alone."""

    def __init__(self, store: Store, clock: Clock, *, stuck_after_s: float, limits: Limits) -> None:
        self._store = store
        self._clock = clock
        self._stuck_after_s = stuck_after_s
        self._limits = limits
        self._changed: dict[str, int] = {}
        self._open: dict[RunKey, dict[str, Found]] | None = None
        self._next_at = clock.monotonic()
        self._standstill_at = clock.monotonic() + STANDSTILL_EVERY_S
        self.spent_s = 0.0

    def changed(self, runs: Iterable[RunKey], first_seq: int) -> None:
        """Summaries of `runs` were written with sequences from `first_seq` on."""
        for project in {run.project_id for run in runs}:
            self._changed.setdefault(project, first_seq)

    def look(self, first_seq: int) -> Sequence[Found]:
        """Look at what changed, if it is time; what was found, stored with sequences from `first_seq` on.

        A look that fails is said in the process log and made up for by the next one: watching must not
        stop storing.
        """
        began = self._clock.monotonic()
        if began < self._next_at:
            return ()
        standstill = began >= self._standstill_at
        if not self._changed and not standstill:
            return ()
        try:
            found = self._look(standstill=standstill)
            if found:
                self._store.note_findings(found, first_seq=first_seq)
        except StoreError as error:
            logger.warning("running runs were not looked at: %s", error)
            self._open, found = None, ()
        except Exception:
            # Watching must not stop storing, whatever some trace holds.
            logger.exception("running runs were not looked at")
            self._open, found = None, ()
            self._changed.clear()
        else:
            self._changed.clear()
            self._remember(found)
        cost_s = self._clock.monotonic() - began
        self.spent_s += cost_s
        self._next_at = began + cost_s + max(LEAST_PAUSE_S, PAUSE_FACTOR * cost_s)
        if standstill:
            self._standstill_at = began + STANDSTILL_EVERY_S
        return found

    def _look(self, *, standstill: bool) -> Sequence[Found]:
        if self._open is None:
            self._open = self._stored()
        found: list[Found] = []
        for project, first_seq in self._changed.items():
            found += self._loops_of(ProjectScope(project), first_seq)
        if standstill:
            found += self._standstill()
        return found

    def _loops_of(self, scope: ProjectScope, first_seq: int) -> list[Found]:
        rows = self._store.read(scope, "watched_runs", {"first_seq": first_seq, "limit": MOST_RUNS})
        running: list[_Running] = []
        found: list[Found] = []
        for run_id, trace_id, status, started_ns, calls in rows:
            key = RunKey(scope.project_id, run_id)
            if status != "running":
                found += map(self._ended, self._of(key).values())
            elif calls >= LEAST_CALLS and run_id == trace_id:
                running.append(_Running(key, trace_id, started_ns))
        if not running:
            return found
        calls_of = self._calls(scope, running)
        repeating = [run for run in running if self._loops(_as_if_equal(calls_of.get(run.trace_id, [])))]
        results = self._results(scope, repeating, calls_of)
        for run in running:
            calls = calls_of.get(run.trace_id, [])
            loops = self._loops([_with_result(call, results) for call in calls]) if run in repeating else []
            found += self._told(run.key, loops)
        return found

    def _loops(self, calls: Sequence[Call]) -> list[Loop]:
        return find_loops(calls, self._limits)

    def _calls(self, scope: ProjectScope, runs: Sequence[_Running]) -> dict[str, list[Call]]:
        asked = {**_place(runs), "calls": MOST_CALLS}
        found: dict[str, list[Call]] = {}
        for row in reversed(self._store.read(scope, "watched_calls", asked)):
            trace_id, span_id, kind, name, agent, what, failed, error, start_ns, duration_ns = row
            found.setdefault(trace_id, []).append(
                Call(
                    span_id=span_id,
                    kind=kind,
                    name=name,
                    agent=agent,
                    what=what,
                    failed=bool(failed),
                    error=str(error) if failed else "",
                    start_ns=start_ns,
                    end_ns=start_ns + duration_ns,
                )
            )
        return found

    def _results(
        self, scope: ProjectScope, runs: Sequence[_Running], calls_of: Mapping[str, Sequence[Call]]
    ) -> dict[str, tuple[int, bool]]:
        """What each call gave: what stands for it, and whether it only says that it was done."""
        if not runs:
            return {}
        spans = [call.span_id for run in runs for call in calls_of[run.trace_id] if call.what]
        rows = self._store.read(
            scope, "watched_results", {**_place(runs), "spans": spans, "outputs": list(_outputs())}
        )
        return {span_id: (hash_, is_acknowledgement(begin)) for span_id, hash_, begin in rows}

    def _told(self, key: RunKey, loops: Sequence[Loop]) -> list[Found]:
        """What is new about the loops of a run: one that began, one that went on for long, one that ended."""
        now_ns = self._clock.now_ns()
        going_on = {loop.loop_id: loop for loop in loops}
        before = self._of(key)
        told = [
            _found(key, loop, now_ns)
            for loop_id, loop in going_on.items()
            if loop_id not in before or loop.times >= 2 * json.loads(before[loop_id].data)["times"]
        ]
        return told + self._over(key, going_on)

    def _over(self, key: RunKey, going_on: Mapping[str, Loop]) -> list[Found]:
        """The open loops of a run that are none any more."""
        return [
            self._ended(finding)
            for finding_id, finding in self._of(key).items()
            if finding_id not in going_on and finding_id != STUCK
        ]

    def _ended(self, finding: Found) -> Found:
        return replace(finding, state=OVER, at_ns=self._clock.now_ns())

    def _standstill(self) -> list[Found]:
        now_ns = self._clock.now_ns()
        begun_ms = int(now_ns / 1e6 - self._stuck_after_s * 1_000)
        rows = self._store.read_operator("standing_runs", {"begun_ms": begun_ms, "limit": MOST_RUNS})
        runs = [_Running(RunKey(row[0], row[1]), row[2], row[3]) for row in rows if row[1] == row[2]]
        if not runs:
            return []
        asked = {**_place(runs), "projects": sorted({run.key.project_id for run in runs})}
        moved = {
            (project, trace_id): Progress(moved_ns=moved_ns, span_id=span_id, name=name, kind=kind)
            for project, trace_id, moved_ns, span_id, name, kind in self._store.read_operator(
                "last_progress", asked
            )
        }
        found = []
        for run in runs:
            progress = moved.get((run.key.project_id, run.trace_id))
            if progress is None:
                continue
            stuck = self._of(run.key).get(STUCK)
            stands = stands_still(progress, now_ns=now_ns, after_s=self._stuck_after_s)
            if stands and stuck is None:
                found.append(_stuck(run.key, progress, now_ns))
            elif stuck is not None and not stands:
                found.append(self._ended(stuck))
        return found

    def _of(self, key: RunKey) -> dict[str, Found]:
        return (self._open or {}).get(key, {})

    def _remember(self, found: Sequence[Found]) -> None:
        assert self._open is not None
        for finding in found:
            key = RunKey(finding.project_id, finding.run_id)
            held = self._open.setdefault(key, {})
            if finding.state == OPEN:
                held[finding.finding_id] = finding
            else:
                held.pop(finding.finding_id, None)
            if not held:
                del self._open[key]
        while len(self._open) > MOST_FINDINGS:
            # The oldest are forgotten: they stay open in the store until their run is heard of again.
            del self._open[next(iter(self._open))]

    def _stored(self) -> dict[RunKey, dict[str, Found]]:
        """The open findings that an earlier process left."""
        held: dict[RunKey, dict[str, Found]] = {}
        for project, run, finding_id, kind, data in self._store.read_operator(
            "open_findings", {"limit": MOST_FINDINGS}
        ):
            held.setdefault(RunKey(project, run), {})[finding_id] = Found(
                project_id=project,
                run_id=run,
                finding_id=finding_id,
                kind=kind,
                state=OPEN,
                at_ns=0,
                data=data,
            )
        return held


@cache
def _outputs() -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for dialect in dialects() for key in dialect.outputs))


def _place(runs: Sequence[_Running]) -> dict[str, Any]:
    return {"traces": [run.trace_id for run in runs], "since_ns": min(run.started_ns for run in runs)}


def _as_if_equal(calls: Sequence[Call]) -> list[Call]:
    """The calls as if all that asked the same were given the same: whether it is worth looking further."""
    return [replace(call, result=0 if call.failed else 1) for call in calls]


def _with_result(call: Call, results: Mapping[str, tuple[int, bool]]) -> Call:
    result, acknowledged = results.get(call.span_id, (0, False))
    return replace(call, result=result, acknowledged=acknowledged)


def _found(key: RunKey, loop: Loop, now_ns: int) -> Found:
    ids = list(loop.span_ids)
    if len(ids) > MOST_SPAN_IDS:
        ids = ids[: MOST_SPAN_IDS // 2] + ids[-MOST_SPAN_IDS // 2 :]
    data = {"statement": loop.statement, "times": loop.times, "names": list(loop.names), "span_ids": ids,
            "since_ns": loop.since_ns}  # fmt: skip
    return Found(
        project_id=key.project_id,
        run_id=key.run_id,
        finding_id=loop.loop_id,
        kind=loop.kind,
        state=OPEN,
        at_ns=now_ns,
        data=json.dumps(data),
    )


def _stuck(key: RunKey, progress: Progress, now_ns: int) -> Found:
    minutes = (now_ns - progress.moved_ns) / 60e9
    data = {
        "statement": f"nothing began or ended for {minutes:.0f} minutes; {progress.name} began last",
        "names": [progress.name],
        "span_ids": [progress.span_id],
        "since_ns": progress.moved_ns,
    }
    return Found(
        project_id=key.project_id,
        run_id=key.run_id,
        finding_id=STUCK,
        kind=STUCK,
        state=OPEN,
        at_ns=now_ns,
        data=json.dumps(data),
    )
