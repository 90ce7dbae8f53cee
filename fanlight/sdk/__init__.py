"""Inside the agent: OpenTelemetry configured for Fanlight, runs, spans and developer logs.

Nothing here reaches the server but over OTLP, and nothing is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fanlight.sdk.billing import bill as bill
    from fanlight.sdk.developer_log import log as log
    from fanlight.sdk.guarding import GuardError as GuardError
    from fanlight.sdk.limits import BudgetExceeded as BudgetExceeded
    from fanlight.sdk.limits import Guard as Guard
    from fanlight.sdk.limits import LoopDetected as LoopDetected
    from fanlight.sdk.limits import guard as guard
    from fanlight.sdk.providers import configure as configure
    from fanlight.sdk.providers import flush as flush
    from fanlight.sdk.rooms.client import Room as Room
    from fanlight.sdk.rooms.client import room as room
    from fanlight.sdk.rooms.error import RoomError as RoomError
    from fanlight.sdk.spans import run as run
    from fanlight.sdk.spans import span as span

HOMES = {
    "configure": "providers",
    "flush": "providers",
    "run": "spans",
    "span": "spans",
    "log": "developer_log",
    "bill": "billing",
    "guard": "limits",
    "Guard": "limits",
    "GuardError": "guarding",
    "BudgetExceeded": "limits",
    "LoopDetected": "limits",
    "room": "rooms.client",
    "Room": "rooms.client",
    "RoomError": "rooms.error",
}
"""The module that each public name lives in."""

__all__ = [
    "BudgetExceeded", "Guard", "GuardError", "LoopDetected", "Room", "RoomError", "bill", "configure",
    "flush", "guard", "log", "room", "run", "span",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *HOMES])
