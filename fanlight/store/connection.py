"""One connection to an engine, embedded or served: SQL in, rows out, errors as StoreError."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from fanlight.errors import StoreError

TIMEOUT = 159
TOO_MANY_ROWS = 158
MEMORY_SHORT = 241
RETRYABLE = frozenset({TIMEOUT, 202, 209, 210, MEMORY_SHORT, 243, 252, 319, 999})
"""Engine codes that may pass: time-out, too many queries, network, memory, disk, too many parts."""
SYSTEM = frozenset(
    {
        74,
        75,
        76,
        77,
        87,
        88,
        172,
        173,
        204,
        214,
        294,
        298,
        299,
        400,
        411,
        424,
        425,
        439,
        458,
        521,
        531,
        586,
        641,
    }
)
"""Engine codes of system calls that failed (write, open, sync, rename, threads): no fault of the data."""
_STD_EXCEPTION = 1001
_FILE_SYSTEM = re.compile(r"std::exception\. Code: 1001, type: [\w:]*filesystem_error,")

_MOST_TEXT = 600
PAUSES_S = (0.05, 0.2, 0.5)

Answer = TypeVar("Answer")

_shapes: dict[str, str] = {}
"""The columns that a question gives, by its text or the name of its shape. They follow from the schema, which
is one for all stores of a process: only a migration changes it."""


class Connection:
    """A client of the engine, for one thread at a time."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Execute a statement that gives no rows."""
        with _translated():
            self._client.command(sql, parameters=_given(parameters))

    def keep(
        self,
        name: str,
        select: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        settings: str = "",
        shape: str = "",
    ) -> None:
        """Make what `select` gives the temporary table `name`.

        `CREATE ... AS SELECT` would analyse the query twice, once for its columns. They are asked for once,
        and kept, by `shape` where the same question comes in many texts.
        """
        key = shape or select
        if key not in _shapes:
            found = self.rows(f"DESCRIBE TABLE ({select}) {settings}", parameters)
            _shapes[key] = ", ".join(f"`{column}` {type_}" for column, type_, *_ in found)
        self.run(f"CREATE TEMPORARY TABLE {name} ({_shapes[key]}) ENGINE = Memory")
        self.run(f"INSERT INTO {name} {select} {settings}", parameters)

    def rows(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Sequence[Sequence[Any]]:
        """Rows of a question, in order."""
        with _translated():
            found: Sequence[Sequence[Any]] = self._client.query(
                sql, parameters=_given(parameters), settings=_given(settings)
            ).result_rows
            return found

    def columns(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Sequence[Sequence[Any]]:
        """The answer of a question, a sequence a column; as many empty ones when there are no rows."""
        with _translated():
            found: Sequence[Sequence[Any]] = self._client.query(
                sql, parameters=_given(parameters), settings=_given(settings), column_oriented=True
            ).result_columns
        if found:
            return found
        # An answer without rows comes without its columns.
        return [()] * len(self.rows(f"DESCRIBE TABLE ({sql})", parameters))

    def raw(self, sql: str, parameters: Mapping[str, Any] | None = None, *, fmt: str = "Native") -> bytes:
        """The answer of a question in a format of the engine; as Native, no bytes when it has no rows."""
        with _translated():
            block: bytes = self._client.raw_query(sql, parameters=_given(parameters), fmt=fmt)
            return block

    def put(self, table: str, columns: Sequence[str], block: bytes, settings: Mapping[str, Any]) -> None:
        """Insert a Native block."""
        with _translated():
            self._client.raw_insert(table, columns, block, settings=dict(settings), fmt="Native")

    def close(self) -> None:
        self._client.close()


def forget_shapes() -> None:
    """The schema changed: what questions give is asked for again."""
    _shapes.clear()


def patiently(ask: Callable[[], Answer], *, pauses_s: Sequence[float] = PAUSES_S) -> Answer:
    """The answer of `ask`, asked again after each of the pauses while the engine is short of memory.

    Storing and merging share its memory with questions, and give it back within moments.
    """
    for pause_s in pauses_s:
        try:
            return ask()
        except StoreError as error:
            if error.engine_code != MEMORY_SHORT:
                raise
        time.sleep(pause_s)
    return ask()


class Pool:
    """A few connections shared by many threads; whoever comes when all are taken waits."""

    def __init__(self, connect: Callable[[], Connection], size: int) -> None:
        self._connect = connect
        self._room = threading.Semaphore(size)
        self._idle: list[Connection] = []
        self._lock = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection that nobody else uses meanwhile."""
        with self._room:
            with self._lock:
                found = self._idle.pop() if self._idle else None
            found = found or self._connect()
            try:
                yield found
            finally:
                with self._lock:
                    self._idle.append(found)

    def close(self) -> None:
        """Close what is idle; called when nobody reads any more."""
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()


def _given(parameters: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(parameters) if parameters else None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClickHouseError as error:
        code = code_of(error)
        text = str(error)
        shown = (
            text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT // 2]} ... {text[-_MOST_TEXT // 2 :]}"
        )
        raise StoreError(
            f"the engine answered: {shown}", retryable=may_pass(code, text), engine_code=code
        ) from error


def may_pass(code: int, text: str) -> bool:
    """Whether an engine that failed in this way may take the very same data later.

    What is told to fail for good is taken apart, and its records are parked: a disk that failed once must not
    look like that.

    Example:
        >>> may_pass(204, "Cannot fsync, errno: 5"), may_pass(27, "Cannot parse input")
        (True, False)
    """
    if code == _STD_EXCEPTION:
        return _FILE_SYSTEM.search(text) is not None
    return code == 0 or code in RETRYABLE or code in SYSTEM


def code_of(error: BaseException) -> int:
    """The engine's number for an error, 0 when it names none (the connection itself failed)."""
    code = getattr(error, "code", None)
    if isinstance(code, int):
        return code
    found = re.search(r"Code: (\d+)", str(error))
    return int(found[1]) if found else 0
