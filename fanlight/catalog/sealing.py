"""Values that only this server can read: AES-GCM, with a key that is in a file and not in the database.

The file has one key a line, its id before it, the newest first: that one seals, each opens what it sealed.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fanlight.data_dir import read_private
from fanlight.errors import ConfigError

FILE = "settings.key"
KEY_BITS = 256
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value that nobody can read without the key of that id."""

    key_id: str
    content: bytes


class Keyring:
    """The keys in a data directory. The file is read each time: another process may have changed the key.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     ring = Keyring(Path(place))
        ...     sealed = ring.seal("hunter2", about="default/weather/PASSWORD")
        ...     b"hunter2" in sealed.content, ring.open(sealed, about="default/weather/PASSWORD")
        (False, 'hunter2')
    """

    def __init__(self, data: Path) -> None:
        self._place = data / FILE

    def seal(self, value: str, *, about: str) -> Sealed:
        """Encrypt `value` so that it can be read as the value of `about` alone. Raises ConfigError."""
        key_id, key = next(iter(self._keys(make=True).items()))
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Sealed(key_id, nonce + AESGCM(key).encrypt(nonce, value.encode(), about.encode()))

    def open(self, sealed: Sealed, *, about: str) -> str:
        """The value. Raises ConfigError when its key is gone, or it was tampered with."""
        key = self._keys().get(sealed.key_id)
        if key is None:
            raise ConfigError(
                f"{self._place} has no key {sealed.key_id}, with which {about} was sealed",
                hint="restore the file from a backup, or set the variable again",
            )
        nonce, content = sealed.content[:NONCE_BYTES], sealed.content[NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, content, about.encode()).decode()
        except InvalidTag:
            raise ConfigError(
                f"the stored value of {about} is not what was sealed", hint="set the variable again"
            ) from None

    def stamp(self) -> object:
        """Another one when the file of keys has changed: what could not be opened may be opened now."""
        try:
            found = self._place.stat()
        except OSError:
            return None
        return found.st_ino, found.st_ctime_ns

    def add(self) -> str:
        """A new key, which seals from now on; the others go on to open. Its id."""
        keys = self._keys()
        key_id = secrets.token_hex(4)
        self._write({key_id: AESGCM.generate_key(KEY_BITS), **keys})
        return key_id

    def keep(self, key_id: str) -> int:
        """Forget every key but one; how many were forgotten."""
        keys = self._keys()
        self._write({key_id: keys[key_id]})
        return len(keys) - 1

    def _keys(self, *, make: bool = False) -> dict[str, bytes]:
        if make and not self._place.exists():
            self._place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write({secrets.token_hex(4): AESGCM.generate_key(KEY_BITS)}, only_new=True)
        if not self._place.exists():
            return {}
        try:
            lines = read_private(self._place).decode().splitlines()
            return {key_id: base64.b64decode(text) for key_id, text in (line.split() for line in lines)}
        except (UnicodeDecodeError, ValueError, binascii.Error) as error:
            raise ConfigError(
                f"{self._place} is not a file of keys ({error})", hint="restore it from a backup"
            ) from error

    def _write(self, keys: dict[str, bytes], *, only_new: bool = False) -> None:
        # Beside it first, so that the file never is there half.
        new = self._place.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
        text = "".join(f"{key_id} {base64.b64encode(key).decode()}\n" for key_id, key in keys.items())
        with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if not only_new:
            new.replace(self._place)
            return
        try:
            os.link(new, self._place)
        except FileExistsError:  # another process was faster, and its key stays
            pass
        finally:
            new.unlink()
