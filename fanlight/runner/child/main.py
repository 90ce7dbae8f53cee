"""Runs an agent of Python: started by path, as `python fanlight/runner/child/main.py` in the agent's folder.

What it needs of itself is loaded under a name that no agent has. Afterwards the agent's folder is first on
the path and the folder of the one package `fanlight` is last, so that an agent finds its own modules and
packages as if nothing else were there.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

OWN = "_fanlight_child"


def load_own() -> None:
    """Make the modules beside this one importable as `_fanlight_child.<name>`."""
    # Not resolved: the folder above may hold links to this one package, and only those.
    here = Path(__file__).absolute().parent
    spec = importlib.util.spec_from_file_location(
        OWN, here / "__init__.py", submodule_search_locations=[str(here)]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[OWN] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[OWN])
    if sys.path and Path(sys.path[0]).absolute() == here:
        del sys.path[0]
    sys.path.insert(0, str(Path.cwd()))
    sys.path.append(str(here.parents[2]))


if __name__ == "__main__":
    load_own()
    importlib.import_module(f"{OWN}.execution").main()
