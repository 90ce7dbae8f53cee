"""Whatever a caller writes is literal or refused: it reaches the engine as a bound value and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fanlight.errors import InvalidError
from fanlight.model.project import ProjectScope
from fanlight.query.logs import list_logs
from fanlight.query.page import MAX_LIMIT
from fanlight.query.runs import list_runs
from fanlight.store.contract import Store

from .conftest import Tables
from .terms import quote

SCOPE = ProjectScope("attacked")
OTHER = ProjectScope("neighbour")
START = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)

SEEDS = (
    "' OR '1'='1", "' OR 1=1 --", "'; DROP TABLE logs; --", "') OR (1=1",
    "' UNION ALL SELECT * FROM logs --", "\\' OR 1=1 --", "\\", "\\\\", "'", "''", '"', '\\"', "`", "``",
    "%", "_", "%%", "*", "?", "x'41'", "{project_id:String}", "{f0:String}", "{f0:Identifier}",
    "{{f0:String}}", "$1", ":f0", "@f0", "%(f0)s", "%s", "/*filter*/", "/*project*/ 1", "/**/OR/**/1=1",
    "-- x", "# x", ";", ";;", "\x00", "a\x00b", "\n", "\r\n", "\t", "\x1b[31m", "\u2019 OR 1=1",
    "\u02bc OR 1=1", "\uff07 OR 1=1", "\u201c", "\u202e", "\ufeff", "\U0001f525", "é'", "1e309", "NaN",
    "-0", "0x10", "NULL", "null", "true", "now()", "sleep(3)", "sleepEachRow(1)", "version()",
    "file('/etc/passwd')", "url('http://127.0.0.1')", "remote('127.0.0.1')", "${jndi:x}",
    "../../etc/passwd", "(a+)+$", "(?i)x", "[", "(", "(?<=a)b", "\\1", "a{1000}{1000}", "(" * 30, "^" * 50,
    ".*" * 60, "|", "1 SETTINGS max_execution_time=0", "1 FORMAT JSON", "1 INTO OUTFILE '/tmp/x'",
    "1) FORMAT Null --", "FixedString", "toString(1)", "'||(SELECT 1)||'", "' AND project_id = 'neighbour",
    "neighbour",
)  # fmt: skip

SHAPES = (
    "{raw}",
    "service:{raw}",
    "service:={quoted}",
    "service:{quoted}*",
    "service:~{quoted}",
    "{quoted}",
    "attr.{quoted}:x",
    "attr.k:{quoted}",
    "-event:{quoted}",
    "dur:>{raw}",
    "level:{quoted}",
    "trace:{quoted}",
    "{raw}:x",
)
EVERY = (2, pytest.param(1, marks=pytest.mark.slow))
"""Each payload in every other shape: in a merge. Each in all of them: in the campaign."""


class Recorded:
    """A store that remembers which texts were asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.fragments: list[str] = []

    def read(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        fragments: Mapping[str, str] | None = None,
    ) -> Any:
        self.fragments += (fragments or {}).values()
        return self._store.read(scope, query, parameters, fragments)

    def read_operator(self, query: str, parameters: Mapping[str, Any] | None = None) -> Any:
        return self._store.read_operator(query, parameters)


@pytest.fixture(scope="module")
def stored(tables: Tables) -> None:
    for scope in (SCOPE, OTHER):
        rows = [
            {
                "project_id": scope.project_id,
                "time": START + timedelta(milliseconds=place),
                "received_at": START,
                "seq": place + 1,
                "service": seed,
                "body": f"of {scope.project_id}",
                "body_type": 1,
                "attributes": {seed: "x"},
                "attribute_types": [1],
                "retention_days": 20_000,
            }
            for place, seed in enumerate(SEEDS)
        ]
        tables.insert("logs", rows)


def payloads(shape: str, every: int) -> tuple[str, ...]:
    """What is put into a shape: every one of so many, others in the next shape."""
    return SEEDS[SHAPES.index(shape) % every :: every]


@pytest.mark.parametrize("every", EVERY)
def test_there_are_enough_payloads(every: int) -> None:
    assert sum(len(payloads(shape, every)) for shape in SHAPES) >= 400
    assert {seed for shape in SHAPES for seed in payloads(shape, every)} == set(SEEDS)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_payload_is_literal_or_refused(store: Store, shape: str, every: int) -> None:
    texts: set[str] = set()
    for seed in payloads(shape, every):
        recorded = Recorded(store)
        try:
            page = list_logs(recorded, SCOPE, q=shape.format(raw=seed, quoted=quote(seed)), limit=MAX_LIMIT)  # type: ignore[arg-type]
        except InvalidError as error:
            assert error.message.startswith("filter, column")  # noqa: PT017
            continue
        assert {log.body for log in page.items} <= {"of attacked"}
        texts.update(recorded.fragments)
    if "{raw}" not in shape:
        # A phrase is searched by its words, by its letters, or by both: three texts, whatever the value.
        assert len(texts) <= 3


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_payload_as_text_of_a_run_is_literal(store: Store, seed: str) -> None:
    assert list_runs(store, SCOPE, q=quote(seed)).items == []


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_payload_finds_itself_and_nothing_else(store: Store, seed: str) -> None:
    same = [place for place, other in enumerate(SEEDS) if other == seed]
    for query in (f"service:={quote(seed)}", f"attr.{quote(seed)}:x", f"attr.{quote(seed)}:*"):
        page = list_logs(store, SCOPE, q=query, limit=MAX_LIMIT)
        assert [log.service for log in page.items] == [seed] * len(same), query
