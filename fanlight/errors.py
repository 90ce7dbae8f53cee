"""The error family. Every error says what happened, where, and what to do next."""

from __future__ import annotations


class FanlightError(Exception):
    """Base of every error that Fanlight raises on purpose.

    `hint` tells the reader what to do next; it may be empty.

    Example:
        >>> raise NotFoundError("no run 4bf9 in project default", hint="fanlight runs lists them")
        Traceback (most recent call last):
        fanlight.errors.NotFoundError: no run 4bf9 in project default; fanlight runs lists them
    """

    code = "internal"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message = message
        self.hint = hint


class ConfigError(FanlightError):
    """A setting is unknown or its value cannot be used."""

    code = "config"


class InvalidError(FanlightError):
    """The caller's words are wrong: a filter, a cursor, a name. Answered with 400."""

    code = "invalid"


class UnauthenticatedError(FanlightError):
    """No key, or one that is unknown, expired or revoked. Answered with 401."""

    code = "unauthenticated"


class ForbiddenError(FanlightError):
    """A known principal without the right. Answered with 403, to members only."""

    code = "forbidden"


class NotFoundError(FanlightError):
    """What was asked for is not there, or not for this principal. Answered with 404."""

    code = "not_found"


class ConflictError(FanlightError):
    """What should be made is there already, or changed meanwhile. Answered with 409."""

    code = "conflict"


class PayloadError(FanlightError):
    """A request body that can never be taken; sending it again does not help. Answered with 4xx."""

    code = "payload"

    def __init__(self, message: str, *, status: int = 400, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class OverloadError(FanlightError):
    """The server is full for now. Answered with 503 and Retry-After; the sender keeps its data."""

    code = "overload"

    def __init__(self, message: str, *, retry_after_s: int = 1, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class DiskFullError(OverloadError):
    """The server's disk has no room for what comes in. Answered with 503; what is stored can be read."""

    code = "disk_full"

    def __init__(self, message: str, *, retry_after_s: int = 5, hint: str = "") -> None:
        super().__init__(message, retry_after_s=retry_after_s, hint=hint)


class QuotaError(FanlightError):
    """A project or a key has used up what it may. Answered with 429 and Retry-After.

    Sent again later it is taken. `limit` is its name in `fanlight/model/limits.py`.
    """

    code = "quota"

    def __init__(self, message: str, *, limit: str, retry_after_s: int = 1, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.limit = limit
        self.retry_after_s = retry_after_s


class TooManyTriesError(FanlightError):
    """Somebody tries too often. Answered with 429 and Retry-After."""

    code = "too_many_tries"

    def __init__(self, message: str, *, retry_after_s: int = 60, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class StoreError(FanlightError):
    """The engine refused or failed. `retryable` tells whether the same call may go through later.

    `engine_code` is the engine's own number for it, 0 when it gave none.
    """

    code = "store"

    def __init__(
        self, message: str, *, retryable: bool = False, hint: str = "", engine_code: int = 0
    ) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable
        self.engine_code = engine_code


class SchemaTooNewError(StoreError):
    """The database was written by a newer Fanlight; this one must not touch it."""

    code = "schema_too_new"


class UnreachableError(FanlightError):
    """A client could not reach the server. Exit status 3 on the command line."""

    code = "unreachable"
