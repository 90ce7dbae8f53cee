"""The table: what was measured, what it must reach, what it reached."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

BEGIN, END = "<!-- table -->", "<!-- /table -->"
HEADS = ("part", "what", "target", "result", "", "beside")
_COLOURED = {"": "", "ok": "[green]ok[/]", "MISSED": "[bold red]MISSED[/]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line. `good` is None where there is no target; `beside` is what else should be known."""

    part: str
    what: str
    result: str
    target: str = ""
    good: bool | None = None
    beside: str = ""

    @property
    def verdict(self) -> str:
        """`ok`, `MISSED`, or nothing without a target."""
        return "" if self.good is None else "ok" if self.good else "MISSED"


def row(
    part: str, what: str, value: float, unit: str, *,
    at_least: float | None = None, at_most: float | None = None, beside: str = "",
) -> Row:  # fmt: skip
    """One number, with what it must reach and what else should be known beside it.

    >>> found = row("start", "ready", 1.84, "s", at_most=2.5, beside="slowest 2.1 s")
    >>> found.target, found.result, found.verdict
    ('<= 2.5 s', '1.84 s', 'ok')
    """
    target, good = "", None
    if at_least is not None:
        target, good = f">= {_number(at_least)} {unit}", value >= at_least
    if at_most is not None:
        target, good = f"<= {_number(at_most)} {unit}", value <= at_most
    result = f"{_number(value)} {unit}"
    return Row(part=part, what=what, result=result, target=target, good=good, beside=beside)


def _number(value: float) -> str:
    """
    >>> [_number(value) for value in (18_234.4, 250.0, 37.26, 13.02, -2.531, 0.0613)]
    ['18,234', '250', '37.3', '13', '-2.53', '0.061']
    """
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of `values` lie.

    >>> quantile([1, 2, 3, 4, 100], 0.5), quantile([5], 0.99)
    (3, 5)
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """What the numbers were made on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


_COLOURED = {"": "", "ok": "[green]ok[/]", "MISSED": "[bold red]MISSED[/]"}


def show(rows: Sequence[Row], console: Console) -> None:
    """Print the table."""
    table = Table(title=f"{today()}, {machine()}", title_justify="left", pad_edge=False)
    for name in HEADS:
        table.add_column(name, justify="right" if name in ("target", "result") else "left", overflow="fold")
    before = ""
    for line in rows:
        if before and line.part != before:
            table.add_section()
        shown = "" if line.part == before else line.part
        table.add_row(shown, line.what, line.target, line.result, _COLOURED[line.verdict], line.beside)
        before = line.part
    console.print(table)


def write(rows: Sequence[Row], path: Path) -> None:
    """Put the rows into the table between the markers of `path`, where they replace those of the same parts.

    Raises:
        ValueError: the markers are missing.
    """
    text = path.read_text()
    if BEGIN not in text or END not in text:
        raise ValueError(f"{path} has no {BEGIN} ... {END}; put them where the table belongs")
    head, _, rest = text.partition(BEGIN)
    table, _, tail = rest.partition(END)
    path.write_text(
        f"{head}{BEGIN}\n{_markdown(rows, _kept(table, {line.part for line in rows}))}\n{END}{tail}"
    )


def _kept(table: str, parts: Set[str]) -> list[tuple[str, ...]]:
    """The rows of a written table that are not of `parts`."""
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    found = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return [cells for cells in found if cells[0] not in parts]


def _markdown(rows: Sequence[Row], kept: Sequence[tuple[str, ...]]) -> str:
    cells = [(*HEADS, "when"), *kept]
    cells += [
        (line.part, line.what, line.target, line.result, line.verdict, line.beside, today()) for line in rows
    ]
    widths = [max(len(line[at]) for line in cells) for at in range(len(cells[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in cells]
    lines = [f"| {' | '.join(line)} |" for line in padded]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([f"Measured on {machine()}.", "", lines[0], rule, *lines[1:]])


def today() -> str:
    """The day in UTC."""
    return datetime.now(UTC).date().isoformat()
