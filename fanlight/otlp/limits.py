"""How much one OTLP request may hold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The caps of the receivers. Each field is the setting of the same name in `config.py`.

    A request over `max_body_bytes` (after decompression), `max_request_items` or `max_request_attributes`
    is refused whole; an item over `max_item_attributes` costs itself only; a value nested too deep for the
    parser is cut at `max_value_depth`. Beyond `max_inflight_bytes` requests are put off with 503.
    """

    max_body_bytes: int = 64 * MIB
    max_request_items: int = 50_000
    max_request_attributes: int = 1_000_000
    max_item_attributes: int = 4_096
    max_value_depth: int = 32
    max_inflight_bytes: int = 96 * MIB

    @classmethod
    def of(cls, config: Any) -> Limits:
        """The limits that `config` (`fanlight.config.Config`) sets.

        Example:
            >>> from fanlight.config import load
            >>> Limits.of(load(environ={"FANLIGHT_MAX_REQUEST_ITEMS": "7"})).max_request_items
            7
        """
        return cls(**{field.name: getattr(config, field.name) for field in fields(cls)})
