"""Fanlight: see live what every AI agent does, what it costs and why it failed.

This package is the face of the SDK. Importing it loads no server code and no OpenTelemetry: names are
resolved when they are first used.

    import fanlight

    fanlight.configure(service_name="weather")
    with fanlight.run("plan trip", inputs={"city": "Oslo"}) as run:
        run.output("Take the train.")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fanlight.sdk import BudgetExceeded as BudgetExceeded
    from fanlight.sdk import Guard as Guard
    from fanlight.sdk import GuardError as GuardError
    from fanlight.sdk import LoopDetected as LoopDetected
    from fanlight.sdk import Room as Room
    from fanlight.sdk import RoomError as RoomError
    from fanlight.sdk import bill as bill
    from fanlight.sdk import configure as configure
    from fanlight.sdk import flush as flush
    from fanlight.sdk import guard as guard
    from fanlight.sdk import log as log
    from fanlight.sdk import room as room
    from fanlight.sdk import run as run
    from fanlight.sdk import span as span
    from fanlight.sdk.usage_event import usage as usage

__version__ = "0.1.0"
__all__ = [
    "BudgetExceeded", "Guard", "GuardError", "LoopDetected", "Room", "RoomError", "__version__", "bill",
    "configure", "flush", "guard", "log", "room", "run", "span", "usage",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "usage":
        # In `fanlight.sdk` that is a module's name.
        from fanlight.sdk.usage_event import usage

        return usage
    if name in __all__:
        from fanlight import sdk

        return getattr(sdk, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
