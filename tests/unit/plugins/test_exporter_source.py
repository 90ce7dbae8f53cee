"""What is told of an exporter out of its source, which nothing may run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fanlight.exporter_source import HOOKS, ExporterSource, read_source

BASE = """
raise SystemExit("imported")
class Base:
    def on_run_start(self, run_id, inputs): ...
    async def on_error(self, run_id, error): ...
"""

OWN = '''"""Sends to Acme; ACME_URL says where."""
import os
from .base import Base as Above
raise SystemExit("imported")
def on_tool_end(): ...
class Acme(Above):
    """Counts runs.

    And no more.
    """
    def __init__(self):
        self.key = os.environ["ACME_API_KEY"]
        self.more = [os.getenv(f"ACME_{name}") for name in ("USER_NAME", "lower", "A" * 400)]
    def on_run_end(self, run_id, outputs): ...
    def helper(self): ...
class Loop(Loop): ...
'''


@pytest.fixture
def folder(tmp_path: Path) -> str:
    package = tmp_path / "acme_exporter"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (package / "base.py").write_text(BASE)
    (package / "own.py").write_text(OWN)
    (package / "broken.py").write_text("class Broken(:\n")
    (package / "deep.py").write_text(f"class Deep: x = {'-' * 50_000}1\n")
    (package / "large.py").write_text(f"class Large: ...\n#{'x' * 1024 * 1024}")
    return str(tmp_path)


def test_hooks_variables_and_what_it_is_are_told_without_importing_it(folder: str) -> None:
    assert read_source("acme_exporter.own:Acme", "1", (folder,)) == ExporterSource(
        says="Counts runs.",
        hooks=("on_run_start", "on_run_end", "on_error"),
        variables=("ACME_API_KEY", "ACME_URL", "USER_NAME"),
    )
    assert not [name for name in sys.modules if name.startswith("acme_exporter")]


@pytest.mark.parametrize(
    "value",
    [
        "acme_exporter.own:None", "acme_exporter.own", "acme_exporter.broken:Broken",
        "acme_exporter.deep:Deep", "acme_exporter.large:Large",
        "acme_exporter:Acme", "no_such:Thing", "", ":", "../../etc/passwd:x",
        "acme_exporter/own:Acme", "a\0b:c", ".own:Acme",
    ],
)  # fmt: skip
def test_what_cannot_be_found_or_read_is_nothing(folder: str, value: str) -> None:
    assert read_source(value, "1", (folder, "/nowhere")) is None


def test_a_class_above_itself_ends(folder: str) -> None:
    assert read_source("acme_exporter.own:Loop", "1", (folder,)) == ExporterSource(
        says="Sends to Acme; ACME_URL says where.",
        variables=("ACME_API_KEY", "ACME_URL", "USER_NAME"),
    )


def test_fanlights_own_have_every_hook() -> None:
    found = read_source("fanlight.sdk.exporters.otlp:OtlpExporter", "1")
    assert found is not None
    assert found.hooks == HOOKS
    assert "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" in found.variables
