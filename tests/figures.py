"""Figures of campaigns: what a test measured, against what was promised, in one table at the end.

A test of a campaign takes the fixture `figure` and says what it found:

    @pytest.mark.trust("T2")
    def test_acknowledged_spans_survive_kills(figure, seed): ...
        figure(test="T2", what="kill -9 under load", target="0 acknowledged lost",
               value="0 of 48,211 lost; slowest start 2.4 s", ok=not lost)

A figure that is not `ok` fails its test. A test that carries the mark and ends without a figure is in the
table as well: it failed before it could measure, or was skipped.

Where each case of a matrix is a test of its own, the mark `cells` says what they are together, and the figure
is how many of them held:

    pytestmark = pytest.mark.cells("T12", "21 misdeeds in 11 places", "all of them")

`--figures FILE` keeps the figures as JSON, the newest of each, held or missed; GUARANTEES.md is made of that
file.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

NONE = "a figure"
"""The target of a test that told none."""

HEAD = ("test", "what", "target", "figure", "verdict", "seconds", "seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row. `seconds` is the whole test; `seed` 0 means that nothing in it is drawn."""

    test: str
    what: str
    target: str
    value: str
    verdict: str
    seconds: float = 0.0
    seed: int = 0
    node: str = ""
    date: str = ""


class Tell(Protocol):
    """What the fixture `figure` is. AssertionError when not `ok`, unless there is an `excuse`.

    An excuse says why the machine was no fair judge; the figure counts as missed all the same.
    """

    def __call__(
        self, *, test: str, what: str, target: str, value: str, ok: bool, excuse: str = ""
    ) -> None: ...


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Tell:
    """Tells one figure of this test; call it as often as there are promises."""

    def tell(*, test: str, what: str, target: str, value: str, ok: bool, excuse: str = "") -> None:
        verdict = "held" if ok else "missed" if excuse else "FAILED"
        value += f"; {excuse}" if excuse else ""
        row = {"test": test, "what": what, "target": target, "value": value, "verdict": verdict}
        request.node.user_properties.append(("figure", row))
        assert ok or excuse, f"{test}, {what}: {value}; the target is {target}"

    return tell


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """A number to draw from. Set FANLIGHT_TEST_SEED to run the same moments again."""
    value = int(os.environ.get("FANLIGHT_TEST_SEED", 0)) or random.SystemRandom().randrange(1, 2**31)
    print(f"FANLIGHT_TEST_SEED={value}")
    request.node.user_properties.append(("seed", value))
    return value


def crowd() -> str:
    """How much else the machine had to do: a figure of time means little without it."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    return "" if load <= 1.5 * cores else f"load {load:.0f} on {cores} cores"


class Table:
    """Collects the figures of a session, in whichever worker they were told, and prints them at its end."""

    def __init__(self, keep: Path | None) -> None:
        self._keep = keep
        self._rows: list[Figure] = []
        self._matrices: dict[tuple[str, str, str], list[pytest.TestReport]] = {}

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self._rows += rows_of(report)
            if cells := dict(report.user_properties).get("cells"):
                self._matrices.setdefault(tuple(cells), []).append(report)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        rows = self._rows + [together(*cells, reports) for cells, reports in self._matrices.items()]
        if not rows:
            return
        terminalreporter.section("figures")
        for line in render(sorted(rows, key=_order)):
            terminalreporter.write_line(line)
        if self._keep is not None:
            keep(self._keep, [row for row in rows if row.target != NONE])


def rows_of(report: pytest.TestReport) -> list[Figure]:
    """The rows that one test adds to the table."""
    told = dict(report.user_properties)
    figures = [row for name, row in report.user_properties if name == "figure"]
    base = Figure(
        test="", what="", target="", value="", verdict="", seconds=round(report.duration, 1),
        seed=int(told.get("seed", 0)), node=report.nodeid, date=_today(),
    )  # fmt: skip
    rows = [replace(base, **row) for row in figures]
    if "trust" in told and (report.skipped or not rows):
        why = str(report.longrepr[2]) if report.skipped and isinstance(report.longrepr, tuple) else ""
        rows.append(
            replace(
                base, test=told["trust"], what=report.nodeid.rpartition("::")[2], target=NONE,
                value=why or "none", verdict="skipped" if report.skipped else "FAILED",
            )
        )  # fmt: skip
    elif report.failed and rows and all(row.verdict != "FAILED" for row in rows):
        rows.append(replace(rows[-1], value="failed behind its figures", verdict="FAILED"))
    return rows


def together(test: str, what: str, target: str, reports: Sequence[pytest.TestReport]) -> Figure:
    """The row of tests that are the cells of one matrix. Whatever was skipped has not held."""
    held = sum(report.passed for report in reports)
    seconds = sum(report.duration for report in reports)
    return Figure(
        test=test, what=what, target=target, value=f"{held:,} of {len(reports):,} tests held",
        verdict="held" if held == len(reports) else "FAILED",
        seconds=round(seconds, 1), node=reports[0].nodeid.partition("::")[0], date=_today(),
    )  # fmt: skip


def render(rows: Iterable[Figure]) -> list[str]:
    """The table, as lines of text."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(HEAD))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def keep(path: Path, rows: Iterable[Figure]) -> None:
    """Write `rows` to `path`: each replaces what the file says of the same test and matter."""
    newest = {(row["test"], row["what"]): row for row in read(path)}
    newest |= {(row.test, row.what): asdict(row) for row in rows}
    ordered = sorted(newest.values(), key=lambda row: _order(Figure(**row)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[\n" + ",\n".join(json.dumps(row) for row in ordered) + "\n]\n")


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file that `keep` wrote; none where there is no file."""
    found: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
    return found


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def _cells(row: Figure) -> tuple[str, ...]:
    seed = f"{row.seed}" if row.seed else ""
    return (row.test, row.what, row.target, row.value, row.verdict, f"{row.seconds:.1f}", seed)


def _order(row: Figure) -> tuple[int, str]:
    number = re.search(r"\d+", row.test)
    return (int(number[0]) if number else 0, row.what)
