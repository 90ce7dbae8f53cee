"""What every store does. One contract suite (tests/contract) runs against each of them.

**Writing.** A store is written by one writer, one generation after the other. A generation is up to three
segment files (traces, logs, metrics) of the log.

- `insert` MUST store every item of the segment exactly once, however often the same segment, or the same
  items in other segments, are inserted; it MUST be safe to repeat after a crash at any moment.
- Of several finished versions of a span the first MUST win; a differing later one MUST be counted in
  `Inserted.conflicts`, an equal one in `Inserted.duplicates`.
- Of several billing events of one id in a project the first MUST count, whatever requests they came in, and a
  verified one above any that is not; what is left out because it differs or is no event MUST be counted in
  `Inserted.uncounted`, once.
- A name that is beyond its project's limit MUST be folded, and the item stored with what it was; which items
  are the same MUST NOT depend on it.
- When `insert` returns, the rows MUST be readable and MUST survive kill -9 of the process.
- `insert` MUST either store the whole segment or raise StoreError and leave nothing of it; with
  `retryable=False` the segment itself is at fault and the writer bisects it.
- `summarise` MUST rebuild the summary of every named run from its stored spans alone, so that any order of
  arrival gives the same summaries; of a run that was thinned the summary MUST stay what it was.

**Reading.** Every read takes a ProjectScope; a store MUST NOT return a row of another project. Values
reach the engine as bound parameters only; the text of a query is a file in `store/queries/`.

**Sequence.** Every stored item has `seq`, unique and ascending in the order of the log. Run summaries get
theirs from the block that the log reserves for each generation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from fanlight.model.deletion import Erased, Erasure
from fanlight.model.finding import Found
from fanlight.model.limits import Limits
from fanlight.model.project import ProjectScope
from fanlight.model.signal import Signal
from fanlight.store.freezing import Frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One sealed file of the log: `first_seq` is the lowest sequence that it can hold.

    `upto_seq` is set in a piece of a segment, made when the whole was refused: the last sequence in it.
    """

    signal: Signal
    path: Path
    first_seq: int
    items: int
    upto_seq: int = 0

    @property
    def token(self) -> str:
        """Names this segment's data for ever; never used again for other data.

        Example:
            >>> whole = Segment(signal=Signal.LOGS, path=Path("x"), first_seq=7, items=9)
            >>> piece = Segment(signal=Signal.LOGS, path=Path("y"), first_seq=7, items=5, upto_seq=11)
            >>> whole.token, piece.token
            ('logs-7', 'logs-7-11')
        """
        # Two files of one generation may hold one signal, each in a container of its own.
        container = "-zst" if self.path.suffix == ".zst" else ""
        return f"{self.signal}-{self.first_seq}" + (f"-{self.upto_seq}" if self.upto_seq else "") + container


@dataclass(frozen=True, slots=True, order=True)
class RunKey:
    """A run's identity across the store."""

    project_id: str
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    """What one `insert` did. `projects` are those that got rows.

    `runs` are all those with spans in the segment, also when every span was a duplicate: the process may
    have ended between the first insert and the summaries, and the replay has to make up for it.
    `uncounted` are records that were stored and that no sum holds, by reason: billing events that are none,
    or that differ from the first of their id. `folded` are items with a name beyond its limit, by reason.
    """

    stored: int
    duplicates: int = 0
    conflicts: int = 0
    projects: frozenset[str] = frozenset()
    runs: frozenset[RunKey] = field(default_factory=frozenset)
    uncounted: Mapping[str, int] = field(default_factory=dict)
    folded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repricing:
    """Whose costs are computed anew: a project's spans begun in [since, until), of one model or ('') all."""

    project_id: str
    since_ns: int
    until_ns: int
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repriced:
    """How many spans have another cost now, and the runs to be summed up again, changed or not."""

    spans: int
    runs: frozenset[RunKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinning:
    """Which finished runs of a project keep nothing but their summaries.

    Those whose trace has random bits below `threshold`, that nothing was heard of since `heard_until_ms`,
    and that `keep` does not name: SQL of the filter compiler over runs, with its `parameters`.
    `heard_from_ms` and `marked_from_ms` are how far back an earlier look has not seen yet; 0 looks at all.
    """

    project_id: str
    threshold: int
    now_ms: int
    heard_until_ms: int
    heard_from_ms: int = 0
    marked_from_ms: int = 0
    keep: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


class Store(Protocol):
    """A store of telemetry. Methods block; they are called from worker threads."""

    def open(self) -> None:
        """Connect and migrate. Raises SchemaTooNewError when a newer Fanlight wrote the database."""
        ...

    def close(self) -> None:
        """Release everything; what was inserted stays."""
        ...

    @property
    def epoch(self) -> str:
        """Opaque name of this database, made with it; part of every stream id."""
        ...

    def insert(self, segment: Segment) -> Inserted:
        """Store one segment. Raises StoreError."""
        ...

    def summarise(self, runs: Sequence[RunKey], *, first_seq: int) -> int:
        """Rebuild these runs' summaries with sequences from `first_seq` on; how many were written."""
        ...

    def lose_runs(
        self, *, silent_since_ns: int, first_seq: int, open_silent_since_ns: int = 0
    ) -> Sequence[RunKey]:
        """Mark running runs that nothing was heard of since `silent_since_ns` as lost; which they were.

        Runs whose spans are told of while they are open are lost when nothing was heard since
        `open_silent_since_ns`: a living process would have said that they still are.
        """
        ...

    def note_findings(self, findings: Sequence[Found], *, first_seq: int) -> None:
        """Store findings of runs with sequences from `first_seq` on, in their order. Raises StoreError."""
        ...

    def priced_days(self, asked: Repricing) -> Sequence[str]:
        """The days (ISO) with spans to reprice. By the writer's thread alone, as what follows."""
        ...

    def reprice_day(self, asked: Repricing, day: str) -> Repriced:
        """Compute the costs of a day's spans anew. Safe to repeat after a crash at any moment.

        Raises StoreError.
        """
        ...

    def roll_up_metrics(self, now_ns: int) -> bool:
        """Do a small piece of putting together metric points of past days; False when there is nothing to do.

        Every total and percentile MUST stay what it was, a point that comes again MUST still be refused, and
        it MUST be safe to end at any moment. By the writer's thread alone. Raises StoreError.
        """
        ...

    def expire(self, now_ns: int) -> bool:
        """Remove a small piece of what is older than its project keeps it; False when there is nothing to do.

        Items of other projects and younger ones MUST stay. It MUST be safe to end at any moment. By the
        writer's thread alone. Raises StoreError.
        """
        ...

    def thin(self, asked: Thinning) -> int:
        """Remove the spans of finished runs that are not kept; how many spans went.

        Summaries MUST stay as they were, also when spans come late. Spans that failed, and those of runs that
        did not succeed, have a finding or a span that failed, MUST stay. Safe to repeat and to end at any
        moment. By the writer's thread alone. Raises StoreError.
        """
        ...

    def erase(self, asked: Erasure) -> Erased:
        """Do a small piece of what is asked for; nobody can read what went when this returns.

        Items of other projects and whatever does not fit MUST stay. Asked again it goes on, and it MUST be
        safe to end at any moment. By the writer's thread alone. Raises StoreError.
        """
        ...

    def old_parts(self) -> frozenset[str]:
        """Names of the files on disk that hold removed rows still; the engine takes them away by itself."""
        ...

    @property
    def schema(self) -> int:
        """The version of the schema that its tables have."""
        ...

    def freeze(self, name: str) -> Frozen:
        """Copy every table as it is at this moment, by links, under `name`. By the writer's thread alone.

        Raises ConfigError when the tables are another server's to back up, and StoreError.
        """
        ...

    def check(self) -> None:
        """Read every row of every table and compare it with its checksum. Raises StoreError."""
        ...

    def thaw(self, name: str) -> None:
        """Let go of what was frozen under `name`."""
        ...

    def last_seq(self) -> int:
        """The highest sequence stored, 0 when empty."""
        ...

    def bounded_by(self, limits: Callable[[], Limits]) -> Store:
        """The same open store, whose questions take no more time and rows than `limits` give their project.

        A question that would look at more rows raises InvalidError.
        """
        ...

    def read(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        fragments: Mapping[str, str] | None = None,
    ) -> Sequence[Sequence[Any]]:
        """Rows of the question `store/queries/{query}.sql` for one project.

        The query's text names `{project_id:String}`; the store binds it from `scope`. `parameters` are
        bound; `fragments` replace `/*name*/` marks in the text and come only from code (the filter
        compiler), never from a caller's text. Raises StoreError, with `retryable=True` on a time-out.
        """
        ...

    def read_columns(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        fragments: Mapping[str, str] | None = None,
    ) -> Sequence[Sequence[Any]]:
        """As `read`, but one sequence a column, in the order of the query's columns.

        For answers of many rows: the engine gives columns, and turning them into rows and back costs more
        than the question itself. An empty answer has as many columns as any other, each of them empty.
        """
        ...

    def export(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any],
        fragments: Mapping[str, str],
        fmt: str,
    ) -> bytes:
        """The answer of a question, asked as `read` does, in a format of the engine: Parquet, JSONEachRow."""
        ...

    def read_operator(
        self, query: str, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[Any]]:
        """Rows of a question about the store itself (`store/operator/{query}.sql`): sizes, parts."""
        ...
