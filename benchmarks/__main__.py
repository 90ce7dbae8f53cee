"""`python -m benchmarks`: measure and print one table; with `--write`, into the README beside this file."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import access, console, content, emit, fairness, ingest, live, query, sdk, start, studio
from benchmarks.bench import Bench
from benchmarks.report import Row, show, write

PARTS: dict[str, Callable[[Bench], list[Row]]] = {
    "ingest": ingest.measure,
    "fairness": fairness.measure,
    "live": live.measure,
    "console": console.measure,
    "query": query.measure,
    "sdk": sdk.measure,
    "emit": emit.measure,
    "content": content.measure,
    "access": access.measure,
    "studio": studio.measure,
    "start": start.measure,
}
README = Path(__file__).with_name("README.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that were asked for; 1 when a target was missed or a part broke."""
    given = _parser().parse_args(arguments)
    screen = Console(width=140 if not sys.stdout.isatty() else None)
    spans = given.spans or (1_000_000 if given.full else 100_000)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="fanlight-bench-") as place:
        bench = Bench(Path(place), spans=spans, console=screen)
        for name in given.only.split(","):
            try:
                rows += PARTS[name](bench)
            except RuntimeError as error:
                rows.append(Row(part=name, what="broke", result=str(error), good=False))
    show(rows, screen)
    if given.write:
        write(rows, README)
        screen.print(f"written into {README}")
    return 0 if all(row.good is not False for row in rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure Fanlight on this machine.")
    parser.add_argument("--full", action="store_true", help="a store of 1,000,000 spans instead of 100,000")
    parser.add_argument("--spans", type=int, default=0, help="the size of the store, instead of --full")
    parser.add_argument("--only", default=",".join(PARTS), help="parts to run, comma separated: %(default)s")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
