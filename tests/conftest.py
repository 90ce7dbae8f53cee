"""What all tests share: no spool, nothing left in a home, how they are divided among workers."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# What an agent of a test could not send must not reach a later test's server on the same port.
os.environ.setdefault("FANLIGHT_SPOOL", "off")

STATE = TemporaryDirectory(prefix="fanlight-state-")
os.environ["XDG_STATE_HOME"] = STATE.name

TOGETHER = ("tests/compat/", "tests/contract/", "tests/e2e/")
"""Folders whose files share servers, or would starve each other's: one worker's alone."""


class Divided(LoadFileScheduling):
    """A folder of TOGETHER is one piece of work, elsewhere a file is."""

    def _split_scope(self, nodeid: str) -> str:
        together = next((folder for folder in TOGETHER if nodeid.startswith(folder)), None)
        return together or super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    # The mark xdist_group does nothing with pytest >= 9.2 (pytest-xdist issue 1386), and says nothing either.
    return Divided(config, log) if config.getvalue("dist") == "loadfile" else None
