"""Every setting, in one table: name, default, environment variable, help.

A value comes from, in this order: a flag, the environment (`FANLIGHT_<NAME>`), `fanlight.toml` in the data
directory, the default. `fanlight config` prints each with where it came from.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fanlight.data_dir import unusable
from fanlight.errors import ConfigError

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the table. The type of `default` is the type of the value."""

    name: str
    default: str | int | float | bool
    help: str
    secret: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"FANLIGHT_{self.name.upper()}"


def _row(name: str, default: str | int | float | bool, help_: str, *, secret: bool = False) -> Setting:
    return Setting(name=name, default=default, help=help_, secret=secret)


TABLE: tuple[Setting, ...] = (
    _row("host", "127.0.0.1", "Address to listen on. Another one than loopback starts guarded."),
    _row("port", "4319", "Studio, API and OTLP/HTTP. 0 = any free port."),
    _row("otlp_http_port", "4318", "OTLP over HTTP. 0 = any free port, off = none."),
    _row("otlp_grpc_port", "4317", "OTLP over gRPC. 0 = any free port, off = none."),
    _row("data", "", "Data directory. Empty = the platform's place for user data."),
    _row(
        "store",
        "",
        "chdb:///path or clickhouse://user:secret@host:8123/database. Empty = chDB in the data directory.",
        secret=True,
    ),
    _row("catalog", "", "The catalog's SQLAlchemy URL. Empty = SQLite in the data directory.", secret=True),
    _row("base_path", "", "Path under which a proxy serves Fanlight, for example /fanlight."),
    _row(
        "trusted_proxy",
        "",
        "Addresses (comma separated) whose X-Forwarded-* headers are believed. With one it starts guarded.",
    ),
    _row(
        "allowed_hosts",
        "",
        "Host names (comma separated) that requests may name besides loopback and --host. With one it starts"
        " guarded.",
    ),
    _row("oidc_issuer", "", "OpenID provider that people may sign in at, as it names itself. Empty = none."),
    _row("oidc_client_id", "", "What the OpenID provider calls this server."),
    _row("oidc_client_secret", "", "The secret of that client; empty for a public one.", secret=True),
    _row(
        "oidc_domains",
        "",
        "Domains (comma separated) whose e-mail addresses may sign in there. Empty = whoever is registered or"
        " invited here.",
    ),
    _row("max_body_bytes", 64 * MIB, "Largest OTLP request, after decompression."),
    _row("max_request_items", 50_000, "Most spans, log records or metric points in one request."),
    _row("max_request_attributes", 1_000_000, "Most attributes in one request."),
    _row("max_item_attributes", 4_096, "Most attributes of one span, log record or point."),
    _row(
        "max_value_depth",
        32,
        "Where an attribute value that is nested too deep to be read is cut, with a marker.",
    ),
    _row("max_inflight_bytes", 96 * MIB, "Decoded bytes of requests being received; beyond it: 503."),
    _row("spans_per_s", 0.0, "Most spans that a project may send in a second; 0 = any. As limits.md tells."),
    _row("logs_per_s", 0.0, "Most log records that a project may send in a second; 0 = any."),
    _row("points_per_s", 0.0, "Most metric points that a project may send in a second; 0 = any."),
    _row("bytes_per_s", 0.0, "Most bytes, inflated, that a project may send in a second; 0 = any."),
    _row("burst_s", 10.0, "So many seconds' worth of a rate may come at once after a pause."),
    _row("max_query_rows", 500_000_000, "Most rows that a question may look at; 0 = any."),
    _row("max_streams", 1_500, "Most streams open at once in a project; 0 = as stream_readers says."),
    _row("max_span_names", 5_000, "Different names of spans in a project before new ones are folded; 0 any."),
    _row("max_event_names", 2_000, "Different names of events in a project before new ones are folded."),
    _row("max_metric_names", 5_000, "Different names of metrics in a project before new ones are folded."),
    _row("max_attribute_keys", 20_000, "Different attribute keys in a project before new ones are folded."),
    _row("max_services", 2_000, "Different services in a project before new ones are folded."),
    _row("max_agents", 2_000, "Different agents in a project before new ones are folded."),
    _row("max_tools", 2_000, "Different tools in a project before new ones are folded."),
    _row("max_backlog_bytes", 512 * MIB, "Bytes in the log that the store has yet to take; beyond it: 503."),
    _row(
        "disk_low_bytes",
        2048 * MIB,
        "Less than this left on the disk (of a small one: half of it) is told in the log, Health and doctor.",
    ),
    _row(
        "disk_stop_bytes",
        512 * MIB,
        "With less left (of a small disk: a quarter of it) telemetry gets 503; reading goes on. 0 = never.",
    ),
    _row("segment_bytes", 16 * MIB, "A log segment is closed when it reaches this size."),
    _row("durability", "fsync", "fsync: 200 means on disk. interval:MS: flushed every MS, the loss bound."),
    _row("retention_days", 30, "Days that telemetry is kept."),
    _row("backup_dir", "", "Folder of backups. Empty = backups in the data directory; better another disk."),
    _row("backup_every_h", 0, "Hours after which the server backs itself up again. 0 = only when asked to."),
    _row("backup_days", 30, "Days that backups are kept: what was erased is in older ones. 0 = for ever."),
    _row("run_lost_after_s", 300, "A run without its root for this long is lost, until the root comes."),
    _row(
        "span_lost_after_s",
        50.0,
        "An open span that nothing was heard of for this long is lost, and so is a run without any other; a"
        " living process says every 20 s which spans are open.",
    ),
    _row("run_stuck_after_s", 600, "A running run in which nothing began or ended for this long is stuck."),
    _row("session_idle_s", 600.0, "A room's session without telemetry or participants for so long is over."),
    _row(
        "room_mirror_logs",
        True,
        "Developer logs are told to a room's followers as otel.log too, which MeshAgent's command prints.",
    ),
    _row("thin_every_s", 600.0, "How often spans of finished runs that a project does not keep are removed."),
    _row("loop_repeats", 4, "The same tool call with the same result, so often in a row, is a loop."),
    _row("query_timeout_s", 10, "A question that takes longer is stopped."),
    _row("stream_window_s", 900, "How far back a stream can resume."),
    _row("stream_readers", 2_000, "Most streams open at once."),
    _row(
        "plugin_registry",
        "",
        "File that lists telemetry exporters. Empty = plugin-registry.json in the data directory.",
    ),
    _row("execute_workers", 2, "Runs of published agents that go on at once."),
    _row("execute_queue", 16, "Most such runs that wait; beyond it: 503, or 429 to one project."),
    _row("execute_timeout_s", 600.0, "Longest that such a run may take."),
    _row("log_level", "info", "debug, info, warning or error."),
    _row(
        "docker_host",
        "",
        "The container engine's socket, as unix:///path. Empty = DOCKER_HOST, else Docker's or Podman's"
        " usual one.",
    ),
    _row("docker_image", "docker.io/library/python:3.13-slim", "Image that agents run in with --docker."),
    _row(
        "docker_images",
        "node=docker.io/library/node:24-slim",
        "Images of single adapters: ADAPTER=IMAGE, comma separated. A custom_image in charm.yaml wins.",
    ),
    _row("docker_network", "bridge", "Network of containers whose policy allows the internet; else none."),
    _row(
        "docker_user",
        "",
        "uid:gid that containers run as. Empty = the runner's own; nobody's when the runner is root.",
    ),
    _row("docker_wheels", "", "Folder of wheels that containers install from, without a network."),
    _row("url", "http://127.0.0.1:4319", "Server that the command line and the SDK talk to."),
    _row(
        "environments",
        "",
        "Where the agents' virtual environments are kept. Empty = the platform's place for caches.",
    ),
    _row("key", "", "Key that the command line and the SDK present.", secret=True),
)

_BY_NAME = MappingProxyType({row.name: row for row in TABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A setting's value and where it came from: `flag`, `env`, `file` or `default`."""

    setting: Setting
    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. Reading one is attribute access.

    Example:
        >>> config = load(environ={"FANLIGHT_RETENTION_DAYS": "7"}, flags={"data": "/nowhere"})
        >>> config.retention_days, config.value("retention_days").source
        (7, 'env')
    """

    values: Mapping[str, Value]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name].value
        except KeyError:
            raise AttributeError(f"no setting {name!r}") from None

    def value(self, name: str) -> Value:
        """The value of setting `name` with its source. Raises KeyError for an unknown name."""
        return self.values[name]

    @property
    def data_dir(self) -> Path:
        """The data directory, as an absolute path."""
        return data_dir(self.data)

    @property
    def backup_folder(self) -> Path:
        """Where backups are, as an absolute path."""
        return Path(self.backup_dir).expanduser().resolve() if self.backup_dir else self.data_dir / "backups"

    @property
    def environments_dir(self) -> Path:
        """Where `fanlight run` keeps agents' virtual environments, as an absolute path."""
        return environments_dir(self.environments)


def environments_dir(value: str) -> Path:
    """Where agents' virtual environments are; the platform's own place when `value` is empty."""
    if value:
        return Path(value).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_cache_dir("fanlight", appauthor=False)) / "environments"


def data_dir(value: str) -> Path:
    """The data directory that `value` names; the platform's own place when it is empty."""
    if value:
        return Path(value).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_data_dir("fanlight", appauthor=False))


def load(*, flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read every setting.

    `flags` holds what was given on the command line; a value of None means that the flag was not given.
    Raises ConfigError for an unknown name in `fanlight.toml`, a value of the wrong type, or a file that
    cannot be read.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    environ = os.environ if environ is None else environ
    place = data_dir(str(given.get("data") or environ.get("FANLIGHT_DATA") or ""))
    filed = _read_file(place / "fanlight.toml")
    return Config(MappingProxyType({row.name: _pick(row, given, environ, filed) for row in TABLE}))


def _pick(
    row: Setting, flags: Mapping[str, Any], environ: Mapping[str, str], filed: Mapping[str, Any]
) -> Value:
    if row.name in flags:
        return Value(setting=row, value=_convert(row, flags[row.name], "the flag"), source="flag")
    if row.variable in environ:
        return Value(setting=row, value=_convert(row, environ[row.variable], row.variable), source="env")
    if row.name in filed:
        return Value(setting=row, value=_convert(row, filed[row.name], "fanlight.toml"), source="file")
    return Value(setting=row, value=row.default, source="default")


def _convert(row: Setting, raw: Any, where: str) -> Any:
    kind = type(row.default)
    try:
        if kind is bool:
            return str(raw).strip().lower() in {"1", "true", "yes", "on"}
        return kind(raw)
    except ValueError:
        shown = "***" if row.secret else repr(raw)
        raise ConfigError(
            f"{row.name} is {shown} in {where}", hint=f"it takes {kind.__name__}: {row.help}"
        ) from None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unusable(path.parent, error) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML ({error})", hint="mend or remove it") from error
    for name in found:
        if name not in _BY_NAME:
            raise ConfigError(f"{path} sets {name!r}, which is no setting", hint="fanlight config lists them")
    return found
