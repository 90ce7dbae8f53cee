"""Mutants of one area, in a copy of the source tree: mutmut makes them and runs the tests over each.

A mutant is the code with one small change: another operator, a number one higher, an argument left out. It is
killed when a test fails, or when the tests take many times as long as they should. `python -m
tests.sabotage.mutants AREA [SEED]` tries an area by hand, in a temporary folder, and shows what survived.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.sabotage.areas import AREAS, Area
from tests.sabotage.tree import copy_tree

MUTMUT = str(Path(sys.executable).with_name("mutmut"))
PROCESSES = 2
ROUND = 60
"""So many at a time: those that take long are tried as often as others, whenever the time is up."""

KILLED = ("killed", "timeout")

CONFIG = """
[tool.mutmut]
source_paths = ["fanlight"]
only_mutate = {files}
also_copy = ["benchmarks", "packages"]
pytest_add_cli_args = [
  "-p", "tests.sabotage.hasty", "-p", "no:cacheprovider", "-p", "no:benchmark", "-m", "not slow and not long"
]
pytest_add_cli_args_test_selection = {tests}
# The tests start threads, which a fork would not take along: each mutant is a fork of a process without any.
process_isolation = "forkserver"
timeout_multiplier = 5.0
timeout_constant = 5.0
track_dependencies = false
use_git_change_detection = false
use_setproctitle = false
"""

NAMES = """
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_mutant_name
for path in sorted(walk_mutatable_files()):
    for name in mutate_file_contents(str(path), path.read_text()).mutant_names:
        print(get_mutant_name(path, name))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of the mutants that were tried, of `made` in all; `verdicts` are mutmut's."""

    made: int
    verdicts: Mapping[str, str]

    @property
    def killed(self) -> int:
        return sum(verdict in KILLED for verdict in self.verdicts.values())

    @property
    def share(self) -> float:
        """Of the mutants that were tried; whatever was not killed counts as survived."""
        return self.killed / len(self.verdicts)

    def __str__(self) -> str:
        counts = Counter(self.verdicts.values())
        others = ", ".join(f"{counts[each]} {each}" for each in sorted(counts) if each not in KILLED)
        tried = f"{len(self.verdicts):,}"
        if len(self.verdicts) < self.made:
            tried += f", drawn from {self.made:,}"
        by_time = f" ({counts['timeout']} by time)" if counts["timeout"] else ""
        return f"{self.share:.1%}: {self.killed:,}{by_time} of {tried}; {others or 'none left'}"


def try_mutants(tree: Path, area: Area, seed: int, *, within_s: float = 420) -> Tried:
    """Run the area's tests over its mutants, in the order that `seed` gives, as many as there is time for.

    Raises:
        RuntimeError: the tests fail without a mutant too, or mutmut could not go on.
    """
    _configure(tree, area)
    names = _run(tree, sys.executable, "-c", NAMES).split()
    random.Random(seed).shuffle(names)
    (tree / "mutants").mkdir()  # a folder that is not there when Python starts is never looked into
    began, tried, took_s = time.monotonic(), 0, 0.0
    while tried < len(names) and (now := time.monotonic()) + took_s <= began + within_s:
        _run(tree, MUTMUT, "run", "--max-children", f"{PROCESSES}", *names[tried : tried + ROUND])
        tried, took_s = tried + ROUND, time.monotonic() - now
    found = dict(_verdicts(tree / "mutants"))
    return Tried(made=len(names), verdicts={name: found[name] for name in names[:tried]})


def _run(tree: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree / "mutants")}
    environment.pop("PYTEST_CURRENT_TEST", None)
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-4_000:])
    return done.stdout


def _configure(tree: Path, area: Area) -> None:
    project = tree / "pyproject.toml"
    text = project.read_text()
    project.unlink()  # a link to the real one
    found = (path for pattern in area.files for path in (tree / "fanlight").glob(pattern))
    files = sorted(str(path.relative_to(tree)) for path in found)
    # The examples in their docstrings are tests as well.
    tests = json.dumps([*area.tests, *files])
    project.write_text(text + CONFIG.format(files=json.dumps(files), tests=tests))


def _verdicts(mutants: Path) -> Iterator[tuple[str, str]]:
    from mutmut.stats import status_by_exit_code

    for path in mutants.rglob("*.meta"):
        for name, status in json.loads(path.read_text())["exit_code_by_key"].items():
            yield name, status_by_exit_code[status]


def main(name: str, seed: str = "1") -> None:
    area = next(each for each in AREAS if each.name == name)
    with TemporaryDirectory() as directory:
        tree = copy_tree(Path(directory) / "tree")
        tried = try_mutants(tree, area, int(seed))
        for survivor in sorted(name for name, verdict in tried.verdicts.items() if verdict not in KILLED):
            print(_run(tree, MUTMUT, "show", survivor))
    print(tried)


if __name__ == "__main__":
    main(*sys.argv[1:])
