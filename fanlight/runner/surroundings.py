"""What an agent finds in its environment: an allow-list, its own secrets, and where Fanlight is.

Nothing else of the runner's environment reaches the agent, and the installer gets none of the agent's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fanlight.redact import Redactor
from fanlight.sdk.endpoint import Endpoint

BASE = frozenset(
    {
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy",
        "all_proxy", "FANLIGHT_SPOOL", "FANLIGHT_HEARTBEAT_S",
    }
)  # fmt: skip
"""Names that every agent gets as they are."""

BASE_PREFIXES = ("LC_",)
INSTALLER_PREFIXES = ("LC_", "UV_", "PIP_", "XDG_")
SERVER = ("FANLIGHT_URL", "FANLIGHT_KEY", "OTEL_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The agent's environment, and what masks the secrets in it."""

    env: Mapping[str, str]
    redactor: Redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the run belongs: MeshAgent's words for it."""

    project: str | None = None
    room: str | None = None
    session: str | None = None


def surroundings_of(
    *,
    environ: Mapping[str, str],
    wanted: Iterable[str],
    given: Mapping[str, str],
    own: Mapping[str, str],
    secrets: Iterable[str] = (),
) -> Surroundings:
    """The environment of a child.

    `wanted` names what charm.yaml lists: taken from `environ`. `given` are values for this agent alone (its
    `.env`, its settings on the server), which win. `own` is ours and cannot be overridden. Each value that is
    wanted or given is masked from now on, and so are `secrets`.

    Example:
        >>> found = surroundings_of(
        ...     environ={"PATH": "/bin", "OTHER": "private", "API_KEY": "abc-secret"},
        ...     wanted=["API_KEY"], given={}, own={})
        >>> dict(found.env), found.redactor.text("it is abc-secret")
        ({'PATH': '/bin', 'API_KEY': 'abc-secret'}, 'it is ***')
    """
    base = {name: value for name, value in environ.items() if name in BASE or name.startswith(BASE_PREFIXES)}
    private = {name: environ[name] for name in wanted if name in environ and name not in base} | dict(given)
    return Surroundings(
        env={**base, **private, **own}, redactor=Redactor([*private.values(), *filter(None, secrets)])
    )


def installer_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the installer gets: its own settings and the network's, no secret of the agent."""
    return {
        name: value for name, value in environ.items() if name in BASE or name.startswith(INSTALLER_PREFIXES)
    }


def own_variables(
    *, run_id: str, root_span_id: str, agent: str, endpoint: Endpoint, key: str | None, place: Place
) -> dict[str, str]:
    """What tells an agent where it is: its run, its room, and where its telemetry goes."""
    headers = {name: value for name, value in endpoint.headers.items() if name != "authorization"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    found = {
        "FANLIGHT_RUN_ID": run_id,
        "TRACEPARENT": f"00-{run_id}-{root_span_id}-01",
        "FANLIGHT_URL": endpoint.url,
        "FANLIGHT_KEY": key,
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint.url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_HEADERS": ",".join(f"{name}={quote(value)}" for name, value in headers.items()),
        "OTEL_SERVICE_NAME": agent,
        "OTEL_ENDPOINT": endpoint.url,
        "MESHAGENT_PROJECT_ID": place.project,
        "MESHAGENT_ROOM": place.room,
        "MESHAGENT_SESSION_ID": place.session,
        # A line that is held back in the agent cannot be shown live, and is lost when it is killed.
        "PYTHONUNBUFFERED": "1",
    }
    return {name: value for name, value in found.items() if value}
