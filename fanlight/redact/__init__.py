"""Masks secrets before they are stored or shown.

Two ways to know a secret: its exact value, in the forms in which values commonly turn up, and the shape of
well-known tokens. Standard library only, so that it also runs inside an agent.
"""

from fanlight.redact.forms import SHORTEST
from fanlight.redact.redactor import MASK, SUSPICIOUS, RedactedStream, Redactor, mask_tokens

__all__ = ["MASK", "SHORTEST", "SUSPICIOUS", "RedactedStream", "Redactor", "mask_tokens"]
