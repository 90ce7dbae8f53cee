"""Whether the exporters that charm.yaml lists are there, and have every hook; none of them is imported."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

from fanlight.cli.charm import source
from fanlight.cli.charm.findings import Finding
from fanlight.plugins import Installed, installed_exporters
from fanlight.runner.definition import Definition
from fanlight.runner.install import find_requirements
from fanlight.sdk.charm.hooks import HOOKS

BASES = {"BaseTelemetryExporter", "ABC", "object"}


def findings_of(folder: Path, agent: Definition) -> Iterator[Finding]:
    """One finding or more for each name, in the file's order."""
    wanted = agent.runtime.telemetry
    if not wanted:
        return
    here = {each.name: each for each in installed_exporters(distributions(path=[str(folder)]))}
    known = {**here, **{each.name: each for each in installed_exporters()}}
    for name in dict.fromkeys(wanted):
        if wanted.count(name) > 1:
            yield Finding(state="warn", about="telemetry", text=f"{name} is listed twice; it is called once")
        if (found := known.get(name)) is None:
            yield _absent(folder, name, known)
        else:
            yield _complete(folder, name, found)


def _absent(folder: Path, name: str, known: dict[str, Installed]) -> Finding:
    alike = next((each for each in known if each.lower() == name.lower()), None)
    if alike is not None:
        return Finding(
            state="wrong", about="telemetry", text=f"{name} is not installed; {alike} is", hint="case counts"
        )
    used = find_requirements(folder)
    text = f"{name} is not installed here: nothing would be sent to it"
    hint = (
        f"pip install the package that has it (charm.telemetry), and name it in {used or 'requirements.txt'}"
    )
    # What the agent's own environment will have is known only after its installation.
    return Finding(state="warn" if used else "wrong", about="telemetry", text=text, hint=hint)


def _complete(folder: Path, name: str, found: Installed) -> Finding:
    said = f"{name} ({found.package} {found.version})"
    module, _, attribute = found.value.partition(":")
    try:
        where = source.find_module(module, [folder, *source.installed_places()])
    except source.SourceError as error:
        return Finding(state="wrong", about="telemetry", text=f"{said} cannot be read: {error}")
    if where is None:
        text = f"{said} names the module {module}, which is not there"
        return Finding(state="wrong", about="telemetry", text=text, hint="install the package again")
    if source.definition_of(where.tree, attribute) is None:
        return Finding(state="wrong", about="telemetry", text=f"{said}: {module} has no {attribute}")
    methods, elsewhere = source.methods_of(where.tree, attribute)
    missing = [hook for hook in HOOKS if hook not in methods]
    if missing and elsewhere <= BASES:
        text = f"{said} lacks {', '.join(missing)}"
        hint = "charmos refuses it; Fanlight's runner calls what is there"
        return Finding(state="warn", about="telemetry", text=text, hint=hint)
    if missing:
        text = f"{said} is installed; its hooks are inherited from elsewhere"
        return Finding(state="ok", about="telemetry", text=text, hint="fanlight exporter check calls them")
    return Finding(state="ok", about="telemetry", text=f"{said} has every hook")
