"""Charm's settings file, `~/.charm/config.toml`: written so that nobody else can read the token in it."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from fanlight.errors import ConfigError, InvalidError

DEFAULT_API = "http://127.0.0.1:4319/api"
"""Fanlight's own server; Charm's default is its store."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}")

Settings = Mapping[str, Mapping[str, str]]


def settings_path() -> Path:
    """The file, where Charm has it."""
    return Path.home() / ".charm" / "config.toml"


def read() -> dict[str, dict[str, str]]:
    """What the file holds, by section; nothing when there is none. Raises ConfigError."""
    path = settings_path()
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read ({error})", hint="mend it, or remove it") from error
    return {
        section: {str(name): str(value) for name, value in content.items()}
        for section, content in found.items()
        if isinstance(content, dict)
    }


def write(settings: Settings) -> Path:
    """Replace the file, readable by its owner alone (0600)."""
    path = settings_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        for section, content in settings.items():
            if content:
                # JSON's strings are TOML's basic strings, but for DEL.
                lines = [f"{name} = {_quoted(value)}" for name, value in content.items()]
                file.write("\n".join([f"[{section}]", *lines, "", ""]))
    new.replace(path)
    return path


def _quoted(value: str) -> str:
    return json.dumps(value).replace("\x7f", "\\u007f")


def change(key: str, value: str | None) -> Path:
    """Set `section.name` to `value`, or with None remove it. Raises InvalidError for another form of key."""
    if not _KEY.fullmatch(key):
        raise InvalidError(f"{key} is no key", hint="section.name, such as core.api_base")
    section, _, name = key.partition(".")
    settings = read()
    content = settings.setdefault(section, {})
    content.pop(name, None)
    if value is not None:
        content[name] = value
    return write(settings)


def api_base(given: str | None) -> str:
    """The address of the API: given, of the file, of FANLIGHT_URL, else this machine's Fanlight."""
    if found := given or read().get("core", {}).get("api_base"):
        return found.rstrip("/")
    if url := os.environ.get("FANLIGHT_URL"):
        return f"{url.rstrip('/')}/api"
    return DEFAULT_API


def token() -> str | None:
    """The token that `charm auth` keeps, if any. Raises ConfigError when others may read it."""
    found = read().get("auth", {}).get("token")
    path = settings_path()
    if found and path.stat().st_mode & 0o077:
        raise ConfigError(f"others may read {path}", hint=f"chmod 600 {path}")
    return found or None
