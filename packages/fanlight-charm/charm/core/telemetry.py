"""Charm's telemetry: the base class of exporters and the manager that calls them."""

from fanlight.sdk.charm.emitter import CharmEmitterExporter
from fanlight.sdk.charm.hooks import BaseTelemetryExporter
from fanlight.sdk.charm.manager import TelemetryManager

__all__ = ["BaseTelemetryExporter", "CharmEmitterExporter", "TelemetryManager"]
