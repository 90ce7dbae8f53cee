"""Finds the exporters that an agent asks for, and calls their hooks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from fanlight.sdk.charm.emitter import CharmEmitterExporter
from fanlight.sdk.faults import count, note

GROUP = "charm.telemetry"

_log = logging.getLogger("fanlight")


class TelemetryManager:
    """Calls every enabled exporter's hook, one after the other; a fault of one is counted and stays with it.

    `enabled_exporters` are names of the entry-point group `charm.telemetry`, called in this order after the
    emitter, which is always first. A name that is not installed, or whose exporter cannot be made, is said
    once in the log.
    """

    def __init__(self, enabled_exporters: Sequence[str] | None = None) -> None:
        self.enabled_exporters = list(dict.fromkeys(enabled_exporters or ()))
        self.exporters: list[Any] = [CharmEmitterExporter()]
        installed = _installed() if self.enabled_exporters else {}
        for name in self.enabled_exporters:
            if name not in installed:
                _log.warning("telemetry exporter %r is not installed; install the package that has it", name)
            elif (exporter := _make(installed[name])) is not None:
                self.exporters.append(exporter)

    def dispatch(self, event_name: str, *args: Any, **kwargs: Any) -> None:
        """Call the hook `event_name` of every exporter with these arguments.

        Not even SystemExit of an exporter ends the agent's run; only KeyboardInterrupt, which is the
        person's, passes.
        """
        for exporter in self.exporters:
            try:
                getattr(exporter, event_name)(*args, **kwargs)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                note(f"exporter {type(exporter).__name__}.{event_name}", error)


def _installed() -> dict[str, EntryPoint]:
    # Our own exporter needs no metadata, so that it is there in a source tree too.
    own = EntryPoint("fanlight", "fanlight.sdk.charm.exporter:FanlightExporter", GROUP)
    return {own.name: own, **{point.name: point for point in entry_points(group=GROUP)}}


def _make(point: EntryPoint) -> Any:
    try:
        return point.load()()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        _log.warning("exporter %r cannot be loaded (%s): %s", point.name, type(error).__name__, error)
        count(f"loading of exporter {point.name}")
        return None
