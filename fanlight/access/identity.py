"""Who comes back from an OpenID provider, and the word for those who cannot be let in."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.errors import FanlightError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody whom the provider knows. `email` is verified there, and in its normal form."""

    issuer: str
    subject: str
    email: str
    name: str


class RefusedError(FanlightError):
    """Somebody came back from the provider and cannot be let in. `reason` is for the audit log alone."""

    code = "oidc_refused"

    def __init__(self, reason: str, who: str = "") -> None:
        super().__init__(f"the sign-in was refused ({reason})")
        self.reason = reason
        self.who = who
