"""A copy of the source tree in which something may be broken."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("fanlight", "tests", "benchmarks", "packages", "pyproject.toml")


def copy_tree(target: Path) -> Path:
    """The sources as links: a file that is written anew is another one from then on."""
    target.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, copy_function=_link, ignore=ignored)
        else:
            _link(source, target / name)
    return target


def _link(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
