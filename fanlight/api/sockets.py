"""The ports of a server, bound before anything else is opened: whoever is turned away has changed nothing."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from fanlight.api.listen import bind, parse_port, url_of
from fanlight.config import Config
from fanlight.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sockets:
    """What is bound. `notes` says which wanted port was not to be had."""

    studio: socket.socket
    otlp: socket.socket | None
    base_path: str
    notes: list[str] = field(default_factory=list)

    @property
    def studio_url(self) -> str:
        """Where Studio is, on this machine."""
        return url_of(self.studio) + self.base_path


def open_sockets(config: Config) -> Sockets:
    """Bind Studio's port, and that of OTLP/HTTP unless it is off or taken.

    Raises:
        ConfigError: Studio's port is off or taken, or no number.
    """
    port = parse_port("port", config.port)
    if port is None:
        raise ConfigError("port is off, and Studio and the API need one", hint="0 takes any free port")
    try:
        studio = bind(config.host, port)
    except OSError as error:
        raise ConfigError(
            f"{config.host}:{port} cannot be listened on ({error.strerror})",
            hint="another Fanlight may run there; --port 0 takes any free port",
        ) from error
    notes: list[str] = []
    base = config.base_path.strip("/")
    return Sockets(
        studio=studio, otlp=_otlp(config, notes), base_path=f"/{base}" if base else "", notes=notes
    )


def _otlp(config: Config, notes: list[str]) -> socket.socket | None:
    port = parse_port("otlp_http_port", config.otlp_http_port)
    if port is None:
        return None
    try:
        return bind(config.host, port)
    except OSError as error:
        why = error.strerror or "taken"
        notes.append(
            f"Port {port} for OTLP/HTTP is not to be had ({why}); Studio's port takes OTLP/HTTP as well."
        )
        return None
