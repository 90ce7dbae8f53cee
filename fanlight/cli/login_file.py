"""Where the command line keeps its logins: one file of the user's own, by the address of the server."""

from __future__ import annotations

import json
import os
from pathlib import Path

from fanlight.errors import ConfigError


def login_path() -> Path:
    """The file, in the user's configuration directory of the platform."""
    import platformdirs

    return Path(platformdirs.user_config_dir("fanlight", appauthor=False)) / "logins.json"


def find_login(url: str) -> str | None:
    """The token for the server at `url`. Raises ConfigError when others could have read the file."""
    return _read().get(url)


def keep_login(url: str, token: str | None) -> None:
    """Keep the token for `url`, or with None forget it."""
    found = {**_read(), url: token}
    path = login_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump({address: each for address, each in found.items() if each}, file, indent=2)
    new.replace(path)


def _read() -> dict[str, str]:
    path = login_path()
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"others may read {path}", hint=f"chmod 600 {path}, and sign in anew")
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ConfigError(f"{path} is no JSON", hint="remove it, and sign in anew") from error
    return {str(address): str(token) for address, token in found.items()}
