"""What an agent requires is installed in its container."""

from __future__ import annotations

import re

from fanlight.runner.container import ContainerSettings
from fanlight.runner.docker import DockerBackend
from tests.e2e.containers.conftest import Podman, contained
from tests.fixtures.runs import MakeAgent, Watched


def took(seen: Watched, notes: list[str]) -> float:
    """How long the newest installation took, in seconds."""
    assert seen.outcome.status == "success"
    found = re.search(r"installed .* in ([\d.]+) s", notes[-1])
    assert found is not None
    return float(found[1])


def test_requirements_are_installed_from_the_wheel_folder_and_the_exporter_is_told(
    make_agent: MakeAgent, settings: ContainerSettings, podman: Podman
) -> None:
    agent = make_agent(
        """
        import os, sys, time, telling_exporter
        def agent():
            until = time.monotonic() + 10
            while not os.path.exists("/tmp/told") and time.monotonic() < until:
                time.sleep(0.01)
            return [sys.prefix, os.access(sys.prefix, os.W_OK), open("/tmp/told").read()]
        """,
        runtime={"telemetry": ["teller"]},
        policies={"allow_internet_access": False},
    )
    (agent / "requirements.txt").write_text("telling-exporter==1.0\n")
    notes: list[str] = []
    backend = DockerBackend(settings, note=notes.append)
    seen = contained(agent, backend)
    assert seen.outcome.output == ["/fanlight/environment", False, "on_run_start "]
    assert [re.sub(r"[\d.]+ s", "N s", note) for note in notes] == [
        "installing requirements.txt in the container",
        "installed requirements.txt in N s",
    ]
    # What is cached takes a second at most; a machine that is busy with other tests is asked again.
    assert any(took(contained(agent, backend), notes) <= 1.0 for _ in range(5))
    assert podman.containers() == []


def test_an_installation_that_fails_says_so_in_the_installers_words(
    make_agent: MakeAgent, backend: DockerBackend
) -> None:
    agent = make_agent("def agent(): return 1")
    (agent / "requirements.txt").write_text("not-in-the-folder==3\n")
    (agent / ".env").write_text("API_KEY=abc-secret\n")
    seen = contained(agent, backend)
    assert (seen.outcome.status, seen.outcome.exit_code) == ("error", None)
    assert "the requirements cannot be installed" in str(seen.outcome.error)
    assert "not-in-the-folder was not found" in str(seen.outcome.error)
