"""Calls the exporters that an agent asks for, and says how each of them is doing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fanlight.sdk.charm import discovery
from fanlight.sdk.charm.emitter import CharmEmitterExporter
from fanlight.sdk.charm.hooks import HOOKS
from fanlight.sdk.faults import note
from fanlight.sdk.isolation import ExporterReport, Isolated, Limits
from fanlight.sdk.isolation.record import records_folder

_log = logging.getLogger("fanlight")


class TelemetryManager:
    """Calls the hooks of every enabled exporter, by keyword.

    `enabled_exporters` are names of the entry-point group `charm.telemetry`. The emitter comes first, always;
    then Fanlight's own exporter, which shares the agent's process; then the others in the order of the list,
    each in a process of its own, or in a thread of this one when `threads` (else
    FANLIGHT_EXPORTERS_IN_THREAD) has its name. `exporters` holds what is called here; an exporter of others
    is never imported into this process.

    A name that is not installed, cannot be imported or lacks hooks that it must have is said once in the log.
    `on_report` gets each exporter's report at every change of its state, on a thread of its own; without it
    the reports go to Fanlight where `fanlight.configure` was called. For where there is no Fanlight to ask,
    the newest are also kept in a file that `fanlight doctor` reads, unless `limits` say otherwise.

    Example:
        >>> manager = TelemetryManager([])
        >>> manager.dispatch("on_llm_new_token", token="Hello")
        __CHARM_EVENT__{"type": "delta", "content": "Hello"}
        >>> manager.close()
    """

    def __init__(
        self,
        enabled_exporters: Sequence[str] | None = None,
        *,
        threads: Iterable[str] | None = None,
        on_report: Callable[[ExporterReport], None] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.enabled_exporters = list(dict.fromkeys(enabled_exporters or ()))
        self.exporters: list[Any] = [CharmEmitterExporter()]
        self._on_report = on_report or _send
        self._said: set[str] = set()
        found = discovery.find(self.enabled_exporters, threads)
        self._missing = [
            ExporterReport(name=name, state="failed", last_error="not installed here")
            for name in found.missing
        ]
        if found.own:
            self._add_own()
        kept = limits or Limits(folder=records_folder())
        self._isolated = Isolated(found.targets, settings=kept, on_change=self._changed)
        for report in self._missing:
            self._changed(report)

    def dispatch(self, event_name: str, *args: Any, **kwargs: Any) -> None:
        """Call the hook `event_name` of every exporter that has it with these arguments.

        Nothing that an exporter does ends the agent's run, SystemExit included; only KeyboardInterrupt, which
        is the person's, passes.
        """
        arguments = _named(event_name, args, kwargs) if args else kwargs
        for exporter in self.exporters:
            try:
                if (hook := getattr(exporter, event_name, None)) is not None:
                    hook(**arguments)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                note(f"exporter {type(exporter).__name__}.{event_name}", error)
        self._isolated.emit(event_name, arguments)

    def reports(self) -> list[ExporterReport]:
        """How each exporter of others is doing, and the names that nobody has."""
        return [*self._isolated.reports(), *self._missing]

    def close(self, timeout_s: float | None = None) -> None:
        """Let exporters finish for at most `timeout_s` (1.5 s), and report them a last time."""
        for exporter in self.exporters:
            if (close := getattr(exporter, "close", None)) is not None:
                close()
        self._isolated.close(timeout_s)
        for report in self._isolated.reports():
            self._changed(_at_the_end(report))

    def _add_own(self) -> None:
        try:
            from fanlight.sdk.charm.exporter import FanlightExporter

            self.exporters.append(FanlightExporter())
        except Exception as error:
            report = ExporterReport(
                name=discovery.OWN,
                place="thread",
                state="failed",
                last_error=f"{type(error).__name__}: {error}",
            )
            self._missing.append(report)

    def _changed(self, report: ExporterReport) -> None:
        lacks = (report.last_error or "").startswith("lacks hooks")
        if (report.state == "failed" or lacks) and report.name not in self._said:
            self._said.add(report.name)
            what = "has not all it is called for" if lacks else "is off"
            _log.warning(
                "telemetry exporter %r %s: %s; the run goes on", report.name, what, report.last_error
            )
        try:
            self._on_report(report)
        except Exception as error:
            note("report of an exporter", error)


def _at_the_end(report: ExporterReport) -> ExporterReport:
    """A report after the close: one whose process has not told its end by now is not waited for."""
    if report.state in ("stopped", "failed"):
        return report
    return replace(report, state="stopped", last_error=report.last_error or "did not end in time")


def _named(hook: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict(zip(HOOKS.get(hook, ()), args, strict=False)), **kwargs}


def _send(report: ExporterReport) -> None:
    # OpenTelemetry is loaded only where telemetry is sent: this module needs the standard library alone.
    import sys

    providers = sys.modules.get("fanlight.sdk.providers")
    if providers is not None and (found := providers.active()) is not None:
        from fanlight.sdk.charm.reporting import send

        send(report, found.logs)
