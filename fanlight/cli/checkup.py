"""What `fanlight doctor` looks at: one function a question, each with an answer and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fanlight.errors import FanlightError, UnreachableError

if TYPE_CHECKING:
    from fanlight.cli.client import Client
    from fanlight.config import Config

PACKAGES = ("opentelemetry-sdk", "chdb", "clickhouse-connect", "fastapi", "uvicorn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One answer. `state` is ok, note or wrong; `hint` says what to do about it."""

    about: str
    state: str
    text: str
    hint: str = ""


def check_versions() -> Iterator[Finding]:
    """What is installed."""
    from fanlight import __version__

    yield Finding(about="fanlight", state="ok", text=f"{__version__} on Python {platform.python_version()}")
    found, missing = [], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    yield Finding(about="packages", state="ok", text=", ".join(found))
    if missing:
        hint = 'pip install "fanlight[server]", when this machine is to be the server'
        yield Finding(about="packages", state="note", text=f"not installed: {', '.join(missing)}", hint=hint)


def check_server(client: Client) -> Iterator[Finding]:
    """Whether the server answers and accepts. Raises UnreachableError."""
    client.request("GET", "/healthz")
    try:
        client.request("GET", "/readyz")
        yield Finding(about="server", state="ok", text=f"{client.url} accepts")
    except FanlightError as error:
        yield Finding(about="server", state="wrong", text=f"{client.url} does not accept", hint=error.message)


def check_ledger(health: Mapping[str, Any]) -> Iterator[Finding]:
    """What became of everything that arrived since the server started."""
    for counts in health["signals"]:
        lost = {
            f"{what} ({reason})": count
            for what in ("rejected", "dropped", "parked")
            for reason, count in counts[what].items()
        }
        text = f"{counts['received']:,} received, {counts['stored']:,} stored, {counts['waiting']:,} waiting"
        told = "".join(f", {count:,} {what}" for what, count in lost.items())
        for what in ("sampled", "thinned"):  # as it was asked for
            told += "".join(f", {count:,} {what} ({how})" for how, count in counts[what].items())
        yield Finding(about=counts["signal"], state="note" if lost else "ok", text=text + told)
        for reason, count in counts["mended"].items():
            if reason.startswith("over_max_"):
                yield Finding(
                    about=counts["signal"],
                    state="note",
                    text=f"{count:,} stored with a name folded: more than {reason.removeprefix('over_')}",
                    hint="fanlight projects limits tells which; put what varies into attribute values",
                )
    if disk := health.get("disk"):
        yield _disk_of_server(disk)
    for refusal in health["refusals"][:5]:
        text = f"{refusal['time']} {refusal['signal'] or '?'} {refusal['status']}: {refusal['reason']}"
        yield Finding(about="refused", state="note", text=text)


def _disk_of_server(disk: Mapping[str, Any]) -> Finding:
    """Whether telemetry finds room there; how much there is, an administrator alone is told."""
    state, free = disk["state"], disk["free_bytes"]
    left = f"{_mib(free)} left" if free is not None else state
    if state == "full":
        text = (
            f"{left}, less than {_mib(disk['stop_bytes'])}: telemetry is refused, what is stored can be read"
        )
        hint = (
            "free some space, or shorten the retention; FANLIGHT_DISK_STOP_BYTES sets how much is kept free"
        )
        return Finding(about="server's disk", state="wrong", text=text, hint=hint)
    if state == "low":
        text = f"{left}, less than {_mib(disk['low_bytes'])}"
        hint = f"make room, or shorten the retention: below {_mib(disk['stop_bytes'])} telemetry is refused"
        return Finding(about="server's disk", state="note", text=text, hint=hint)
    return Finding(about="server's disk", state="ok", text=left)


STATES = {"healthy": "ok", "starting": "ok", "stopped": "ok"}


def check_plugins(found: Mapping[str, Any]) -> Iterator[Finding]:
    """How telemetry exporters go in agents, by their newest reports, and what the registry has wrong."""
    for plugin in found["items"]:
        if (report := plugin["report"]) is None:
            continue
        dropped, error = report["dropped"] or 0, report["error"]
        state = "note" if dropped or error else STATES.get(report["state"], "note")
        text = f"{plugin['name']} is {report['state']}" + (f", {dropped:,} events dropped" if dropped else "")
        before = report["last_error"] if not error else None
        yield Finding(
            about="exporter",
            state=state,
            text=text + (f": {error}" if error else ""),
            hint=f"its last error, {report['last_error_at']}: {before}" if before else "",
        )
    for skipped in found["skipped"]:
        text = f"{skipped['entry']} is skipped: {skipped['reason']}"
        yield Finding(about="plugin registry", state="note", text=text)


def check_agents(folder: Path) -> Iterator[Finding]:
    """How telemetry exporters went in the agents of this machine: what each left when it was seen last."""
    from fanlight.sdk.isolation.record import read_records

    seen: set[str] = set()
    for record in read_records(folder):
        for report in record.exporters:
            if report.name in seen:
                continue
            seen.add(report.name)
            text = f"{report.name} is {report.state} in {record.agent} ({record.pid})"
            text += f", {report.delivered:,} events delivered"
            text += f", {report.dropped:,} dropped" if report.dropped else ""
            is_well = not (report.dropped or report.last_error) and report.state in STATES
            yield Finding(
                about="agent's exporter",
                state="ok" if is_well else "note",
                text=text + (f": {report.last_error}" if report.last_error else ""),
            )


def check_ports(config: Config, server_answers: bool) -> Iterator[Finding]:
    """Whether the configured ports are free, when no server of ours has them."""
    if server_answers:
        return
    for name in ("port", "otlp_http_port", "otlp_grpc_port"):
        wanted = str(getattr(config, name))
        if not wanted.isdigit() or wanted == "0":
            continue
        if _is_free(config.host, int(wanted)):
            yield Finding(about=name, state="ok", text=f"{wanted} is free")
        else:
            hint = f"see who has it with: ss -ltnp 'sport = :{wanted}', or set FANLIGHT_{name.upper()}"
            yield Finding(about=name, state="note", text=f"{wanted} is taken by another program", hint=hint)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def check_data_dir(path: Path, low_bytes: int) -> Iterator[Finding]:
    """Whether the data directory can be used, and how full it is."""
    if not path.exists():
        yield Finding(
            about="data", state="note", text=f"{path} is not there yet", hint="fanlight serve makes it"
        )
    elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(about="data", state="wrong", text=f"{path} cannot be written", hint="who owns it?")
    else:
        sizes = {child.name: _size_of(child) for child in sorted(path.iterdir()) if child.is_dir()}
        told = ", ".join(f"{name} {_mib(size)}" for name, size in sizes.items())
        yield Finding(about="data", state="ok", text=f"{path}" + (f" ({told})" if told else ""))
    existing = next(place for place in (path, *path.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    low = free < low_bytes
    hint = "make room, or shorten FANLIGHT_RETENTION_DAYS: a full disk stops the ingest" if low else ""
    yield Finding(about="disk", state="wrong" if low else "ok", text=f"{_mib(free)} free", hint=hint)


def _size_of(directory: Path) -> int:
    total = 0
    for place, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.lstat(Path(place, name)).st_size
            except OSError:  # removed meanwhile, by a running server
                continue
    return total


def _mib(size: int) -> str:
    return f"{size / 1024**2:,.1f} MiB" if size < 1024**3 else f"{size / 1024**3:,.1f} GiB"


def check_parked(directory: Path) -> Iterator[Finding]:
    """Records that the store could not take, with their reasons."""
    if not directory.exists():
        return
    from fanlight.ingest.parked import Parked

    for entry in Parked(directory).list():
        text = f"{entry.name}: {entry.items} items, {entry.reason}"
        hint = f"fanlight doctor parked replay {entry.name}" if entry.replayable else ""
        yield Finding(about="parked", state="note", text=text, hint=hint)


def check_all(client: Client, config: Config) -> tuple[list[Finding], UnreachableError | None]:
    """Every check in turn, and the error when no server answers."""
    from fanlight.sdk.isolation.record import records_folder

    findings = list(check_versions())
    unreachable: UnreachableError | None = None
    try:
        findings += check_server(client)
        findings += check_ledger(client.project_get("health"))
        findings += check_plugins(client.project_get("plugins"))
    except UnreachableError as error:
        unreachable = error
        findings.append(Finding(about="server", state="wrong", text=error.message, hint=error.hint))
    except FanlightError as error:
        findings.append(Finding(about="server", state="note", text=error.message, hint=error.hint))
    findings += check_agents(records_folder())
    findings += check_ports(config, unreachable is None)
    findings += check_data_dir(config.data_dir, config.disk_low_bytes)
    findings += check_parked(config.data_dir / "log" / "parked")
    return findings, unreachable
