"""What all tests share: no spool, nothing left in a home, how they are divided among workers."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# What an agent of a test could not send must not reach a later test's server on the same port.
os.environ.setdefault("FANLIGHT_SPOOL", "off")

STATE = TemporaryDirectory(prefix="fanlight-state-")
os.environ["XDG_STATE_HOME"] = STATE.name

FIRST = "tests/e2e/reliability/"
"""It loads the machine wholly: that is over before the tests begin that look at times."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


class Divided(LoadFileScheduling):
    """A file is a piece of work; so are folders whose files share servers and environments."""

    def _split_scope(self, nodeid: str) -> str:
        if PurePosixPath(nodeid).is_relative_to("tests/compat"):
            return "tests/compat"
        if PurePosixPath(nodeid).is_relative_to("tests/e2e"):
            return "/".join(nodeid.split("/")[:3])
        return super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    # The mark xdist_group does nothing with pytest >= 9.2 (pytest-xdist issue 1386), and says nothing either.
    return Divided(config, log) if config.getvalue("dist") == "loadfile" else None
