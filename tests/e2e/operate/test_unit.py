"""The systemd unit: systemd understands all of it, and it leaves the server little to do harm with."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.operate.conftest import DEPLOY

MOST_EXPOSED = 2.0
"""Of 10, by systemd's own reckoning; a unit that says nothing has 9.6."""


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unit, with a program that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    text = (DEPLOY / "fanlight.service").read_text()
    program = "/opt/fanlight/bin/fanlight"
    assert program in text
    place = tmp_path_factory.mktemp("unit") / "fanlight.service"
    place.write_text(
        text.replace(f"ExecStart={program}", f"ExecStart={Path(sys.executable).with_name('fanlight')}")
    )
    return place


def test_systemd_has_nothing_to_say_against_it(unit: Path) -> None:
    asked = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    own = [line for line in asked.stderr.splitlines() if "fanlight.service" in line]
    assert (asked.returncode, own) == (0, [])


def test_it_exposes_little(unit: Path) -> None:
    asked = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Overall exposure level for fanlight.service: ([\d.]+)", asked.stdout)
    assert found, asked.stderr
    assert float(found[1]) <= MOST_EXPOSED
