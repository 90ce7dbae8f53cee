"""The table of benchmarks keeps what was not measured again."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.report import Row, today, write


def test_the_rows_of_a_part_replace_those_of_the_same_part_and_leave_the_others(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- table -->\n<!-- /table -->\nbehind\n")
    write([Row(part="live", what="p50", result="1 ms"), Row(part="start", what="ready", result="2 s")], page)
    write([Row(part="live", what="p99", result="9 ms", target="<= 5 ms", good=False, beside="all")], page)
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")]
    assert [[cell.strip() for cell in row.strip("|").split("|")] for row in rows] == [
        ["part", "what", "target", "result", "", "beside", "when"],
        ["start", "ready", "", "2 s", "", "", today()],
        ["live", "p99", "<= 5 ms", "9 ms", "MISSED", "all", today()],
    ]
    assert (page.read_text()[:7], page.read_text()[-8:]) == ("before\n", "\nbehind\n")


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("nothing here")
    with pytest.raises(ValueError, match="put them where the table belongs"):
        write([], page)
    assert page.read_text() == "nothing here"
