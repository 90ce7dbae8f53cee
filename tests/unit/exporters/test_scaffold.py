"""`fanlight exporter new`: what it writes is installed, tested and checked as its maker would."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fanlight.cli.exporter.check import check_package
from fanlight.cli.exporter.scaffold import make_package
from fanlight.cli.main import app, run
from fanlight.errors import ConflictError, InvalidError
from fanlight.plugins import parse_registry


@pytest.fixture(scope="module")
def scaffold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of an exporter named my-vendor."""
    into = tmp_path_factory.mktemp("made")
    made = make_package("my-vendor", into)
    assert [str(path) for path in made] == [
        "charm-telemetry-my-vendor/pyproject.toml",
        "charm-telemetry-my-vendor/README.md",
        "charm-telemetry-my-vendor/charm.yaml",
        "charm-telemetry-my-vendor/registry-entry.json",
        "charm-telemetry-my-vendor/.gitignore",
        "charm-telemetry-my-vendor/src/charm_telemetry_my_vendor/__init__.py",
        "charm-telemetry-my-vendor/src/charm_telemetry_my_vendor/exporter.py",
        "charm-telemetry-my-vendor/tests/test_exporter.py",
    ]
    return into / "charm-telemetry-my-vendor"


@pytest.fixture(scope="module")
def python(scaffold: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a virtual environment that has the package, and this one's pytest and `charm`."""
    place = tmp_path_factory.mktemp("venv") / "venv"
    uv = [sys.executable, "-m", "uv"]
    clean = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, place], check=True, env=clean)
    python = place / "bin" / "python"
    [packages] = place.glob("lib/*/site-packages")
    here = site.getsitepackages()[0]
    (packages / "beside.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    subprocess.run(
        [*uv, "pip", "install", "--quiet", "--no-deps", "--python", python, scaffold], check=True, env=clean
    )
    return str(python)


def test_its_own_tests_pass_where_it_is_installed(scaffold: Path, python: str) -> None:
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=scaffold, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_it_is_right_as_a_folder_and_as_an_installed_package(scaffold: Path, python: str) -> None:
    for package in (str(scaffold), "charm-telemetry-my-vendor"):
        report = check_package(package, python=python)
        [found] = report.exporters
        assert (report.version, found.name, found.problems, len(found.hooks_ms)) == (
            "0.1.0",
            "my-vendor",
            (),
            8,
        )


def test_its_snippet_and_its_registry_entry_can_be_used(scaffold: Path) -> None:
    snippet = yaml.safe_load((scaffold / "charm.yaml").read_text())
    assert snippet == {"runtime": {"telemetry": ["my-vendor"]}}
    [listed] = parse_registry([json.loads((scaffold / "registry-entry.json").read_text())]).listed
    assert (listed.id, listed.pypi_package) == ("my-vendor", "charm-telemetry-my-vendor")


@pytest.mark.parametrize("name", ["", "My", "a b", "../up", "a--b", "-a", "a$b", "é", "a" * 51])
def test_what_cannot_be_a_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="cannot name an exporter"):
        make_package(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "charm-telemetry-x").mkdir()
    with pytest.raises(ConflictError, match="is there already"):
        make_package("x", tmp_path)
    assert list((tmp_path / "charm-telemetry-x").iterdir()) == []


def test_the_command_says_when_the_name_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, ["exporter", "new", "sentry", "--into", str(tmp_path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["folder"].endswith("charm-telemetry-sentry")
    assert "fanlight has an exporter named sentry already" in err
