"""Requirements: found, installed once for each content, without the agent's secrets."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from fanlight.redact import Redactor
from fanlight.runner.install import Environment, InstallError, find_requirements, install, key_of
from fanlight.runner.surroundings import installer_environment
from tests.fixtures.runs import MakeAgent, watch

BACKEND = """
import json, os, pathlib, zipfile
pathlib.Path({dump!r}).write_text(json.dumps(dict(os.environ)))
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "localthing-1.0-py3-none-any.whl"
    info = "localthing-1.0.dist-info/"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        wheel.writestr("localthing.py", "VALUE = 'from the wheel'")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: localthing\\nVersion: 1.0\\n")
        about = ["Wheel-Version: 1.0", "Generator: x", "Root-Is-Purelib: true", "Tag: py3-none-any", ""]
        wheel.writestr(info + "WHEEL", "\\n".join(about))
        wheel.writestr(info + "RECORD", "")
    return name
"""


def local_package(folder: Path, dump: Path) -> None:
    """A package beside the agent that writes down the environment in which it is built."""
    place = folder / "thing"
    place.mkdir()
    (place / "pyproject.toml").write_text(
        '[project]\nname = "localthing"\nversion = "1.0"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (place / "backend.py").write_text(BACKEND.format(dump=str(dump)))


def made(agent: Path, cache: Path, told: list[str], environ: dict[str, str]) -> Environment:
    return asyncio.run(
        install(agent, cache=cache, environ=environ, redactor=Redactor(["hidden-word"]), progress=told.append)
    )


def test_requirements_are_installed_once_without_the_agents_secrets_and_the_agent_finds_them(
    make_agent: MakeAgent, tmp_path: Path
) -> None:
    agent = make_agent("import localthing, sys\ndef agent(): return [localthing.VALUE, sys.prefix]")
    (agent / "requirements.txt").write_text("./thing\n")
    (agent / ".env").write_text("API_TOKEN=token-secret-1\n")
    dump, cache = tmp_path / "env.json", tmp_path / "cache"
    local_package(agent, dump)
    secrets = {"OTHER_KEY": "token-secret-2", "FANLIGHT_KEY": "token-secret-3", "UV_OFFLINE": "1"}
    seen = watch(agent, environ=secrets, env={"GIVEN": "token-secret-4"}, cache=cache)
    assert (seen.outcome.status, seen.outcome.error) == ("success", None)
    assert seen.outcome.output[0] == "from the wheel"
    assert str(seen.outcome.output[1]).startswith(str(cache))
    assert "token-secret" not in dump.read_text()
    assert json.loads(dump.read_text())["UV_OFFLINE"] == "1"
    assert seen.notes[0] == "installing requirements.txt with uv"
    again = watch(agent, cache=cache)
    assert (again.outcome.status, again.notes) == ("success", [])


def test_a_failing_install_shows_the_installers_own_words_and_closes_the_run(
    make_agent: MakeAgent, tmp_path: Path
) -> None:
    agent = make_agent("def agent(): return 1")
    (agent / "requirements.txt").write_text("no-such-package-anywhere==1.0\n")
    seen = watch(
        agent, environ={"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "uv")}, cache=tmp_path / "c"
    )
    assert (seen.outcome.status, seen.outcome.exit_code) == ("error", None)
    assert "the requirements cannot be installed (uv ended with 1)" in str(seen.outcome.error)
    assert "no-such-package-anywhere" in str(seen.outcome.error)
    assert seen.events == ["error", "internal_run_finished"]
    assert not [place for place in (tmp_path / "c").iterdir() if place.is_dir()]


def test_an_agent_without_requirements_uses_this_interpreter(make_agent: MakeAgent, tmp_path: Path) -> None:
    found = made(make_agent(), tmp_path, [], {})
    assert (found.python, found.folder) == (Path(sys.executable), None)


def test_a_pyproject_with_a_project_goes_before_a_requirements_txt(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("a\n")
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n")
    assert find_requirements(tmp_path) == "requirements.txt"
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert find_requirements(tmp_path) == "pyproject.toml"
    (tmp_path / "pyproject.toml").write_text("[project\n")
    assert find_requirements(tmp_path) == "pyproject.toml"


def test_the_same_content_shares_an_environment_and_another_does_not(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    for folder in (a, b):
        folder.mkdir()
        (folder / "requirements.txt").write_text("-r more.txt\nhttpx\n")
        (folder / "more.txt").write_text("attrs\n")
    assert key_of(a, "requirements.txt") == key_of(b, "requirements.txt")
    (b / "more.txt").write_text("attrs==1\n")
    assert key_of(a, "requirements.txt") != key_of(b, "requirements.txt")
    for folder in (a, b):
        (folder / "requirements.txt").write_text("./thing\n")
    assert key_of(a, "requirements.txt") != key_of(b, "requirements.txt")


def test_a_package_beside_the_agent_is_installed_again_when_it_changes(tmp_path: Path) -> None:
    for line in ("./thing", "-e ./thing", "thing @ file:./thing"):
        (tmp_path / "requirements.txt").write_text(f"{line}\n")
        (tmp_path / "thing").mkdir(exist_ok=True)
        (tmp_path / "thing" / "a.py").write_text("")
        before = key_of(tmp_path, "requirements.txt")
        assert key_of(tmp_path, "requirements.txt") == before
        (tmp_path / "thing" / "a.py").write_text("changed")
        assert key_of(tmp_path, "requirements.txt") != before


def test_what_the_installer_is_given() -> None:
    given = {
        "PATH": "/bin",
        "UV_INDEX_URL": "u",
        "OPENAI_API_KEY": "k",
        "FANLIGHT_KEY": "k",
        "HTTPS_PROXY": "p",
    }
    assert installer_environment(given) == {"PATH": "/bin", "UV_INDEX_URL": "u", "HTTPS_PROXY": "p"}


def test_an_installer_that_cannot_be_found_is_said(
    make_agent: MakeAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = make_agent()
    (agent / "requirements.txt").write_text("x\n")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InstallError, match="uv is not installed"):
        made(agent, tmp_path / "c", [], {})
