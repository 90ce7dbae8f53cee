"""The sample agents: what each one is, and running one as a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fanlight.cli.demo.manifest import VARIABLE, Manifest, read_manifest
from fanlight.errors import FanlightError

LONGEST_S = 90.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample agent. `needs` maps a module that it imports to what `pip install` calls its package."""

    module: str
    name: str
    story: str
    needs: Mapping[str, str]


SAMPLES = (
    Sample(
        "fanlight.cli.demo.agents.trip_planner",
        "trip planner",
        "pydantic-ai, its own instrumentation",
        {"pydantic_ai": "pydantic-ai-slim"},
    ),
    Sample("fanlight.cli.demo.agents.newsroom", "newsroom", "plain OpenTelemetry, four agents", {}),
    Sample(
        "fanlight.cli.demo.agents.support_desk",
        "support desk",
        "Charm's hooks, MeshAgent's otel_config",
        {"charm.core.telemetry": "fanlight-charm", "meshagent.otel": "fanlight-meshagent"},
    ),
)


class SampleError(FanlightError):
    """A sample agent could not run to its end."""

    code = "sample"


def run_sample(sample: Sample, *, endpoint: str, scratch: Path) -> Manifest:
    """Run one sample agent against the server at `endpoint`; what it emitted.

    Its output is kept in `scratch`. Raises SampleError when a package is missing, it fails or it hangs.
    """
    if missing := [package for module, package in sample.needs.items() if not _importable(module)]:
        raise SampleError(
            f"{sample.name} needs {', '.join(missing)}", hint=f"pip install {' '.join(missing)}"
        )
    manifest = scratch / f"{sample.module.rsplit('.', 1)[1]}.json"
    output = manifest.with_suffix(".log")
    try:
        with output.open("wb") as sink:
            done = subprocess.run(  # noqa: S603 - our own module, in our own interpreter
                [sys.executable, "-m", sample.module],
                env=environment(endpoint, manifest),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                timeout=LONGEST_S,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise SampleError(
            f"{sample.name} did not end within {LONGEST_S:g} s", hint=f"see {output}"
        ) from error
    if done.returncode != 0 or not manifest.exists():
        raise SampleError(f"{sample.name} ended with status {done.returncode}", hint=_last_line(output))
    return read_manifest(manifest)


def environment(endpoint: str, manifest: Path) -> dict[str, str]:
    """The environment of a sample: the server's address by every name that a sample reads it from."""
    return {
        **bare_environment(),
        "FANLIGHT_URL": endpoint,
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_ENDPOINT": endpoint,
        VARIABLE: str(manifest),
    }


def bare_environment() -> dict[str, str]:
    """This process's environment without what would lead a sample, or the demo's server, elsewhere."""
    ours = ("FANLIGHT_", "OTEL_", "MESHAGENT_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else f"it wrote nothing to {path}"
