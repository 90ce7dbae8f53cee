"""Run summaries: rebuilt from the stored spans of whatever traces are due, never added up on the way in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from fanlight.store.connection import Connection
from fanlight.store.contract import RunKey
from fanlight.store.lineage import Judgement, Node, judge
from fanlight.store.prompts import Record, read_prompts
from fanlight.store.sql import statement

LONGEST_NS = 10 * 365 * 86_400 * 10**9
"""Clocks can claim anything; nothing is shown to take longer than ten years."""

MOST_SPANS = 20_000
"""In a trace of more, spans get no agent from those above them."""

_TRACE_RUN = re.compile(r"^[0-9a-f]{32}$")
_STEPS = (
    "places", "members", "prompts", "prompted", "judged", "inherited", "resolved", "entries", "summary",
    "previous", "changed",
)  # fmt: skip
_FROM_STORE = frozenset({"places", "members", "previous"})
_PLAIN = "SETTINGS query_plan_enable_optimizations = 0"
"""For steps over what earlier steps left in memory: there is no index to be found, only time to be lost."""


class Summariser:
    """Writes the summaries of a store; used by its one writer."""

    def __init__(self, writer: Connection) -> None:
        self._writer = writer

    def summarise(self, runs: Iterable[RunKey], *, first_seq: int) -> int:
        """Rebuild the runs of every trace that one of `runs` names; how many rows were written."""
        traces = sorted({(run.project_id, run.run_id) for run in runs if _TRACE_RUN.match(run.run_id)})
        if not traces:
            return 0
        with self._tables():
            projects, ids = zip(*traces, strict=True)
            self._make("places", {"projects": list(projects), "traces": list(ids)})
            self._make("members")
            if self._writer.rows("SELECT count() FROM places WHERE opened")[0][0]:
                self._writer.run(statement("summarise", "open_members"))
            self._tell_prompts()
            self._judge()
            self._make("inherited", {"most": MOST_SPANS})
            self._make("resolved", {"longest_ns": LONGEST_NS})
            self._make("entries")
            self._make("summary")
            self._make("previous")
            # Most runs are summed up for the first time: there is nothing to compare them with.
            query = "changed" if self._count("previous") else "new"
            self._make("changed", {"first_seq": first_seq}, query=query)
            return self._write()

    def lose(
        self, *, silent_since_ns: int, first_seq: int, open_silent_since_ns: int = 0
    ) -> Sequence[RunKey]:
        """Mark running runs as lost: see `Store.lose_runs`."""
        silent = {
            "silent_ms": silent_since_ns // 1_000_000,
            "open_silent_ms": max(open_silent_since_ns, silent_since_ns) // 1_000_000,
        }
        found = self._writer.rows(statement("summarise", "lost"), silent)
        if not found:
            return []
        runs = [RunKey(project, run) for project, run in found]
        self._writer.run(
            statement("summarise", "lose"),
            {
                "projects": [run.project_id for run in runs],
                "runs": [run.run_id for run in runs],
                "first_seq": first_seq,
            },
        )
        return runs

    def _tell_prompts(self) -> None:
        """Give the prompts of coding agents their end and what belongs to them, where there are some."""
        rows: list[tuple[str, ...]] = []
        for project, trace, *columns in self._writer.rows(statement("summarise", "records")):
            records = [Record(*values) for values in zip(*columns, strict=True)]
            told, owners = read_prompts(records)
            rows += [(project, trace, span, prompt, "", "", "", "") for span, prompt in owners.items()]
            for span, what in told.items():
                last = what.last
                said = (what.standing, str(last.end_ns), last.error_type, last.error_message)
                rows.append((project, trace, span, "", *said))
        if not rows:
            return
        names = ("projects", "traces", "spans", "prompts", "standing", "until_ns", "types", "messages")
        columns_of_all = map(list, zip(*rows, strict=True))
        self._make("prompts", dict(zip(names, columns_of_all, strict=True)))
        self._make("prompted")
        self._writer.run("TRUNCATE TABLE members")
        self._writer.run("INSERT INTO members SELECT * FROM prompted")

    def _judge(self) -> None:
        rows: list[tuple[str, str, Judgement]] = []
        for project, trace, *columns in self._writer.rows(statement("summarise", "branching")):
            nodes = [Node(*values) for values in zip(*columns, strict=True)]
            rows += [(project, trace, each) for each in judge(nodes, trace_run=trace)]
        self._make(
            "judged",
            {
                "projects": [project for project, _, _ in rows],
                "traces": [trace for _, trace, _ in rows],
                "spans": [each.span_id for _, _, each in rows],
                "runs": [each.run_id for _, _, each in rows],
                "counts": [str(int(each.counts)) for _, _, each in rows],
            },
        )

    def _write(self) -> int:
        written = self._count("changed")
        if written:
            names = ", ".join(f"`{name}`" for name, *_ in self._writer.rows("DESCRIBE TABLE changed"))
            self._writer.run(f"INSERT INTO runs ({names}) SELECT {names} FROM changed")  # noqa: S608
        return written

    def _make(self, step: str, parameters: Mapping[str, Any] | None = None, *, query: str = "") -> None:
        """Fill the temporary table `step` with the answer of `query`, which is named like it."""
        settings = "" if step in _FROM_STORE else _PLAIN
        self._writer.keep(step, statement("summarise", query or step), parameters, settings=settings)

    def _count(self, step: str) -> int:
        return int(self._writer.rows(f"SELECT count() FROM {step}")[0][0])  # noqa: S608

    @contextmanager
    def _tables(self) -> Iterator[None]:
        self._drop()
        try:
            yield
        finally:
            self._drop()

    def _drop(self) -> None:
        for step in _STEPS:
            self._writer.run(f"DROP TEMPORARY TABLE IF EXISTS {step}")
