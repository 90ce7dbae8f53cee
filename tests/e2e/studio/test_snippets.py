"""The snippets of the empty page, run as they stand: what a person copies must work."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.studio.conftest import ROOT, Server
from tests.e2e.studio.telemetry import Sender

pytestmark = pytest.mark.xdist_group("studio")

SNIPPETS = ROOT / "studio" / "src" / "model" / "snippets"
INSTALL_S = 100


def fill(name: str, folder: Path, sender: Sender) -> Path:
    """The snippet in a file of its own, its blanks filled in as Studio does it."""
    text = (SNIPPETS / name).read_text()
    text = text.replace("{{endpoint}}", sender.otlp).replace("{{project}}", sender.project)
    assert "{{" not in text.replace("{{endpoint}}", "")
    path = folder / name
    path.write_text(text)
    return path


def packages_of(name: str) -> list[str]:
    """What the snippet's own line installs: the test must not know better than the person who copies it."""
    index = (SNIPPETS / "index.ts").read_text()
    otlp = re.search(r'OTLP = "([^"]+)"', index)
    install = re.search(
        rf'name: "{name}".*?install:\s*[`"](?:pip|npm) install ([^`"]+)[`"]', index, re.DOTALL
    )
    assert otlp
    assert install
    return install[1].replace("${OTLP}", otlp[1]).split()


def install(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode != 0:
        pytest.skip(f"its client cannot be installed here: {done.stderr.strip()[-300:]}")


def run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(200)
@pytest.mark.parametrize(
    ("name", "file"),
    [("python", "plain.py"), ("pydantic-ai", "pydantic_ai.py"), ("langchain", "langchain.py")],
)
def test_python(name: str, file: str, tmp_path: Path, sender: Sender) -> None:
    uv = Path(sys.executable).with_name("uv")
    install(uv, "venv", "--quiet", "--python", sys.executable, "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    install(uv, "pip", "install", "--quiet", "--python", python, *packages_of(name), cwd=tmp_path)
    # In a file of the person's own choice; `pydantic_ai.py` beside the package of that name would hide it.
    run(python, fill(file, tmp_path, sender).rename(tmp_path / "hello.py"), cwd=tmp_path)
    sender.wait(runs=1)


@pytest.mark.timeout(200)
def test_javascript(tmp_path: Path, sender: Sender) -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node.js is not installed")
    install("npm", "install", "--no-audit", "--no-fund", *packages_of("javascript"), cwd=tmp_path)
    run("node", fill("plain.mjs", tmp_path, sender), cwd=tmp_path)
    sender.wait(runs=1)


def test_curl(tmp_path: Path, sender: Sender) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    run("sh", fill("curl.sh", tmp_path, sender), cwd=tmp_path)
    sender.wait(runs=1)


def test_the_collectors_configuration_names_only_what_it_defines(
    tmp_path: Path, sender: Sender, server: Server
) -> None:
    import yaml

    config = yaml.safe_load(fill("collector.yaml", tmp_path, sender).read_text())
    assert config["exporters"]["otlphttp/fanlight"]["endpoint"] == server.otlp
    for signal, pipeline in config["service"]["pipelines"].items():
        assert signal in ("traces", "logs", "metrics")
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(config[part]), json.dumps(pipeline)
