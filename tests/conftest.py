"""What all tests share: no spool, nothing left in a home, how they are divided among workers."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.figures import Table, figure, seed

__all__ = ["figure", "seed"]

# What an agent of a test could not send must not reach a later test's server on the same port.
os.environ.setdefault("FANLIGHT_SPOOL", "off")

STATE = TemporaryDirectory(prefix="fanlight-state-")
os.environ["XDG_STATE_HOME"] = STATE.name

FIRST = (
    "tests/e2e/containers/", "tests/e2e/operate/", "tests/e2e/reliability/", "tests/contract/",
    "tests/e2e/studio/", "tests/compat/",
)  # fmt: skip
"""Whoever starts containers changes the machine's network, and a browser gives up what it was asking for then
(ERR_NETWORK_CHANGED): they are through before Studio's tests begin. So is reliability, which loads the
machine wholly. Studio's folder is the longest piece: begun last, it would end alone, and two browsers at once
cost more than they save."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", type=Path, help="keep the figures of campaigns in this JSON file")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the table is one, however many workers there are
        config.pluginmanager.register(Table(config.getoption("--figures")), "figures")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)
    for item in items:
        if mark := item.get_closest_marker("trust"):
            item.user_properties.append(("trust", mark.args[0]))
        if mark := item.get_closest_marker("cells"):
            item.user_properties.append(("cells", mark.args))


def _rank(item: pytest.Item) -> int:
    return next((at for at, folder in enumerate(FIRST) if item.nodeid.startswith(folder)), len(FIRST))


class Divided(LoadFileScheduling):
    """A file is a piece of work; so are folders whose files share servers and environments."""

    def _split_scope(self, nodeid: str) -> str:
        if PurePosixPath(nodeid).is_relative_to("tests/compat"):
            return "tests/compat"
        if nodeid.startswith(FIRST[:2]):
            return "containers"
        if PurePosixPath(nodeid).is_relative_to("tests/e2e"):
            return "/".join(nodeid.split("/")[:3])
        return super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    # The mark xdist_group does nothing with pytest >= 9.2 (pytest-xdist issue 1386), and says nothing either.
    return Divided(config, log) if config.getvalue("dist") == "loadfile" else None
